"""Tokens that an application makes itself with the jose library: signed, or encrypted with a key both sides have."""

from __future__ import annotations

from dataclasses import dataclass, field

from doorcheck.guard.errors import GuardError
from doorcheck.guard.principal import Principal
from doorcheck.guard.sessions.access_tokens import AccessTokens
from doorcheck.guard.sessions.chunks import find_bearer, find_cookie
from doorcheck.guard.sessions.claim_map import ClaimMap
from doorcheck.guard.sessions.credentials import Credential, Presented, SessionRefused
from doorcheck.guard.sessions.environment import Environ, required, surroundings
from doorcheck.guard.sessions.jwe import EncryptionKey, open_jwe
from doorcheck.guard.sessions.keys import KeySource, SharedSecret
from doorcheck.guard.sessions.times import check_times

CLAIMS = ClaimMap(user=("sub", "userId"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Jose:
    """Tokens of the jose library in the cookie ``cookie``, in the Authorization header, or in both.

    ``key`` pins the algorithm: ``SharedSecret``, ``PublicKey`` or ``RemoteKeys`` for a signed token, ``EncryptionKey``
    for an encrypted one (dir). ``issuer`` and ``audience`` are asked for where they are given; give an audience
    wherever the same key also makes tokens that are no sessions. ``leeway`` is in seconds.
    """

    key: KeySource | EncryptionKey = field(repr=False)
    cookie: str | None = "session"
    bearer: bool = False
    issuer: str | None = None
    audience: str | None = None
    name: str = "jose"
    claims: ClaimMap = CLAIMS
    leeway: float = 5.0
    cacheable: bool = True
    _tokens: AccessTokens | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.cookie and not self.bearer:
            raise GuardError("name the cookie that the session is in, or take a bearer token (bearer=True)")
        tokens = None
        if not isinstance(self.key, EncryptionKey):
            issuers = frozenset({self.issuer}) if self.issuer is not None else None
            tokens = AccessTokens(keys=self.key, issuers=issuers, audience=self.audience, leeway=self.leeway)
        object.__setattr__(self, "_tokens", tokens)

    @classmethod
    def from_env(
        cls,
        variable: str = "SESSION_SECRET",
        environ: Environ | None = None,
        *,
        algorithm: str = "HS256",
        cookie: str = "session",
        claims: ClaimMap | None = None,
    ) -> Jose:
        """The issuer for the shared secret in ``variable``, as in the guide of Next.js. Raises ``GuardError``."""
        secret = required(surroundings(environ), variable)
        return cls(key=SharedSecret(secret, algorithm, called=variable), cookie=cookie, claims=claims or CLAIMS)

    def find(self, presented: Presented) -> tuple[Credential, ...]:
        """The cookie and the bearer token, as far as they are taken."""
        found = find_cookie(presented, (self.cookie,)) if self.cookie else ()
        return found + (find_bearer(presented) if self.bearer else ())

    async def verify(self, credential: Credential, now: float) -> Principal:
        """Who this is. Raises ``SessionRefused``, and ``SessionUnavailable`` where keys cannot be had."""
        if self._tokens is not None:
            verified = await self._tokens.verify(credential.value, now)
            claims, expires_at = verified.claims, verified.expires_at
        else:
            claims, expires_at = self._opened(credential.value, now)
        return self.claims.principal(claims, issuer=self.name, carrier=credential.carrier, expires_at=expires_at)

    def _opened(self, token: str, now: float) -> tuple[dict[str, object], float]:
        if not isinstance(self.key, EncryptionKey):
            raise SessionRefused("this issuer has no key for encrypted tokens")
        claims = open_jwe(token, (self.key,)).claims
        expires_at = check_times(claims, now, self.leeway)
        named = claims.get("aud") if isinstance(claims.get("aud"), list) else [claims.get("aud")]
        if self.issuer is not None and claims.get("iss") != self.issuer:
            raise SessionRefused("the token has another issuer")
        if self.audience is not None and self.audience not in (named or ()):
            raise SessionRefused("the token is for another audience")
        return claims, expires_at
