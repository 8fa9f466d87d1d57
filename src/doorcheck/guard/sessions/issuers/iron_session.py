"""iron-session 8 and 9: sealed cookies whose content is the application's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field

from doorcheck.guard.errors import GuardError
from doorcheck.guard.principal import Principal
from doorcheck.guard.sessions.chunks import find_cookie
from doorcheck.guard.sessions.claim_map import ClaimMap
from doorcheck.guard.sessions.credentials import Credential, Presented, SessionRefused
from doorcheck.guard.sessions.environment import Environ, required, surroundings
from doorcheck.guard.sessions.iron import Passwords, unseal
from doorcheck.guard.sessions.json_object import read_object

ENDLESS = 30.0
"""Seconds for which a seal without an expiry is believed before it is opened again."""

CLAIMS = ClaimMap(user=("userId", ("user", "id")), roles=("role", "roles", ("user", "role"), ("user", "roles")))


@dataclass(frozen=True, slots=True, kw_only=True)
class IronSession:
    """Sessions of iron-session, in the cookie that the application named ``cookie``.

    ``password`` is one password or a mapping of ids to passwords, as in ``getIronSession``. ``claims`` say where in
    the application's own data the account stands. A seal made with ``ttl: 0`` never ends and is refused, unless
    ``endless_because`` says what else ends it.

    Source: iron-session 9.0, src/core.ts; iron-webcrypto 2.0.
    """

    cookie: str
    password: InitVar[str | Mapping[str, str]]
    endless_because: str = ""
    name: str = "iron-session"
    claims: ClaimMap = CLAIMS
    cacheable: bool = True
    _passwords: Passwords = field(init=False, repr=False, compare=False)

    def __post_init__(self, password: str | Mapping[str, str]) -> None:
        if not self.cookie:
            raise GuardError("iron-session has no cookie of its own: name the one in your session options")
        object.__setattr__(self, "_passwords", Passwords(password, "the password of iron-session"))

    @classmethod
    def from_env(
        cls,
        cookie: str,
        variable: str = "SESSION_PASSWORD",
        environ: Environ | None = None,
        *,
        claims: ClaimMap | None = None,
    ) -> IronSession:
        """The issuer for the password in ``variable``: iron-session leaves its name to the application.

        Raises ``GuardError``.
        """
        return cls(cookie=cookie, password=required(surroundings(environ), variable), claims=claims or CLAIMS)

    def find(self, presented: Presented) -> tuple[Credential, ...]:
        """The sealed cookie."""
        return find_cookie(presented, (self.cookie,))

    async def verify(self, credential: Credential, now: float) -> Principal:
        """Who this is. Raises ``SessionRefused``."""
        unsealed = unseal(credential.value, self._passwords, now)
        expires_at = unsealed.expires_at
        if expires_at is None:
            if not self.endless_because.strip():
                raise SessionRefused("the seal has no expiry")
            expires_at = now + ENDLESS
        claims = read_object(unsealed.content)
        return self.claims.principal(claims, issuer=self.name, carrier=credential.carrier, expires_at=expires_at)
