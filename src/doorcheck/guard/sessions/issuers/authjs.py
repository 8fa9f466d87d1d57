"""Auth.js 5 (next-auth 5): encrypted session cookies, and sessions kept in its database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import InitVar, dataclass, field

from doorcheck.guard.errors import GuardError
from doorcheck.guard.principal import Carrier, Principal
from doorcheck.guard.sessions.chunks import find_bearer, find_cookie
from doorcheck.guard.sessions.claim_map import ClaimMap
from doorcheck.guard.sessions.credentials import Credential, Presented
from doorcheck.guard.sessions.environment import Environ, is_https, required, setting, surroundings
from doorcheck.guard.sessions.hkdf import derive, thumbprint
from doorcheck.guard.sessions.jwe import EncryptionKey, open_jwe
from doorcheck.guard.sessions.lookup import SessionLookup, look_up
from doorcheck.guard.sessions.secrets import read_secrets
from doorcheck.guard.sessions.times import check_times

SECURE_COOKIE = "__Secure-authjs.session-token"
PLAIN_COOKIE = "authjs.session-token"
COOKIES = (SECURE_COOKIE, PLAIN_COOKIE)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthJs:
    """Sessions of Auth.js 5 with ``strategy: "jwt"`` (JWE, dir, A256CBC-HS512).

    ``secret`` is AUTH_SECRET, or several where it is being rotated, the current one first. ``cookies`` are the names
    that are read, in the order of trust: each has a key of its own, because the name is part of it. ``bearer`` also
    takes a token from the Authorization header, as one of the first of the cookies. ``leeway`` is in seconds.

    Source: @auth/core 0.41, src/jwt.ts.
    """

    secret: InitVar[str | Sequence[str]]
    cookies: tuple[str, ...] = COOKIES
    bearer: bool = False
    name: str = "authjs"
    claims: ClaimMap = field(default_factory=ClaimMap)
    leeway: float = 15.0
    cacheable: bool = True
    _keys: Mapping[str, tuple[EncryptionKey, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self, secret: str | Sequence[str]) -> None:
        secrets = read_secrets(secret, "AUTH_SECRET")
        object.__setattr__(self, "_keys", {cookie: _keys(secrets, cookie) for cookie in cookie_names(self.cookies)})

    @classmethod
    def from_env(
        cls, environ: Environ | None = None, *, claims: ClaimMap | None = None, cookies: tuple[str, ...] | None = None
    ) -> AuthJs:
        """The issuer for AUTH_SECRET (else NEXTAUTH_SECRET) and AUTH_SECRET_1 to 3.

        Where AUTH_URL (or NEXTAUTH_URL) is https, only the ``__Secure-`` cookie is read. Raises ``GuardError``.
        """
        variables = surroundings(environ)
        newest = [variables[f"AUTH_SECRET_{number}"] for number in (3, 2, 1) if variables.get(f"AUTH_SECRET_{number}")]
        first = setting(variables, "AUTH_SECRET", "NEXTAUTH_SECRET")
        secrets = [*newest, *([first] if first else [])] or [required(variables, "AUTH_SECRET", "NEXTAUTH_SECRET")]
        secure = is_https(setting(variables, "AUTH_URL", "NEXTAUTH_URL"))
        names = cookies or ((SECURE_COOKIE,) if secure else COOKIES)
        return cls(secret=secrets, cookies=names, claims=claims or ClaimMap())

    def find(self, presented: Presented) -> tuple[Credential, ...]:
        """The session cookie and, where it is taken, the bearer token."""
        return find_cookie(presented, self.cookies) + (find_bearer(presented) if self.bearer else ())

    async def verify(self, credential: Credential, now: float) -> Principal:
        """Who this is. Raises ``SessionRefused``."""
        cookie = self.cookies[0] if credential.carrier is Carrier.BEARER else credential.name
        claims = open_jwe(credential.value, self._keys[cookie]).claims
        expires_at = check_times(claims, now, self.leeway)
        return self.claims.principal(claims, issuer=self.name, carrier=credential.carrier, expires_at=expires_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthJsDatabase:
    """Sessions of Auth.js 5 (or NextAuth 4, by ``cookies``) with ``strategy: "database"``.

    The cookie is a random name of a row: ``lookup`` finds it (table ``sessions``, column ``sessionToken``). Nothing
    is remembered unless ``cacheable`` says so, which delays a sign-out by half a minute.
    """

    lookup: SessionLookup
    cookies: tuple[str, ...] = COOKIES
    name: str = "authjs"
    claims: ClaimMap = field(default_factory=ClaimMap)
    cacheable: bool = False

    def __post_init__(self) -> None:
        cookie_names(self.cookies)

    @classmethod
    def from_env(
        cls, lookup: SessionLookup, environ: Environ | None = None, *, claims: ClaimMap | None = None
    ) -> AuthJsDatabase:
        """The issuer that reads only the ``__Secure-`` cookie where AUTH_URL (or NEXTAUTH_URL) is https."""
        secure = is_https(setting(surroundings(environ), "AUTH_URL", "NEXTAUTH_URL"))
        return cls(lookup=lookup, cookies=(SECURE_COOKIE,) if secure else COOKIES, claims=claims or ClaimMap())

    def find(self, presented: Presented) -> tuple[Credential, ...]:
        """The session cookie."""
        return find_cookie(presented, self.cookies)

    async def verify(self, credential: Credential, now: float) -> Principal:
        """Who this is. Raises ``SessionRefused``, and ``SessionUnavailable`` where the store fails."""
        stored = await look_up(self.lookup, credential.value, now)
        return self.claims.principal(
            stored.claims, issuer=self.name, carrier=credential.carrier, expires_at=stored.expires_at
        )


def cookie_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names, if there is one and each is different. Raises ``GuardError``."""
    if not names or isinstance(names, str) or len(set(names)) < len(names) or not all(names):
        raise GuardError("cookies=... is a tuple of different names, the most trusted first")
    return names


def _keys(secrets: Sequence[bytes], cookie: str) -> tuple[EncryptionKey, ...]:
    found = []
    for secret in secrets:
        info = f"Auth.js Generated Encryption Key ({cookie})"
        key = derive(secret, salt=cookie, info=info, length=64)
        found.append(EncryptionKey("A256CBC-HS512", key, thumbprint(key, "sha512")))
    return tuple(found)
