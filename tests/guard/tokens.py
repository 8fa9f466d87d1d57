"""An issuer for tests: the bearer token, or the cookie, says in plain words who is calling."""

from __future__ import annotations

from dataclasses import dataclass

from doorcheck.guard import Carrier, Principal
from doorcheck.guard.sessions.credentials import Credential, Presented, SessionRefused, SessionUnavailable


@dataclass
class PlainTokens:
    """``account:role,role`` as a bearer token or in the cookie ``session``. ``broken`` makes it unable to tell."""

    name: str = "plain"
    cacheable: bool = False
    broken: bool = False
    asked: int = 0

    def find(self, presented: Presented) -> tuple[Credential, ...]:
        if presented.bearer:
            return (Credential(Carrier.BEARER, "", presented.bearer),)
        cookie = presented.cookies.get("session")
        return (Credential(Carrier.COOKIE, "session", cookie),) if cookie else ()

    async def verify(self, credential: Credential, now: float) -> Principal:
        self.asked += 1
        if self.broken:
            raise SessionUnavailable("its database does not answer")
        account, colon, roles = credential.value.partition(":")
        if not colon:
            raise SessionRefused("no account")
        return Principal(
            account, self.name, credential.carrier, now + 60, roles=frozenset(filter(None, roles.split(",")))
        )


def bearer(account: str, *roles: str) -> dict[str, str]:
    """The header of a program that calls as this account."""
    return {"authorization": f"Bearer {account}:{','.join(roles)}"}


def cookie(account: str, *roles: str) -> dict[str, str]:
    """The header of a browser that is signed in as this account."""
    return {"cookie": f"session={account}:{','.join(roles)}"}
