"""What the guard asks of a store."""

from __future__ import annotations

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
