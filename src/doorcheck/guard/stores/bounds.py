"""The sizes that every store holds its callers to, so that what one of them takes the others take too."""

from __future__ import annotations

import math
import secrets
from collections.abc import Sequence

from doorcheck.guard.stores.protocol import MOST_UNITS, Budget, Reserved

MAX_VALUE = 256 * 1024
"""The most bytes of one value."""


def checked_value(value: bytes) -> bytes:
    """The value; ``ValueError`` where it is larger than ``MAX_VALUE`` bytes."""
    if len(value) > MAX_VALUE:
        raise ValueError(f"a value of {len(value)} bytes: at most {MAX_VALUE} are kept")
    return value


def checked_seconds(seconds: float) -> float:
    """A length of time; ``ValueError`` for one that is not finite or not more than 0."""
    if not (math.isfinite(seconds) and seconds > 0):
        raise ValueError(f"{seconds} is no number of seconds for which something can be kept")
    return seconds


def checked_units(units: int) -> int:
    """An amount of units; ``ValueError`` where it is negative or more than ``MOST_UNITS``."""
    if not 0 <= units <= MOST_UNITS:
        raise ValueError(f"{units} is no amount of units: 0 to {MOST_UNITS}")
    return units


def checked_cost(cost: int) -> int:
    """What one call weighs; ``ValueError`` where it is less than 1."""
    if cost < 1:
        raise ValueError(f"a call cannot weigh {cost}")
    return cost


def new_reservation(budgets: Sequence[Budget], units: int) -> Reserved:
    """A reservation with a name of its own; ``ValueError`` for no budgets, and for amounts that cannot be counted."""
    if not budgets:
        raise ValueError("nothing to reserve in: name a budget")
    for budget in budgets:
        checked_units(budget.units)
    return Reserved(secrets.token_hex(12), tuple(budgets), checked_units(units))


def owned_key(owner: str, key: str) -> str:
    """One key for a key of this owner, which no other owner's key is equal to."""
    return f"{len(owner)}:{owner}:{key}"
