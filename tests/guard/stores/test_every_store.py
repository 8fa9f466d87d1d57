"""What every store does in the same way, whatever keeps its values."""

from __future__ import annotations

import asyncio
import hashlib
import time

import pytest
from tests.guard.stores.conftest import OpenStore

from doorcheck.guard.limits import Limit
from doorcheck.guard.stores import (
    Begun,
    Budget,
    Finished,
    InFlight,
    OtherRequest,
    Reserved,
    Stage,
    StoreUnavailable,
    UsedUp,
)

ONE = hashlib.sha256(b"one").hexdigest()
OTHER = hashlib.sha256(b"other").hexdigest()


def _budget(key: str = "account:ann", units: int = 100) -> Budget:
    return Budget(key, units, time.time() + 3600)


def test_a_limit_is_exact_under_200_concurrent_callers(opened: OpenStore) -> None:
    async def check() -> None:
        async with opened() as store:
            limit = Limit(100, 3600)
            answers = await asyncio.gather(*(store.take("account:x:1", limit, 1) for _ in range(200)))
            assert sum(answer.allowed for answer in answers) == 100
            refused = [answer for answer in answers if not answer.allowed]
            assert all(30 < answer.retry_after <= 36.001 for answer in refused)

    asyncio.run(check())


def test_calls_grow_back_one_at_a_time_and_keys_do_not_know_each_other(opened: OpenStore) -> None:
    async def check() -> None:
        async with opened() as store:
            limit = Limit(2, 0.6)
            assert [(await store.take("a", limit, 1)).allowed for _ in range(3)] == [True, True, False]
            assert (await store.take("b", limit, 1)).allowed
            await asyncio.sleep(0.33)
            assert [(await store.take("a", limit, 1)).allowed for _ in range(2)] == [True, False]

    asyncio.run(check())


def test_a_costly_call_counts_as_many_and_a_refused_one_counts_nothing(opened: OpenStore) -> None:
    async def check() -> None:
        async with opened() as store:
            limit = Limit(10, 3600)
            assert (await store.take("k", limit, 8)).allowed
            assert not (await store.take("k", limit, 3)).allowed
            assert (await store.take("k", limit, 2)).allowed
            assert not (await store.take("k", limit, 1)).allowed

    asyncio.run(check())


def test_a_smaller_limit_under_the_same_key_waits_no_longer_than_its_period(opened: OpenStore) -> None:
    async def check() -> None:
        async with opened() as store:
            assert (await store.take("k", Limit(10, 86400), 10)).allowed
            assert (await store.take("k", Limit(10, 60), 1)).retry_after <= 6.1

    asyncio.run(check())


def test_only_one_of_many_is_the_first_and_the_key_is_forgotten_in_time(opened: OpenStore) -> None:
    async def check() -> None:
        async with opened() as store:
            answers = await asyncio.gather(*(store.first_time("webhook:1", 0.4) for _ in range(50)))
            assert sum(answers) == 1
            assert await store.first_time("webhook:2", 60)
            await asyncio.sleep(0.45)
            assert await store.first_time("webhook:1", 60)
            assert not await store.first_time("webhook:1", 60)

    asyncio.run(check())


def test_work_that_is_done_once_is_claimed_by_one(opened: OpenStore) -> None:
    async def check() -> None:
        async with opened() as store:
            stages = await asyncio.gather(*(store.begin("delivery", 60) for _ in range(20)))
            assert sorted(stage.value for stage in stages) == ["new"] + ["running"] * 19
            await store.undo("delivery")
            assert await store.begin("delivery", 0.2) is Stage.NEW
            await asyncio.sleep(0.25)
            assert await store.begin("delivery", 60) is Stage.NEW, "a claim that is over is nobody's"
            await store.done("delivery", 0.2)
            assert await store.begin("delivery", 60) is Stage.DONE
            await asyncio.sleep(0.25)
            assert await store.begin("delivery", 60) is Stage.NEW

    asyncio.run(check())


def test_reservations_never_exceed_the_budget(opened: OpenStore) -> None:
    async def check() -> None:
        async with opened() as store:
            budget = _budget(units=100)
            answers = await asyncio.gather(*(store.reserve([budget], 7, 60) for _ in range(40)))
            assert sum(isinstance(answer, Reserved) for answer in answers) == 14
            refused = next(answer for answer in answers if isinstance(answer, UsedUp))
            assert refused.left == 2
            assert 50 < refused.retry_after <= 60, "a reservation that ends makes room before the budget does"

    asyncio.run(check())


