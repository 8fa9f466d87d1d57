"""A store in the memory of one process."""

from __future__ import annotations

import time
from collections import OrderedDict

from doorcheck.guard.limits import Limit, Taken, take


class MemoryCounters:
    """Rates in a dictionary of bounded size. Right for one process; several processes count each for itself.

    When it is full the counters that were used longest ago go, which an attacker with many addresses can force; a
    service that fears that uses Redis, where they expire.
    """

    def __init__(self, most: int = 200_000) -> None:
        self._due: OrderedDict[str, float] = OrderedDict()
        self._most = most

    async def take(self, key: str, limit: Limit, cost: int) -> Taken:
        """Count one call; nothing is awaited in between, so that no other call sees the counter half changed."""
        taken, due = take(self._due.get(key, 0.0), time.monotonic(), limit, cost)
        self._due[key] = due
        self._due.move_to_end(key)
        if len(self._due) > self._most:
            self._due.popitem(last=False)
        return taken
