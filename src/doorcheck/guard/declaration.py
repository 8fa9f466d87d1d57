"""What a door declares about itself, and the lock that keeps an endpoint shut to whoever came by another way."""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import anyio.from_thread

from doorcheck.guard.answers import Reasoned, Resource
from doorcheck.guard.callers import Caller
from doorcheck.guard.idempotency import Idempotency
from doorcheck.guard.limits import Limit
from doorcheck.guard.pages import Pages
from doorcheck.guard.passage import current, require_key
from doorcheck.guard.refusals import Refused

MARK = "__doorcheck_declaration__"
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, eq=False)
class Declaration:
    """The five answers of one door. What is None was left to the guard's own defaults, or is missing.

    ``body`` is the size cap of the request's body in bytes, ``may_set`` the privileged names that the payload may
    carry, ``limit`` is per client address and ``account_limit`` per account. ``cost`` is what one call weighs in them.
    """

    name: str
    file: str
    line: int
    caller: Caller | None = None
    payload: object | None = None
    resource: Resource | None = None
    limit: Limit | Reasoned | None = None
    account_limit: Limit | Reasoned | None = None
    cost: int = 1
    body: int | None = None
    may_set: frozenset[str] = frozenset()
    returns: object | None = None
    pages: Pages | None = None
    idempotent: Idempotency | None = None


def written_at(endpoint: object) -> tuple[str, int]:
    """File and line where this is written; ``("", 0)`` where Python cannot tell."""
    subject: Any = endpoint
    while isinstance(subject, functools.partial):
        subject = subject.func
    subject = inspect.unwrap(subject) if callable(subject) else subject
    code = getattr(subject, "__code__", None)
    if code is not None:
        return code.co_filename, code.co_firstlineno
    try:
        kind = subject if inspect.isclass(subject) else type(subject)
        return inspect.getsourcefile(kind) or "", inspect.getsourcelines(kind)[1]
    except (OSError, TypeError):
        return "", 0


def declaration_of(endpoint: object) -> Declaration | None:
    """What this endpoint was declared to be, or None."""
    subject = endpoint
    while isinstance(subject, functools.partial):
        subject = subject.func
    found = getattr(subject, MARK, None)
    return found if isinstance(found, Declaration) else None


def locked(endpoint: Endpoint, declaration: Declaration) -> Endpoint:
    """The endpoint, shut to every request that was not let in by this very declaration.

    Coroutine functions, functions, generators of both kinds and ``HTTPEndpoint`` classes keep their kind and their
    signature, which the frameworks read.
    """
    if inspect.isclass(endpoint):
        return cast("Endpoint", _locked_class(endpoint, declaration))
    for is_kind, lock in _LOCKS:
        if is_kind(endpoint):
            shut = lock(endpoint, declaration)
            setattr(shut, MARK, declaration)
            return cast("Endpoint", shut)
    raise TypeError(f"{declaration.name} is not a function or a class, and a door leads to one of these")


def _settles(resource: Resource | None) -> bool:
    """Whether this answer does anything when the input is valid."""
    return resource is not None and type(resource).settle is not Resource.settle


async def _settle(declaration: Declaration, arguments: Mapping[str, Any]) -> None:
    require_key(declaration)
    if declaration.resource is not None:
        passage = current()
        # A Starlette endpoint takes the request alone: what names its record is in the path.
        try:
            await declaration.resource.settle(passage, arguments or passage.path_params)
        except Refused as refused:
            if passage.only_noted is None:
                raise
            passage.only_noted(refused)


def _settle_from_thread(declaration: Declaration, arguments: Mapping[str, Any]) -> None:
    # The frameworks run a plain function in a worker thread, from which the event loop can be asked.
    require_key(declaration)
    if _settles(declaration.resource):
        anyio.from_thread.run(_settle, declaration, arguments)


def _locked_coroutine(endpoint: Callable[..., Any], declaration: Declaration) -> Callable[..., Any]:
    settles = _settles(declaration.resource)

    @functools.wraps(endpoint)
    async def shut(*args: Any, **kwargs: Any) -> Any:
        if settles:
            await _settle(declaration, kwargs)
        else:
            require_key(declaration)
        return await endpoint(*args, **kwargs)

    return shut


def _locked_function(endpoint: Callable[..., Any], declaration: Declaration) -> Callable[..., Any]:
    @functools.wraps(endpoint)
    def shut(*args: Any, **kwargs: Any) -> Any:
        _settle_from_thread(declaration, kwargs)
        return endpoint(*args, **kwargs)

    return shut


def _locked_stream(endpoint: Callable[..., Any], declaration: Declaration) -> Callable[..., Any]:
    @functools.wraps(endpoint)
    async def shut(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        await _settle(declaration, kwargs)
        async for item in endpoint(*args, **kwargs):
            yield item

    return shut


def _locked_generator(endpoint: Callable[..., Any], declaration: Declaration) -> Callable[..., Any]:
    @functools.wraps(endpoint)
    def shut(*args: Any, **kwargs: Any) -> Iterator[Any]:
        _settle_from_thread(declaration, kwargs)
        yield from endpoint(*args, **kwargs)

    return shut


_LOCKS: tuple[tuple[Callable[[Any], bool], Callable[..., Any]], ...] = (
    (inspect.isasyncgenfunction, _locked_stream),
    (inspect.isgeneratorfunction, _locked_generator),
    (inspect.iscoroutinefunction, _locked_coroutine),
    (inspect.isroutine, _locked_function),
)


def _locked_class(endpoint: type[Any], declaration: Declaration) -> type[Any]:
    """A subclass of an endpoint class (``HTTPEndpoint``, ``WebSocketEndpoint``) whose dispatch asks for the key."""

    async def dispatch(self: Any) -> None:
        await _settle(declaration, self.scope.get("path_params", {}))
        await endpoint.dispatch(self)

    if not callable(getattr(endpoint, "dispatch", None)):
        raise TypeError(f"{declaration.name} is a class without dispatch(): declare its methods as functions")
    return type(
        endpoint.__name__,
        (endpoint,),
        {"dispatch": dispatch, MARK: declaration, "__module__": endpoint.__module__, "__doc__": endpoint.__doc__},
    )
