"""Whose rows a table holds: the declaration on a model, and the models and tables that carry one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary, ref

from sqlalchemy import Column, Table, event
from sqlalchemy.orm import Mapper
from sqlalchemy.sql.expression import FromClause

from doorcheck.guard.errors import GuardError

ATTRIBUTE = "__rows__"
INFO = "doorcheck_rows"


@dataclass(frozen=True, slots=True)
class Members:
    """The rows that say who belongs to which tenant: ``model`` is owned by the account, ``tenant`` is its attribute."""

    model: type[Any]
    tenant: str


@dataclass(frozen=True, slots=True)
class OwnedRows:
    """Each row is one account's, one tenant's, or both at once. The names are attributes of the model.

    ``by`` holds the account's id. ``tenant`` holds the tenant's: the one the session names or, with ``members``, any
    that the account has a membership row for. ``through`` holds the primary key of ``parent``, whose rows are owned.
    """

    by: str | None = None
    tenant: str | None = None
    members: Members | None = None
    through: str | None = None
    parent: Callable[[], type[Any]] | None = None


@dataclass(frozen=True, slots=True)
class OpenRows:
    """The rows belong to nobody, for the stated reason."""

    because: str

    def __post_init__(self) -> None:
        if not self.because.strip():
            raise ValueError("open_rows() needs a reason: open_rows(because='the same countries for everybody')")


Rows = OwnedRows | OpenRows


def owned_by(by: str | None = None, *, tenant: str | None = None, members: Members | None = None) -> OwnedRows:
    """Rows with an owner, for ``__rows__`` of a model: ``__rows__ = owned_by("user_id")``.

    With both ``by`` and ``tenant`` a row is only in reach where both hold. Raises ``ValueError`` where neither is
    given, or ``members`` without ``tenant``.
    """
    if by is None and tenant is None:
        raise ValueError(
            "owned_by() needs the attribute that holds the owner: owned_by('user_id') or owned_by(tenant='org_id')"
        )
    if members is not None and tenant is None:
        raise ValueError("members= says who belongs to a tenant: give tenant= too")
    return OwnedRows(by=by, tenant=tenant, members=members)


def owned_through(attribute: str, parent: type[Any] | Callable[[], type[Any]]) -> OwnedRows:
    """Rows that belong to whom their parent belongs to: ``owned_through("invoice_id", Invoice)``.

    ``attribute`` holds the parent's primary key. A parent that is defined later is given as ``lambda: Invoice``.
    """
    if isinstance(parent, type):
        return OwnedRows(through=attribute, parent=_constant(parent))
    return OwnedRows(through=attribute, parent=parent)


def open_rows(*, because: str) -> OpenRows:
    """Rows that are nobody's, for ``__rows__`` of a model. An empty reason is a ``ValueError``."""
    return OpenRows(because)


def open_table(*, because: str) -> dict[str, OpenRows]:
    """The same for a ``Table`` without a model: ``Table("invoice_tag", ..., info=open_table(because="..."))``."""
    return {INFO: OpenRows(because)}


# Weak both ways, so that a model that is defined inside of a function goes when it is done with.
_mapped: WeakKeyDictionary[FromClause, ref[Mapper[Any]]] = WeakKeyDictionary()
_required: WeakKeyDictionary[Mapper[Any], tuple[Requirement, ...]] = WeakKeyDictionary()
_declared = {"models": 0}


@event.listens_for(Mapper, "after_mapper_constructed")
def _enter(mapper: Mapper[Any], model: type[Any]) -> None:
    rows = getattr(model, ATTRIBUTE, None)
    if rows is None:
        return
    if not isinstance(rows, OwnedRows | OpenRows):
        raise GuardError(f"{model.__name__}.{ATTRIBUTE} is made with owned_by(), owned_through() or open_rows()")
    if isinstance(rows, OwnedRows):
        _require_columns(mapper, rows)
    if isinstance(mapper.local_table, Table):
        _mapped.setdefault(mapper.local_table, ref(mapper))
        _declared["models"] += 1


def generation() -> int:
    """A number that is another one when models were declared since."""
    return _declared["models"]


def _require_columns(mapper: Mapper[Any], rows: OwnedRows) -> None:
    name = mapper.class_.__name__
    if not isinstance(mapper.local_table, Table) or len(mapper.tables) > 1:
        raise GuardError(
            f"{name} has owned rows in several tables: give each table a model of its own, with its own {ATTRIBUTE}"
        )
    for attribute in (rows.by, rows.tenant, rows.through):
        if attribute is not None and attribute not in mapper.columns:
            raise GuardError(f"{name}.{ATTRIBUTE} names {attribute!r}, which is no column of {name}")