def test_settling_puts_what_was_used_in_the_place_of_what_was_reserved(opened: OpenStore) -> None:
    async def check() -> None:
        async with opened() as store:
            budget = _budget(units=100)
            held = await store.reserve([budget], 90, 60)
            assert isinstance(held, Reserved)
            await store.settle(held, 40)
            second = await store.reserve([budget], 60, 60)
            assert isinstance(second, Reserved)
            await store.settle(second, 75)
            third = await store.reserve([budget], 1, 60)
            assert isinstance(third, UsedUp)
            assert third.left == 0
            assert third.retry_after > 3000, "what was spent comes back when the budget ends, not before"

    asyncio.run(check())


def test_released_and_ended_reservations_give_their_units_back(opened: OpenStore) -> None:
    async def check() -> None:
        async with opened() as store:
            budget = _budget(units=10)
            held = await store.reserve([budget], 10, 60)
            assert isinstance(held, Reserved)
            await store.settle(held, 0)
            short = await store.reserve([budget], 10, 0.3)
            assert isinstance(short, Reserved)
            assert isinstance(await store.reserve([budget], 1, 60), UsedUp)
            await asyncio.sleep(0.35)
            assert isinstance(await store.reserve([budget], 4, 60), Reserved)
            await store.settle(short, 6)
            assert isinstance(await store.reserve([budget], 1, 60), UsedUp), "used late is used all the same"

    asyncio.run(check())


def test_several_budgets_are_reserved_together_or_not_at_all(opened: OpenStore) -> None:
    async def check() -> None:
        async with opened() as store:
            mine, ours = _budget("account:ann", 100), _budget("tenant:acme", 10)
            answer = await store.reserve([mine, ours], 11, 60)
            assert isinstance(answer, UsedUp)
            assert answer.budget == ours
            whole = await store.reserve([mine], 100, 60)
            assert isinstance(whole, Reserved), "nothing stayed behind in the first budget"

    asyncio.run(check())


def test_an_idempotency_key_is_carried_out_once(opened: OpenStore) -> None:
    async def check() -> None:
        async with opened() as store:
            answers = await asyncio.gather(*(store.attempt("ann", "key", ONE, 60) for _ in range(30)))
            begun = [answer for answer in answers if isinstance(answer, Begun)]
            busy = [answer for answer in answers if isinstance(answer, InFlight)]
            assert (len(begun), len(busy)) == (1, 29)
            assert all(50 < answer.retry_after <= 60 for answer in busy)
            assert await store.attempt("ann", "key", OTHER, 60) == OtherRequest()
            assert isinstance(await store.attempt("bob", "key", OTHER, 60), Begun), "a key is its owner's"
            assert await store.finish(begun[0], b"\x00answer\xff", 60)
            assert await store.attempt("ann", "key", ONE, 60) == Finished(b"\x00answer\xff")
            assert await store.attempt("ann", "key", OTHER, 60) == OtherRequest()

    asyncio.run(check())


def test_an_abandoned_attempt_may_begin_again(opened: OpenStore) -> None:
    async def check() -> None:
        async with opened() as store:
            begun = await store.attempt("ann", "key", ONE, 60)
            assert isinstance(begun, Begun)
            await store.abandon(begun)
            assert isinstance(await store.attempt("ann", "key", OTHER, 60), Begun)

    asyncio.run(check())


def test_an_attempt_that_was_given_up_does_not_overwrite_the_next_one(opened: OpenStore) -> None:
    async def check() -> None:
        async with opened() as store:
            slow = await store.attempt("ann", "key", ONE, 0.2)
            assert isinstance(slow, Begun)
            await asyncio.sleep(0.25)
            second = await store.attempt("ann", "key", ONE, 60)
            assert isinstance(second, Begun)
            assert not await store.finish(slow, b"slow", 60)
            await store.abandon(slow)
            assert isinstance(await store.attempt("ann", "key", ONE, 60), InFlight)
            assert await store.finish(second, b"second", 60)
            assert await store.attempt("ann", "key", ONE, 60) == Finished(b"second")

    asyncio.run(check())


