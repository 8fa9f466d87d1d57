"""A store in a SQLite file, which several processes of one machine share."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from doorcheck.guard.limits import Limit, Taken, take
from doorcheck.guard.stores.cells import Cells
from doorcheck.guard.stores.local import LocalStore
from doorcheck.guard.stores.sqlite_cells import SqliteCells
from doorcheck.guard.stores.sqlite_thread import SqliteThread

T = TypeVar("T")


class SqliteStore(LocalStore):
    """All jobs of a store in one file: write-ahead log, one transaction for each step, on a thread of its own.

    The event loop only puts a step in a queue and is told when it is done. ``size`` (bytes) bounds the file, ``wait``
    (seconds) how long another process may hold it. The file is readable for its owner alone. It is opened by the
    first step, so that a process may fork before.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        size: int = 1024 * 1024 * 1024,
        wait: float = 2.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._clock = clock
        self._thread = SqliteThread(Path(path), size, wait, clock)

    async def take(self, key: str, limit: Limit, cost: int) -> Taken:
        """See ``Counters``."""

        def step(cells: SqliteCells) -> Taken:
            now = self._clock()
            taken, due = take(cells.due(key), now, limit, cost)
            if taken.allowed:
                cells.keep_due(key, due)
            return taken

        return await self._thread.run(step)

    async def run(self, step: Callable[[Cells, float], T]) -> T:
        """Run the step in a transaction on the store's thread."""

        def timed(cells: SqliteCells) -> T:
            cells.now = self._clock()
            return step(cells, cells.now)

        return await self._thread.run(timed)

    async def close(self) -> None:
        """End the thread and its connection."""
        await self._thread.close()
