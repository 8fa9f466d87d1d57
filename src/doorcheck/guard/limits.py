"""How often: a rate, and the arithmetic that says whether one more call fits (GCRA, ITU-T I.371)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_PERIODS = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86400.0}
_RATE = re.compile(r"([1-9][0-9]{0,8})\s*(?:/|per)\s*([1-9][0-9]{0,5})?\s*(second|minute|hour|day)s?")

_ROUNDING = 2.4e-7
"""The distance in seconds between two neighbouring floats that are times since the epoch, in this century."""


@dataclass(frozen=True, slots=True)
class Limit:
    """So many calls in so many seconds. All of them may come at once, and then one each ``spacing`` seconds.

    ``slack`` is how many seconds early a call may come, because sums of spacings are not exact; it is less than what
    one call more would need.
    """

    calls: int
    period: float
    spacing: float = field(init=False, repr=False, compare=False)
    slack: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        spacing = self.period / self.calls
        object.__setattr__(self, "spacing", spacing)
        object.__setattr__(self, "slack", min(max(1e-6, self.calls * _ROUNDING), spacing / 2))

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


FITS = Taken(allowed=True, retry_after=0.0)


def take(due: float, now: float, limit: Limit, cost: int) -> tuple[Taken, float]:
    """One step of GCRA: ``due`` is the stored theoretical arrival time (0 for none), all times in seconds.

    Returns the answer and what to store. A call that is refused leaves the stored time as it was. A stored time
    further away than one period was written before the clock was set back, or under another limit: it counts as one
    period.
    """
    latest = now + limit.period
    start = due
    if due < now:
        start = now
    elif due > latest:
        start = latest
    after = start + cost * limit.spacing
    wait = after - latest
    if wait > limit.slack:
        return Taken(allowed=False, retry_after=wait), due
    return FITS, after
