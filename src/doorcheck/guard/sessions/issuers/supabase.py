"""Supabase (@supabase/ssr): an access token inside a cookie that the browser can write."""

from __future__ import annotations

from dataclasses import InitVar, dataclass, field
from urllib.parse import unquote, urlsplit

from doorcheck.guard.errors import GuardError
from doorcheck.guard.principal import Carrier, Principal
from doorcheck.guard.sessions.access_tokens import AccessTokens
from doorcheck.guard.sessions.chunks import find_bearer, find_cookie
from doorcheck.guard.sessions.claim_map import ClaimMap
from doorcheck.guard.sessions.compact import decode, read_header, split
from doorcheck.guard.sessions.credentials import Credential, Presented, SessionRefused
from doorcheck.guard.sessions.environment import Environ, required, setting, surroundings
from doorcheck.guard.sessions.json_object import read_object
from doorcheck.guard.sessions.jwks import Fetch, Patience, RemoteKeys
from doorcheck.guard.sessions.keys import SharedSecret

CLAIMS = ClaimMap(
    roles=(("app_metadata", "role"), ("app_metadata", "roles"), "user_role"),
    permissions=(("app_metadata", "permissions"),),
    tenant=(("app_metadata", "tenant_id"),),
    session_id=("session_id",),
)
_KEY_ROLES = frozenset({"anon", "service_role"})
_ENCODED = "base64-"
_WRITABLE = "user_metadata"


@dataclass(frozen=True, slots=True, kw_only=True)
class Supabase:
    """Sessions of Supabase Auth: the access token in ``sb-<project>-auth-token``, or a bearer token.

    ``url`` is the project's. Tokens are verified with its published keys (``asymmetric``), and with ``jwt_secret``
    where the project still signs with its legacy secret (HS256); never with one key for both. Of the cookie only the
    access token counts: the rest can be written by whoever has the browser. ``anonymous`` accepts users who never
    signed in, ``second_factor`` asks for assurance level aal2. ``leeway`` is in seconds.

    Source: @supabase/ssr 0.12, https://supabase.com/docs/guides/auth/jwt-fields.
    """

    url: str
    jwt_secret: InitVar[str | None] = None
    asymmetric: bool = True
    fetch: Fetch | None = field(default=None, repr=False)
    cookie: str | None = None
    bearer: bool = True
    anonymous: bool = False
    second_factor: bool = False
    audience: str = "authenticated"
    name: str = "supabase"
    claims: ClaimMap = CLAIMS
    leeway: float = 5.0
    cacheable: bool = True
    patience: Patience = field(default_factory=Patience)
    _tokens: AccessTokens | None = field(init=False, repr=False, compare=False)
    _legacy: AccessTokens | None = field(init=False, repr=False, compare=False)

    def __post_init__(self, jwt_secret: str | None) -> None:
        host = urlsplit(self.url).hostname
        if not host:
            raise GuardError(f"{self.url!r} is no project's URL: write https://<project>.supabase.co")
        _require_unwritable(self.claims)
        if not self.asymmetric and jwt_secret is None:
            raise GuardError("Supabase has no key to verify with: give jwt_secret=..., or asymmetric=True")
        issuer = self.url.rstrip("/") + "/auth/v1"
        issuers = frozenset({issuer})
        legacy = tokens = None
        if jwt_secret is not None:
            secret = SharedSecret(jwt_secret, called="SUPABASE_JWT_SECRET")
            legacy = AccessTokens(keys=secret, issuers=issuers, audience=self.audience, leeway=self.leeway)
        if self.asymmetric:
            algorithms = frozenset({"ES256", "RS256"})
            url = f"{issuer}/.well-known/jwks.json"
            keys = RemoteKeys(url, self.fetch, algorithms=algorithms, patience=self.patience)
            tokens = AccessTokens(keys=keys, issuers=issuers, audience=self.audience, leeway=self.leeway)
        object.__setattr__(self, "cookie", self.cookie or f"sb-{host.partition('.')[0]}-auth-token")
        object.__setattr__(self, "_legacy", legacy)
        object.__setattr__(self, "_tokens", tokens)

    @classmethod
    def from_env(
        cls, environ: Environ | None = None, *, claims: ClaimMap | None = None, fetch: Fetch | None = None
    ) -> Supabase:
        """The issuer for NEXT_PUBLIC_SUPABASE_URL (or SUPABASE_URL) and, if it is set, SUPABASE_JWT_SECRET.

        Raises ``GuardError``.
        """
        variables = surroundings(environ)
        url = required(variables, "NEXT_PUBLIC_SUPABASE_URL", "SUPABASE_URL")
        secret = setting(variables, "SUPABASE_JWT_SECRET")
        return cls(url=url, jwt_secret=secret, claims=claims or CLAIMS, fetch=fetch)

    def find(self, presented: Presented) -> tuple[Credential, ...]:
        """The cookie and, where it is taken, the bearer token."""
        found = find_cookie(presented, (self.cookie or "",))
        return found + (find_bearer(presented) if self.bearer else ())

    async def verify(self, credential: Credential, now: float) -> Principal:
        """Who this is. Raises ``SessionRefused``, and ``SessionUnavailable`` where keys cannot be had."""
        token = credential.value
        if credential.carrier is Carrier.COOKIE:
            token = _access_token(token)
        verified = await self._of(token).verify(token, now)
        claims = verified.claims
        if claims.get("role") in _KEY_ROLES or not isinstance(claims.get("role"), str):
            raise SessionRefused("the token is a key of the project and nobody's session")
        if claims.get("is_anonymous", False) is not False and not self.anonymous:
            raise SessionRefused("the user has not signed in")
        if self.second_factor and claims.get("aal") != "aal2":
            raise SessionRefused("the session has no second factor")
        return self.claims.principal(
            claims, issuer=self.name, carrier=credential.carrier, expires_at=verified.expires_at
        )

    def _of(self, token: str) -> AccessTokens:
        # Each verifier has algorithms and keys of its own, so what the header says picks one and persuades none.
        symmetric = read_header(split(token, 3)[0]).get("alg") == "HS256"
        verifier = self._legacy if symmetric else self._tokens
        if verifier is None:
            raise SessionRefused("the token is signed in a way that this project does not use")
        return verifier


def _access_token(cookie: str) -> str:
    if not cookie.isascii():
        raise SessionRefused("the cookie is no text")
    if cookie.startswith(_ENCODED):
        content = decode(cookie.removeprefix(_ENCODED).encode())
    else:
        # Older versions wrote the JSON itself, as a URL component.
        content = unquote(cookie).encode("utf-8", "replace")
    token = read_object(content).get("access_token")
    if not isinstance(token, str):
        raise SessionRefused("the cookie has no access token")
    return token


def _require_unwritable(claims: ClaimMap) -> None:
    for place in (*claims.user, *claims.roles, *claims.permissions, *claims.tenant):
        if place == _WRITABLE or (not isinstance(place, str) and _WRITABLE in place):
            raise GuardError(f"{_WRITABLE} is what users write about themselves: roles belong in app_metadata")