def test_one_owners_keys_are_bounded_and_the_oldest_finished_one_goes(
    opened: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("doorcheck.guard.stores.steps.MOST_OPEN", 3)
    pytest.importorskip("redis")
    monkeypatch.setattr("doorcheck.guard.stores.redis.MOST_OPEN", 3)

    async def check() -> None:
        async with opened() as store:
            for name in ("first", "second", "third"):
                begun = await store.attempt("ann", name, ONE, 60)
                assert isinstance(begun, Begun)
                if name == "second":
                    await store.finish(begun, b"", 60)
            assert isinstance(await store.attempt("ann", "fourth", ONE, 60), Begun)
            assert isinstance(await store.attempt("ann", "first", ONE, 60), InFlight)
            assert isinstance(await store.attempt("ann", "fifth", ONE, 60), InFlight), "none in flight makes room"
            assert isinstance(await store.attempt("bob", "first", ONE, 60), Begun)

    asyncio.run(check())


def test_a_record_is_kept_until_its_end_or_until_it_is_deleted(opened: OpenStore) -> None:
    async def check() -> None:
        async with opened() as store:
            await store.put("k", b"\x00\xff", "ann", 0.3, 9)
            await store.put("other", b"2", "ann", 60, 9)
            assert await store.get("k") == b"\x00\xff"
            await asyncio.sleep(0.35)
            assert await store.get("k") is None
            assert await store.delete("other")
            assert not await store.delete("other")
            assert await store.get("other") is None

    asyncio.run(check())


def test_a_record_is_renewed_only_while_it_is_there(opened: OpenStore) -> None:
    async def check() -> None:
        async with opened() as store:
            await store.put("k", b"1", "ann", 0.3, 9)
            assert await store.renew("k", b"2", 60)
            await asyncio.sleep(0.35)
            assert await store.get("k") == b"2"
            assert await store.delete_owned("ann") == 1
            assert not await store.renew("k", b"3", 60)
            assert await store.get("k") is None

    asyncio.run(check())


def test_all_records_of_one_owner_go_at_once_and_nobody_elses(opened: OpenStore) -> None:
    async def check() -> None:
        async with opened() as store:
            for number in range(3):
                await store.put(f"a{number}", b"", "ann", 60, 9)
            await store.put("b", b"bob's", "bob", 60, 9)
            assert await store.delete_owned("ann") == 3
            assert [await store.get(f"a{number}") for number in range(3)] == [None] * 3
            assert await store.get("b") == b"bob's"

    asyncio.run(check())


def test_the_oldest_record_of_an_owner_makes_room(opened: OpenStore) -> None:
    async def check() -> None:
        async with opened() as store:
            await store.put("gone", b"", "ann", 0.05, 2)
            await store.put("old", b"", "ann", 60, 2)
            await asyncio.sleep(0.1)
            await store.put("new", b"", "ann", 60, 2)
            assert await store.get("old") == b"", "one whose time is over takes no room"
            await store.put("newest", b"", "ann", 60, 2)
            assert [await store.get(key) for key in ("old", "new", "newest")] == [None, b"", b""]

    asyncio.run(check())


def test_sizes_and_times_that_cannot_be_kept_are_the_callers_fault(opened: OpenStore) -> None:
    async def check() -> None:
        async with opened() as store:
            with pytest.raises(ValueError, match="bytes"):
                await store.put("k", b"x" * (256 * 1024 + 1), "ann", 60, 9)
            with pytest.raises(ValueError, match="seconds"):
                await store.put("k", b"x", "ann", float("inf"), 9)
            with pytest.raises(ValueError, match="units"):
                await store.reserve([_budget()], -1, 60)
            with pytest.raises(ValueError, match="budget"):
                await store.reserve([], 1, 60)

    asyncio.run(check())


def test_a_closed_store_is_unavailable(opened: OpenStore) -> None:
    async def check() -> None:
        async with opened() as store:
            assert await store.first_time("k", 60)
            await store.close()
            with pytest.raises(StoreUnavailable):
                await store.take("k", Limit(1, 1), 1)
            with pytest.raises(StoreUnavailable):
                await store.first_time("k", 60)
            with pytest.raises(StoreUnavailable):
                await store.get("k")
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(check())
