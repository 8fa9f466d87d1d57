"""NextAuth 4 (next-auth 4): encrypted session cookies."""

from __future__ import annotations

from dataclasses import InitVar, dataclass, field
from urllib.parse import unquote

from doorcheck.guard.principal import Carrier, Principal
from doorcheck.guard.sessions.chunks import find_bearer, find_cookie
from doorcheck.guard.sessions.claim_map import ClaimMap
from doorcheck.guard.sessions.credentials import Credential, Presented
from doorcheck.guard.sessions.environment import Environ, is_https, required, setting, surroundings
from doorcheck.guard.sessions.hkdf import derive
from doorcheck.guard.sessions.issuers.authjs import cookie_names
from doorcheck.guard.sessions.jwe import EncryptionKey, open_jwe
from doorcheck.guard.sessions.secrets import read_secret
from doorcheck.guard.sessions.times import check_times

SECURE_COOKIE = "__Secure-next-auth.session-token"
PLAIN_COOKIE = "next-auth.session-token"
COOKIES = (SECURE_COOKIE, PLAIN_COOKIE)
_INFO = "NextAuth.js Generated Encryption Key"


@dataclass(frozen=True, slots=True, kw_only=True)
class NextAuth:
    """Sessions of NextAuth 4 with ``strategy: "jwt"`` (JWE, dir, A256GCM); for its database see ``AuthJsDatabase``.

    ``secret`` is NEXTAUTH_SECRET; this version knows no rotation. ``salt`` is empty unless the front end gives one to
    ``encode``. ``bearer`` also takes a token from the Authorization header, as ``getToken`` does. ``leeway`` is in
    seconds.

    Source: next-auth 4.24, src/jwt/index.ts.
    """

    secret: InitVar[str]
    salt: str = ""
    cookies: tuple[str, ...] = COOKIES
    bearer: bool = False
    name: str = "nextauth"
    claims: ClaimMap = field(default_factory=ClaimMap)
    leeway: float = 15.0
    cacheable: bool = True
    _key: EncryptionKey = field(init=False, repr=False, compare=False)

    def __post_init__(self, secret: str) -> None:
        cookie_names(self.cookies)
        info = f"{_INFO} ({self.salt})" if self.salt else _INFO
        key = derive(read_secret(secret, "NEXTAUTH_SECRET"), salt=self.salt, info=info, length=32)
        object.__setattr__(self, "_key", EncryptionKey("A256GCM", key))

    @classmethod
    def from_env(
        cls, environ: Environ | None = None, *, claims: ClaimMap | None = None, cookies: tuple[str, ...] | None = None
    ) -> NextAuth:
        """The issuer for NEXTAUTH_SECRET (else AUTH_SECRET).

        Where NEXTAUTH_URL is https, only the ``__Secure-`` cookie is read. Raises ``GuardError``.
        """
        variables = surroundings(environ)
        names = cookies or ((SECURE_COOKIE,) if is_https(setting(variables, "NEXTAUTH_URL")) else COOKIES)
        secret = required(variables, "NEXTAUTH_SECRET", "AUTH_SECRET")
        return cls(secret=secret, cookies=names, claims=claims or ClaimMap())

    def find(self, presented: Presented) -> tuple[Credential, ...]:
        """The session cookie and, where it is taken, the bearer token."""
        return find_cookie(presented, self.cookies) + (find_bearer(presented) if self.bearer else ())

    async def verify(self, credential: Credential, now: float) -> Principal:
        """Who this is. Raises ``SessionRefused``."""
        token = unquote(credential.value) if credential.carrier is Carrier.BEARER else credential.value
        claims = open_jwe(token, (self._key,)).claims
        expires_at = check_times(claims, now, self.leeway)
        return self.claims.principal(claims, issuer=self.name, carrier=credential.carrier, expires_at=expires_at)
