"""Clerk: short-lived session tokens in a cookie whose name has the instance in it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from doorcheck.guard.errors import GuardError
from doorcheck.guard.principal import Carrier, Principal
from doorcheck.guard.sessions.access_tokens import AccessTokens
from doorcheck.guard.sessions.chunks import find_bearer, find_cookie
from doorcheck.guard.sessions.claim_map import ClaimMap
from doorcheck.guard.sessions.credentials import Credential, Presented, SessionRefused
from doorcheck.guard.sessions.environment import Environ, required, setting, surroundings
from doorcheck.guard.sessions.jwks import Fetch, Patience, RemoteKeys
from doorcheck.guard.sessions.keys import KeySource, PublicKey

CLAIMS = ClaimMap(roles=("org_role",), permissions=("org_permissions",), tenant=("org_id",))
"""The roles of the organization that is active, such as ``org:admin``. Other roles are claims of your own template."""

_PUBLISHABLE = re.compile(r"pk_(?:test|live)_([A-Za-z0-9+/=_-]{4,512})")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?")
_COOKIE = "__session"
_MOST_FEATURES = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Clerk:
    """Session tokens of one Clerk instance (RS256).

    ``publishable_key`` names the instance, and with it the cookie, the issuer and the key set; ``jwt_key`` is its
    public key in PEM for those who would rather not fetch any. ``authorized_parties`` are the origins of your own
    front ends: a cookie from another one of them is how a sister site's leak becomes yours, so a cookie without a
    listed ``azp`` is refused. ``pending`` accepts sessions whose tasks are not done. ``leeway`` is in seconds.

    Source: @clerk/backend 2.33, src/tokens; https://clerk.com/docs/backend-requests/resources/session-tokens.
    """

    publishable_key: str
    authorized_parties: frozenset[str]
    jwt_key: str | None = field(default=None, repr=False)
    fetch: Fetch | None = field(default=None, repr=False)
    bearer: bool = True
    pending: bool = False
    name: str = "clerk"
    claims: ClaimMap = CLAIMS
    leeway: float = 5.0
    cacheable: bool = True
    patience: Patience = field(default_factory=Patience)
    cookies: tuple[str, ...] = field(init=False)
    _tokens: AccessTokens = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if isinstance(self.authorized_parties, str) or not self.authorized_parties or not all(self.authorized_parties):
            raise GuardError("Clerk needs authorized_parties: the origins of your front ends, as in clerkMiddleware")
        issuer = f"https://{frontend_api(self.publishable_key)}"
        keys: KeySource
        if self.jwt_key is not None:
            keys = PublicKey(self.jwt_key, "RS256")
        else:
            keys = RemoteKeys(f"{issuer}/.well-known/jwks.json", self.fetch, patience=self.patience)
        tokens = AccessTokens(keys=keys, issuers=frozenset({issuer}), typ="JWT", leeway=self.leeway)
        object.__setattr__(self, "authorized_parties", frozenset(self.authorized_parties))
        object.__setattr__(self, "cookies", (f"{_COOKIE}_{cookie_suffix(self.publishable_key)}", _COOKIE))
        object.__setattr__(self, "_tokens", tokens)

    @classmethod
    def from_env(
        cls,
        authorized_parties: Iterable[str],
        environ: Environ | None = None,
        *,
        claims: ClaimMap | None = None,
        fetch: Fetch | None = None,
    ) -> Clerk:
        """The issuer for NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY (or CLERK_PUBLISHABLE_KEY) and, if set, CLERK_JWT_KEY.

        Raises ``GuardError``.
        """
        variables = surroundings(environ)
        return cls(
            publishable_key=required(variables, "NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY", "CLERK_PUBLISHABLE_KEY"),
            authorized_parties=frozenset(authorized_parties),
            jwt_key=setting(variables, "CLERK_JWT_KEY"),
            claims=claims or CLAIMS,
            fetch=fetch,
        )

    def find(self, presented: Presented) -> tuple[Credential, ...]:
        """The cookie of this instance, unless it is an encrypted token: Auth0's has the same name and five parts."""
        found = find_cookie(presented, self.cookies, ())
        cookies = tuple([one for one in found if one.name != _COOKIE or one.value.count(".") != 4])
        return cookies + (find_bearer(presented) if self.bearer else ())

    async def verify(self, credential: Credential, now: float) -> Principal:
        """Who this is. Raises ``SessionRefused``, and ``SessionUnavailable`` where keys cannot be had."""
        verified = await self._tokens.verify(credential.value, now)
        claims = verified.claims
        party = claims.get("azp")
        if party is None and credential.carrier is Carrier.COOKIE:
            raise SessionRefused("the token does not say for which front end it is")
        if party is not None and (not isinstance(party, str) or party not in self.authorized_parties):
            raise SessionRefused("the token is for another front end")
        status = claims.get("sts")
        if status not in {None, "active"} and not (status == "pending" and self.pending):
            raise SessionRefused("the session is not complete")
        organized = {**claims, **_organization(claims)}
        return self.claims.principal(
            organized, issuer=self.name, carrier=credential.carrier, expires_at=verified.expires_at
        )


