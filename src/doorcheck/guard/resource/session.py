"""Sessions that reach the rows of one scope, and no others."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, NoReturn, Protocol

from sqlalchemy import Connection, event, inspect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapper, ORMExecuteState, Session, SessionTransaction

from doorcheck.guard.resource.criteria import EVERY_OWNED_ROW
from doorcheck.guard.resource.faults import OutOfScope
from doorcheck.guard.resource.gate import set_gate
from doorcheck.guard.resource.rows import OwnedRows, requirements_of, rows_of
from doorcheck.guard.resource.scope import Scope, as_held, scope_of_caller
from doorcheck.guard.resource.unscoped import Audit, to_log, use_of
from doorcheck.guard.resource.within import columns_of, within_scope

Held = dict[Any, tuple[object, ...]]


class Wall(Protocol):
    """A second limit, in the database itself."""

    def set_for(self, connection: Connection, scope: Scope, *, lifted: bool) -> None:
        """Tell the database for whom the rest of this transaction is, and whether the scope is lifted in it."""


class ScopedSession(Session):
    """A session in which an owned table is neither read nor changed outside of a scope.

    ``scope`` is the caller's of the request that is being served, unless it is given. ``audit`` is told of each
    ``unscoped``; ``wall`` sets up row-level security. Everything else is as in ``sqlalchemy.orm.Session``. Raises
    ``Refused`` (401, 500) where there is no caller to work for.

    Not held: a DBAPI connection that is taken from the engine, or from a connection, by hand.
    """

    def __init__(
        self,
        *args: Any,
        scope: Scope | None = None,
        audit: Audit = to_log,
        wall: Wall | None = None,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self._scope = scope if scope is not None else scope_of_caller()
        self._unheld = False
        self.wall = wall
        self._audit = audit

    @property
    def scope(self) -> Scope:
        """For whom this session works, from its beginning to its end."""
        return self._scope

    @property
    def unheld(self) -> bool:
        """Whether the scope is lifted now, by ``unscoped``."""
        return self._unheld

    def connection(self, *args: Any, **options: Any) -> Connection:
        """Only inside of ``unscoped``: a connection's statements name no models. Raises ``OutOfScope``."""
        if not self.unheld:
            _refuse_connection()
        return super().connection(*args, **options)

    def enable_relationship_loading(self, obj: object) -> None:  # noqa: ARG002  # the form of the method
        """Not in a scoped session: an object that was never read has no owner that could be checked."""
        raise OutOfScope("enable_relationship_loading() reads by foreign keys that nobody has checked")

    @contextmanager
    def unscoped(self, *, because: str) -> Iterator[None]:
        """Lift the scope inside of the block. ``because`` is audited first; an empty one is a ``ValueError``.

        What is pending is flushed before and, unless the block raises, after it. Objects that came in without a scope
        leave the session at the end of the block, with what was loaded of them.
        """
        if self.unheld:
            raise OutOfScope("unscoped() inside of unscoped()")
        self._audit(use_of(self.scope, because))
        self.flush()
        before = {key: _holds(self.identity_map[key]) for key in list(self.identity_map.keys())}
        self._unheld = True
        try:
            self._lift(lifted=True)
            yield
            self.flush()
            self._lift(lifted=False)
        except BaseException:
            # A transaction that has failed ends in a rollback, which undoes the lifting too.
            with suppress(DBAPIError):
                self._lift(lifted=False)
            raise
        finally:
            self._unheld = False
            self._put_out(before)

    def _lift(self, *, lifted: bool) -> None:
        transaction = self.get_transaction()
        if self.wall is not None and (transaction is None or transaction.is_active):
            self.wall.set_for(super().connection(), self.scope, lifted=lifted)

    def _put_out(self, before: Held) -> None:
        for pending in list(self.new):
            self.expunge(pending)
        for key in list(self.identity_map.keys()):
            instance = self.identity_map.get(key)
            if instance is not None and before.get(key) != _holds(instance):
                self.expunge(instance)


class AsyncScopedSession(AsyncSession):
    """The same for ``sqlalchemy.ext.asyncio``; for ``async_sessionmaker(engine, class_=AsyncScopedSession)``."""

    sync_session_class: type[Session] = ScopedSession
    sync_session: ScopedSession

    @property
    def scope(self) -> Scope:
        """For whom this session works."""
        return self.sync_session.scope

    @asynccontextmanager
    async def unscoped(self, *, because: str) -> AsyncIterator[None]:
        """Lift the scope inside of the block, as ``ScopedSession.unscoped`` does."""
        block = self.sync_session.unscoped(because=because)
        await self.run_sync(lambda _: block.__enter__())
        try:
            yield
        except BaseException as fault:
            kind, trace = type(fault), fault.__traceback__
            raised = fault
            await self.run_sync(lambda _: block.__exit__(kind, raised, trace))
            raise
        await self.run_sync(lambda _: block.__exit__(None, None, None))


def _refuse_connection() -> NoReturn:
    raise OutOfScope("connection() cannot be held to a scope: use unscoped(because=...)")


def _holds(instance: object) -> tuple[object, ...]:
    """What an owned object has, of what is loaded, in the columns that say whose it is."""
    state = inspect(instance)
    rows = rows_of(type(instance))
    if not isinstance(rows, OwnedRows) or state is None:
        return ()
    loaded = state.dict
    return tuple(loaded.get(name) for name in (rows.by, rows.tenant, rows.through) if name in loaded)


@event.listens_for(ScopedSession, "do_orm_execute")
def _narrow(state: ORMExecuteState) -> None:
    session = state.session
    if not isinstance(session, ScopedSession) or session.unheld or not state.is_orm_statement:
        return
    if state.is_select and not session.scope.reads_all:
        state.statement = state.statement.options(EVERY_OWNED_ROW)
        mapper = state.bind_mapper
        if state.is_column_load and mapper is not None and requirements_of(mapper):
            # The option leaves the query that reads an object again alone.
            state.statement = _held_again(state.statement, mapper)
    elif (state.is_update or state.is_delete) and not session.scope.writes_all:
        state.statement = state.statement.options(EVERY_OWNED_ROW)


def _held_again(statement: Any, mapper: Mapper[Any]) -> Any:
    return statement.where(within_scope(mapper, columns_of(mapper, mapper.local_table)))


@event.listens_for(ScopedSession, "after_begin")
def _set_gate(session: ScopedSession, _transaction: SessionTransaction, connection: Connection) -> None:
    if session.wall is not None:
        session.wall.set_for(connection, session.scope, lifted=session.unheld)
    set_gate(connection, session)


@event.listens_for(ScopedSession, "before_flush")
def _fill_owner(session: ScopedSession, *_: object) -> None:
    """Make new rows the scope's own where they say nothing else."""
    if session.unheld:
        return
    for instance in session.new:
        mapper = inspect(type(instance))
        for one in requirements_of(mapper):
            # A primary key that is not said yet is its default's or the database's to make, as that of a new account.
            if one.among is None and not one.column.primary_key and getattr(instance, one.attribute) is None:
                held = as_held(getattr(session.scope, one.kind), one.column.type)
                setattr(instance, one.attribute, held)


@event.listens_for(ScopedSession, "before_attach")
def _require_read_here(session: ScopedSession, instance: object) -> None:
    """What says that it stands for a row is read by this session, or it is not known whose the row is."""
    state = inspect(instance)
    if session.unheld or session.scope.writes_all or state is None or state.key is None:
        return
    if requirements_of(state.mapper):
        raise OutOfScope(f"a {type(instance).__name__} that this session has not read cannot join it: merge() reads it")
