"""Stytch: session tokens of five minutes, with the session inside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from doorcheck.guard.errors import GuardError
from doorcheck.guard.principal import Principal
from doorcheck.guard.sessions.access_tokens import AccessTokens
from doorcheck.guard.sessions.chunks import find_bearer, find_cookie
from doorcheck.guard.sessions.claim_map import ClaimMap
from doorcheck.guard.sessions.credentials import Credential, Presented, SessionRefused
from doorcheck.guard.sessions.environment import Environ, required, setting, surroundings
from doorcheck.guard.sessions.jwks import Fetch, Patience, RemoteKeys
from doorcheck.guard.sessions.times import instant, require_open

SESSION = "https://stytch.com/session"
ORGANIZATION = "https://stytch.com/organization"
CLAIMS = ClaimMap(
    roles=((SESSION, "roles"),),
    permissions=(),
    tenant=((ORGANIZATION, "organization_id"),),
    session_id=((SESSION, "id"), (SESSION, "member_session_id")),
)
_LIVE, _TEST = "https://api.stytch.com", "https://test.stytch.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stytch:
    """Session tokens of one Stytch project (RS256) in ``stytch_session_jwt``, or as a bearer token.

    ``b2b`` is for projects whose users are members of organizations. ``api`` is the base URL where the project has
    one of its own. The opaque ``stytch_session`` cookie is not read: only Stytch can tell whose it is. ``leeway`` is
    in seconds.

    Source: stytch 14.2, lib/shared/sessions.js.
    """

    project_id: str
    b2b: bool = False
    api: str | None = None
    cookie: str = "stytch_session_jwt"
    fetch: Fetch | None = field(default=None, repr=False)
    bearer: bool = True
    name: str = "stytch"
    claims: ClaimMap = CLAIMS
    leeway: float = 5.0
    cacheable: bool = True
    patience: Patience = field(default_factory=Patience)
    _tokens: AccessTokens = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.project_id.strip():
            raise GuardError("Stytch needs project_id")
        api = (self.api or (_TEST if self.project_id.startswith("project-test-") else _LIVE)).rstrip("/")
        path = f"/v1/{'b2b/' if self.b2b else ''}sessions/jwks/{quote(self.project_id, safe='')}"
        keys = RemoteKeys(api + path, self.fetch, patience=self.patience)
        issuers = frozenset({f"stytch.com/{self.project_id}", api, api + "/"})
        tokens = AccessTokens(keys=keys, issuers=issuers, audience=self.project_id, leeway=self.leeway)
        object.__setattr__(self, "_tokens", tokens)

    @classmethod
    def from_env(
        cls,
        environ: Environ | None = None,
        *,
        b2b: bool = False,
        claims: ClaimMap | None = None,
        fetch: Fetch | None = None,
    ) -> Stytch:
        """The issuer for STYTCH_PROJECT_ID (or NEXT_PUBLIC_STYTCH_PROJECT_ID). Raises ``GuardError``."""
        variables = surroundings(environ)
        return cls(
            project_id=required(variables, "STYTCH_PROJECT_ID", "NEXT_PUBLIC_STYTCH_PROJECT_ID"),
            api=setting(variables, "STYTCH_CUSTOM_BASE_URL"),
            b2b=b2b,
            claims=claims or CLAIMS,
            fetch=fetch,
        )

    def find(self, presented: Presented) -> tuple[Credential, ...]:
        """The token in its cookie and, where it is taken, the bearer token."""
        return find_cookie(presented, (self.cookie,), ()) + (find_bearer(presented) if self.bearer else ())

    async def verify(self, credential: Credential, now: float) -> Principal:
        """Who this is. Raises ``SessionRefused``, and ``SessionUnavailable`` where keys cannot be had."""
        verified = await self._tokens.verify(credential.value, now)
        session: Any = verified.claims.get(SESSION)
        if not isinstance(session, Mapping):
            raise SessionRefused("the token has no session in it")
        ends_at = require_open(instant(session.get("expires_at"), "the session's expiry"), now)
        return self.claims.principal(
            verified.claims,
            issuer=self.name,
            carrier=credential.carrier,
            expires_at=min(verified.expires_at, ends_at),
        )