def rows_of(model: type[Any]) -> Rows | None:
    """What this model declares about its rows, or None."""
    found = getattr(model, ATTRIBUTE, None)
    return found if isinstance(found, OwnedRows | OpenRows) else None


def rows_in(table: FromClause) -> Rows | None:
    """What is declared about the rows of this table; None for a table that nothing is declared about."""
    mapper = mapper_of(table)
    if mapper is not None:
        return rows_of(mapper.class_)
    found = getattr(table, "info", {}).get(INFO)
    return found if isinstance(found, OpenRows) else None


def mapper_of(table: FromClause) -> Mapper[Any] | None:
    """The mapper that declares whose the rows of this table are; None for a table without one."""
    found = _mapped.get(table)
    return found() if found is not None else None


def owned_mappers() -> Iterator[Mapper[Any]]:
    """The mappers of all models with owned rows, without those that share the table of another."""
    for found in list(_mapped.values()):
        mapper = found()
        if mapper is not None and isinstance(rows_of(mapper.class_), OwnedRows):
            yield mapper


@dataclass(frozen=True, slots=True)
class Requirement:
    """One column of an owned table and what it must hold.

    ``kind`` is ``owner`` or ``tenant`` for a value of the scope; else it is ``among``, and the column must hold the
    attribute ``key`` of a row in reach of the model ``among``.
    """

    kind: str
    attribute: str
    column: Column[Any]
    among: Mapper[Any] | None = None
    key: str = ""


def requirements_of(mapper: Mapper[Any]) -> tuple[Requirement, ...]:
    """What a row of this model must hold to be in reach; empty where its rows are nobody's.

    Raises ``GuardError`` where it is a part of rows that are not declared to be anybody's.
    """
    found = _required.get(mapper)
    if found is None:
        found = _required[mapper] = tuple(_requirements(mapper))
    return found


def _requirements(mapper: Mapper[Any]) -> Iterator[Requirement]:
    rows = rows_of(mapper.class_)
    if not isinstance(rows, OwnedRows):
        return
    if rows.by is not None:
        yield Requirement("owner", rows.by, mapper.columns[rows.by])
    if rows.tenant is not None:
        column = mapper.columns[rows.tenant]
        if rows.members is None:
            yield Requirement("tenant", rows.tenant, column)
        else:
            among = _owned_mapper(rows.members.model, f"members of {mapper.class_.__name__}")
            yield Requirement("among", rows.tenant, column, among, rows.members.tenant)
    if rows.through is not None and rows.parent is not None:
        among = _owned_mapper(rows.parent(), f"parent of {mapper.class_.__name__}")
        if len(among.primary_key) != 1:
            raise GuardError(
                f"{among.class_.__name__} has a primary key of several columns: own its children by a column"
            )
        key = among.get_property_by_column(among.primary_key[0]).key
        yield Requirement("among", rows.through, mapper.columns[rows.through], among, key)


def grants_of(mapper: Mapper[Any]) -> tuple[Requirement, ...]:
    """What a row of this model says of the tenants that its owner belongs to; empty where it is no membership.

    Whoever may make such a row lets themselves in, so a scope only ever makes one for the tenant that it is in already.
    """
    return _grants(generation()).get(mapper, ())


@lru_cache(maxsize=1)
def _grants(_generation: int) -> Mapping[Mapper[Any], tuple[Requirement, ...]]:
    found: dict[Mapper[Any], dict[str, Requirement]] = {}
    for owned in owned_mappers():
        rows = rows_of(owned.class_)
        if isinstance(rows, OwnedRows) and rows.members is not None:
            among, attribute = _owned_mapper(rows.members.model, "members"), rows.members.tenant
            found.setdefault(among, {})[attribute] = Requirement("tenant", attribute, among.columns[attribute])
    return {mapper: tuple(named.values()) for mapper, named in found.items()}


def _owned_mapper(model: type[Any], as_what: str) -> Mapper[Any]:
    mapper = mapper_of(model.__table__)
    if mapper is None or not isinstance(rows_of(mapper.class_), OwnedRows):
        raise GuardError(
            f"{model.__name__} is the {as_what} and does not say whose its rows are: {ATTRIBUTE} = owned_by(...)"
        )
    return mapper


def _constant(model: type[Any]) -> Callable[[], type[Any]]:
    return lambda: model
