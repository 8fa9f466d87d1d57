"""Descope: session tokens with the roles of each tenant inside."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from doorcheck.guard.errors import GuardError
from doorcheck.guard.principal import Principal
from doorcheck.guard.sessions.access_tokens import AccessTokens
from doorcheck.guard.sessions.chunks import find_bearer, find_cookie
from doorcheck.guard.sessions.claim_map import ClaimMap
from doorcheck.guard.sessions.credentials import Credential, Presented, SessionRefused
from doorcheck.guard.sessions.environment import Environ, required, setting, surroundings
from doorcheck.guard.sessions.jwks import Fetch, Patience, RemoteKeys

CLAIMS = ClaimMap(
    roles=("roles", ("tenant", "roles")),
    permissions=("permissions", ("tenant", "permissions")),
    tenant=("dct",),
    session_id=("sid", "jti"),
)
"""``tenant`` is the entry of ``tenants`` that ``dct``, the current tenant, names."""

_PROJECT = re.compile(r"[A-Za-z0-9]{4,64}")
_WITH_REGION = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Descope:
    """Session tokens of one Descope project (RS256) in the cookie ``DS``, or as a bearer token.

    The refresh token ``DSR`` is signed by the same keys and is no session. ``api`` is the base URL where the project
    has one of its own. ``leeway`` is in seconds.

    Source: @descope/node-sdk 2.13, lib/index.ts.
    """

    project_id: str
    api: str | None = None
    cookie: str = "DS"
    fetch: Fetch | None = field(default=None, repr=False)
    bearer: bool = True
    name: str = "descope"
    claims: ClaimMap = CLAIMS
    leeway: float = 5.0
    cacheable: bool = True
    patience: Patience = field(default_factory=Patience)
    _tokens: AccessTokens = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if _PROJECT.fullmatch(self.project_id) is None:
            raise GuardError("Descope needs project_id, as the console shows it")
        api = (self.api or _api(self.project_id)).rstrip("/")
        keys = RemoteKeys(f"{api}/v2/keys/{self.project_id}", self.fetch, patience=self.patience)
        tokens = AccessTokens(keys=keys, issuers=self._is_issuer, leeway=self.leeway)
        object.__setattr__(self, "_tokens", tokens)

    @classmethod
    def from_env(
        cls, environ: Environ | None = None, *, claims: ClaimMap | None = None, fetch: Fetch | None = None
    ) -> Descope:
        """The issuer for DESCOPE_PROJECT_ID and DESCOPE_BASE_URL, or the same with NEXT_PUBLIC_ before them.

        Raises ``GuardError``.
        """
        variables = surroundings(environ)
        return cls(
            project_id=required(variables, "DESCOPE_PROJECT_ID", "NEXT_PUBLIC_DESCOPE_PROJECT_ID"),
            api=setting(variables, "DESCOPE_BASE_URL", "NEXT_PUBLIC_DESCOPE_BASE_URL"),
            claims=claims or CLAIMS,
            fetch=fetch,
        )

    def find(self, presented: Presented) -> tuple[Credential, ...]:
        """The token in its cookie and, where it is taken, the bearer token."""
        return find_cookie(presented, (self.cookie,), ()) + (find_bearer(presented) if self.bearer else ())

    async def verify(self, credential: Credential, now: float) -> Principal:
        """Who this is. Raises ``SessionRefused``, and ``SessionUnavailable`` where keys cannot be had."""
        verified = await self._tokens.verify(credential.value, now)
        claims = verified.claims
        if claims.get("drn", "DS") != "DS":
            raise SessionRefused("the token is no session's: it renews one")
        return self.claims.principal(
            {**claims, "tenant": _current_tenant(claims)},
            issuer=self.name,
            carrier=credential.carrier,
            expires_at=verified.expires_at,
        )

    def _is_issuer(self, text: str) -> bool:
        if text == self.project_id:
            return True
        try:
            parts = urlsplit(text)
        except ValueError:
            return False
        return parts.scheme == "https" and self.project_id in parts.path.split("/")[-2:]


def _current_tenant(claims: Mapping[str, Any]) -> Mapping[str, Any] | None:
    tenants, current = claims.get("tenants"), claims.get("dct")
    if not isinstance(tenants, Mapping) or not isinstance(current, str):
        return None
    found = tenants.get(current)
    return found if isinstance(found, Mapping) else None


def _api(project_id: str) -> str:
    if len(project_id) >= _WITH_REGION:
        return f"https://api.{project_id[1:5]}.descope.com"
    return "https://api.descope.com"
