"""nextjs-auth0 4 and 3: encrypted session cookies, and version 3's signed cookies with a store behind them."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from typing import Any

from doorcheck.guard.principal import Principal
from doorcheck.guard.sessions.chunks import find_cookie
from doorcheck.guard.sessions.claim_map import ClaimMap
from doorcheck.guard.sessions.compact import decode
from doorcheck.guard.sessions.credentials import Credential, Presented, SessionRefused
from doorcheck.guard.sessions.environment import Environ, required, setting, surroundings
from doorcheck.guard.sessions.hkdf import derive
from doorcheck.guard.sessions.jwe import EncryptionKey, Opened, open_jwe
from doorcheck.guard.sessions.lookup import SessionLookup, look_up
from doorcheck.guard.sessions.secrets import read_secrets
from doorcheck.guard.sessions.times import check_times, numeric, require_open

CLAIMS = ClaimMap(roles=(), permissions=(), tenant=("org_id",))
"""Auth0 has no claim of its own for roles: name the one that your action writes."""

_DAY = 86_400.0
_SIGNED_HEADER = "eyJhbGciOiJIUzI1NiIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il19"
"""``{"alg":"HS256","b64":false,"crit":["b64"]}`` in base64url (RFC 7797)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Auth0:
    """Sessions of nextjs-auth0 4 (JWE, dir, A256GCM).

    ``secret`` is AUTH0_SECRET, or several, the current one first. ``absolute`` is the front end's
    ``absoluteDuration`` in seconds: no session is older, whatever its expiry says. ``claims`` are those of the user.

    Source: nextjs-auth0 4.30, src/server/session and src/server/cookies.ts.
    """

    secret: InitVar[str | Sequence[str]]
    cookie: str = "__session"
    absolute: float = 3 * _DAY
    name: str = "auth0"
    claims: ClaimMap = CLAIMS
    leeway: float = 15.0
    cacheable: bool = True
    _keys: tuple[EncryptionKey, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self, secret: str | Sequence[str]) -> None:
        object.__setattr__(self, "_keys", _encryption_keys(secret))

    @classmethod
    def from_env(cls, environ: Environ | None = None, *, claims: ClaimMap | None = None) -> Auth0:
        """The issuer for AUTH0_SECRET. Raises ``GuardError``."""
        return cls(secret=required(surroundings(environ), "AUTH0_SECRET"), claims=claims or CLAIMS)

    def find(self, presented: Presented) -> tuple[Credential, ...]:
        """The session cookie, unless it is a signed token: Clerk's cookie has the same name, and three parts."""
        found = find_cookie(presented, (self.cookie,), ("__", "."))
        return tuple([one for one in found if one.value.count(".") != 2])

    async def verify(self, credential: Credential, now: float) -> Principal:
        """Who this is. Raises ``SessionRefused``."""
        session = _open(credential.value, self._keys).claims
        created_at = numeric(_within(session, "internal").get("createdAt"), "createdAt")
        expires_at = min(check_times(session, now, self.leeway), created_at + self.absolute)
        require_open(expires_at, now)
        return self.claims.principal(
            _within(session, "user"), issuer=self.name, carrier=credential.carrier, expires_at=expires_at
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Auth0V3:
    """Sessions of nextjs-auth0 3 (JWE, dir, A256GCM), whose times stand in the protected header.

    ``absolute`` is the front end's ``absoluteDuration`` in seconds. ``claims`` are those of the user.

    Source: nextjs-auth0 3.8, src/auth0-session/session/stateless-session.ts.
    """

    secret: InitVar[str | Sequence[str]]
    cookie: str = "appSession"
    absolute: float = 7 * _DAY
    name: str = "auth0"
    claims: ClaimMap = CLAIMS
    leeway: float = 15.0
    cacheable: bool = True
    _keys: tuple[EncryptionKey, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self, secret: str | Sequence[str]) -> None:
        object.__setattr__(self, "_keys", _encryption_keys(secret))

    @classmethod
    def from_env(cls, environ: Environ | None = None, *, claims: ClaimMap | None = None) -> Auth0V3:
        """The issuer for AUTH0_SECRET and AUTH0_SESSION_NAME. Raises ``GuardError``."""
        variables = surroundings(environ)
        cookie = setting(variables, "AUTH0_SESSION_NAME") or "appSession"
        return cls(secret=required(variables, "AUTH0_SECRET"), cookie=cookie, claims=claims or CLAIMS)

    def find(self, presented: Presented) -> tuple[Credential, ...]:
        """The session cookie."""
        return find_cookie(presented, (self.cookie,))

    async def verify(self, credential: Credential, now: float) -> Principal:
        """Who this is. Raises ``SessionRefused``."""
        opened = _open(credential.value, self._keys)
        began_at = numeric(opened.header.get("iat"), "iat")
        expires_at = min(check_times(opened.header, now, self.leeway), began_at + self.absolute)
        require_open(expires_at, now)
        user = _within(opened.claims, "user")
        return self.claims.principal(user, issuer=self.name, carrier=credential.carrier, expires_at=expires_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Auth0V3Stateful:
    """Sessions of nextjs-auth0 3 that are kept in its store: a signed cookie names the session.

    ``lookup`` finds it by that name; its claims are those of the user.

    Source: nextjs-auth0 3.8, src/auth0-session/utils/signed-cookies.ts.
    """

    secret: InitVar[str | Sequence[str]]
    lookup: SessionLookup
    cookie: str = "appSession"
    name: str = "auth0"
    claims: ClaimMap = CLAIMS
    cacheable: bool = False
    _signing: tuple[bytes, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self, secret: str | Sequence[str]) -> None:
        secrets = read_secrets(secret, "AUTH0_SECRET")
        keys = tuple([derive(one, salt="", info="JWS Cookie Signing", length=32) for one in secrets])
        object.__setattr__(self, "_signing", keys)

    @classmethod
    def from_env(
        cls, lookup: SessionLookup, environ: Environ | None = None, *, claims: ClaimMap | None = None
    ) -> Auth0V3Stateful:
        """The issuer for AUTH0_SECRET and AUTH0_SESSION_NAME. Raises ``GuardError``."""
        variables = surroundings(environ)
        cookie = setting(variables, "AUTH0_SESSION_NAME") or "appSession"
        secret = required(variables, "AUTH0_SECRET")
        return cls(secret=secret, lookup=lookup, cookie=cookie, claims=claims or CLAIMS)

    def find(self, presented: Presented) -> tuple[Credential, ...]:
        """The session cookie."""
        return find_cookie(presented, (self.cookie,), ())

    async def verify(self, credential: Credential, now: float) -> Principal:
        """Who this is. Raises ``SessionRefused``, and ``SessionUnavailable`` where the store fails."""
        session_id = self._signed(credential)
        stored = await look_up(self.lookup, session_id, now)
        return self.claims.principal(
            stored.claims, issuer=self.name, carrier=credential.carrier, expires_at=stored.expires_at
        )

    def _signed(self, credential: Credential) -> str:
        session_id, dot, signature = credential.value.partition(".")
        if not dot or not session_id.isascii() or not signature.isascii():
            raise SessionRefused("the cookie is not signed")
        presented = decode(signature.encode())
        content = f"{_SIGNED_HEADER}.{credential.name}={session_id}".encode()
        for key in self._signing:
            if hmac.compare_digest(hmac.new(key, content, hashlib.sha256).digest(), presented):
                return session_id
        raise SessionRefused("the cookie was not signed with our secret")


def _encryption_keys(secret: str | Sequence[str]) -> tuple[EncryptionKey, ...]:
    secrets = read_secrets(secret, "AUTH0_SECRET")
    keys = [derive(one, salt="", info="JWE CEK", length=32) for one in secrets]
    return tuple([EncryptionKey("A256GCM", key) for key in keys])


def _open(token: str, keys: tuple[EncryptionKey, ...]) -> Opened:
    # The token names no key, so each is tried; there are as many as the application was given secrets.
    for key in keys[:-1]:
        try:
            return open_jwe(token, (key,))
        except SessionRefused:
            continue
    return open_jwe(token, keys[-1:])


def _within(session: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = session.get(name)
    if not isinstance(found, Mapping):
        raise SessionRefused(f"the session has no {name}")
    return found
