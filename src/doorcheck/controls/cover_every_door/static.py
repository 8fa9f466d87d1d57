"""Are there doors in front of which the middleware does not stand, while it stands in front of their siblings?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from doorcheck.controls.cover_every_door import spec
from doorcheck.core import DoorKind, Held, Missing, NotNeeded, Severity, Unknown, Verdict, Why, Written
from doorcheck.scan.doors.guards import Guard
from doorcheck.scan.facts.proofs import ProofKind, proven
from doorcheck.scan.facts.values import Effect
from doorcheck.scan.judging import AppCase, DoorCase, DoorNote

MAX_SHOWN = 40
_HARMLESS = frozenset(
    {"cache", "limiter", "telemetry", "session-start", "session-end", "cookie", "fetch", "lookup", "library"}
)
_OF_MACHINES = frozenset({ProofKind.SECRET, ProofKind.SIGNATURE, ProofKind.CREDENTIAL, ProofKind.CAPABILITY})
_VERSION = re.compile(r"v\d+")


@dataclass(frozen=True, slots=True)
class _Gap:
    """A door without the middleware, and the one like it that has it."""

    case: DoorNote
    sibling: DoorNote

    @property
    def open(self) -> bool:
        """Whether the door itself does not ask who is calling either."""
        return not self.case.noted.asks


@dataclass(frozen=True, slots=True)
class Noted:
    """What is asked of one door: whether it asks who is calling, is meant for anyone, and which records it changes."""

    asks: bool
    public: bool
    changes: frozenset[str]
    changes_for_strangers: frozenset[str]


def note(case: DoorCase) -> Noted:
    """What the judge of the app needs of one door."""
    own = case.words.get("open_intake_models", frozenset()) | case.words.get("credential_models", frozenset())
    return Noted(
        asks=any(fact.proves for fact in case.trace.attempts),
        public=_is_public(case),
        changes=frozenset(effect.subject for effect in _changes(case, strangers=False)),
        changes_for_strangers=frozenset(effect.subject for effect in _changes(case, strangers=True)) - own,
    )


def judge(case: AppCase) -> Verdict:
    """The verdict on one app."""
    guard = case.guard
    if guard is None:
        return NotNeeded("no middleware stands in front of the doors")
    evidence = (Written(guard.says or "the middleware", guard.at),)
    if guard.checks is None:
        return Unknown(Why.UNRESOLVED_CALL, guard.says, evidence)
    if not guard.checks:
        return NotNeeded("the middleware does not ask who is calling", evidence)
    if guard.unreadable is not None:
        return Unknown(Why.DYNAMIC_CODE, f"the middleware's matcher could not be read: {guard.unreadable}", evidence)
    doors = [
        each for each in case.doors if each.door.route is not None and each.door.kind is not DoorKind.SERVER_ACTION
    ]
    guarded = [each for each in doors if each.shield.stops]
    if not guarded:
        return _without_guarded(doors, guard)
    return _compared(doors, guarded, guard)


def _without_guarded(doors: Sequence[DoorNote], guard: Guard) -> Verdict:
    evidence = (Written(guard.says, guard.at),)
    doubtful = next((each for each in doors if each.shield.stops is None), None)
    if doubtful is not None:
        return Unknown(Why.UNRESOLVED_CALL, doubtful.shield.says, evidence)
    return NotNeeded("the middleware stops strangers on the way to no door", evidence)


def _compared(doors: Sequence[DoorNote], guarded: Sequence[DoorNote], guard: Guard) -> Verdict:
    said = f"stops strangers on the way to {_counted(len(guarded), 'door')}, such as {guarded[0].door.id}"
    evidence = (Written(said, guard.at),)
    gaps = [gap for each in doors if each.shield.stops is False and (gap := _gap(each, guarded)) is not None]
    if gaps:
        gaps.sort(key=lambda gap: not gap.open)
        left_out = any(gap.case.shield.covers is False for gap in gaps)
        names = ", ".join(gap.case.door.id for gap in gaps[:3]) + (" and others" if len(gaps) > 3 else "")
        return Missing(
            spec.LEFT_OUT if left_out else spec.LET_THROUGH,
            f"the middleware {said}; not to {names}",
            (*evidence, *(Written(_told(gap), gap.case.door.at) for gap in gaps[:MAX_SHOWN])),
            Severity.MEDIUM if any(gap.open for gap in gaps) else Severity.LOW,
        )
    doubtful = next((each for each in doors if each.shield.stops is None and _path_sibling(each, guarded)), None)
    if doubtful is not None:
        return Unknown(Why.UNRESOLVED_CALL, f"{doubtful.door.id}: {doubtful.shield.says}", evidence)
    return Held("the middleware guards every door whose siblings it guards", evidence)


def _told(gap: _Gap) -> str:
    own = "" if gap.open else "; the door checks for itself"
    return f"{gap.case.door.id}: {gap.case.shield.says}, while {gap.sibling.door.id} is guarded{own}"


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _gap(case: DoorNote, guarded: Sequence[DoorNote]) -> _Gap | None:
    if case.noted.public:
        return None
    sibling = _path_sibling(case, guarded)
    if sibling is None and not case.noted.asks:
        sibling = _sibling_by_work(case, guarded)
    return _Gap(case, sibling) if sibling is not None else None


def _path_sibling(case: DoorNote, guarded: Sequence[DoorNote]) -> DoorNote | None:
    """A guarded door of the same area: the first segments of the path."""
    area = _area(case.door.route or "")
    return next((each for each in guarded if area and _area(each.door.route or "") == area), None)


def _area(route: str) -> tuple[str, ...]:
    """What names the area: the first segment that is neither ``api`` nor a version; empty where there is none."""
    segments = [segment for segment in route.split("/") if segment]
    at = 0
    while at < len(segments) and (segments[at] == "api" or _VERSION.fullmatch(segments[at])):
        at += 1
    if at >= len(segments) or segments[at].startswith(("[", ":")):
        return ()
    return (*segments[: min(at, 1)], segments[at])


def _sibling_by_work(case: DoorNote, guarded: Sequence[DoorNote]) -> DoorNote | None:
    """A guarded door that changes the same records as this one does for strangers."""
    return next((each for each in guarded if case.noted.changes_for_strangers & each.noted.changes), None)


def _changes(case: DoorCase, *, strangers: bool) -> list[Effect]:
    return [
        happening.effect
        for happening in case.trace.happenings
        if happening.effect.writes
        and happening.effect.kind == "database"
        and happening.effect.subject
        and not (strangers and proven(happening.facts))
    ]


def _is_public(case: DoorCase) -> bool:
    """Whether what the door does shows that strangers, or machines with their own credential, are meant to reach it."""
    trace = case.trace
    if trace.own_handler is not None or case.opted_out is not None:
        return True
    kinds = {happening.effect.kind for happening in trace.happenings}
    if "session-start" in kinds or not kinds - _HARMLESS:
        return True
    if any(fact.kind in _OF_MACHINES or (fact.kind is ProofKind.TOKEN and not fact.source) for fact in trace.attempts):
        return True
    return _takes_in_only(case)


def _takes_in_only(case: DoorCase) -> bool:
    """Whether all it does is to take a message from anyone."""
    effects = [happening.effect for happening in case.trace.happenings if happening.effect.kind not in _HARMLESS]
    intake = case.words.get("open_intake_models", frozenset())
    return all(
        effect.kind == "mail" or (effect.kind == "database" and effect.writes and _plain(effect.subject) in intake)
        for effect in effects
    )


def _plain(subject: str) -> str:
    return subject.lower().replace("_", "").replace("-", "")
