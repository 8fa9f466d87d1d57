"""A store in Redis whose server dies, comes back, and does not answer in time."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from tests.guard.redis_server import RedisServer, require_redis

from doorcheck.guard.limits import Limit
from doorcheck.guard.stores import StoreUnavailable, open_store

redis = pytest.importorskip("redis")


@pytest.fixture
def own_server() -> Iterator[RedisServer]:
    server = require_redis()
    yield server
    server.kill()


def test_a_server_that_dies_is_unavailable_at_once_and_comes_back_by_itself(own_server: RedisServer) -> None:
    async def check() -> None:
        store = open_store(own_server.url)
        limit = Limit(1000, 60)
        assert all(taken.allowed for taken in await asyncio.gather(*(store.take("k", limit, 1) for _ in range(20))))
        own_server.kill()
        started = time.monotonic()
        answers = await asyncio.gather(*(store.take("k", limit, 1) for _ in range(20)), return_exceptions=True)
        assert all(isinstance(answer, StoreUnavailable) for answer in answers)
        assert time.monotonic() - started < 3
        own_server.start()
        again = await asyncio.gather(*(store.take("k", limit, 1) for _ in range(40)))
        assert all(taken.allowed for taken in again), "with its scripts and connections gone it still goes on"
        assert await store.first_time("hook", 60)
        await store.close()
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(check())


def test_a_server_that_dies_in_the_middle_of_calls_never_says_yes(own_server: RedisServer) -> None:
    async def check() -> None:
        store = open_store(own_server.url)
        limit = Limit(5, 3600)

        async def keep_asking() -> list[bool | None]:
            told: list[bool | None] = []
            until = time.monotonic() + 1.0
            while time.monotonic() < until:
                try:
                    told.append((await store.take("k", limit, 1)).allowed)
                except StoreUnavailable:
                    told.append(None)
                await asyncio.sleep(0.005)
            return told

        asking = [asyncio.create_task(keep_asking()) for _ in range(8)]
        await asyncio.sleep(0.3)
        own_server.kill()
        told = [answer for answers in await asyncio.gather(*asking) for answer in answers]
        assert sum(answer is True for answer in told) == 5
        assert sum(answer is None for answer in told) > 8
        await store.close()

    asyncio.run(check())


def test_a_server_that_does_not_answer_is_given_up_in_time() -> None:
    async def check(url: str) -> None:
        store = open_store(url)
        started = time.monotonic()
        with pytest.raises(StoreUnavailable) as raised:
            await store.take("k", Limit(1, 1), 1)
        assert time.monotonic() - started < 3
        assert "hunter2" not in str(raised.value)
        assert "hunter2" not in repr(store)
        await store.close()

    with socket.create_server(("127.0.0.1", 0)) as silent:
        asyncio.run(check(f"redis://:hunter2@127.0.0.1:{silent.getsockname()[1]}/0"))


def test_who_stops_waiting_leaves_no_answer_for_the_next(own_server: RedisServer) -> None:
    async def check() -> None:
        store = open_store(own_server.url)
        for number in range(100):
            await store.put(str(number), str(number).encode(), "ann", 60, 1000)
        for round_ in range(30):
            tasks = [asyncio.create_task(store.get(str(number))) for number in range(20)]
            for _ in range(round_ % 6):
                await asyncio.sleep(0)
            for task in tasks[::3]:
                task.cancel()
            answers = await asyncio.gather(*tasks, return_exceptions=True)
            for number, answer in enumerate(answers):
                assert isinstance(answer, asyncio.CancelledError) or answer == str(number).encode()
        await store.close()

    asyncio.run(check())


def test_a_store_goes_on_in_another_event_loop(own_server: RedisServer) -> None:
    async def twice() -> list[bool]:
        answers = [await store.first_time("k", 60), await store.first_time("k", 60)]
        await store._client.connection_pool.disconnect()  # type: ignore[attr-defined]
        return answers

    store = open_store(own_server.url)
    assert asyncio.run(twice()) == [True, False]
    assert asyncio.run(twice()) == [False, False]
    asyncio.run(store.close())


def test_everything_that_is_kept_ends(own_server: RedisServer) -> None:
    from redis.asyncio import Redis  # noqa: PLC0415  # the extra

    from doorcheck.guard.stores import Begun, Budget, Reserved  # noqa: PLC0415  # beside it

    async def check() -> None:
        store = open_store(own_server.url)
        await store.take("k", Limit(10, 60), 1)
        await store.first_time("k", 60)
        held = await store.reserve([Budget("k", 10, time.time() + 60)], 5, 60)
        assert isinstance(held, Reserved)
        await store.settle(held, 3)
        assert isinstance(await store.attempt("ann", "a", "0" * 64, 60), Begun)
        begun = await store.attempt("ann", "b", "0" * 64, 60)
        assert isinstance(begun, Begun)
        await store.finish(begun, b"answer", 60)
        await store.put("k", b"1", "ann", 60, 9)
        async with Redis.from_url(own_server.url) as client:
            names: list[Any] = await client.keys("*")
            assert len(names) >= 8
            assert all(name.startswith(b"doorcheck:") for name in names)
            assert [name for name in names if await client.ttl(name) < 0] == []
        await store.close()

    asyncio.run(check())
