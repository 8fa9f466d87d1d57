"""A store in the memory of one process."""

from __future__ import annotations

import time
from collections import OrderedDict

from doorcheck.guard.limits import Limit, Taken, take
from doorcheck.guard.stores.protocol import Stage


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


class MemoryOnce:
    """What was done once, in a dictionary of bounded size; the oldest are forgotten first."""

    def __init__(self, most: int = 100_000) -> None:
        self._kept: OrderedDict[str, tuple[Stage, float]] = OrderedDict()
        self._most = most

    async def begin(self, key: str, lease: float) -> Stage:
        """How far this was; claims it for ``lease`` seconds if it is new."""
        now = time.monotonic()
        kept = self._kept.get(key)
        if kept is not None and kept[1] > now:
            return kept[0]
        self._put(key, Stage.RUNNING, now + lease)
        return Stage.NEW

    async def done(self, key: str, keep: float) -> None:
        """Remember it for ``keep`` seconds."""
        self._put(key, Stage.DONE, time.monotonic() + keep)

    async def undo(self, key: str) -> None:
        """Forget it."""
        self._kept.pop(key, None)

    def _put(self, key: str, stage: Stage, until: float) -> None:
        self._kept[key] = (stage, until)
        self._kept.move_to_end(key)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
