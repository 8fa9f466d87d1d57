"""A store in a SQLite file: several processes, an event loop that goes on, and files that break."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from doorcheck.guard.limits import Limit
from doorcheck.guard.stores import StoreUnavailable
from doorcheck.guard.stores.sqlite import SqliteStore

ROOT = Path(__file__).parents[3]


def test_several_processes_share_one_limit(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.guard.stores.counting_process", f"sqlite:///{tmp_path}/store.db", "70"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    running = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    told = [int(process.communicate(timeout=60)[0]) for process in running]
    assert sum(one % 1000 for one in told) == 100, told
    assert sum(one // 1000 for one in told) == 20, "each webhook was new to one process alone"


def test_the_event_loop_does_not_wait_for_the_disk(tmp_path: Path) -> None:
    async def check() -> None:
        store = SqliteStore(tmp_path / "store.db")
        await store.first_time("warm", 60)
        blocked = threading.Event()

        def slow(cells: object, now: float) -> bool:
            return blocked.wait(10)

        waiting = asyncio.create_task(store.run(slow))
        longest = 0.0
        for _ in range(20):
            started = time.perf_counter()
            await asyncio.sleep(0)
            longest = max(longest, time.perf_counter() - started)
        assert not waiting.done()
        assert longest < 0.1
        blocked.set()
        assert await waiting
        await store.close()

    asyncio.run(check())


def test_closing_leaves_no_thread_and_no_file_but_the_store(tmp_path: Path) -> None:
    async def check() -> None:
        store = SqliteStore(tmp_path / "store.db")
        await asyncio.gather(*(store.first_time(str(number), 60) for number in range(50)))
        assert any(thread.name == "doorcheck-store" for thread in threading.enumerate())
        await store.close()
        assert not any(thread.name == "doorcheck-store" for thread in threading.enumerate())

    asyncio.run(check())
    assert [path.name for path in tmp_path.iterdir()] == ["store.db"]


def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    async def check() -> None:
        store = SqliteStore(tmp_path / "store.db")
        await store.first_time("k", 60)
        assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
        await store.close()

    asyncio.run(check())


def test_what_was_kept_is_there_after_a_restart(tmp_path: Path) -> None:
    async def kept(value: bytes | None) -> bytes | None:
        store = SqliteStore(tmp_path / "store.db")
        if value is not None:
            await store.put("k", value, "ann", 60, 9)
        found = await store.get("k")
        await store.close()
        return found

    assert asyncio.run(kept(b"1")) == b"1"
    assert asyncio.run(kept(None)) == b"1"


def test_a_file_that_is_no_database_is_unavailable_until_it_is_mended(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(b"this is no database, " * 500)

    async def check() -> None:
        store = SqliteStore(path)
        with pytest.raises(StoreUnavailable) as raised:
            await store.take("k", Limit(1, 60), 1)
        assert str(path) not in str(raised.value)
        path.unlink()
        assert (await store.take("k", Limit(1, 60), 1)).allowed
        await store.close()

    asyncio.run(check())


def test_a_file_that_was_replaced_is_opened_anew(tmp_path: Path) -> None:
    path = tmp_path / "store.db"

    async def check() -> None:
        store, other = SqliteStore(path), SqliteStore(path)
        assert await store.first_time("k", 60)
        for name in tmp_path.iterdir():
            name.unlink()
        assert await other.first_time("new", 60)
        assert not await store.first_time("new", 60), "both count in the file that is there now"
        await store.close()
        await other.close()

    asyncio.run(check())


def test_a_directory_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    async def check() -> None:
        store = SqliteStore(tmp_path / "absent" / "store.db")
        with pytest.raises(StoreUnavailable):
            await store.get("k")
        (tmp_path / "absent").mkdir()
        assert await store.get("k") is None
        await store.close()

    asyncio.run(check())


def test_a_file_that_is_held_too_long_is_unavailable_and_recovers(tmp_path: Path) -> None:
    import sqlite3  # noqa: PLC0415  # only here

    async def check() -> None:
        store = SqliteStore(tmp_path / "store.db", wait=0.1)
        await store.first_time("k", 60)
        with_lock = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
        with_lock.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable):
            await store.first_time("other", 60)
        with_lock.execute("ROLLBACK")
        with_lock.close()
        assert await store.first_time("other", 60)
        await store.close()

    asyncio.run(check())


def test_a_full_file_makes_room_for_what_is_not_over(tmp_path: Path) -> None:
    now = time.time() - 1000

    async def check() -> None:
        nonlocal now
        store = SqliteStore(tmp_path / "store.db", size=400_000, clock=lambda: now)

        async def fill() -> None:
            for number in range(200):
                await store.put(str(number), b"x" * 8000, str(number), 60, 9)

        with pytest.raises(StoreUnavailable):
            await fill()
        assert (tmp_path / "store.db").stat().st_size <= 400_000
        now = time.time()
        await store.put("new", b"x" * 8000, "ann", 60, 9)
        assert await store.get("new") == b"x" * 8000
        await store.close()

    asyncio.run(check())


def test_a_step_that_breaks_undoes_only_itself(tmp_path: Path) -> None:
    async def check() -> None:
        store = SqliteStore(tmp_path / "store.db")
        await store.first_time("warm", 60)

        def broken(cells: object, now: float) -> None:
            raise KeyError("broken")

        answers = await asyncio.gather(
            store.first_time("a", 60), store.run(broken), store.first_time("b", 60), return_exceptions=True
        )
        assert (answers[0], answers[2]) == (True, True)
        assert isinstance(answers[1], KeyError)
        assert not await store.first_time("a", 60)
        await store.close()

    asyncio.run(check())


def test_who_stops_waiting_disturbs_nobody(tmp_path: Path) -> None:
    async def check() -> None:
        store = SqliteStore(tmp_path / "store.db")
        tasks = [asyncio.create_task(store.first_time(str(number), 60)) for number in range(20)]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        assert [answer for answer in answers if answer is True] == [True] * 10
        await store.close()

    asyncio.run(check())
