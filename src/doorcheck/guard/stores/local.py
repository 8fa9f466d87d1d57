"""A store on this machine: the jobs that are steps over cells, wherever these are kept."""

from __future__ import annotations

import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import TypeVar

from doorcheck.guard.stores import steps
from doorcheck.guard.stores.bounds import checked_seconds, checked_units, checked_value, new_reservation, owned_key
from doorcheck.guard.stores.cells import Cells
from doorcheck.guard.stores.protocol import (
    Begun,
    Budget,
    Finished,
    InFlight,
    OtherRequest,
    Reserved,
    Stage,
    UsedUp,
)

T = TypeVar("T")
Step = Callable[[Cells, float], T]


class LocalStore(ABC):
    """Everything but counters, which are too frequent to be cells. See the protocols for what each method does."""

    @abstractmethod
    async def run(self, step: Step[T]) -> T:
        """Run one step in a transaction of its own. Raises ``StoreUnavailable``."""

    async def begin(self, key: str, lease: float) -> Stage:
        """See ``Once``."""
        checked_seconds(lease)
        return await self.run(lambda cells, now: steps.begin(cells, now, f"once:{key}", lease))

    async def done(self, key: str, keep: float) -> None:
        """See ``Once``."""
        checked_seconds(keep)
        await self.run(lambda cells, now: cells.put(f"once:{key}", Stage.DONE.value.encode(), now + keep))

    async def undo(self, key: str) -> None:
        """See ``Once``."""
        await self.run(lambda cells, _: cells.delete(f"once:{key}"))

    async def first_time(self, key: str, seconds: float) -> bool:
        """See ``Replays``."""
        checked_seconds(seconds)
        return await self.run(lambda cells, now: steps.first_time(cells, now, f"seen:{key}", seconds))

    async def reserve(self, budgets: Sequence[Budget], units: int, seconds: float) -> Reserved | UsedUp:
        """See ``Budgets``."""
        checked_seconds(seconds)
        reserved = new_reservation(budgets, units)
        return await self.run(lambda cells, now: steps.reserve(cells, now, reserved, seconds))

    async def settle(self, reserved: Reserved, units: int) -> None:
        """See ``Budgets``."""
        checked_units(units)
        await self.run(lambda cells, now: steps.settle(cells, now, reserved, units))

    async def attempt(
        self, owner: str, key: str, fingerprint: str, lease: float
    ) -> Begun | InFlight | Finished | OtherRequest:
        """See ``Attempts``."""
        checked_seconds(lease)
        begun = Begun(f"attempt:{owner}", f"attempt:{owned_key(owner, key)}", fingerprint, secrets.token_hex(16))
        return await self.run(lambda cells, now: steps.attempt(cells, now, begun, lease))

    async def finish(self, begun: Begun, answer: bytes, seconds: float) -> bool:
        """See ``Attempts``."""
        checked_seconds(seconds)
        checked_value(answer)
        return await self.run(lambda cells, now: steps.finish(cells, now, begun, answer, seconds))

    async def abandon(self, begun: Begun) -> None:
        """See ``Attempts``."""
        await self.run(lambda cells, now: steps.abandon(cells, now, begun))

    async def put(self, key: str, value: bytes, owner: str, seconds: float, most: int) -> None:
        """See ``Records``."""
        checked_seconds(seconds)
        checked_value(value)
        name, whose = f"record:{key}", f"record:{owner}"
        await self.run(lambda cells, now: steps.put(cells, now, name, value, whose, seconds, most))

    async def get(self, key: str) -> bytes | None:
        """See ``Records``."""
        return await self.run(lambda cells, _: cells.get(f"record:{key}"))

    async def renew(self, key: str, value: bytes, seconds: float) -> bool:
        """See ``Records``."""
        checked_seconds(seconds)
        checked_value(value)
        return await self.run(lambda cells, now: steps.renew(cells, now, f"record:{key}", value, seconds))

    async def delete(self, key: str) -> bool:
        """See ``Records``."""
        return await self.run(lambda cells, _: cells.delete(f"record:{key}"))

    async def delete_owned(self, owner: str) -> int:
        """See ``Records``."""
        return await self.run(lambda cells, now: steps.delete_owned(cells, now, f"record:{owner}"))
