"""What may be used up in a day or a month, and what stops when it is."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from doorcheck.guard.ceilings import Ceiling, Ceilings, Per, Whose, ceiling
from doorcheck.guard.principal import Carrier, Principal
from doorcheck.guard.refusals import Refusal, Refused
from doorcheck.guard.stores import Budget
from doorcheck.guard.stores.memory import MemoryStore


def _principal(name: str = "ann", tenant: str | None = None) -> Principal:
    return Principal(name, "own", Carrier.COOKIE, 2e9, tenant=tenant)


async def _spends(ceilings: Ceilings, units: int, principal: Principal, used: int | None = None) -> bool:
    try:
        async with ceilings.spend(units, principal) as spending:
            if used is not None:
                spending.used(used)
    except Refused as refused:
        return refused.refusal is not Refusal.TOO_MANY
    return True


def test_a_ceiling_is_a_hard_stop_and_each_account_has_its_own() -> None:
    async def check() -> None:
        ceilings = Ceilings(MemoryStore(), ceiling("100/day"))
        assert [await _spends(ceilings, 40, _principal()) for _ in range(3)] == [True, True, False]
        assert await _spends(ceilings, 20, _principal())
        assert not await _spends(ceilings, 1, _principal())
        assert await _spends(ceilings, 100, _principal("bob"))

    asyncio.run(check())


def test_what_was_used_counts_not_what_was_reserved() -> None:
    async def check() -> None:
        ceilings = Ceilings(MemoryStore(), ceiling("100/day"))
        assert await _spends(ceilings, 90, _principal(), used=10)
        assert await _spends(ceilings, 90, _principal(), used=0)
        assert await _spends(ceilings, 90, _principal(), used=120), "more than was reserved is counted too"
        assert not await _spends(ceilings, 1, _principal())

    asyncio.run(check())


def test_many_at_once_do_not_exceed_it() -> None:
    async def check() -> None:
        ceilings = Ceilings(MemoryStore(), ceiling("100/day"))
        running = 0

        async def work() -> bool:
            nonlocal running
            try:
                async with ceilings.spend(10, _principal()):
                    running += 1
                    await asyncio.sleep(0.01)
            except Refused:
                return False
            return True

        assert sum(await asyncio.gather(*(work() for _ in range(200)))) == 10
        assert running == 10

    asyncio.run(check())


def test_all_ceilings_hold_at_once_and_a_tenant_shares_its_own() -> None:
    async def check() -> None:
        ceilings = Ceilings(MemoryStore(), ceiling("100/day"), ceiling("150 per month", Whose.TENANT))
        assert await _spends(ceilings, 100, _principal("ann", "acme"))
        assert not await _spends(ceilings, 60, _principal("bob", "acme"))
        assert await _spends(ceilings, 50, _principal("bob", "acme"))
        assert await _spends(ceilings, 100, _principal("carol", "other"))
        with pytest.raises(Refused) as raised:
            async with ceilings.spend(1, _principal("dave")):
                pytest.fail("has no tenant")
        assert raised.value.refusal is Refusal.FORBIDDEN

    asyncio.run(check())


def test_a_new_day_and_a_new_month_begin_at_midnight_utc() -> None:
    async def check() -> None:
        now = datetime(2027, 1, 31, 23, 59, 30, tzinfo=UTC)

        def clock() -> float:
            return now.timestamp()

        ceilings = Ceilings(MemoryStore(clock=clock), ceiling("10/day"), clock=clock)
        assert await _spends(ceilings, 10, _principal())
        with pytest.raises(Refused) as raised:
            async with ceilings.spend(1, _principal()):
                pytest.fail("nothing is left")
        assert raised.value.retry_after == pytest.approx(30)
        now = datetime(2027, 2, 1, 0, 0, 0, tzinfo=UTC)
        assert await _spends(ceilings, 10, _principal())

    asyncio.run(check())


def test_the_calendar_is_what_it_is() -> None:
    def ends(per: Per, *when: int) -> tuple[str, datetime]:
        name, end = per.window(datetime(*when, tzinfo=UTC))  # type: ignore[misc,arg-type]
        return name, datetime.fromtimestamp(end, UTC)

    assert ends(Per.DAY, 2028, 2, 28, 12) == ("2028-02-28", datetime(2028, 2, 29, tzinfo=UTC))
    assert ends(Per.MONTH, 2028, 1, 31, 23, 59) == ("2028-01", datetime(2028, 2, 1, tzinfo=UTC))
    assert ends(Per.MONTH, 2028, 2, 29) == ("2028-02", datetime(2028, 3, 1, tzinfo=UTC))
    assert ends(Per.MONTH, 2027, 12, 1) == ("2027-12", datetime(2028, 1, 1, tzinfo=UTC))


def test_work_that_broke_has_used_what_it_said_and_work_that_was_broken_off_all_of_it() -> None:
    async def check() -> None:
        store = MemoryStore()
        ceilings = Ceilings(store, ceiling("100/day"))

        async def broken(used: int | None) -> None:
            async with ceilings.spend(60, _principal()) as spending:
                if used is not None:
                    spending.used(used)
                raise OSError("the model is away")

        for used in (None, 30):
            with pytest.raises(OSError, match="away"):
                await broken(used)
        assert await _spends(ceilings, 60, _principal(), used=0)

        async def endless() -> None:
            async with ceilings.spend(60, _principal()):
                await asyncio.sleep(60)

        task = asyncio.create_task(endless())
        await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert not await _spends(ceilings, 11, _principal())
        assert await _spends(ceilings, 10, _principal())

    asyncio.run(check())


def test_a_store_that_does_not_answer_stops_the_work_before_it_costs_anything() -> None:
    async def check() -> None:
        store = MemoryStore()
        await store.close()
        with pytest.raises(Refused) as raised:
            async with Ceilings(store, ceiling("100/day")).spend(1, _principal()):
                pytest.fail("nothing was reserved")
        assert raised.value.refusal is Refusal.UNAVAILABLE

    asyncio.run(check())


def test_work_that_could_not_be_counted_is_told_so_and_stays_reserved() -> None:
    async def check() -> None:
        store = MemoryStore()
        ceilings = Ceilings(store, ceiling("100/day"))
        with pytest.raises(Refused) as raised:
            async with ceilings.spend(60, _principal()):
                await store.close()
        assert raised.value.refusal is Refusal.UNAVAILABLE

        another = MemoryStore()
        ceilings = Ceilings(another, ceiling("100/day"))

        async def fails() -> None:
            async with ceilings.spend(60, _principal()):
                await another.close()
                raise OSError("the model is away")

        with pytest.raises(OSError, match="away"):
            await fails()

    asyncio.run(check())


def test_kinds_of_cost_do_not_share_a_ceiling() -> None:
    async def check() -> None:
        store = MemoryStore()
        tokens, mails = (Ceilings(store, ceiling("10/day"), name=name) for name in ("tokens", "mails"))
        assert await _spends(tokens, 10, _principal())
        assert await _spends(mails, 10, _principal())

    asyncio.run(check())


@pytest.mark.parametrize("text", ["", "10", "10/hour", "-1/day", "x/day", "1e3/day", "10 / days"])
def test_what_is_no_ceiling_is_an_error_at_the_start(text: str) -> None:
    with pytest.raises(ValueError, match="ceiling"):
        ceiling(text)


def test_amounts_that_cannot_be_counted_are_errors() -> None:
    assert ceiling("2_000_000 per month") == Ceiling(2_000_000, Per.MONTH)
    with pytest.raises(ValueError, match="units"):
        Ceiling(10**16, Per.DAY)
    with pytest.raises(ValueError, match="at least one"):
        Ceilings(MemoryStore())

    async def check() -> None:
        ceilings = Ceilings(MemoryStore(), ceiling("10/day"))
        async with ceilings.spend(1, _principal()) as spending:
            with pytest.raises(ValueError, match="units"):
                spending.used(-1)
        held = await MemoryStore().reserve([Budget("k", 0, 2e9)], 0, 1)
        assert held

    asyncio.run(check())
