"""WorkOS AuthKit (authkit-nextjs): an access token inside a sealed cookie."""

from __future__ import annotations

from dataclasses import InitVar, dataclass, field
from urllib.parse import quote

from doorcheck.guard.errors import GuardError
from doorcheck.guard.principal import Carrier, Principal
from doorcheck.guard.sessions.access_tokens import AccessTokens
from doorcheck.guard.sessions.chunks import find_bearer, find_cookie
from doorcheck.guard.sessions.claim_map import ClaimMap
from doorcheck.guard.sessions.credentials import Credential, Presented, SessionRefused
from doorcheck.guard.sessions.environment import Environ, required, setting, surroundings
from doorcheck.guard.sessions.iron import Passwords, unseal
from doorcheck.guard.sessions.json_object import read_object
from doorcheck.guard.sessions.jwks import Fetch, Patience, RemoteKeys

CLAIMS = ClaimMap(tenant=("org_id",))


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOS:
    """Sessions of AuthKit: the access token (RS256) in the sealed cookie, or a bearer token.

    ``cookie_password`` is WORKOS_COOKIE_PASSWORD. The seal never ends by itself, and its ``user`` is as old as the
    last refresh, so only the access token counts. Its keys are those of ``client_id`` alone; ``issuers`` are asked
    for where they are given. ``leeway`` is in seconds.

    Source: @workos-inc/authkit-nextjs 3.0, src/session.ts.
    """

    client_id: str
    cookie_password: InitVar[str]
    cookie: str = "wos-session"
    host: str = "api.workos.com"
    issuers: frozenset[str] | None = None
    fetch: Fetch | None = field(default=None, repr=False)
    bearer: bool = True
    name: str = "workos"
    claims: ClaimMap = CLAIMS
    leeway: float = 5.0
    cacheable: bool = True
    patience: Patience = field(default_factory=Patience)
    _passwords: Passwords = field(init=False, repr=False, compare=False)
    _tokens: AccessTokens = field(init=False, repr=False, compare=False)

    def __post_init__(self, cookie_password: str) -> None:
        if not self.client_id.strip():
            raise GuardError("WorkOS needs client_id: its keys are those of one client")
        url = f"https://{self.host}/sso/jwks/{quote(self.client_id, safe='')}"
        keys = RemoteKeys(url, self.fetch, patience=self.patience)
        object.__setattr__(self, "_passwords", Passwords(cookie_password, "WORKOS_COOKIE_PASSWORD"))
        object.__setattr__(self, "_tokens", AccessTokens(keys=keys, issuers=self.issuers, leeway=self.leeway))

    @classmethod
    def from_env(
        cls, environ: Environ | None = None, *, claims: ClaimMap | None = None, fetch: Fetch | None = None
    ) -> WorkOS:
        """The issuer for WORKOS_CLIENT_ID, WORKOS_COOKIE_PASSWORD, WORKOS_COOKIE_NAME and WORKOS_API_HOSTNAME.

        Raises ``GuardError``.
        """
        variables = surroundings(environ)
        return cls(
            client_id=required(variables, "WORKOS_CLIENT_ID"),
            cookie_password=required(variables, "WORKOS_COOKIE_PASSWORD"),
            cookie=setting(variables, "WORKOS_COOKIE_NAME") or "wos-session",
            host=setting(variables, "WORKOS_API_HOSTNAME") or "api.workos.com",
            claims=claims or CLAIMS,
            fetch=fetch,
        )

    def find(self, presented: Presented) -> tuple[Credential, ...]:
        """The sealed cookie and, where it is taken, the bearer token."""
        return find_cookie(presented, (self.cookie,)) + (find_bearer(presented) if self.bearer else ())

    async def verify(self, credential: Credential, now: float) -> Principal:
        """Who this is. Raises ``SessionRefused``, and ``SessionUnavailable`` where keys cannot be had."""
        token: object = credential.value
        if credential.carrier is Carrier.COOKIE:
            token = read_object(unseal(credential.value, self._passwords, now).content).get("accessToken")
        if not isinstance(token, str):
            raise SessionRefused("the seal has no access token")
        verified = await self._tokens.verify(token, now)
        return self.claims.principal(
            verified.claims, issuer=self.name, carrier=credential.carrier, expires_at=verified.expires_at
        )
