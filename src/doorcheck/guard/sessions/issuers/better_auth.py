"""better-auth: the signed cookie that names a session, and the tokens of its JWT plugin."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from typing import Any
from urllib.parse import unquote

from doorcheck.guard.errors import GuardError
from doorcheck.guard.principal import Carrier, Principal
from doorcheck.guard.sessions.access_tokens import AccessTokens
from doorcheck.guard.sessions.better_auth_copies import Copies, Strategy
from doorcheck.guard.sessions.chunks import find_bearer, find_cookie, read_cookie
from doorcheck.guard.sessions.claim_map import ClaimMap
from doorcheck.guard.sessions.credentials import Credential, Presented, SessionRefused
from doorcheck.guard.sessions.environment import Environ, is_https, required, setting, surroundings
from doorcheck.guard.sessions.jwks import Fetch, Patience, RemoteKeys
from doorcheck.guard.sessions.lookup import SessionLookup, look_up
from doorcheck.guard.sessions.secrets import read_secrets
from doorcheck.guard.sessions.times import SessionExpired

CLAIMS = ClaimMap(
    user=(("session", "userId"),),
    roles=(("user", "role"),),
    permissions=(),
    tenant=(("session", "activeOrganizationId"),),
    session_id=(("session", "id"),),
    separator=",",
)
_SECURE = "__Secure-"
_STARTS: dict[bool | None, tuple[str, ...]] = {None: (_SECURE, ""), True: (_SECURE,), False: ("",)}
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,128}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BetterAuth:
    """Sessions of better-auth: ``session_token``, looked up in its database, or the copy in ``session_data``.

    ``secret`` is BETTER_AUTH_SECRET, or several, the current one first. ``lookup`` answers with the claims
    ``{"session": {"userId": ..., "id": ...}, "user": {"role": ...}}``. ``cache`` is the strategy of the front end's
    cookie cache, and without it no copy is believed. A copy may be as old as its ``maxAge`` and may have been made
    before a second factor was asked for (GHSA-xg6x-h9c9-2m83), so ``require_db`` has every session looked up.
    ``secure`` reads only the cookies of https (True) or of http (False). ``bearer`` takes the signed token from the
    Authorization header too.

    Source: better-auth 1.6, src/cookies/index.ts and src/api/routes/session.ts.
    """

    secret: InitVar[str | Sequence[str]]
    lookup: SessionLookup | None = None
    cache: Strategy | None = None
    require_db: bool = False
    version: str = "1"
    prefix: str = "better-auth"
    secure: bool | None = None
    bearer: bool = False
    name: str = "better-auth"
    claims: ClaimMap = CLAIMS
    cacheable: bool = False
    _secret: bytes = field(init=False, repr=False, compare=False)
    _copies: Copies | None = field(init=False, repr=False, compare=False)

    def __post_init__(self, secret: str | Sequence[str]) -> None:
        secrets = read_secrets(secret, "BETTER_AUTH_SECRET")
        if self.lookup is None and (self.cache is None or self.require_db):
            raise GuardError("better-auth's cookie only names a session: give lookup=..., or cache=... for its copy")
        object.__setattr__(self, "_secret", secrets[0])
        reads_copies = self.cache is not None and not self.require_db
        copies = Copies(self.cache, secrets, self.version) if self.cache is not None and reads_copies else None
        object.__setattr__(self, "_copies", copies)

    @classmethod
    def from_env(
        cls,
        environ: Environ | None = None,
        *,
        lookup: SessionLookup | None = None,
        cache: Strategy | None = None,
        require_db: bool = False,
        claims: ClaimMap | None = None,
    ) -> BetterAuth:
        """The issuer for BETTER_AUTH_SECRETS, else BETTER_AUTH_SECRET, else AUTH_SECRET; and BETTER_AUTH_URL.

        Raises ``GuardError``.
        """
        variables = surroundings(environ)
        url = setting(variables, "BETTER_AUTH_URL")
        return cls(
            secret=_secrets(variables),
            lookup=lookup,
            cache=cache,
            require_db=require_db,
            secure=True if is_https(url) else None,
            claims=claims or CLAIMS,
        )

    def find(self, presented: Presented) -> tuple[Credential, ...]:
        """The session's cookie with the copy beside it and, where it is taken, the bearer token."""
        return self._cookie(presented) + (find_bearer(presented) if self.bearer else ())

    def _cookie(self, presented: Presented) -> tuple[Credential, ...]:
        for start in _STARTS[self.secure]:
            found = find_cookie(presented, (f"{start}{self.prefix}.session_token",), ())
            if not found:
                continue
            beside = None
            if self._copies is not None:
                beside = read_cookie(presented, f"{start}{self.prefix}.session_data")
            return (Credential(Carrier.COOKIE, found[0].name, found[0].value, beside or ""),)
        return ()

    async def verify(self, credential: Credential, now: float) -> Principal:
        """Who this is. Raises ``SessionRefused``, and ``SessionUnavailable`` where the store fails."""
        token = self._signed(credential.value)
        claims, expires_at = await self._session(token, credential.beside, now)
        user = claims.get("user")
        if isinstance(user, Mapping) and user.get("banned") is True:
            raise SessionRefused("the account is banned")
        return self.claims.principal(claims, issuer=self.name, carrier=credential.carrier, expires_at=expires_at)

    async def _session(self, token: str, copy: str, now: float) -> tuple[Mapping[str, Any], float]:
        if copy and self._copies is not None:
            try:
                return self._copies.read(copy, token, now)
            except SessionExpired:
                # A copy lives five minutes, the session for days: the store knows.
                if self.lookup is None:
                    raise
        if self.lookup is None:
            raise SessionRefused("there is no copy of the session, and no store to look it up in")
        stored = await look_up(self.lookup, token, now)
        return stored.claims, stored.expires_at

    def _signed(self, value: str) -> str:
        token, dot, signature = unquote(value).rpartition(".")
        if not dot or _TOKEN.fullmatch(token) is None or not signature.isascii():
            raise SessionRefused("the session's cookie is not signed")
        try:
            presented = base64.b64decode(signature, validate=True)
        except binascii.Error:
            raise SessionRefused("the session's cookie is not signed") from None
        # Another text for the same bytes would be another name for the same session.
        same = base64.b64encode(presented).decode() == signature
        expected = hmac.new(self._secret, token.encode(), hashlib.sha256).digest()
        if not hmac.compare_digest(expected, presented) or not same:
            raise SessionRefused("the session's cookie was not signed with our secret")
        return token


