"""Which of the five questions a door leaves open."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from starlette.responses import Response

from doorcheck.core.control import Question
from doorcheck.guard.answers import Reasoned
from doorcheck.guard.callers import Public
from doorcheck.guard.census.doors import Kind, Leaf
from doorcheck.guard.declaration import Declaration
from doorcheck.guard.origins import SAFE_METHODS
from doorcheck.guard.payload.models import flaws_of, privileged

try:
    from fastapi.routing import APIRoute, APIWebSocketRoute
except ImportError:
    APIRoute = APIWebSocketRoute = None  # type: ignore[assignment, misc]


@dataclass(frozen=True, slots=True)
class Open:
    """A question that a door has not answered, and what to do about it."""

    question: Question
    says: str


def open_questions(leaf: Leaf) -> list[Open]:
    """What this door leaves unanswered; empty where it may be opened."""
    declaration = leaf.declaration
    if leaf.kind is Kind.UNKNOWN:
        return [Open(Question.CALLER, f"a {type(leaf.route).__name__} is a kind of route that guard does not know")]
    if declaration is None:
        return [Open(Question.CALLER, _undeclared(leaf))]
    found = [*_caller(declaration)]
    if leaf.kind is not Kind.MOUNT:
        found += _payload(leaf, declaration)
    found += _resource(leaf, declaration)
    found += _failure(leaf, declaration)
    return found


def _undeclared(leaf: Leaf) -> str:
    if leaf.kind is Kind.MOUNT:
        return (
            f"a mounted application answers for itself to nobody: guard.declare({leaf.path!r}, caller=..., "
            "resource=...)"
        )
    if (getattr(leaf.endpoint, "__module__", "") or "") == "fastapi.applications":
        return (
            f"nothing is declared: FastAPI(openapi_url=None) has no such page, or guard.declare({leaf.path!r}, "
            "caller=..., resource=...)"
        )
    if not callable(leaf.endpoint) or not written_here(leaf):
        return f"nothing is declared: guard.declare({leaf.path!r}, caller=..., resource=...), or take the route away"
    return "nothing is declared: write @guard.door(caller=..., ...) right above the function, below the route"


def written_here(leaf: Leaf) -> bool:
    """Whether its endpoint is the application's own, and not a framework's."""
    return _ours(leaf.endpoint)


def _caller(declaration: Declaration) -> Iterator[Open]:
    if declaration.caller is None:
        yield Open(Question.CALLER, "caller= is missing: signed_in, role('admin') or public(because=...)")


def _payload(leaf: Leaf, declaration: Declaration) -> Iterator[Open]:
    if isinstance(declaration.payload, Reasoned):
        return
    for name, where, annotation in _inputs(leaf):
        for flaw in flaws_of(annotation, where, declaration.may_set):
            yield Open(Question.PAYLOAD, flaw.says)
        if not where.startswith("path"):
            for flaw in privileged(name, where, declaration.may_set):
                yield Open(Question.PAYLOAD, flaw.says)
    if declaration.payload is not None:
        for flaw in flaws_of(declaration.payload, "payload", declaration.may_set):
            yield Open(Question.PAYLOAD, flaw.says)
    elif _reads_by_itself(leaf):
        yield Open(
            Question.PAYLOAD, "what it takes is not declared: payload=Model, payload=NOTHING or raw(because=...)"
        )


def _dependant(leaf: Leaf) -> Any:
    return getattr(leaf.route, "dependant", None)


def _inputs(leaf: Leaf) -> Iterator[tuple[str, str, Any]]:
    """Every parameter that FastAPI reads from the request: its name, where it is from, its annotation."""
    for dependant in _dependants(_dependant(leaf)):
        for place in ("path", "query", "header", "cookie", "body"):
            for field in getattr(dependant, f"{place}_params"):
                yield field.alias, f"{place} {field.name}", field.field_info.annotation


def _reads_by_itself(leaf: Leaf) -> bool:
    """Whether the endpoint is handed the request itself and nothing says what it reads from it."""
    dependant = _dependant(leaf)
    if dependant is None:
        return leaf.kind is Kind.ROUTE and written_here(leaf)
    if not leaf.methods - SAFE_METHODS:
        return False
    every = list(_dependants(dependant))
    return any(one.request_param_name and _ours(one.call) for one in every) and not any(
        one.body_params for one in every
    )


def _dependants(dependant: Any) -> Iterator[Any]:
    """What FastAPI calls for a request: the endpoint and all that it depends on."""
    pending = [dependant]
    while pending:
        one = pending.pop()
        if one is not None:
            pending.extend(one.dependencies)
            yield one


def _ours(call: object) -> bool:
    """Whether this is no part of a framework, which reads no body behind our back."""
    kind = call if hasattr(call, "__module__") else type(call)
    return (kind.__module__ or "").partition(".")[0] not in {"fastapi", "starlette"}


def _resource(leaf: Leaf, declaration: Declaration) -> Iterator[Open]:
    if declaration.resource is not None:
        names = {name for name, _, _ in _inputs(leaf)} | set(getattr(leaf.route, "param_convertors", {}))
        for name in sorted(declaration.resource.parameters() - names):
            yield Open(Question.RESOURCE, f"resource= speaks of {name!r}, which is no parameter of this door")
        return
    # A door that is open to anybody, changes nothing and is told nothing can only tell what everybody may know.
    quiet = isinstance(declaration.caller, Public) and leaf.kind is Kind.ROUTE
    if (
        quiet
        and leaf.methods
        and leaf.methods <= SAFE_METHODS
        and not any(True for _ in _inputs(leaf))
        and not getattr(leaf.route, "param_convertors", {})
    ):
        return
    yield Open(
        Question.RESOURCE,
        "whose data it touches is not declared: resource=owns(Model, 'parameter'), scoped, checked_by(...) or "
        "shared(because=...)",
    )


def _failure(leaf: Leaf, declaration: Declaration) -> Iterator[Open]:
    if leaf.kind is not Kind.ROUTE or declaration.returns is not None or not written_here(leaf):
        return
    told = getattr(leaf.route, "response_model", None)
    if APIRoute is None or not isinstance(leaf.route, APIRoute):
        yield Open(Question.FAILURE, "what it answers is not declared: returns=Model or raw(because=...)")
    elif getattr(leaf.route, "status_code", None) == 204:
        return
    elif told is None or not _selects(told):
        yield Open(
            Question.FAILURE, "its response has no model: annotate what it returns, or declare returns=raw(because=...)"
        )


def _selects(annotation: Any) -> bool:
    """Whether this response model says which fields leave the service."""
    origin = typing.get_origin(annotation)
    if origin is not None:
        parts = [one for one in typing.get_args(annotation) if one not in {type(None), Ellipsis}]
        return bool(parts) and all(map(_selects, parts))
    if annotation is Any or annotation in {dict, list, object}:
        return False
    if isinstance(annotation, type) and issubclass(annotation, Response):
        return False
    return not (isinstance(annotation, type) and issubclass(annotation, BaseModel)) or (
        annotation.model_config.get("extra") != "allow"
    )
