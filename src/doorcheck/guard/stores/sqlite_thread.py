"""The thread that owns the connection to a SQLite file, and runs the steps that are waiting in one transaction."""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from doorcheck.guard.stores.protocol import StoreUnavailable
from doorcheck.guard.stores.sqlite_cells import SWEPT, SqliteCells, open_file

T = TypeVar("T")
MOST_WAITING = 10_000
"""How many steps may wait; more of them mean that the disk does not keep up, and are refused."""
_MOST_AT_ONCE = 64
_SWEEP_EVERY = 30.0


@dataclass(slots=True)
class _Job:
    step: Callable[[SqliteCells], Any]
    future: asyncio.Future[Any]
    answer: Any = None
    fault: BaseException | None = None

    def tell(self) -> None:
        if self.future.done():
            return
        if self.fault is not None:
            self.future.set_exception(self.fault)
        else:
            self.future.set_result(self.answer)


class SqliteThread:
    """Runs steps one after the other. After a fault the file is opened anew by the next step."""

    def __init__(self, path: Path, size: int, wait: float, clock: Callable[[], float]) -> None:
        self._path = path
        self._size = size
        self._wait = wait
        self._clock = clock
        self._closed = False
        self._process = 0
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    async def run(self, step: Callable[[SqliteCells], T]) -> T:
        """What the step returns, once it is committed. Raises ``StoreUnavailable``."""
        if self._closed:
            raise StoreUnavailable("the store is closed")
        if self._process != os.getpid():
            # A thread and a connection to SQLite do not survive a fork.
            self._process = os.getpid()
            self._jobs = queue.SimpleQueue()
            worker = _Worker(self._path, self._size, self._wait, self._clock, self._jobs)
            self._thread = threading.Thread(target=worker.work, name="doorcheck-store", daemon=True)
            self._thread.start()
        if self._jobs.qsize() >= MOST_WAITING:
            raise StoreUnavailable("too many steps wait for the disk")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.put(_Job(step, future))
        return await future

    async def close(self) -> None:
        """Finish what waits, and end the thread."""
        self._closed = True
        if self._thread is not None and self._process == os.getpid():
            self._jobs.put(None)
            await asyncio.to_thread(self._thread.join)
        self._thread = None


class _Worker:
    """What the thread does. Everything here but the constructor runs on it."""

    def __init__(
        self,
        path: Path,
        size: int,
        wait: float,
        clock: Callable[[], float],
        jobs: queue.SimpleQueue[_Job | None],
    ) -> None:
        self._path = path
        self._size = size
        self._wait = wait
        self._clock = clock
        self._jobs = jobs
        self._connection: sqlite3.Connection | None = None
        self._file = (0, 0)
        self._swept = 0.0

    def work(self) -> None:
        while True:
            jobs = [self._jobs.get()]
            while len(jobs) < _MOST_AT_ONCE:
                try:
                    jobs.append(self._jobs.get_nowait())
                except queue.Empty:
                    break
            waiting = [job for job in jobs if job is not None]
            if waiting:
                self._serve(waiting)
                _tell(waiting)
            if len(waiting) < len(jobs):
                self._close()
                return

    def _serve(self, jobs: list[_Job]) -> None:
        try:
            if self._transact(jobs):
                return
            # One step broke and all were rolled back: each for itself, so that only that one is refused.
            for job in jobs:
                self._transact([job])
        except (sqlite3.Error, OSError) as fault:
            self._close()
            for job in jobs:
                job.fault = StoreUnavailable(f"sqlite: {type(fault).__name__}")

    def _transact(self, jobs: list[_Job]) -> bool:
        """Run the steps in one transaction; False when one of them broke and there were others."""
        for attempt in (1, 2):
            cells = self._open()
            try:
                return self._once(cells, jobs)
            except sqlite3.OperationalError as fault:
                if attempt == 2 or fault.sqlite_errorcode != sqlite3.SQLITE_FULL:
                    raise
                self._sweep(cells, everything=True)
        raise AssertionError("the second attempt returns or raises")

    def _once(self, cells: SqliteCells, jobs: list[_Job]) -> bool:
        assert self._connection is not None  # noqa: S101  # opened by the caller
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        try:
            for job in jobs:
                try:
                    job.answer = job.step(cells)
                    job.fault = None
                except sqlite3.Error:
                    raise
                except Exception as fault:  # told to whoever asked
                    execute("ROLLBACK")
                    job.fault = fault
                    return len(jobs) == 1
            execute("COMMIT")
        except sqlite3.Error:
            with contextlib.suppress(sqlite3.Error):
                execute("ROLLBACK")
            raise
        if time.monotonic() - self._swept > _SWEEP_EVERY:
            # The steps are committed: what happens now is not theirs.
            with contextlib.suppress(sqlite3.Error):
                self._sweep(cells, everything=False)
        return True

    def _sweep(self, cells: SqliteCells, *, everything: bool) -> None:
        self._swept = time.monotonic()
        while cells.sweep(self._clock()) >= SWEPT and everything:
            pass

    def _open(self) -> SqliteCells:
        """The cells of the open file; opened anew where the path has come to mean another file."""
        if self._connection is not None and self._file == _identity(self._path):
            return SqliteCells(self._connection)
        self._close()
        self._connection = open_file(self._path, self._size, self._wait)
        self._file = _identity(self._path)
        return SqliteCells(self._connection)

    def _close(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None


def _identity(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except FileNotFoundError:
        return (0, 0)
    return (found.st_dev, found.st_ino)


def _tell(jobs: list[_Job]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
    for job in jobs:
        by_loop.setdefault(job.future.get_loop(), []).append(job)
    for loop, its_jobs in by_loop.items():
        # A loop that was closed in the meantime waits for nothing.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_tell_on_loop, its_jobs)


def _tell_on_loop(jobs: list[_Job]) -> None:
    for job in jobs:
        job.tell()
