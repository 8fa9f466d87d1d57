"""How much may be used in a day or a month, in units of cost: set aside before, settled after, and a hard stop."""

from __future__ import annotations

import enum
import logging
import re
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import anyio

from doorcheck.guard.passage import current_principal
from doorcheck.guard.principal import Principal
from doorcheck.guard.refusals import Refusal, Refused
from doorcheck.guard.stores.bounds import checked_seconds, checked_units
from doorcheck.guard.stores.protocol import Budget, Budgets, Reserved, StoreUnavailable, UsedUp

_log = logging.getLogger("doorcheck.guard")
_WRITTEN = re.compile(r"([0-9][0-9_]{0,18})\s*(?:/|per)\s*(day|month)")


class Per(enum.StrEnum):
    """A stretch of the calendar, in UTC."""

    DAY = "day"
    MONTH = "month"

    def window(self, now: datetime) -> tuple[str, float]:
        """The name of the stretch that ``now`` is in, and its end in seconds since the epoch."""
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        if self is Per.DAY:
            return f"{now:%Y-%m-%d}", (midnight + timedelta(days=1)).timestamp()
        # 32 days after the first of a month it is the next one.
        return f"{now:%Y-%m}", (midnight.replace(day=1) + timedelta(days=32)).replace(day=1).timestamp()


class Whose(enum.StrEnum):
    """Who shares a ceiling: one account, or all accounts of a tenant."""

    ACCOUNT = "account"
    TENANT = "tenant"


@dataclass(frozen=True, slots=True)
class Ceiling:
    """So many units in each day or month. Raises ``ValueError`` for an amount that cannot be counted."""

    units: int
    per: Per
    whose: Whose = Whose.ACCOUNT

    def __post_init__(self) -> None:
        checked_units(self.units)


def ceiling(text: str, whose: Whose = Whose.ACCOUNT) -> Ceiling:
    """``50_000/day`` or ``2_000_000 per month`` as a ceiling; ``ValueError`` for anything else."""
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no ceiling: write it as '50_000/day' or '2_000_000 per month'")
    return Ceiling(int(found[1]), Per(found[2]), whose)


class Spending:
    """What is being used of a reservation."""

    __slots__ = ("_used",)

    def __init__(self) -> None:
        self._used: int | None = None

    def used(self, units: int) -> None:
        """Add to what was really used, as soon as it is known, also more than reserved; 0 says that nothing was."""
        self._used = (self._used or 0) + checked_units(units)

    @property
    def total(self) -> int | None:
        """The units used so far, or None as long as nobody has said."""
        return self._used


class Ceilings:
    """The ceilings of one kind of cost, such as tokens or messages sent. ``name`` keeps kinds apart in one store.

    ``hold`` is after how many seconds a reservation that nobody has settled is released: longer than the work takes.
    """

    def __init__(
        self,
        store: Budgets,
        *ceilings: Ceiling,
        name: str = "units",
        hold: float = 600.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if not ceilings:
            raise ValueError("name at least one ceiling, such as ceiling('50_000/day')")
        self._store = store
        self._ceilings = ceilings
        self._name = name
        self._hold = checked_seconds(hold)
        self._clock = clock

    @asynccontextmanager
    async def spend(self, units: int, principal: Principal | None = None) -> AsyncIterator[Spending]:
        """Set the most that the work may take aside, and settle what it took. For whoever is calling if not said.

        What ``Spending.used`` was told is settled, and the whole reservation where it was told nothing. Work that broke
        and told nothing has used nothing; work that was broken off, as by a caller who went away, all of it. Raises
        ``Refused``: 429 where a ceiling is reached, 403 for a tenant's ceiling and no tenant, 503 where it cannot be
        told.
        """
        reserved = await self._reserve(units, principal or current_principal())
        spending = Spending()
        try:
            yield spending
        except Exception:
            try:
                await self._settle(reserved, spending.total or 0)
            except Refused as fault:
                # What broke the work is what its caller is told. The reservation stands until its time is over.
                _log.warning("%d reserved units of %s were not settled: %s", units, self._name, fault.reason)
            raise
        except BaseException:
            await self._settle(reserved, units if spending.total is None else max(units, spending.total))
            raise
        await self._settle(reserved, units if spending.total is None else spending.total)

    async def _reserve(self, units: int, principal: Principal) -> Reserved:
        budgets = self._budgets(principal)
        try:
            answer = await self._store.reserve(budgets, units, self._hold)
        except StoreUnavailable as fault:
            raise Refused(Refusal.UNAVAILABLE, f"what is left cannot be told: {fault}", retry_after=1) from fault
        if isinstance(answer, UsedUp):
            reason = f"{units} of {self._name} asked for, {answer.left} left in {answer.budget.key}"
            raise Refused(Refusal.TOO_MANY, reason, retry_after=answer.retry_after)
        return answer

    async def _settle(self, reserved: Reserved, units: int) -> None:
        # Also for a caller who went away: what was used was used.
        with anyio.CancelScope(shield=True):
            try:
                await self._store.settle(reserved, units)
            except StoreUnavailable as fault:
                reason = f"{units} of {self._name} were used and not counted: {fault}"
                raise Refused(Refusal.UNAVAILABLE, reason, retry_after=1) from fault

    def _budgets(self, principal: Principal) -> Sequence[Budget]:
        now = datetime.fromtimestamp(self._clock(), UTC)
        budgets = []
        for one in self._ceilings:
            subject = f"{principal.issuer}:{principal.id}"
            if one.whose is Whose.TENANT:
                if principal.tenant is None:
                    raise Refused(Refusal.FORBIDDEN, "a ceiling of tenants, and the caller has none")
                subject = f"{principal.issuer}:{principal.tenant}"
            window, ends = one.per.window(now)
            budgets.append(Budget(f"{self._name}:{one.whose}:{window}:{subject}", one.units, ends))
        return budgets
