"""A store in the memory of one process."""

from __future__ import annotations

import heapq
import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Coroutine
from time import monotonic
from typing import Any, Protocol, TypeVar

from doorcheck.guard.limits import Limit, Taken, take
from doorcheck.guard.stores.cells import Cells
from doorcheck.guard.stores.local import LocalStore
from doorcheck.guard.stores.protocol import StoreUnavailable

T = TypeVar("T")


class MemoryCounters:
    """Rates in a dictionary of bounded size. Right for one process; several processes count each for itself.

    When it is full the counters that were used longest ago go, which an attacker with many addresses can force; a
    service that fears that uses Redis, where they expire. The kinds of keys (what stands before the first colon) are
    bounded each for itself, so that many addresses do not push out the counters of accounts.
    """

    def __init__(self, most: int = 200_000) -> None:
        self._kinds: defaultdict[str, OrderedDict[str, float]] = defaultdict(OrderedDict)
        self._most = most

    async def take(self, key: str, limit: Limit, cost: int) -> Taken:
        """Count one call; nothing is awaited in between, so that no other call sees the counter half changed."""
        counters = self._kinds[key.partition(":")[0]]
        taken, due = take(counters.pop(key, 0.0), monotonic(), limit, cost)
        # Taken out and put in again, it is the youngest.
        counters[key] = due
        if len(counters) > self._most:
            counters.popitem(last=False)
        return taken


class MemoryCells:
    """Cells in a dictionary: at most so many, and so many bytes of values, in which what is over is swept as it goes.

    Raises ``StoreUnavailable`` where it is full of what is not over: nothing that is promised is forgotten.
    """

    def __init__(self, most: int, most_bytes: int) -> None:
        self.now: float = 0.0
        self._kept: dict[str, tuple[bytes, float, str]] = {}
        self._by_owner: dict[str, dict[str, None]] = {}
        self._order: list[tuple[float, str]] = []
        self._most = most
        self._bytes = 0
        self._most_bytes = most_bytes

    def get(self, key: str) -> bytes | None:
        """See ``Cells``."""
        found = self._kept.get(key)
        return found[0] if found is not None and found[1] > self.now else None

    def ends(self, key: str) -> float:
        """See ``Cells``."""
        found = self._kept.get(key)
        return found[1] if found is not None and found[1] > self.now else 0.0

    def owner(self, key: str) -> str:
        """See ``Cells``."""
        found = self._kept.get(key)
        return found[2] if found is not None else ""

    def put(self, key: str, value: bytes, ends: float, owner: str = "") -> None:
        """See ``Cells``."""
        before = self._kept.get(key)
        if before is not None and (before[1] <= self.now or before[2] != owner):
            # A value whose time is over is not the one that comes now, which is younger.
            self._forget(key)
            before = None
        size = len(value) - (len(before[0]) if before is not None else 0)
        if self._is_full(size, new=before is None):
            self.sweep(len(self._order))
            if self._is_full(size, new=before is None):
                raise StoreUnavailable("the memory store is full")
        self._kept[key] = (value, ends, owner)
        self._bytes += size
        if owner:
            self._by_owner.setdefault(owner, {})[key] = None
        heapq.heappush(self._order, (ends, key))
        self.sweep(2)

    def delete(self, key: str) -> bool:
        """See ``Cells``."""
        return self._forget(key) > self.now

    def owned(self, owner: str) -> list[str]:
        """See ``Cells``."""
        return [key for key in self._by_owner.get(owner, ()) if self._kept[key][1] > self.now]

    def sweep(self, most: int) -> None:
        """Forget what is over, looking at so many values at most, and the places in the order that nobody needs."""
        for _ in range(most):
            if not self._order:
                return
            ends, key = self._order[0]
            kept = self._kept.get(key)
            # A place in the order is out of date when its value was replaced or is gone.
            if kept is not None and kept[1] == ends and ends > self.now:
                break
            heapq.heappop(self._order)
            if kept is not None and kept[1] == ends:
                self._forget(key)
        if len(self._order) > 2 * len(self._kept) + 1000:
            self._order = [(kept[1], key) for key, kept in self._kept.items()]
            heapq.heapify(self._order)

    def __len__(self) -> int:
        return len(self._kept)

    def _is_full(self, size: int, *, new: bool) -> bool:
        return (new and len(self._kept) >= self._most) or self._bytes + size > self._most_bytes

    def _forget(self, key: str) -> float:
        found = self._kept.pop(key, None)
        if found is None:
            return 0.0
        value, ends, owner = found
        self._bytes -= len(value)
        if owner:
            names = self._by_owner[owner]
            names.pop(key, None)
            if not names:
                del self._by_owner[owner]
        return ends


class TakeOne(Protocol):
    """See ``Counters.take``."""

    def __call__(self, key: str, limit: Limit, cost: int) -> Coroutine[Any, Any, Taken]:
        """Count one call."""


class MemoryStore(LocalStore):
    """All jobs of a store in this process alone: gone when it ends, and not shared with other processes.

    ``counters``, ``values`` and ``size`` (bytes) bound what it keeps. Full of counters it forgets the oldest; full of
    values it raises ``StoreUnavailable``.
    """

    def __init__(
        self,
        *,
        counters: int = 200_000,
        values: int = 100_000,
        size: int = 64 * 1024 * 1024,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._cells = MemoryCells(values, size)
        self._clock = clock
        self._closed = False
        # The counters' own method is the store's, without a call in between.
        self.take: TakeOne = MemoryCounters(counters).take

    async def run(self, step: Callable[[Cells, float], T]) -> T:
        """Run the step; nothing is awaited in it, so that nobody sees it half done."""
        if self._closed:
            raise StoreUnavailable("the store is closed")
        self._cells.now = self._clock()
        return step(self._cells, self._cells.now)

    async def close(self) -> None:
        """Forget everything."""
        self._closed = True
        self._cells = MemoryCells(0, 0)
        self.take = _closed


async def _closed(key: str, limit: Limit, cost: int) -> Taken:  # noqa: ARG001  # the form of ``Counters.take``
    raise StoreUnavailable("the store is closed")
