"""The one place that every statement of a scoped session goes through, on its way to the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Delete, Insert, Update, event
from sqlalchemy.orm import FromStatement
from sqlalchemy.sql.elements import ReleaseSavepointClause, RollbackToSavepointClause, SavepointClause
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import SelectBase

from doorcheck.guard.errors import GuardError
from doorcheck.guard.resource.faults import OutOfScope
from doorcheck.guard.resource.ledger import Ledger, ledger_of, watch
from doorcheck.guard.resource.within import scope_values
from doorcheck.guard.resource.writes import narrowed, require_changes, require_new_rows, target_of

if TYPE_CHECKING:
    from doorcheck.guard.resource.session import ScopedSession

Params = Mapping[str, Any]
# What is left to the ledger: these read what their compiler writes, or nothing.
_READS = (
    SelectBase,
    FromStatement,
    FunctionElement,
    SavepointClause,
    RollbackToSavepointClause,
    ReleaseSavepointClause,
)


class Gate:
    """Holds the statements of one session against its scope: changes before they are compiled, everything after."""

    __slots__ = ("__weakref__", "_session")

    def __init__(self, session: ScopedSession) -> None:
        self._session = session

    def before_execute(
        self, connection: Connection, statement: Any, several: Sequence[Params], one: Params, _options: object
    ) -> tuple[Any, Sequence[Params], Params]:
        """Check and narrow a change, and hand the scope's values to whatever asks for them. Raises ``OutOfScope``."""
        session = self._session
        if not session.unheld and not session.scope.writes_all:
            statement = self._held(connection, statement, several or ([one] if one else ()))
        values = scope_values(session.scope)
        if several:
            return statement, [{**row, **values} for row in several], one
        return statement, several, {**one, **values}

    def before_cursor_execute(
        self, connection: Connection, _cursor: Any, _text: str, _parameters: Any, context: Any, _many: bool
    ) -> None:
        """Refuse what the compiler found to be out of the scope. Raises ``OutOfScope``."""
        session = self._session
        if session.unheld or session.scope.writes_all:
            return
        compiled = context.compiled
        if compiled is None:
            raise OutOfScope(
                "SQL that was not built by SQLAlchemy cannot be held to a scope: use unscoped(because=...)"
            )
        ledger = ledger_of(compiled)
        if ledger is None:
            # Compiled before the dialect was watched, and cached since.
            ledger = ledger_of(compiled.statement.compile(dialect=connection.dialect))
        _require(
            ledger, reads_all=session.scope.reads_all and isinstance(compiled.statement, SelectBase | FromStatement)
        )

    def _held(self, connection: Connection, statement: Any, given: Sequence[Params]) -> Any:
        if isinstance(statement, Insert):
            require_new_rows(connection, statement, given, self._session.scope)
            return statement
        if isinstance(statement, Update | Delete):
            mapper = target_of(statement)
            if mapper is None:
                return statement
            if isinstance(statement, Update):
                require_changes(connection, mapper, statement, given, self._session.scope)
            return narrowed(statement, mapper)
        if not isinstance(statement, _READS):
            raise OutOfScope(f"{type(statement).__name__} cannot be held to a scope: use unscoped(because=...)")
        return statement


def _require(ledger: Ledger | None, *, reads_all: bool) -> None:
    if ledger is None:
        raise OutOfScope("the compiler of this dialect cannot be watched")
    if ledger.faults:
        raise OutOfScope(f"{ledger.faults[0]}: use unscoped(because=...)")
    if not reads_all:
        for flaw in ledger.unvouched():
            raise OutOfScope(flaw)


_gates: WeakKeyDictionary[Connection, Gate] = WeakKeyDictionary()


def set_gate(connection: Connection, session: ScopedSession) -> bool:
    """Put the session's gate before this connection; False where it stands there already.

    Raises ``GuardError`` where another session's does: two scopes cannot share a connection.
    """
    standing = _gates.get(connection)
    if standing is not None:
        if standing._session is not session:  # noqa: SLF001
            raise GuardError("this connection belongs to another scoped session: bind each one to the engine")
        return False
    watch(connection.dialect)
    gate = _gates[connection] = Gate(session)
    event.listen(connection, "before_execute", gate.before_execute, retval=True)
    event.listen(connection, "before_cursor_execute", gate.before_cursor_execute)
    return True
