"""What a verifier of sessions is."""

from __future__ import annotations

from typing import Protocol

from doorcheck.guard.principal import Principal
from doorcheck.guard.sessions.credentials import Credential, Presented


class Issuer(Protocol):
    """Knows the sessions of one library. Its algorithms, names and keys are fixed when it is made."""

    @property
    def name(self) -> str:
        """The name under which its principals are known; different for each issuer of a guard."""

    @property
    def cacheable(self) -> bool:
        """Whether an accepted credential may be accepted again for some seconds without asking."""

    def find(self, presented: Presented) -> tuple[Credential, ...]:
        """The credentials of this issuer among those presented: none, a cookie, a bearer token, or both.

        All of them are verified, so that a cookie and a token that name two accounts are seen. Raises
        ``SessionRefused`` where its cookies came in a form that no browser of this issuer sends.
        """

    async def verify(self, credential: Credential, now: float) -> Principal:
        """Who this is; ``now`` in seconds since the epoch.

        Raises ``SessionRefused`` for a credential that does not hold and ``SessionUnavailable`` where it cannot tell.
        """
