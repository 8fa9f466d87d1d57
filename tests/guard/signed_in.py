"""An issuer of the tests' own: the bearer token says who it is."""

from __future__ import annotations

from doorcheck.guard.principal import Carrier, Principal
from doorcheck.guard.sessions.credentials import Credential, Presented


class BearerNames:
    """``Bearer ann`` is the account ann, and ``Bearer ann@acme`` is the account ann of the tenant acme."""

    name = "names"
    cacheable = False

    def find(self, presented: Presented) -> tuple[Credential, ...]:
        return (Credential(Carrier.BEARER, "", presented.bearer),) if presented.bearer else ()

    async def verify(self, credential: Credential, now: float) -> Principal:
        account, _, tenant = credential.value.partition("@")
        return Principal(account, self.name, Carrier.BEARER, now + 3600, tenant=tenant or None)
