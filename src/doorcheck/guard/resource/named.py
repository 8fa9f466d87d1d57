"""The row that a request is about, for handlers that are given the request: ``await owned(request, Invoice)``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

from starlette.requests import HTTPConnection

from doorcheck.guard.errors import GuardError
from doorcheck.guard.passage import current
from doorcheck.guard.refusals import Refusal, Refused
from doorcheck.guard.resource.doors import OwnedRecords
from doorcheck.guard.resource.records import find, session_of
from doorcheck.guard.resource.session import AsyncScopedSession

Model = TypeVar("Model")


async def owned(request: HTTPConnection, model: type[Model]) -> Model:
    """The row of this model that the door's ``owns(model, parameter)`` names.

    Inside of ``scoped_session(request)`` it belongs to that session; outside of one it is what was loaded of it.
    Raises ``Refused`` (404) for absent and foreign rows alike, ``GuardError`` by a door that names no such row.
    """
    passage = current()
    resource = passage.declaration.resource
    row = resource.row_of(model) if isinstance(resource, OwnedRecords) else None
    if row is None:
        raise GuardError(
            f"{passage.declaration.name} names no single {model.__name__}: resource=owns({model.__name__}, 'parameter')"
        )
    value = request.path_params.get(row.parameter, request.query_params.get(row.parameter))
    async with session_of(request.scope) as session:
        found = await find(session, model, value, row.key)
    if found is None:
        raise Refused(Refusal.ABSENT, f"no {model.__name__} of this {row.parameter} in the caller's scope")
    return found


@asynccontextmanager
async def scoped_session(request: HTTPConnection) -> AsyncIterator[AsyncScopedSession]:
    """The session of this request, in the caller's scope, for as long as the block; the handler commits."""
    async with session_of(request.scope) as session:
        yield session
