"""The condition that a row is in reach of the scope, as a part of a statement that its compiler can recognise."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Select, and_, bindparam, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapper
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FromClause
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeEngine

from doorcheck.guard.resource.ledger import ledger_of
from doorcheck.guard.resource.rows import Requirement, generation, owned_mappers, requirements_of
from doorcheck.guard.resource.scope import Scope, as_held


class WithinScope(FunctionElement[bool]):
    """Holds for the rows in reach. Its first argument is a column of the row, its second the condition itself.

    Where it is compiled it vouches for the table or alias of that column. A compiler that does not know it writes a
    call of a function that no database has.
    """

    name = "doorcheck_within_scope"
    type: TypeEngine[bool] = Boolean()
    inherit_cache: bool | None = True

    def self_group(self, against: OperatorType | None = None) -> WithinScope:  # noqa: ARG002  # the form of the method
        """Itself, as it is written in brackets. Databases without booleans would be asked for ``(...) = 1`` else."""
        return self


@compiles(WithinScope)
def _compile_within(element: WithinScope, compiler: SQLCompiler, **options: Any) -> str:
    column, condition = element.clauses
    ledger = ledger_of(compiler)
    if ledger is not None:
        ledger.vouch(compiler, getattr(column, "table", None))
    return f"({compiler.process(condition, **options)})"


def within_scope(mapper: Mapper[Any], columns: Mapping[str, ColumnElement[Any]]) -> WithinScope:
    """The condition for rows of this model, over ``columns`` by attribute: of the table, an alias or an entity."""
    needed = requirements_of(mapper)
    conditions = [_holds(one, columns[one.attribute]) for one in needed]
    return WithinScope(columns[needed[0].attribute], and_(*conditions))


def columns_of(mapper: Mapper[Any], selectable: FromClause) -> dict[str, ColumnElement[Any]]:
    """The columns that ``within_scope`` reads, from this table or an alias of it."""
    return {one.attribute: selectable.c[one.column.key] for one in requirements_of(mapper)}


def among(requirement: Requirement) -> tuple[Select[Any], ColumnElement[Any]]:
    """The ids that a column may hold where its owner is another row's, as a query, and the query's one column."""
    if requirement.among is None:
        raise TypeError(f"{requirement.attribute} is held against the scope, not against other rows")
    # An alias of its own, so that the query is not taken for a part of one around it.
    rows = requirement.among.local_table.alias()
    key = rows.c[requirement.among.columns[requirement.key].key]
    return select(key).where(within_scope(requirement.among, columns_of(requirement.among, rows))), key


def scope_values(scope: Scope) -> dict[str, object | None]:
    """What the conditions are held against, by the names under which statements ask for it.

    The values are in no statement, so no cache of statements can carry them from one account to another, and a
    statement that is run without a scope fails.
    """
    return {name: as_held(getattr(scope, kind), held) for name, kind, held in _asked(generation())}


@lru_cache(maxsize=1)
def _asked(_generation: int) -> tuple[tuple[str, str, TypeEngine[Any]], ...]:
    """Every name under which some condition asks for a value of the scope."""
    found = {_asks(one): one for mapper in owned_mappers() for one in requirements_of(mapper) if one.among is None}
    return tuple((name, one.kind, one.column.type) for name, one in found.items())


def _asks(requirement: Requirement) -> str:
    held = re.sub(r"[^a-z0-9]+", "_", repr(requirement.column.type).lower()).strip("_")
    return f"doorcheck_{requirement.kind}_{held}"


def _holds(requirement: Requirement, column: ColumnElement[Any]) -> ColumnElement[bool]:
    if requirement.among is not None:
        return column.in_(among(requirement)[0])
    return column == bindparam(_asks(requirement), type_=requirement.column.type, required=True)
