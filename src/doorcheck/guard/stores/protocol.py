"""What the guard asks of a store."""

from __future__ import annotations

import enum
from typing import Protocol

from doorcheck.guard.limits import Limit, Taken


class StoreUnavailable(Exception):
    """The store did not answer. Whoever asked decides whether that refuses the request."""


class Counters(Protocol):
    """Rates, one for each key."""

    async def take(self, key: str, limit: Limit, cost: int) -> Taken:
        """Count one call of this weight and say whether it fits; atomic among all who share the store.

        Raises ``StoreUnavailable``.
        """


class Stage(enum.Enum):
    """How far the work on something got that must be done once."""

    NEW = "new"
    RUNNING = "running"
    DONE = "done"


class Once(Protocol):
    """What is done once: the deliveries of webhooks."""

    async def begin(self, key: str, lease: float) -> Stage:
        """Claim this key for ``lease`` seconds if it is new; says how far it was before. Atomic.

        Raises ``StoreUnavailable``.
        """

    async def done(self, key: str, keep: float) -> None:
        """Remember for ``keep`` seconds that it was done. Raises ``StoreUnavailable``."""

    async def undo(self, key: str) -> None:
        """Forget the claim, so that another try is new. Raises ``StoreUnavailable``."""
