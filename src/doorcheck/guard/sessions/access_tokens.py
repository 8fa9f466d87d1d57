"""Signed access tokens of one issuer: algorithm, issuer, audience and times, then the signature."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from doorcheck.guard.sessions.credentials import SessionRefused
from doorcheck.guard.sessions.jws import read_jws, verify_signature
from doorcheck.guard.sessions.keys import KeySource
from doorcheck.guard.sessions.times import check_times

IsIssuer = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Verified:
    """The claims of a token that holds, and until when it does (seconds since the epoch, leeway included)."""

    claims: dict[str, Any]
    expires_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessTokens:
    """What the tokens of one issuer have to say. ``audience`` and ``issuers`` are asked for where they are given."""

    keys: KeySource
    issuers: frozenset[str] | IsIssuer | None = None
    audience: str | None = None
    typ: str | None = None
    leeway: float = 5.0

    async def verify(self, token: str, now: float) -> Verified:
        """The claims of a token.

        What costs nothing is asked first, so that a token of somebody else's fetches no keys. Raises
        ``SessionRefused`` and, where the keys cannot be had, ``SessionUnavailable``.
        """
        signed = read_jws(token, self.keys.algorithms)
        if self.typ is not None and str(signed.header.get("typ", "")).upper() != self.typ.upper():
            raise SessionRefused(f"the token is no {self.typ}")
        expires_at = check_times(signed.claims, now, self.leeway)
        self._check_parties(signed.claims)
        verify_signature(signed, await self.keys.key(signed.kid, signed.algorithm))
        return Verified(signed.claims, expires_at)

    def _check_parties(self, claims: Mapping[str, Any]) -> None:
        if self.issuers is not None:
            issuer = claims.get("iss")
            if not isinstance(issuer, str) or not self._issued(issuer):
                raise SessionRefused("the token has another issuer")
        if self.audience is not None:
            audience = claims.get("aud")
            named = audience if isinstance(audience, list) else [audience]
            if self.audience not in named:
                raise SessionRefused("the token is for another audience")

    def _issued(self, issuer: str) -> bool:
        if callable(self.issuers):
            return self.issuers(issuer)
        return self.issuers is not None and issuer in self.issuers
