"""For whom a session works: which rows it may read and write."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy.types import TypeEngine

from doorcheck.guard.passage import current_principal

_MOST = 2**63 - 1
Identity = str | int | uuid.UUID


@dataclass(frozen=True, slots=True)
class Scope:
    """An account and, where there are tenants, the one it works for.

    ``reads_all`` and ``writes_all`` lift the limit for a role that was declared to see or to change everything; without
    a request, as in a background task, the scope is given by hand: ``ScopedSession(engine, scope=Scope("u_1"))``.
    """

    owner: Identity
    tenant: Identity | None = None
    reads_all: bool = False
    writes_all: bool = False

    def __post_init__(self) -> None:
        if self.owner is None or self.owner == "":
            raise ValueError("a scope without an owner would be everybody's")


def scope_of_caller() -> Scope:
    """The scope of the request that is being served, with what its door lifts for the caller's roles.

    Raises ``Refused``: 401 where nobody has signed in, 500 outside of a request.
    """
    from doorcheck.guard.resource.doors import lifted  # noqa: PLC0415  # its answers are settled with scopes

    principal = current_principal()
    reads_all, writes_all = lifted(principal)
    return Scope(principal.id, principal.tenant, reads_all or writes_all, writes_all)


def as_held(value: object, kind: TypeEngine[Any]) -> object | None:
    """This id as a column of this type holds it; None for one that such a column cannot hold, and so equals nothing."""
    try:
        wanted = kind.python_type
    except NotImplementedError:
        return value
    if wanted is int:
        return _number(value)
    if value is None or isinstance(value, bool):
        return None
    if wanted is str:
        # PostgreSQL has no text with a NUL in it.
        return text if "\0" not in (text := str(value)) else None
    if wanted is uuid.UUID and isinstance(value, str):
        try:
            found = uuid.UUID(value)
        except ValueError:
            return None
        return found if value.lower() in {str(found), found.hex} else None
    return value if isinstance(value, wanted) else None


def _number(value: object) -> int | None:
    if isinstance(value, str):
        # Only the one spelling of a number: two accounts must not be one. The longest of 64 bits has 19 digits.
        plain = value.isascii() and value.isdigit() and len(value) < 20 and (value == "0" or value[0] != "0")
        value = int(value) if plain else None
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if -_MOST - 1 <= value <= _MOST else None
