"""How often: a rate, and the arithmetic that says whether one more call fits (GCRA, ITU-T I.371)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PERIODS = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86400.0}
_RATE = re.compile(r"([1-9][0-9]{0,8})\s*(?:/|per)\s*([1-9][0-9]{0,5})?\s*(second|minute|hour|day)s?")


@dataclass(frozen=True, slots=True)
class Limit:
    """So many calls in so many seconds. All of them may come at once, and then one each ``period / calls`` seconds."""

    calls: int
    period: float

    @property
    def spacing(self) -> float:
        """Seconds after which one more call has grown back."""
        return self.period / self.calls

    @property
    def says(self) -> str:
        """The limit in words, for the census."""
        return f"{self.calls} in {self.period:g} s"


def parse_limit(text: str) -> Limit:
    """``30/minute``, ``5 per 10 seconds`` or ``1000/day`` as a limit; ``ValueError`` for anything else."""
    found = _RATE.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no limit: write it as '30/minute' or '5 per 10 seconds'")
    return Limit(int(found[1]), int(found[2] or 1) * _PERIODS[found[3]])


@dataclass(frozen=True, slots=True)
class Taken:
    """Whether a call fits, and in how many seconds it would (0 when it does)."""

    allowed: bool
    retry_after: float


def take(due: float, now: float, limit: Limit, cost: int) -> tuple[Taken, float]:
    """One step of GCRA: ``due`` is the stored theoretical arrival time (0 for none), all times in seconds.

    Returns the answer and what to store. A call that is refused leaves the stored time as it was.
    """
    start = max(due, now)
    after = start + cost * limit.spacing
    wait = after - now - limit.period
    # A microsecond of slack, because sums of spacings are not exact.
    if wait > 1e-6:
        return Taken(allowed=False, retry_after=wait), due
    return Taken(allowed=True, retry_after=0.0), after
