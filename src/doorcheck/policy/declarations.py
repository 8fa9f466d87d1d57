"""Which doors and findings the team's declarations mean, and which of them mean nothing any more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from doorcheck.core import (
    ControlId,
    ControlSpec,
    Declared,
    Door,
    Finding,
    Held,
    Location,
    Missing,
    Notice,
    NotNeeded,
    Unknown,
    Verdict,
)
from doorcheck.policy.comments import AcceptHere, PublicHere, Statement, unknown_control
from doorcheck.policy.configuration import AcceptedFinding, Configuration, PublicDoor
from doorcheck.policy.findings import Cells
from doorcheck.policy.patterns import matches, names_door

_Line = tuple[str, int]
# Where it is accepted, why, what, and what to say where that is nothing.
_Acceptance = tuple[Location, str, Sequence[Finding], str]


@dataclass(frozen=True, slots=True)
class Declarations:
    """Everything the team states. ``commented`` are the lines of all its comments, also of those that state nothing."""

    statements: tuple[Statement, ...]
    configuration: Configuration
    commented: AbstractSet[_Line] = field(default_factory=frozenset)

    def lines_meant(self, taken: AbstractSet[_Line]) -> Mapping[_Line, _Line]:
        """The line that a comment on a line speaks of.

        It is its own where something stands there (``taken``), else the next one that is no such comment itself.
        """
        meant: dict[_Line, _Line] = {}
        # From below, so that a stack of comments, however high, is walked once.
        for path, line in sorted(self.commented, reverse=True):
            below = (path, line + 1)
            own = (path, line)
            meant[own] = own if own in taken else below if below in taken else meant.get(below, below)
        return meant


def declare_public(
    declarations: Declarations, doors: Sequence[Door], verdicts: Cells, controls: Sequence[ControlSpec] = ()
) -> tuple[Mapping[tuple[str, ControlId], Verdict], tuple[Notice, ...]]:
    """The verdicts, where a door declared public needs no authentication; and what is wrong with the declarations.

    A door that authenticates, or that is public by its nature, keeps its verdict. What other controls miss only because
    nobody is asked who they are is not needed either.
    """
    follows = {(each.id, way.id) for each in controls for way in each.ways if way.follows is ControlId.AUTHENTICATE}
    changed = dict(verdicts)
    notices: list[Notice] = []
    for statement, meant in _public(declarations, doors):
        if not meant:
            notices.append(Notice(statement.at, _no_door(statement)))
            continue
        before = [verdicts.get((door.id, ControlId.AUTHENTICATE)) for door in meant]
        if all(isinstance(verdict, Held) for verdict in before):
            names = meant[0].id if len(meant) == 1 else f"each of the {len(meant)} doors meant"
            says = f"declared public, but {names} authenticates: this declaration changes nothing"
            notices.append(Notice(statement.at, says))
        for door, verdict in zip(meant, before, strict=True):
            # The first declaration speaks for the door: changed already differs from before where there was one.
            if isinstance(verdict, Missing | Unknown) and changed[door.id, ControlId.AUTHENTICATE] is verdict:
                evidence = Declared("the team declares this door public", statement.at)
                public = NotNeeded(f"declared public: {statement.reason}", (evidence,))
                changed[door.id, ControlId.AUTHENTICATE] = public
                for id_, way in follows:
                    other = changed.get((door.id, id_))
                    if isinstance(other, Missing) and other.way == way:
                        changed[door.id, id_] = public
    return changed, tuple(notices)


def accepted(
    declarations: Declarations, doors: Sequence[Door], findings: Sequence[Finding], asked: AbstractSet[ControlId]
) -> tuple[Mapping[str, str], tuple[Notice, ...]]:
    """The reasons of the accepted findings, by fingerprint, and what is wrong with the acceptances.

    Nothing is said of an acceptance whose control was not ``asked``.
    """
    reasons: dict[str, str] = {}
    notices: list[Notice] = []
    here = _accepted_here(declarations, doors, findings, asked)
    configured = _accepted_by_configuration(declarations.configuration, doors, findings, asked)
    for at, reason, found, stale in (*here, *configured):
        if not found:
            notices.append(Notice(at, stale))
        for finding in found:
            reasons.setdefault(finding.fingerprint, reason)
    return reasons, tuple(notices)


def _accepted_here(
    declarations: Declarations, doors: Sequence[Door], findings: Sequence[Finding], asked: AbstractSet[ControlId]
) -> Iterator[_Acceptance]:
    by_line = _by_line(doors)
    found_at: dict[tuple[ControlId, _Line], list[Finding]] = {}
    for finding in findings:
        found_at.setdefault((finding.control, _line(finding.at)), []).append(finding)
    meant = declarations.lines_meant(by_line.keys() | {line for _, line in found_at})
    for here in declarations.statements:
        if isinstance(here, AcceptHere) and here.control in asked:
            line = meant[_line(here.at)]
            found = found_at.get((here.control, line), [])
            yield here.at, here.reason, found, _nothing_here(here.control, by_line.get(line, []))


def _accepted_by_configuration(
    configuration: Configuration, doors: Sequence[Door], findings: Sequence[Finding], asked: AbstractSet[ControlId]
) -> Iterator[_Acceptance]:
    by_id = {door.id: door for door in doors}
    for item in configuration.accept:
        control = _control(item)
        if control is None:
            yield item.at, item.reason, (), unknown_control(item.control)
        elif control in asked:
            found = [f for f in findings if f.control == control and _meant(item.door, f, by_id)]
            yield item.at, item.reason, found, f"nothing to accept: {control} is not missing for {item.door}"


def _public(
    declarations: Declarations, doors: Sequence[Door]
) -> Iterator[tuple[PublicHere | PublicDoor, Sequence[Door]]]:
    by_line = _by_line(doors)
    meant = declarations.lines_meant(by_line.keys())
    for here in declarations.statements:
        if isinstance(here, PublicHere):
            yield here, by_line.get(meant[_line(here.at)], [])
    for item in declarations.configuration.public:
        yield item, [door for door in doors if names_door(item.door, door)]


def _no_door(statement: PublicHere | PublicDoor) -> str:
    if isinstance(statement, PublicDoor):
        return f"declared public, but there is no door {statement.door}; `doorcheck doors` lists them"
    return "declared public, but no door begins on this line or the next"


def _nothing_here(control: ControlId, doors: Sequence[Door]) -> str:
    if not doors:
        return "nothing to accept: no door begins on this line or the next"
    return f"nothing to accept: {control} is not missing for {', '.join(door.id for door in doors)}"


def _control(item: AcceptedFinding) -> ControlId | None:
    try:
        return ControlId(item.control)
    except ValueError:
        return None


def _meant(pattern: str, finding: Finding, by_id: Mapping[str, Door]) -> bool:
    door = by_id.get(finding.subject)
    return matches(pattern, (finding.subject, finding.app)) if door is None else names_door(pattern, door)


def _by_line(doors: Iterable[Door]) -> Mapping[_Line, Sequence[Door]]:
    found: dict[_Line, list[Door]] = {}
    for door in doors:
        found.setdefault(_line(door.at), []).append(door)
    return found


def _line(at: Location) -> _Line:
    return at.path, at.line
