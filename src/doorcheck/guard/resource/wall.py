"""Row-level security of PostgreSQL: the same limit once more, where text() and a forgotten session meet it too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import DDL, ColumnElement, Connection, MetaData, Select, Table, and_, cast, func, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapper

from doorcheck.guard.errors import GuardError
from doorcheck.guard.resource.rows import OwnedRows, Requirement, mapper_of, requirements_of, rows_in
from doorcheck.guard.resource.scope import Scope

POLICY = "doorcheck_scope"
_SETTINGS = {"owner": "doorcheck.owner", "tenant": "doorcheck.tenant"}
_LIFTED = "doorcheck.lifted"


@dataclass(frozen=True, slots=True)
class RowSecurity:
    """Tells PostgreSQL at the beginning of each transaction for whom it is, for the policies of ``policies()``.

    The settings end with the transaction (``SET LOCAL``), so a pooled connection carries none to the next one. Whoever
    can run SQL of their own can set them too: policies stop the statement that forgot its owner, not an intruder's.
    """

    def set_for(self, connection: Connection, scope: Scope, *, lifted: bool) -> None:
        """Set owner, tenant and what is lifted for the rest of this transaction. Raises ``GuardError`` elsewhere."""
        if connection.dialect.name != "postgresql":
            raise GuardError(f"row-level security is PostgreSQL's: this is {connection.dialect.name}")
        lifts = "all" if lifted or scope.writes_all else "reading" if scope.reads_all else ""
        connection.execute(
            select(
                func.set_config(_SETTINGS["owner"], str(scope.owner), True),
                func.set_config(_SETTINGS["tenant"], "" if scope.tenant is None else str(scope.tenant), True),
                func.set_config(_LIFTED, lifts, True),
            )
        )


def policies(metadata: MetaData) -> Iterator[DDL]:
    """The statements that put every owned table of this metadata under row-level security, for a migration.

    They may be run again. A transaction that was not told for whom it is reads no row and writes none. The role that
    the application connects as must not be a superuser and must not have BYPASSRLS.
    """
    for table in metadata.sorted_tables:
        mapper = mapper_of(table)
        if mapper is not None and isinstance(rows_in(table), OwnedRows):
            yield from _policies(table, mapper)


def require_row_security(connection: Connection, metadata: MetaData) -> None:
    """Check that policies hold for this connection's role and all owned tables. For the start of an application.

    Raises ``GuardError`` with the first thing that would let a statement past them.
    """
    role = connection.execute(
        text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
    ).scalar_one()
    if role:
        raise GuardError("the role of this connection is above row-level security: connect as one that is not")
    forced = text(
        "SELECT c.relrowsecurity AND c.relforcerowsecurity AND EXISTS "
        "(SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = :policy) "
        "FROM pg_class c WHERE c.oid = to_regclass(:name)"
    )
    for table in metadata.sorted_tables:
        if isinstance(rows_in(table), OwnedRows):
            name = postgresql.dialect().identifier_preparer.format_table(table)  # type: ignore[no-untyped-call]
            if not connection.execute(forced, {"policy": POLICY, "name": name}).scalar():
                raise GuardError(f"{name} is not under row-level security: run the statements of policies(metadata)")


def _policies(table: Table, mapper: Mapper[Any]) -> Iterator[DDL]:
    name = postgresql.dialect().identifier_preparer.format_table(table)  # type: ignore[no-untyped-call]
    own = _sql(_holds(mapper, table))
    lifted = _sql(func.current_setting(_LIFTED, True))
    yield _ddl(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
    # Else the owner of the table, which often is the application, would be above it.
    yield _ddl(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
    for policy, clause in (
        (POLICY, f"FOR ALL USING ({own}) WITH CHECK ({own})"),
        (f"{POLICY}_read", f"FOR SELECT USING ({lifted} = 'reading')"),
        (f"{POLICY}_lifted", f"FOR ALL USING ({lifted} = 'all') WITH CHECK ({lifted} = 'all')"),
    ):
        yield _ddl(f"DROP POLICY IF EXISTS {policy} ON {name}")
        yield _ddl(f"CREATE POLICY {policy} ON {name} AS PERMISSIVE {clause}")


def _holds(mapper: Mapper[Any], rows: Any) -> ColumnElement[bool]:
    return and_(*(_one(one, rows.c[one.column.key]) for one in requirements_of(mapper)))


def _one(requirement: Requirement, column: ColumnElement[Any]) -> ColumnElement[bool]:
    if requirement.among is None:
        # Empty once a transaction that had set it is over: both that and never set are NULL, which equals nothing.
        given = func.nullif(func.current_setting(_SETTINGS[requirement.kind], True), "")
        return column == cast(given, column.type)
    others = requirement.among.local_table.alias()
    query: Select[Any] = select(others.c[requirement.among.columns[requirement.key].key])
    return column.in_(query.where(_holds(requirement.among, others)))


def _sql(expression: ColumnElement[Any]) -> str:
    return str(expression.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}))  # type: ignore[no-untyped-call]


def _ddl(statement: str) -> DDL:
    return DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