@dataclass(frozen=True, slots=True, kw_only=True)
class BetterAuthJwt:
    """Bearer tokens of better-auth's JWT plugin (EdDSA unless ``algorithms`` say otherwise).

    ``url`` is the front end's ``baseURL``, which is issuer and audience of its tokens; ``path`` is where better-auth
    is mounted. ``fetch`` has to be given for a front end on this machine: see ``RemoteKeys``. ``leeway`` is in seconds.

    Source: better-auth 1.6, src/plugins/jwt.
    """

    url: str
    fetch: Fetch | None = field(default=None, repr=False)
    path: str = "/api/auth"
    algorithms: frozenset[str] = frozenset({"EdDSA", "Ed25519"})
    name: str = "better-auth-jwt"
    claims: ClaimMap = field(default_factory=lambda: ClaimMap(separator=","))
    leeway: float = 5.0
    cacheable: bool = True
    patience: Patience = field(default_factory=Patience)
    _tokens: AccessTokens = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        url = self.url.rstrip("/")
        keys = RemoteKeys(f"{url}{self.path}/jwks", self.fetch, algorithms=self.algorithms, patience=self.patience)
        tokens = AccessTokens(keys=keys, issuers=frozenset({url}), audience=url, leeway=self.leeway)
        object.__setattr__(self, "_tokens", tokens)

    @classmethod
    def from_env(
        cls, environ: Environ | None = None, *, claims: ClaimMap | None = None, fetch: Fetch | None = None
    ) -> BetterAuthJwt:
        """The issuer at BETTER_AUTH_URL. Raises ``GuardError``."""
        url = required(surroundings(environ), "BETTER_AUTH_URL", "NEXT_PUBLIC_BETTER_AUTH_URL")
        return cls(url=url, fetch=fetch, claims=claims or ClaimMap(separator=","))

    def find(self, presented: Presented) -> tuple[Credential, ...]:
        """The bearer token."""
        return find_bearer(presented)

    async def verify(self, credential: Credential, now: float) -> Principal:
        """Who this is. Raises ``SessionRefused``, and ``SessionUnavailable`` where keys cannot be had."""
        verified = await self._tokens.verify(credential.value, now)
        return self.claims.principal(
            verified.claims, issuer=self.name, carrier=credential.carrier, expires_at=verified.expires_at
        )


def _secrets(variables: Environ) -> list[str]:
    rotated = setting(variables, "BETTER_AUTH_SECRETS")
    if rotated is None:
        return [required(variables, "BETTER_AUTH_SECRET", "AUTH_SECRET")]
    found = []
    for entry in rotated.split(","):
        version, colon, secret = entry.strip().partition(":")
        if not colon or not version.isdecimal():
            raise GuardError('BETTER_AUTH_SECRETS has the form "2:new,1:old", the current secret first')
        found.append(secret)
    return found
