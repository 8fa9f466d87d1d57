"""A delivery on its way in: verified, and worked on once."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass

from doorcheck.guard.refusals import Refusal, Refused
from doorcheck.guard.stores.protocol import Once, Stage, StoreUnavailable
from doorcheck.guard.webhooks.signature import Signature, SignatureRefused

LEASE = 600.0
"""Seconds after which a delivery that nobody finished may be tried again."""
KEPT = 7 * 86400.0
"""Seconds for which a delivery that was finished is known: senders try again for up to three days."""


@dataclass(frozen=True, slots=True)
class Receiving:
    """The deliveries of a guard."""

    once: Once

    async def begin(self, door: str, signature: Signature, headers: Mapping[bytes, bytes], body: bytes) -> str | None:
        """The key of this delivery at this door, or None where it was taken before.

        Raises ``Refused``: 401 where the signature does not hold, 409 while the same delivery is worked on, 503 where
        the store does not answer.
        """
        try:
            delivery = signature.verify(headers, body, time.time())
        except SignatureRefused as refused:
            raise Refused(Refusal.UNAUTHENTICATED, f"{signature.name}: {refused}") from refused
        # One event may be sent to several doors, and senders number events each for itself.
        key = f"delivery:{door}:{signature.name}:{delivery.id}"
        stage = await _asked(self.once.begin(key, LEASE))
        if stage is Stage.RUNNING:
            raise Refused(Refusal.CONFLICT, "the same delivery is being worked on", retry_after=30)
        return key if stage is Stage.NEW else None

    async def end(self, key: str, status: int) -> None:
        """Remember a delivery that was answered with success, and let the sender try any other again."""
        await _asked(self.once.done(key, KEPT) if 200 <= status < 300 else self.once.undo(key))


async def _asked(answer: Awaitable[Stage | None]) -> Stage | None:
    try:
        return await answer
    except StoreUnavailable as fault:
        raise Refused(Refusal.UNAVAILABLE, f"deliveries cannot be looked up: {fault}", retry_after=30) from fault
