"""Who is calling, as a verified session says it."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

NOTHING: Mapping[str, Any] = MappingProxyType({})


class Carrier(enum.StrEnum):
    """How a credential travels. A browser attaches a cookie by itself, so only a cookie needs an origin check."""

    COOKIE = "cookie"
    BEARER = "bearer"


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller whose session was verified.

    ``id`` is the account's id as the issuer writes it, ``issuer`` the name of the verifier that accepted it,
    ``expires_at`` seconds since the epoch. ``claims`` is what else the session says; roles, permissions and the tenant
    are in fields of their own because answers are decided by them.
    """

    id: str
    issuer: str
    carrier: Carrier
    expires_at: float
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    tenant: str | None = None
    session_id: str | None = None
    claims: Mapping[str, Any] = field(default_factory=lambda: NOTHING, repr=False, compare=False, hash=False)

    @property
    def account(self) -> str:
        """The account as the logs write it: the id is an issuer's own, and two issuers may have one alike."""
        return f"{self.issuer}:{self.id}"
