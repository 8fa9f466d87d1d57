"""What a judge is: a function from what was found about one door, or one app, to a verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from doorcheck.core import App, ControlId, ControlSpec, Door, Held, Location, Unknown, Verdict, Why, Written
from doorcheck.core.door import DoorKind
from doorcheck.scan.facts.proofs import proven, settings_in
from doorcheck.scan.project.database.schemas import Schemas
from doorcheck.scan.syntax import positions

if TYPE_CHECKING:
    from doorcheck.scan.doors.guards import Guard, Shield
    from doorcheck.scan.doors.kept import Kept
    from doorcheck.scan.doors.raw import Raw
    from doorcheck.scan.doors.sent import Browsers
    from doorcheck.scan.doors.site import Allowance, Site
    from doorcheck.scan.facts.following import Trace
    from doorcheck.scan.facts.proofs import Fact, Facts
    from doorcheck.scan.facts.values import Effect

Words = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class DoorCase:
    """One door with everything a judge may read: its trace, the middleware in front of it, and its surroundings.

    ``opted_out`` is where the door switches off the project's own check, ``shown_publicly`` where a page that anyone
    can open already shows what the door reads. ``answered`` are the verdicts of the controls that this one
    comes after, ``schema`` tells of the models that effects are about, ``kept`` gives what the app keeps longer than
    one request, ``raw`` the columns that its pages show as HTML, ``allowed`` what next.config, middleware and hosting
    files say of origins for its path.
    """

    door: Door
    trace: Trace
    shield: Shield
    words: Words
    opted_out: Written | None = None
    shown_publicly: Mapping[str, Written] = field(default_factory=dict)
    rendered_by: Written | None = None
    answered: Mapping[ControlId, Verdict] = field(default_factory=dict)
    schema: Schemas = field(default_factory=Schemas)
    kept: Callable[[], Sequence[Kept]] = tuple
    raw: Callable[[], Sequence[Raw]] = tuple
    allowed: Callable[[], Sequence[Allowance]] = tuple


@dataclass(frozen=True, slots=True)
class DoorNote:
    """What is left of a door's case when its app is judged; ``noted`` is what the judging control took down of it."""

    door: Door
    shield: Shield
    noted: Any = None


@dataclass(frozen=True, slots=True)
class AppCase:
    """One app with notes on its doors; ``manifest`` is its package.json, ``guard`` its middleware, if it has any.

    ``browsers`` tells what it sends to browsers that is its server's; it is worked out when it is called.
    ``site`` gives the headers that it sends for its pages.
    """

    app: App
    manifest: Location
    doors: tuple[DoorNote, ...]
    guard: Guard | None = None
    browsers: Callable[[], Browsers | None] = lambda: None
    site: Callable[[], Site | None] = lambda: None


@dataclass(frozen=True, slots=True)
class Control:
    """One member of the catalogue: what it is, and how scan judges it.

    ``after`` are the controls whose answer about the same door it reads.
    ``note`` takes down of each door what ``judge_app`` and ``settle`` need of it, in a value of the type that
    ``note_type`` gives and msgspec can encode: the notes on doors that have not changed are kept for the next run,
    their cases are not.
    ``settle`` may change the answer about one door when the notes on all doors of its app are known.
    """

    spec: ControlSpec
    judge_door: Callable[[DoorCase], Verdict] | None = None
    judge_app: Callable[[AppCase], Verdict] | None = None
    after: tuple[Control, ...] = ()
    note: Callable[[DoorCase], Any] | None = None
    note_type: Callable[[], type] | None = None
    settle: Callable[[Verdict, DoorNote, Sequence[DoorNote]], Verdict] | None = None


def not_followed(case: DoorCase) -> Unknown | None:
    """That nobody can say, where a door was not followed to its end for callers who are known; None where it was."""
    trace = case.trace
    if trace.over_budget or trace.only_strangers:
        return Unknown(Why.BUDGET, "following this door took more steps than a scan grants", ())
    if trace.opaque is not None:
        return Unknown(Why.UNRESOLVED_CALL, trace.opaque, (Written(trace.opaque, case.door.at),))
    return None


def taken_by_callers(case: DoorCase, facts: Facts) -> bool:
    """Whether callers take a path: not, where callers are checked, and this is for a deployment that checks nobody.

    A setting that lets a stand-in answer for everybody, such as one for work on one's own machine, makes all records
    the stand-in's.
    """
    checked = isinstance(case.answered.get(ControlId.AUTHENTICATE), Held)
    return not checked or proven(facts) or not settings_in(facts)


def asked_here(case: DoorCase, facts: Facts) -> bool:
    """Whether a path can be taken by a request with one of the methods of this door."""
    if case.door.kind is not DoorKind.ROUTE_HANDLER:
        return True
    told = _of_methods(facts)
    if not told or not case.door.methods:
        return True
    methods = {method.upper() for method in case.door.methods}
    return not any(fact.of not in methods if fact.polarity else methods == {fact.of} for fact in told)


@lru_cache(maxsize=4096)
def _of_methods(facts: Facts) -> tuple[Fact, ...]:
    return tuple(fact for fact in facts if fact.kind.value == "method")


def place(file: str, at: int) -> Location:
    """A location from a file and a packed position."""
    return Location(file, max(positions.line_of(at), 1), max(positions.column_of(at), 1))


def seen_fact(fact: Fact) -> Written:
    """A fact as evidence."""
    return Written(fact.says, place(fact.file, fact.at))


def seen_note(note: Fact, case: DoorCase) -> Written:
    """A note as evidence; one about a variable of the environment has no place of its own, and stands at the door."""
    return Written(note.says, case.door.at) if note.file.startswith("env:") else seen_fact(note)


def seen_effect(effect: Effect, through: tuple[tuple[str, int], ...] = ()) -> Written:
    """An effect as evidence, with the calls that lead to it."""
    return Written(effect.says, place(effect.file, effect.at), tuple(place(file, at) for file, at in through))
