"""Actions: functions that a page's form posts to, or its script calls, with a typed answer.

The pattern of Next.js's Server Actions on the Python side: the same five questions, a decoded form, a result that is
success or failure, a redirect after the post, and tags of cached content to revalidate.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Generic, TypeVar, get_args, get_origin
from urllib.parse import quote

import anyio
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from doorcheck.guard.handlers import complaints_of
from doorcheck.guard.pages import is_local
from doorcheck.guard.refusals import Refusal, Refused

T = TypeVar("T")
Input = TypeVar("Input", bound=BaseModel)
Revalidate = Callable[[Sequence[str]], Awaitable[None]]
MOST_FIELDS = 200
_SEVERAL: frozenset[object] = frozenset({list, set, frozenset, tuple, Sequence, Collection})
_IN_URLS = "%/:=&?~#+!$,;'@()*[]"
"""What stands in the path and the query of a URL as it is (RFC 3986, 2.2)."""


@dataclass(frozen=True, slots=True)
class Success(Generic[T]):
    """It was done. ``redirect`` is a path of this site, ``tags`` names the cached content that is now old."""

    value: T
    redirect: str | None = None
    tags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.redirect is not None and not is_local(self.redirect):
            raise ValueError("an action redirects to a path of its own site")


@dataclass(frozen=True, slots=True)
class Failure:
    """It was not done, for a reason that the caller is told. ``fields`` has a word for each field that is wrong."""

    reason: str
    fields: Mapping[str, str] = field(default_factory=dict)


Act = Callable[[Input], Awaitable[Success[T] | Failure]]
Answering = Callable[[Request], Awaitable[Response]]


def endpoint_of(act: Act[Input, T], taken: type[Input], told: type[T], revalidate: Revalidate | None) -> Answering:
    """An endpoint that decodes a form or JSON into ``taken``, runs the action and answers with ``told``."""
    answers = TypeAdapter(told)

    async def endpoint(request: Request) -> Response:
        scripted = _is_json(request.headers.get("content-type", "")) or "application/json" in request.headers.get(
            "accept", ""
        )
        try:
            given = await _decoded(request, taken)
        except ValidationError as invalid:
            errors = {one.at: one.says for one in complaints_of(invalid.errors(include_input=False))}
            return JSONResponse({"ok": False, "reason": "invalid", "fields": errors}, Refusal.INVALID.status)
        result = await act(given)
        if isinstance(result, Failure):
            return JSONResponse({"ok": False, "reason": result.reason, "fields": dict(result.fields)}, 409)
        if result.tags and revalidate is not None:
            with anyio.CancelScope(shield=True):
                await revalidate(result.tags)
        if result.redirect is not None and not scripted:
            return Response(status_code=303, headers={"location": quote(result.redirect, safe=_IN_URLS)})
        return JSONResponse(
            {
                "ok": True,
                "value": answers.dump_python(answers.validate_python(result.value), mode="json"),
                "redirect": result.redirect,
            }
        )

    return endpoint


async def _decoded(request: Request, taken: type[Input]) -> Input:
    kind = request.headers.get("content-type", "").lower()
    if _is_json(kind):
        return taken.model_validate_json(await request.body())
    if not kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        raise Refused(Refusal.MEDIA_TYPE, "an action takes a form or JSON")
    try:
        async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
            values: dict[str, object] = {}
            listed = _listed(taken)
            for name in form:
                several = [value for value in form.getlist(name) if isinstance(value, str)]
                values[name] = several if len(several) > 1 or name in listed else several[0]
    except HTTPException as fault:
        raise fault if isinstance(fault, Refused) else Refused(Refusal.MALFORMED, "the form cannot be read") from fault
    return taken.model_validate_strings(values) if not _has_lists(values) else taken.model_validate(values)


@lru_cache(maxsize=1024)
def _listed(taken: type[BaseModel]) -> frozenset[str]:
    """The fields that take several values, of which a form may have but one: a box that is ticked alone."""
    found = set()
    for name, about in taken.model_fields.items():
        kinds = {get_origin(part) or part for part in (about.annotation, *get_args(about.annotation))}
        if kinds & _SEVERAL:
            found |= {name, *(one for one in (about.alias, about.validation_alias) if isinstance(one, str))}
    return frozenset(found)


def _has_lists(values: Mapping[str, object]) -> bool:
    return any(isinstance(value, list) for value in values.values())


def _is_json(kind: str) -> bool:
    return kind.partition(";")[0].strip().lower() == "application/json"
