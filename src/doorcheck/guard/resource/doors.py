"""The answers of a door whose handler touches owned rows: ``owns(Model, "parameter")`` and ``scoped``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from doorcheck.guard.answers import Resource
from doorcheck.guard.errors import GuardError
from doorcheck.guard.passage import Passage, current
from doorcheck.guard.principal import Principal
from doorcheck.guard.refusals import Refusal, Refused
from doorcheck.guard.resource.records import find, session_of
from doorcheck.guard.resource.rows import OwnedRows, rows_of


@dataclass(frozen=True, slots=True)
class ScopedRows(Resource):
    """Every row the handler touches goes through the scoped session of the request."""

    seen_by: frozenset[str] = frozenset()
    changed_by: frozenset[str] = frozenset()

    @property
    def says(self) -> str:
        """The answer in words, for the census."""
        return f"rows in the caller's scope{self._lifts()}"

    def all_seen_by(self, *roles: str) -> Self:
        """The same, with all rows in reach of reading for a caller who has one of these roles."""
        return replace(self, seen_by=self.seen_by | _named(roles))

    def all_changed_by(self, *roles: str) -> Self:
        """The same, with all rows in reach of reading and changing for a caller who has one of these roles."""
        return replace(self, changed_by=self.changed_by | _named(roles))

    async def settle(self, passage: Passage, arguments: Mapping[str, Any]) -> None:  # noqa: ARG002  # any row will do
        if passage.principal is None:
            raise Refused(Refusal.UNAUTHENTICATED, "owned rows and nobody signed in")

    def _lifts(self) -> str:
        seen = f"; all seen by {', '.join(sorted(self.seen_by))}" if self.seen_by else ""
        return seen + (f"; all changed by {', '.join(sorted(self.changed_by))}" if self.changed_by else "")


@dataclass(frozen=True, slots=True)
class OneRow:
    """The row of a model that a parameter of the door names, by the attribute ``key`` or by its primary key."""

    model: type[Any]
    parameter: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class OwnedRecords(ScopedRows):
    """The rows that the door's parameters name are the caller's; a row of somebody else is as absent as none."""

    rows: tuple[OneRow, ...] = ()

    @property
    def says(self) -> str:
        """The answer in words, for the census."""
        named = " and ".join(f"{row.model.__name__} by {row.parameter}" for row in self.rows)
        return f"the caller's own {named}{self._lifts()}"

    def __and__(self, other: OwnedRecords) -> OwnedRecords:
        """The rows of both. What either lifts for a role is lifted only where the other lifts it too."""
        return OwnedRecords(self.seen_by & other.seen_by, self.changed_by & other.changed_by, self.rows + other.rows)

    def parameters(self) -> frozenset[str]:
        return frozenset(row.parameter for row in self.rows)

    def row_of(self, model: type[Any]) -> OneRow | None:
        """The row of this model, where the door names exactly one."""
        found = [row for row in self.rows if row.model is model]
        return found[0] if len(found) == 1 else None

    async def settle(self, passage: Passage, arguments: Mapping[str, Any]) -> None:
        await super(OwnedRecords, self).settle(passage, arguments)
        for row in self.rows:
            value = arguments.get(row.parameter, passage.path_params.get(row.parameter))
            async with session_of(passage.scope) as session:
                if await find(session, row.model, value, row.key) is None:
                    raise Refused(
                        Refusal.ABSENT, f"no {row.model.__name__} of this {row.parameter} in the caller's scope"
                    )


scoped: ScopedRows = ScopedRows()
"""For ``resource=`` of a door that lists or makes rows: the session of the request reaches the caller's alone."""


def owns(model: type[Any], parameter: str, *, key: str | None = None) -> OwnedRecords:
    """The row of ``model`` that ``parameter`` names is the caller's, or the door answers 404. For ``resource=``.

    ``parameter`` holds the primary key, or with ``key`` another attribute of the model. Raises ``GuardError`` for a
    model that does not say whose its rows are, for one with a primary key of several columns, and for an unknown
    ``key``.
    """
    if not isinstance(rows_of(model), OwnedRows):
        raise GuardError(
            f"owns({model.__name__}, ...): the model does not say whose its rows are: __rows__ = owned_by(...)"
        )
    columns = model.__mapper__.columns
    if key is not None and key not in columns:
        raise GuardError(f"owns({model.__name__}, key={key!r}): no such column")
    if key is None and len(model.__mapper__.primary_key) != 1:
        raise GuardError(
            f"owns({model.__name__}, ...): its primary key has several columns, and one parameter names one"
        )
    return OwnedRecords(rows=(OneRow(model, parameter, key),))


def lifted(principal: Principal) -> tuple[bool, bool]:
    """Whether the door of the present request shows all rows to this caller, and whether it lets them change all."""
    resource = current().declaration.resource
    if not isinstance(resource, ScopedRows):
        return False, False
    return bool(resource.seen_by & principal.roles), bool(resource.changed_by & principal.roles)


def _named(roles: tuple[str, ...]) -> frozenset[str]:
    if not roles or not all(roles):
        raise ValueError("name the role that is let through")
    return frozenset(roles)
