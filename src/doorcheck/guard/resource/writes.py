"""The values that a change would write, held against the scope before the statement is compiled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Delete, Insert, Table, Update
from sqlalchemy.dialects.postgresql.dml import OnConflictDoNothing as PostgreSQLDoNothing
from sqlalchemy.dialects.sqlite.dml import OnConflictDoNothing as SQLiteDoNothing
from sqlalchemy.orm import Mapper
from sqlalchemy.sql.elements import BindParameter, ClauseElement

from doorcheck.guard.resource.faults import OutOfScope
from doorcheck.guard.resource.rows import OwnedRows, Requirement, grants_of, mapper_of, requirements_of, rows_in
from doorcheck.guard.resource.scope import Scope, as_held
from doorcheck.guard.resource.within import among, columns_of, within_scope

Values = Mapping[Any, Any]


def target_of(statement: Insert | Update | Delete) -> Mapper[Any] | None:
    """The mapper of the owned table that this statement changes; None for a table that is nobody's.

    Raises ``OutOfScope`` for a table of which nothing is declared.
    """
    table = statement.table
    rows = rows_in(table) if isinstance(table, Table) else None
    if rows is None:
        raise OutOfScope(
            f"{table} is changed and nothing is declared of it: __rows__ = owned_by(...) or open_rows(...)"
        )
    return mapper_of(table) if isinstance(rows, OwnedRows) else None


def require_new_rows(connection: Connection, statement: Insert, given: Sequence[Values], scope: Scope) -> None:
    """Refuse an INSERT unless every row of it is within the scope. Raises ``OutOfScope``."""
    mapper = target_of(statement)
    if mapper is None:
        return
    name = mapper.class_.__name__
    if statement.select is not None:
        raise OutOfScope(f"INSERT of a SELECT into {name}: whose the rows become is not known before they are")
    clause = statement._post_values_clause  # noqa: SLF001  # there is no other way to ask
    if clause is not None and not isinstance(clause, PostgreSQLDoNothing | SQLiteDoNothing):
        raise OutOfScope(f"an INSERT into {name} that changes the row it meets could change somebody else's")
    rows = list(_new_rows(statement, given))
    for requirement in requirements_of(mapper):
        written = [_written(requirement, row) for row in rows]
        if not all(written):
            raise OutOfScope(f"{name}.{requirement.attribute} is not given for every new row")
        _require(connection, requirement, [value for row in written for value in row], scope, name)
    _require_no_grant(mapper, rows, scope)


def require_changes(
    connection: Connection, mapper: Mapper[Any], statement: Update, given: Sequence[Values], scope: Scope
) -> None:
    """Refuse an UPDATE that would give a row to somebody else, or its owner a tenant. Raises ``OutOfScope``."""
    rows: list[Values] = [*given, statement._values or {}]  # noqa: SLF001  # there is no other way to ask
    for requirement in requirements_of(mapper):
        values = [value for row in rows for value in _written(requirement, row)]
        _require(connection, requirement, values, scope, mapper.class_.__name__)
    _require_no_grant(mapper, rows, scope)


def narrowed(statement: Update | Delete, mapper: Mapper[Any]) -> Update | Delete:
    """The same change, of the rows in reach alone."""
    return statement.where(within_scope(mapper, columns_of(mapper, statement.table)))


def _new_rows(statement: Insert, given: Sequence[Values]) -> Iterator[Values]:
    usual: Values = statement._values or {}  # noqa: SLF001
    several = [row for rows in statement._multi_values for row in rows]  # noqa: SLF001
    for row in several:
        yield row if isinstance(row, Mapping) else dict(zip(statement.table.c, row, strict=False))
    if not several:
        for one in given or ({},):
            yield {**usual, **one}


def _written(requirement: Requirement, row: Values) -> list[Any]:
    """What this row has for the required column, under whichever of its names."""
    column = requirement.column
    names = {requirement.attribute, column.key, column.name}
    # Compared by hand: a column's own == is SQL.
    return [
        value
        for key, value in row.items()
        if (key in names if isinstance(key, str) else getattr(key, "key", None) in names)
    ]


def _require(connection: Connection, requirement: Requirement, values: Sequence[Any], scope: Scope, name: str) -> None:
    where = f"{name}.{requirement.attribute}"
    plain = {_plain(value, requirement, where) for value in values}
    if requirement.among is None:
        wanted = as_held(getattr(scope, requirement.kind), requirement.column.type)
        if wanted is None and plain:
            raise OutOfScope(f"the scope's {requirement.kind} is no value that {where} can hold")
        if plain - {wanted}:
            raise OutOfScope(f"{where} would make the row somebody else's")
        return
    for value in plain:
        query, key = among(requirement)
        if connection.execute(query.where(key == value).limit(1)).first() is None:
            raise OutOfScope(f"{where} would make the row a part of somebody else's")


def _require_no_grant(mapper: Mapper[Any], rows: Sequence[Values], scope: Scope) -> None:
    for grant in grants_of(mapper):
        where = f"{mapper.class_.__name__}.{grant.attribute}"
        mine = as_held(scope.tenant, grant.column.type)
        if any(_plain(value, grant, where) != mine for row in rows for value in _written(grant, row)):
            raise OutOfScope(
                f"{where} would let its owner into a tenant: whoever may say so uses unscoped(because=...)"
            )


def _plain(value: Any, requirement: Requirement, where: str) -> Any:
    if isinstance(value, BindParameter):
        value = value.effective_value
    if isinstance(value, ClauseElement) or hasattr(value, "__clause_element__"):
        raise OutOfScope(f"{where} is computed by the database: give a value, which can be checked")
    held = as_held(value, requirement.column.type)
    if held is None:
        raise OutOfScope(f"{where} would be nobody's")
    return held
