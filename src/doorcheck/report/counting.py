"""How many of everything a report holds: the numbers of its first and last lines."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from doorcheck.core import ControlId, Door, DoorKind, Held, Missing, NotNeeded, Report, Standing, Unknown, Verdict, Why


class Lock(enum.StrEnum):
    """What the control ``authenticate`` says of a door, in the words of a reader, worst first."""

    UNLOCKED = "unlocked"
    UNKNOWN = "unknown"
    LOCKED = "locked"
    PUBLIC = "public"


class VerdictName(enum.StrEnum):
    """The verdicts, in the words of a report."""

    HELD = "held"
    MISSING = "missing"
    UNKNOWN = "unknown"
    NOT_NEEDED = "not-needed"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many doors there are, by lock."""

    doors: int
    locks: Mapping[Lock, int]


@dataclass(frozen=True, slots=True)
class Counts:
    """``verdicts`` counts cells, of doors and of apps; ``unknown`` is how many of them nobody could judge."""

    total: Tally
    kinds: Mapping[DoorKind, Tally]
    apps: Mapping[str, Tally]
    verdicts: Mapping[VerdictName, int]
    unknown_because: Mapping[Why, int]
    standings: Mapping[Standing, int]

    @property
    def unknown(self) -> int:
        return sum(self.unknown_because.values())


def lock_of(report: Report, door: Door) -> Lock:
    """Whether the door is locked; unknown where nobody asked."""
    match report.verdicts.get((door.id, ControlId.AUTHENTICATE)):
        case Held():
            return Lock.LOCKED
        case Missing():
            return Lock.UNLOCKED
        case NotNeeded():
            return Lock.PUBLIC
        case _:
            return Lock.UNKNOWN


def verdict_name(verdict: Verdict) -> VerdictName:
    """The verdict's word."""
    match verdict:
        case Held():
            return VerdictName.HELD
        case Missing():
            return VerdictName.MISSING
        case Unknown():
            return VerdictName.UNKNOWN
        case NotNeeded():
            return VerdictName.NOT_NEEDED


def count(report: Report) -> Counts:
    """Every number of the report."""
    locks = [(door, lock_of(report, door)) for door in report.doors]
    cells = [*report.verdicts.values(), *report.app_verdicts.values()]
    names = Counter(verdict_name(cell) for cell in cells)
    whys = Counter(cell.why for cell in cells if isinstance(cell, Unknown))
    standings = Counter(finding.standing for finding in report.findings)
    return Counts(
        total=_tally(lock for _, lock in locks),
        kinds={kind: _tally(lock for door, lock in locks if door.kind is kind) for kind in DoorKind},
        apps={app.path: _tally(lock for door, lock in locks if door.app == app.path) for app in report.apps},
        verdicts={name: names[name] for name in VerdictName},
        unknown_because={why: whys[why] for why in Why},
        standings={standing: standings[standing] for standing in Standing},
    )


def _tally(locks: Iterable[Lock]) -> Tally:
    found = Counter(locks)
    return Tally(found.total(), {lock: found[lock] for lock in Lock})
