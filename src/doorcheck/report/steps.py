"""The evidence of a verdict as steps to follow, one place after the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from doorcheck.core import Declared, Evidence, Location, Observed, Written

THROUGH = "leads on through this call"


@dataclass(frozen=True, slots=True)
class Step:
    """One place and what is to be seen there. ``at`` is None, and ``exchange`` set, for what a running app did."""

    says: str
    at: Location | None
    exchange: str = ""


def steps(evidence: Iterable[Evidence]) -> tuple[Step, ...]:
    """The evidence in order, each piece after the calls that lead to it; a call already followed is not repeated."""
    found: list[Step] = []
    followed: set[Location] = set()
    for piece in evidence:
        match piece:
            case Written(says, at, through):
                found += [Step(THROUGH, call) for call in through if call not in followed]
                followed.update(through)
                found.append(Step(says, at))
            case Declared(says, by):
                found.append(Step(says, by))
            case Observed(says, exchange):
                found.append(Step(says, None, exchange))
    return tuple(found)
