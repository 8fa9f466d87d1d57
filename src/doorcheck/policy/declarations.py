"""Which doors and findings the team's declarations mean, and which of them mean nothing any more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from doorcheck.core import (
    ControlId,
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


@dataclass(frozen=True, slots=True)
class Declarations:
    """Everything the team states. ``commented`` are the lines of all its comments, also of those that state nothing."""

    statements: tuple[Statement, ...]
    configuration: Configuration
    commented: AbstractSet[_Line] = field(default_factory=frozenset)

    def meant_by(self, at: Location, taken: AbstractSet[_Line]) -> _Line:
        """The line a comment speaks of: its own where something stands there, else the next that is no such comment."""
        line = at.line
        if (at.path, line) in taken:
            return at.path, line
        line += 1
        while (at.path, line) in self.commented and (at.path, line) not in taken:
            line += 1
        return at.path, line


def declare_public(
    declarations: Declarations, doors: Sequence[Door], verdicts: Cells
) -> tuple[Mapping[tuple[str, ControlId], Verdict], tuple[Notice, ...]]:
    """The verdicts, where a door declared public needs no authentication; and what is wrong with the declarations.

    A door that authenticates, or that is public by its nature, keeps its verdict.
    """
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
    return changed, tuple(notices)


def accepted(
    declarations: Declarations, doors: Sequence[Door], findings: Sequence[Finding], asked: AbstractSet[ControlId]
) -> tuple[Mapping[str, str], tuple[Notice, ...]]:
    """The reasons of the accepted findings, by fingerprint, and what is wrong with the acceptances.

    Nothing is said of an acceptance whose control was not ``asked``.
    """
    reasons: dict[str, str] = {}
    notices: list[Notice] = []
    by_id = {door.id: door for door in doors}
    taken = _lines(door.at for door in doors) | _lines(finding.at for finding in findings)
    for here in declarations.statements:
        if isinstance(here, AcceptHere) and here.control in asked:
            line = declarations.meant_by(here.at, taken)
            found = [f for f in findings if f.control == here.control and (f.at.path, f.at.line) == line]
            if not found:
                notices.append(Notice(here.at, _nothing_here(here.control, _on(line, doors))))
            for finding in found:
                reasons.setdefault(finding.fingerprint, here.reason)
    for item in declarations.configuration.accept:
        control = _control(item)
        if control is None:
            notices.append(Notice(item.at, unknown_control(item.control)))
        elif control in asked:
            found = [f for f in findings if f.control == control and _meant(item.door, f, by_id)]
            if not found:
                notices.append(Notice(item.at, f"nothing to accept: {control} is not missing for {item.door}"))
            for finding in found:
                reasons.setdefault(finding.fingerprint, item.reason)
    return reasons, tuple(notices)


def _public(
    declarations: Declarations, doors: Sequence[Door]
) -> Iterator[tuple[PublicHere | PublicDoor, Sequence[Door]]]:
    taken = _lines(door.at for door in doors)
    for here in declarations.statements:
        if isinstance(here, PublicHere):
            yield here, _on(declarations.meant_by(here.at, taken), doors)
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


def _on(line: _Line, doors: Iterable[Door]) -> list[Door]:
    return [door for door in doors if (door.at.path, door.at.line) == line]


def _lines(places: Iterable[Location]) -> set[_Line]:
    return {(at.path, at.line) for at in places}
