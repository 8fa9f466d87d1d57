"""All issuers of a guard asked about one request."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Sequence

from doorcheck.guard.principal import Principal
from doorcheck.guard.refusals import Refusal, Refused
from doorcheck.guard.sessions.credentials import (
    Credential,
    Presented,
    SessionRefused,
    SessionUnavailable,
    read_presented,
)
from doorcheck.guard.sessions.issuer import Issuer

REMEMBERED = 30.0
"""Seconds for which an accepted credential is accepted again without cryptography: how late a revocation may be."""


Cache = OrderedDict[bytes, tuple[Principal, float]]


class Resolver:
    """Finds the principal of a request, and remembers accepted credentials by a digest for some seconds."""

    def __init__(self, issuers: Sequence[Issuer], most: int = 10_000) -> None:
        names = [issuer.name for issuer in issuers]
        if len(set(names)) < len(names):
            raise ValueError("two issuers of this guard have one name: give one of them another (name=...)")
        if any(":" in name for name in names):
            # Accounts are told apart by "name:id".
            raise ValueError("the name of an issuer has no colon in it (name=...)")
        self.issuers: tuple[Issuer, ...] = tuple(issuers)
        self._cacheable = all(issuer.cacheable for issuer in issuers)
        self._whole: Cache = OrderedDict()
        self._accepted: Cache = OrderedDict()
        self._most = most

    async def resolve(self, cookie: bytes | None, authorization: bytes | None) -> Principal | None:
        """Who is calling, or None where nothing was presented that any issuer knows.

        Raises ``Refused``: 401 for credentials that do not hold or that name two accounts, 503 where an issuer cannot
        tell.
        """
        if not cookie and not authorization:
            return None
        whole = hashlib.sha256(b"%d:%b%b" % (len(cookie or b""), cookie or b"", authorization or b"")).digest()
        kept = self._whole.get(whole)
        if kept is not None and kept[1] > time.time():
            return kept[0]
        principal, until = await self._resolve(cookie, authorization)
        if principal is not None and self._cacheable:
            self._keep(self._whole, whole, principal, until)
        return principal

    def _keep(self, cache: Cache, key: bytes, principal: Principal, until: float) -> None:
        cache[key] = (principal, until)
        if len(cache) > self._most:
            cache.popitem(last=False)

    async def _resolve(self, cookie: bytes | None, authorization: bytes | None) -> tuple[Principal | None, float]:
        """Who is calling, and until when every credential that says so is remembered."""
        try:
            presented = read_presented(cookie, authorization)
        except SessionRefused as refused:
            raise Refused(Refusal.UNAUTHENTICATED, str(refused)) from refused
        accepted: list[tuple[Principal, float]] = []
        reasons: list[str] = []
        for issuer in self.issuers:
            try:
                await self._gather(issuer, presented, accepted, reasons)
            except SessionUnavailable as unavailable:
                raise Refused(Refusal.UNAVAILABLE, f"{issuer.name}: {unavailable}", retry_after=5) from unavailable
            except Refused:
                raise
            except Exception as fault:
                # A verifier that breaks must not make its caller a stranger: a door may be open to strangers.
                raise Refused(Refusal.UNAVAILABLE, f"{issuer.name} broke: {type(fault).__name__}") from fault
        if len({principal.id for principal, _ in accepted}) > 1:
            raise Refused(Refusal.UNAUTHENTICATED, "two credentials name two accounts")
        if not accepted and reasons:
            raise Refused(Refusal.UNAUTHENTICATED, "; ".join(reasons))
        if not accepted:
            return None, 0.0
        # A cookie rides along by itself, so a request that has one is held to the rules for cookies.
        principal, _ = min(accepted, key=lambda one: one[0].carrier != "cookie")
        return principal, min(until for _, until in accepted)

    async def _gather(
        self, issuer: Issuer, presented: Presented, accepted: list[tuple[Principal, float]], reasons: list[str]
    ) -> None:
        try:
            credentials = issuer.find(presented)
        except SessionRefused as refused:
            reasons.append(f"{issuer.name}: {refused}")
            return
        for credential in credentials:
            try:
                accepted.append(await self._ask(issuer, credential))
            except SessionRefused as refused:
                reasons.append(f"{issuer.name}: {refused}")

    async def _ask(self, issuer: Issuer, credential: Credential) -> tuple[Principal, float]:
        now = time.time()
        key = _digest(issuer, credential)
        if issuer.cacheable and (kept := self._accepted.get(key)) is not None and kept[1] > now:
            return kept
        principal = await issuer.verify(credential, now)
        if principal.expires_at <= now:
            raise SessionRefused("the session has expired")
        until = min(principal.expires_at, now + REMEMBERED)
        if issuer.cacheable:
            self._keep(self._accepted, key, principal, until)
        return principal, until


def _digest(issuer: Issuer, credential: Credential) -> bytes:
    text = f"{issuer.name}\0{credential.carrier}\0{credential.name}\0{credential.value}\0{credential.beside}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
