"""Where in a verified session stand the account, its roles, its permissions and its tenant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from doorcheck.guard.errors import GuardError
from doorcheck.guard.principal import Carrier, Principal
from doorcheck.guard.sessions.credentials import SessionRefused

Claim = str | tuple[str, ...]
"""The name of a claim, or the names that lead to one inside another: ``("app_metadata", "role")``."""

_LONGEST_ID = 256
_MOST_NAMES = 512
_DEEPEST = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimMap:
    """The claims that a principal is made of; of several, the first that is there.

    All ``roles`` and ``permissions`` that are there count together. Each is text or a list of texts; text is one name,
    unless ``separator`` cuts it. Names that a request could set do not belong here.
    """

    user: tuple[Claim, ...] = ("sub",)
    roles: tuple[Claim, ...] = ("role", "roles")
    permissions: tuple[Claim, ...] = ("permissions",)
    tenant: tuple[Claim, ...] = ()
    session_id: tuple[Claim, ...] = ("sid",)
    separator: str | None = None

    def __post_init__(self) -> None:
        for name in ("user", "roles", "permissions", "tenant", "session_id"):
            if not isinstance(getattr(self, name), tuple):
                raise GuardError(f"ClaimMap({name}=...) is a tuple of claims: write ({getattr(self, name)!r},)")
        if not self.user:
            raise GuardError("ClaimMap(user=...) has to say where the account's id stands")

    def principal(self, claims: Mapping[str, Any], *, issuer: str, carrier: Carrier, expires_at: float) -> Principal:
        """The caller these claims name; ``expires_at`` in seconds since the epoch.

        Raises ``SessionRefused`` where there is no account's id, or one of the claims is no text.
        """
        user = self._text(claims, self.user, "the account's id")
        if user is None:
            raise SessionRefused("the session does not say whose it is")
        return Principal(
            id=user,
            issuer=issuer,
            carrier=carrier,
            expires_at=expires_at,
            roles=self._names(claims, self.roles, "a role"),
            permissions=self._names(claims, self.permissions, "a permission"),
            tenant=self._text(claims, self.tenant, "the tenant"),
            session_id=self._text(claims, self.session_id, "the session's id"),
            claims=MappingProxyType({name: frozen(value) for name, value in claims.items()}),
        )

    def _text(self, claims: Mapping[str, Any], places: tuple[Claim, ...], called: str) -> str | None:
        for place in places:
            value = claim_at(claims, place)
            if value is not None:
                return readable(value, called)
        return None

    def _names(self, claims: Mapping[str, Any], places: tuple[Claim, ...], called: str) -> frozenset[str]:
        found: set[str] = set()
        for place in places:
            value = claim_at(claims, place)
            if value is None or value == "":
                continue
            if isinstance(value, str) and self.separator:
                value = [one.strip() for one in value.split(self.separator) if one.strip()]
            several = value if isinstance(value, list | tuple) else [value]
            if len(several) > _MOST_NAMES:
                raise SessionRefused(f"{called} stands there too often")
            found.update(readable(one, called) for one in several)
        return frozenset(found)


def claim_at(claims: Mapping[str, Any], place: Claim) -> Any:
    """The value of a claim, or None where it is not there."""
    value: Any = claims
    for name in (place,) if isinstance(place, str) else place:
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def readable(value: object, called: str) -> str:
    """An id or a name as text; a whole number is written out.

    Raises ``SessionRefused`` for anything else, for text of more than 256 characters, and for text with characters
    that do not show: they would make two ids look like one (CWE-451).
    """
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63:
        return str(value)
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_ID or not value.isprintable():
        raise SessionRefused(f"{called} is no readable text")
    return value


def frozen(value: object, depth: int = 0) -> object:
    """A value of JSON that cannot be changed any more: a remembered principal is given to many requests.

    Raises ``SessionRefused`` for one that is nested more than 16 levels deep.
    """
    if depth > _DEEPEST:
        raise SessionRefused("the session is nested too deeply")
    if isinstance(value, Mapping):
        return MappingProxyType({name: frozen(one, depth + 1) for name, one in value.items()})
    if isinstance(value, list | tuple):
        return tuple([frozen(one, depth + 1) for one in value])
    return value