def frontend_api(publishable_key: str) -> str:
    """The host of the instance's Frontend API, which its publishable key encodes. Raises ``GuardError``."""
    found = _PUBLISHABLE.fullmatch(publishable_key)
    try:
        decoded = base64.b64decode(found[1] + "=" * (-len(found[1]) % 4)).decode("ascii") if found else ""
    except (binascii.Error, UnicodeDecodeError):
        decoded = ""
    host = decoded.removesuffix("$")
    if not decoded.endswith("$") or _HOST.fullmatch(host) is None:
        raise GuardError("this is no publishable key of Clerk: it begins with pk_test_ or pk_live_")
    return host


def cookie_suffix(publishable_key: str) -> str:
    """What Clerk puts behind the names of its cookies: 8 characters of a SHA-1 of the key."""
    # The digest tells instances apart and protects nothing.
    digest = hashlib.sha1(publishable_key.encode(), usedforsecurity=False).digest()
    return base64.urlsafe_b64encode(digest).decode()[:8]


def _organization(claims: Mapping[str, Any]) -> dict[str, Any]:
    """The organization of a token of version 2, under the names that version 1 has for it."""
    if claims.get("v") != 2:
        return {}
    within = claims.get("o")
    if within is None:
        return {"org_id": None, "org_role": None, "org_permissions": None}
    if not isinstance(within, Mapping):
        raise SessionRefused("the token's organization cannot be read")
    role = within.get("rol")
    return {
        "org_id": within.get("id"),
        "org_role": f"org:{role}" if isinstance(role, str) and role and not role.startswith("org:") else role,
        "org_permissions": _permissions(claims.get("fea"), within.get("per"), within.get("fpm")),
    }


def _permissions(features: object, permissions: object, masks: object) -> list[str]:
    """``org:<feature>:<permission>`` for each bit of a feature's mask, the lowest for the first permission."""
    if not (isinstance(features, str) and isinstance(permissions, str) and isinstance(masks, str)):
        return []
    scoped = [one.strip().partition(":") for one in features.split(",")]
    organized = [feature for scope, _, feature in scoped if "o" in scope]
    names = [one.strip() for one in permissions.split(",")]
    numbers = [one.strip() for one in masks.split(",")]
    if max(len(scoped), len(names), len(numbers)) > _MOST_FEATURES:
        raise SessionRefused("the token has too many permissions")
    if not all(re.fullmatch(r"[0-9]{1,15}", one) for one in numbers):
        raise SessionRefused("the token's permissions cannot be read")
    return [
        f"org:{feature}:{name}"
        for feature, mask in zip(organized, numbers, strict=False)
        for place, name in enumerate(names)
        if int(mask) >> place & 1
    ]
