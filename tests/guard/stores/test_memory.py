"""What a store in the memory of one process does when it is full."""

from __future__ import annotations

import asyncio
import time

import pytest

from doorcheck.guard.limits import Limit
from doorcheck.guard.stores import Begun, StoreUnavailable
from doorcheck.guard.stores.memory import MemoryCounters, MemoryStore


def test_many_addresses_do_not_push_out_the_counters_of_accounts() -> None:
    async def check() -> None:
        counters = MemoryCounters(most=50)
        limit = Limit(1, 3600)
        assert (await counters.take("account:login:ann", limit, 1)).allowed
        for number in range(500):
            await counters.take(f"address:{number}", limit, 1)
        assert not (await counters.take("account:login:ann", limit, 1)).allowed
        assert (await counters.take("address:0", limit, 1)).allowed, "the oldest addresses are forgotten"

    asyncio.run(check())


def test_a_full_store_refuses_rather_than_forget_what_it_promised() -> None:
    async def check() -> None:
        now = 1000.0
        store = MemoryStore(values=100, clock=lambda: now)
        for number in range(100):
            assert await store.first_time(str(number), 60)
        with pytest.raises(StoreUnavailable, match="full"):
            await store.first_time("one more", 60)
        assert not await store.first_time("0", 60), "what it promised to remember it remembers"
        now = 1061.0
        assert await store.first_time("one more", 60), "what is over makes room"

    asyncio.run(check())


def test_values_are_bounded_in_bytes_too() -> None:
    async def check() -> None:
        store = MemoryStore(size=1000)
        await store.put("a", b"x" * 900, "ann", 60, 9)
        with pytest.raises(StoreUnavailable, match="full"):
            await store.put("b", b"x" * 200, "ann", 60, 9)
        await store.put("a", b"x" * 100, "ann", 60, 9)
        await store.put("b", b"x" * 200, "ann", 60, 9)

    asyncio.run(check())


def test_what_is_over_is_swept_as_the_store_is_used() -> None:
    async def check() -> None:
        now = 1000.0
        store = MemoryStore(clock=lambda: now)
        for number in range(5000):
            now += 1
            await store.first_time(str(number), 10)
        assert len(store._cells) < 30
        for number in range(5000):
            await store.put("same", str(number).encode(), "ann", 10, 9)
        assert len(store._cells._order) < 1100, "values that are replaced leave little behind"

    asyncio.run(check())


def test_a_token_is_in_no_repr() -> None:
    async def check() -> None:
        begun = await MemoryStore().attempt("ann", "key", "0" * 64, 60)
        assert isinstance(begun, Begun)
        assert begun.token not in repr(begun)

    asyncio.run(check())


def test_counting_one_call_costs_little() -> None:
    counters = MemoryCounters()
    limit = Limit(1_000_000_000, 60)

    async def many() -> float:
        best = 1.0
        for _ in range(20):
            started = time.perf_counter()
            for _ in range(2000):
                await counters.take("address::203.0.113.7", limit, 1)
            best = min(best, (time.perf_counter() - started) / 2000)
        return best

    assert asyncio.run(many()) < 10e-6, "an order of magnitude above what it takes on a quiet machine"
