"""What the guard asks of a store: six jobs, each a protocol of its own, and a store that does them all.

Every method raises ``StoreUnavailable`` where the store does not answer, and is atomic among all who share the store.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from doorcheck.guard.limits import Limit, Taken

MOST_OPEN = 1000
"""How many reservations one budget, and how many records one owner of idempotency keys, may have at once."""

MOST_UNITS = 10**15
"""The largest ceiling, and the most units of one reservation: exact in every store, Lua's doubles among them."""


class StoreUnavailable(Exception):
    """The store did not answer. Whoever asked decides whether that refuses the request."""


class Counters(Protocol):
    """Rates, one for each key."""

    async def take(self, key: str, limit: Limit, cost: int) -> Taken:
        """Count one call of this weight and say whether it fits; atomic among all who share the store.

        Raises ``StoreUnavailable``.
        """


class Stage(enum.Enum):
    """How far the work on something got that must be done once."""

    NEW = "new"
    RUNNING = "running"
    DONE = "done"


class Once(Protocol):
    """What is done once: the deliveries of webhooks."""

    async def begin(self, key: str, lease: float) -> Stage:
        """Claim this key for ``lease`` seconds if it is new; says how far it was before. Atomic.

        Raises ``StoreUnavailable``.
        """

    async def done(self, key: str, keep: float) -> None:
        """Remember for ``keep`` seconds that it was done. Raises ``StoreUnavailable``."""

    async def undo(self, key: str) -> None:
        """Forget the claim, so that another try is new. Raises ``StoreUnavailable``."""


class Replays(Protocol):
    """What was seen before."""

    async def first_time(self, key: str, seconds: float) -> bool:
        """Remember this key for so many seconds; False when it was remembered already. Raises ``StoreUnavailable``."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be used up by whoever ``key`` names, until ``ends`` (seconds since the epoch): at most ``units``."""

    key: str
    units: int
    ends: float


@dataclass(frozen=True, slots=True)
class Reserved:
    """Units that are set aside in each of these budgets until they are settled or their time is over."""

    id: str
    budgets: tuple[Budget, ...]
    units: int


@dataclass(frozen=True, slots=True)
class UsedUp:
    """The first budget in which the units did not fit: how many are left, and in how many seconds to ask again."""

    budget: Budget
    left: int
    retry_after: float


class Budgets(Protocol):
    """Units that are set aside before they are used, all or none of several budgets at once."""

    async def reserve(self, budgets: Sequence[Budget], units: int, seconds: float) -> Reserved | UsedUp:
        """Set these units aside for so many seconds. Raises ``StoreUnavailable``."""

    async def settle(self, reserved: Reserved, units: int) -> None:
        """Replace the reservation by what was really used, also when that is more, or when its time is over.

        0 releases it. Raises ``StoreUnavailable``.
        """


@dataclass(frozen=True, slots=True)
class Begun:
    """A request with an idempotency key that is the first of its kind, and is now in flight."""

    owner: str
    key: str
    fingerprint: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class InFlight:
    """The same request is being worked on; ``retry_after`` is when that attempt is given up at the latest (seconds)."""

    retry_after: float


@dataclass(frozen=True, slots=True)
class Finished:
    """The same request was answered before, with these bytes."""

    answer: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class OtherRequest:
    """The key was used for another request."""


class Attempts(Protocol):
    """Requests with an idempotency key, of which each is carried out once.

    ``owner`` is whose key it is; of one owner at most ``MOST_OPEN`` are kept, and the oldest finished ones go first.
    """

    async def attempt(
        self, owner: str, key: str, fingerprint: str, lease: float
    ) -> Begun | InFlight | Finished | OtherRequest:
        """Start the request with this fingerprint (hexadecimal SHA-256) unless it was started before.

        After ``lease`` seconds an unfinished attempt is given up. Raises ``StoreUnavailable``.
        """

    async def finish(self, begun: Begun, answer: bytes, seconds: float) -> bool:
        """Keep the answer for so many seconds; False when the attempt was given up and another one has begun.

        Raises ``StoreUnavailable``.
        """

    async def abandon(self, begun: Begun) -> None:
        """Forget the attempt, so that the next one is the first. Raises ``StoreUnavailable``."""


class Records(Protocol):
    """Values by key, each with an owner and an end."""

    async def put(self, key: str, value: bytes, owner: str, seconds: float, most: int) -> None:
        """Keep a value. Of one owner at most ``most`` are kept: the oldest goes first. Raises ``StoreUnavailable``."""

    async def get(self, key: str) -> bytes | None:
        """The value, or None when there is none or its time is over. Raises ``StoreUnavailable``."""

    async def renew(self, key: str, value: bytes, seconds: float) -> bool:
        """Replace the value and its end if it is still there, and say whether it was. Raises ``StoreUnavailable``."""

    async def delete(self, key: str) -> bool:
        """Forget the value, and say whether it was there. Raises ``StoreUnavailable``."""

    async def delete_owned(self, owner: str) -> int:
        """Forget every value of this owner, and say how many there were. Raises ``StoreUnavailable``."""


class Store(Counters, Once, Replays, Budgets, Attempts, Records, Protocol):
    """All six jobs in one place. Opened by ``open_store``."""

    async def close(self) -> None:
        """End connections and threads. What is asked afterwards raises ``StoreUnavailable``."""
