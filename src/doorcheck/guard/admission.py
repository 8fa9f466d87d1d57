"""The questions asked of a request before one byte of its body is read, cheapest first."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from functools import lru_cache

from doorcheck.guard.addresses import Proxies, Scope, bucket
from doorcheck.guard.answers import Reasoned
from doorcheck.guard.callers import Public, SignedBy, SignedIn, signed_in
from doorcheck.guard.declaration import Declaration
from doorcheck.guard.limits import Limit
from doorcheck.guard.origins import SAFE_METHODS, Origins
from doorcheck.guard.principal import Carrier, Principal
from doorcheck.guard.refusals import Refusal, Refused
from doorcheck.guard.sessions.resolver import Resolver
from doorcheck.guard.stores.protocol import Counters, StoreUnavailable

# One header of these is one answer; two of them are an attempt to give two.
_SINGLE = frozenset(
    {b"authorization", b"host", b"origin", b"content-length", b"content-type", b"sec-fetch-site", b"x-request-id"}
)
_kept_bucket = lru_cache(maxsize=4096)(bucket)


def read_headers(scope: Scope) -> dict[bytes, bytes]:
    """The request's headers by lower-case name. Several cookie headers are one (RFC 9113, 8.2.3).

    Raises ``Refused`` (400) where a header that decides something came twice.
    """
    raw = scope["headers"]
    found = dict(raw)
    if len(found) < len(raw):
        seen: dict[bytes, bytes] = {}
        for name, value in raw:
            if name in seen and name in _SINGLE:
                raise Refused(Refusal.MALFORMED, f"two {name.decode('latin-1')} headers")
            seen[name] = seen[name] + (b"; " if name == b"cookie" else b", ") + value if name in seen else value
        return seen
    return found


@dataclass(frozen=True, slots=True)
class Admission:
    """Address limit, session, role, account limit, origin: in this order, each cheaper than what it saves."""

    proxies: Proxies
    counters: Counters
    resolver: Resolver
    origins: Origins
    limit: Limit | Reasoned
    account_limit: Limit | Reasoned

    async def address(self, scope: Scope, headers: dict[bytes, bytes], declaration: Declaration | None) -> str:
        """The client's address, once its limit is not used up. Raises ``Refused`` (429, 503)."""
        try:
            address = self.proxies.client(scope, headers)
            kept = _kept_bucket(address)
        except ValueError as fault:
            raise Refused(Refusal.UNAVAILABLE, f"the client's address is not known: {fault}") from fault
        limit, name, cost = self.limit, "", 1
        if declaration is not None:
            cost = declaration.cost
            if declaration.limit is not None:
                limit, name = declaration.limit, declaration.name
        if isinstance(limit, Limit):
            await self._take(f"address:{name}:{kept}", limit, cost, "address")
        return address

    async def caller(self, scope: Scope, headers: dict[bytes, bytes], declaration: Declaration) -> Principal | None:
        """Who is calling, once they may. Raises ``Refused`` (401, 403, 429, 503)."""
        asked = declaration.caller
        if isinstance(asked, SignedBy):
            # Its signature is over the body and is asked for when that is read. No browser sends it.
            return None
        if isinstance(asked, Public):
            if scope.get("method", "GET") not in SAFE_METHODS or scope["type"] == "websocket":
                self.origins.require(headers)
            return None
        if not isinstance(asked, SignedIn):
            raise Refused(Refusal.FORBIDDEN, f"{declaration.name} does not say who may call it")
        principal = await self.resolver.resolve(headers.get(b"cookie"), headers.get(b"authorization"))
        if principal is None:
            raise Refused(Refusal.UNAUTHENTICATED, "no session was presented")
        try:
            await self._known(scope, headers, declaration, asked, principal)
        except Refused as refused:
            refused.account = principal.account
            raise
        return principal

    async def _known(
        self, scope: Scope, headers: dict[bytes, bytes], declaration: Declaration, asked: SignedIn, principal: Principal
    ) -> None:
        """What is asked of a caller who has signed in: role, account limit, origin. Raises ``Refused``."""
        if asked is not signed_in:
            await require(asked, principal)
        limit, name = self.account_limit, ""
        if declaration.account_limit is not None:
            limit, name = declaration.account_limit, declaration.name
        if isinstance(limit, Limit):
            key = f"account:{name}:{principal.issuer}:{principal.id}"
            await self._take(key, limit, declaration.cost, "account")
        if principal.carrier is Carrier.COOKIE and (
            scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS
        ):
            self.origins.require(headers)

    async def _take(self, key: str, limit: Limit, cost: int, whose: str) -> None:
        try:
            taken = await self.counters.take(key, limit, cost)
        except StoreUnavailable as fault:
            raise Refused(Refusal.UNAVAILABLE, f"limits cannot be counted: {fault}", retry_after=1) from fault
        if not taken.allowed:
            raise Refused(Refusal.TOO_MANY, f"the {whose}'s limit is used up", retry_after=taken.retry_after)


async def require(asked: SignedIn, principal: Principal) -> None:
    """Refuse (403) a caller who is not whom the door asks for. A predicate that breaks refuses with 503."""
    if asked.roles and not asked.roles & principal.roles:
        raise Refused(Refusal.FORBIDDEN, f"has none of the roles {', '.join(sorted(asked.roles))}")
    if not asked.permissions <= principal.permissions:
        raise Refused(Refusal.FORBIDDEN, f"lacks {', '.join(sorted(asked.permissions - principal.permissions))}")
    for predicate in asked.predicates:
        try:
            answer = predicate(principal)
            held = await answer if inspect.isawaitable(answer) else answer
        except Refused:
            raise
        except Exception as fault:
            raise Refused(Refusal.UNAVAILABLE, f"a predicate broke: {type(fault).__name__}") from fault
        if held is not True:
            raise Refused(Refusal.FORBIDDEN, "a predicate does not hold")
