"""The database of an application: one scoped session for each request, and the rows that requests name."""

from __future__ import annotations

from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Mapper
from starlette.applications import Starlette

from doorcheck.guard.errors import GuardError
from doorcheck.guard.resource.scope import Scope, as_held
from doorcheck.guard.resource.session import AsyncScopedSession, Wall
from doorcheck.guard.resource.unscoped import Audit, to_log

Model = TypeVar("Model")
ASGIScope = MutableMapping[str, Any]
RECORDS = "doorcheck.records"
_STATE = "doorcheck_records"
_SESSION = "doorcheck.session"


class Records:
    """Opens scoped sessions on one engine.

    ``audit`` is told of each ``unscoped``; ``wall`` (``RowSecurity``) is the second limit, in PostgreSQL.
    """

    def __init__(self, engine: AsyncEngine, *, audit: Audit = to_log, wall: Wall | None = None) -> None:
        self._engine = engine
        self._audit = audit
        self._wall = wall

    def session(self, scope: Scope | None = None) -> AsyncScopedSession:
        """A session of this scope, or of the caller's; to be used with ``async with``.

        It does not commit by itself, and what was loaded stays readable after a commit. Raises ``Refused`` (401, 500)
        where there is no scope and no caller.
        """
        return AsyncScopedSession(self._engine, expire_on_commit=False, scope=scope, audit=self._audit, wall=self._wall)

    def serve(self, *applications: Starlette) -> None:
        """Be the records that the requests of these applications find, mounted ones included by name."""
        for application in applications:
            setattr(application.state, _STATE, self)


def records_of(scope: ASGIScope) -> Records:
    """The records of the application that this request is for. Raises ``GuardError`` where it has none."""
    found = scope.get(RECORDS)
    if found is None and (application := scope.get("app")) is not None:
        found = getattr(application.state, _STATE, None)
    if not isinstance(found, Records):
        raise GuardError("this application has no records: Records(engine).serve(app)")
    return found


@asynccontextmanager
async def session_of(scope: ASGIScope) -> AsyncIterator[AsyncScopedSession]:
    """The session of this request: the one that is open, or one that is open for as long as this block."""
    standing = scope.get(_SESSION)
    if standing is not None:
        yield standing
        return
    async with records_of(scope).session() as session:
        scope[_SESSION] = session
        try:
            yield session
        finally:
            del scope[_SESSION]


async def find(session: AsyncScopedSession, model: type[Model], value: object, key: str | None = None) -> Model | None:
    """The row of this model whose primary key, or attribute ``key``, is ``value``; None for absent and foreign ones.

    A value that the column cannot hold, such as a word for a number, names no row.
    """
    mapper: Mapper[Any] = model.__mapper__  # type: ignore[attr-defined]
    column = mapper.primary_key[0] if key is None else mapper.columns[key]
    held = as_held(value, column.type)
    if held is None:
        return None
    if key is None:
        return await session.get(model, held)
    found: Model | None = await session.scalar(select(model).where(getattr(model, key) == held).limit(1))
    return found
