"""What is known of a database: its models, their columns, and what each column is to the people who use the app."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from doorcheck.scan.project.database.naming import plain
from doorcheck.scan.project.database.security import RowSecurity


class Role(enum.Enum):
    """What a column means for who may read or set it. One column may have several."""

    OWNER = "owner"
    """Says whose record it is: it points at an account."""
    ACTOR = "actor"
    """Points at an account that did something to the record, or is to do it, beside the one it belongs to."""
    TENANT = "tenant"
    """Says which organisation, team or workspace the record belongs to."""
    SENSITIVE = "sensitive"
    """Not for anybody else's eyes: hashes, tokens, secrets, numbers of passports."""
    PRIVILEGED = "privileged"
    """Gives its holder power or worth: roles, plans, credits, verified addresses. A client must not set it."""
    GOVERNED = "governed"
    """A status, a price, an approval: whether a client may set it depends on what the record is."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its ``name`` in code, as ``stored`` in the database, its ``type`` in lower case as it is written.

    ``references`` names the model it points at, in the words of the schema; empty when it points nowhere. With
    ``implied`` no foreign key says so but its name: ``project_id`` beside a table ``projects``. ``hidden`` columns come
    with a record only where they are asked for.
    """

    name: str
    stored: str = ""
    type: str = ""
    optional: bool = False
    many: bool = False
    unique: bool = False
    key: bool = False
    references: str = ""
    implied: bool = False
    hidden: bool = False
    roles: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True)
class Relation:
    """A name under which a query reaches another model: ``columns`` are this model's own that point there, if any."""

    name: str
    model: str
    columns: tuple[str, ...] = ()
    many: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """One step from a record to the one it belongs to: this column of this model points at ``parent``."""

    model: str
    column: str
    parent: str


@dataclass(frozen=True, slots=True)
class Chain:
    """The way from a record through its parents to somebody: ``end`` is OWNER or TENANT, as the last link's column."""

    links: tuple[Link, ...]
    end: Role


@dataclass(frozen=True, slots=True)
class Model:
    """A table, model or collection. ``name`` is what the schema calls it, ``stored`` what the database does.

    ``uniques`` are the sets of columns no two records agree on, the primary key's among them. ``owned_through`` are
    the ways over parents to an account or tenant, the shortest first; a model's own owner is a column of it.
    ``security`` is row-level security as SQL files set it up; None when they say nothing of this table.
    """

    name: str
    stored: str = ""
    aliases: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    relations: tuple[Relation, ...] = ()
    uniques: tuple[frozenset[str], ...] = ()
    file: str = ""
    line: int = 1
    security: RowSecurity | None = None
    is_account: bool = False
    is_tenant: bool = False
    is_membership: bool = False
    owned_through: tuple[Chain, ...] = ()

    def column(self, name: str) -> Column | None:
        """The column of this name, in code or in the database, whatever its case; None when there is none."""
        wanted = plain(name)
        named = (each for each in self.columns if plain(each.name) == wanted)
        return next(named, None) or next((each for each in self.columns if plain(each.stored) == wanted), None)

    def relation(self, name: str) -> Relation | None:
        """The relation that a query reaches under this name; None when there is none."""
        return next((each for each in self.relations if each.name == name), None)

    def having(self, role: Role) -> tuple[Column, ...]:
        """The columns with this role, in the schema's order."""
        return tuple(each for each in self.columns if role in each.roles)

    @property
    def owners(self) -> tuple[Column, ...]:
        """The columns that say whose record it is."""
        return self.having(Role.OWNER)

    @property
    def tenants(self) -> tuple[Column, ...]:
        """The columns that say which tenant's record it is."""
        return self.having(Role.TENANT)
