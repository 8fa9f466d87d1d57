"""The doors as a matrix: a row a door, a column for each question that has controls."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

from doorcheck.core import (
    ControlId,
    ControlSpec,
    Door,
    DoorKind,
    Finding,
    Held,
    Missing,
    NotNeeded,
    Question,
    Reach,
    Report,
    Scope,
    Standing,
    Unknown,
    Verdict,
)
from doorcheck.report.counting import Lock, verdict_name
from doorcheck.report.ordering import doors_in_order
from doorcheck.report.terminal.screen import DIM, LOCK_OF_VERDICT, LOCK_STYLES, Screen, styled

_MOST_ROWS = 40
_LOCKS = tuple(Lock)
_QUESTIONS = tuple(Question)
_Rank = tuple[float, int, int]
_Row = list[tuple[ControlSpec, Verdict]]


@dataclass(frozen=True, slots=True)
class _Doors:
    """What the rows need to know of the whole report."""

    report: Report
    findings: Mapping[tuple[str, ControlId], Finding]
    questions: tuple[Question, ...]
    heads: Mapping[Question, str]
    column: int

    def row(self, door: Door) -> _Row:
        return list(self.report.of_door(door))

    def worst(self, doors: Iterable[Door]) -> _Rank:
        """The rank of the worst verdict."""
        return min(self.rank(door, cell) for door in doors for cell in self.row(door))

    def rank(self, door: Door, cell: tuple[ControlSpec, Verdict]) -> _Rank:
        """Where a verdict stands, the worst first: what is not shown as a finding comes after what is."""
        control, verdict = cell
        finding = self.findings.get((door.id, control.id))
        severity = -finding.severity if finding is not None else 0
        standing = _LOCKS.index(_lock(verdict)) + self.is_known(door, control) / 2
        return standing, severity, _QUESTIONS.index(control.question)

    def is_known(self, door: Door, control: ControlSpec) -> bool:
        """Whether a verdict has a finding that is not new."""
        finding = self.findings.get((door.id, control.id))
        return finding is not None and finding.standing is not Standing.NEW


def draw_matrix(screen: Screen, report: Report, *, everything: bool) -> None:
    """Files with something wrong first; past a number of rows the rest is counted, unless everything is asked for."""
    questions = tuple(
        question
        for question in Question
        if any(control.question is question and control.scope is Scope.DOOR for control in report.controls)
    )
    if not report.doors or not questions:
        return
    heads = _heads(screen, questions)
    findings = {(finding.subject, finding.control): finding for finding in report.findings}
    names = max(cell_len(_name(door)) for door in report.doors)
    doors = _Doors(report, findings, questions, heads, column=max(16, min(names, 40, screen.width // 2 - 8)))
    files = _files(doors)
    most = len(report.doors) if everything else _MOST_ROWS
    signs = screen.signs.locks
    words = {Lock.UNLOCKED: "missing", Lock.UNKNOWN: "unknown", Lock.LOCKED: "held", Lock.PUBLIC: "not needed"}
    screen.heading("Doors", "  ".join(f"{signs[lock]} {word}" for lock, word in words.items()))
    screen.line(styled(" ".join(heads[question] for question in questions), DIM), indent=2)
    shown = itertools.islice(((file, door) for file in files for door in file), most)
    for first, rows in itertools.groupby(shown, key=lambda pair: pair[0][0]):
        _draw_file(screen, doors, first, [door for _, door in rows])
    _draw_hidden(screen, doors, [door for file in files for door in file][most:])


def _heads(screen: Screen, questions: tuple[Question, ...]) -> dict[Question, str]:
    whole = sum(len(question) + 1 for question in questions)
    return {question: question.value if whole <= screen.width // 2 else question.value[:3] for question in questions}


def _files(doors: _Doors) -> list[list[Door]]:
    """The doors of each file, worst first; the files by app, and there worst first."""
    grouped: dict[tuple[str, str], list[Door]] = {}
    for door in doors_in_order(doors.report):
        grouped.setdefault((door.app, door.file), []).append(door)
    for file in grouped.values():
        file.sort(key=lambda door: doors.worst([door]))
    return sorted(grouped.values(), key=lambda file: (doors.worst(file), file[0].app, file[0].file))


def _draw_file(screen: Screen, doors: _Doors, first: Door, rows: list[Door]) -> None:
    screen.blank()
    screen.line(screen.text(first.file, "bold"), indent=2)
    for door in rows:
        _draw_door(screen, doors, door)


def _draw_door(screen: Screen, doors: _Doors, door: Door) -> None:
    row = doors.row(door)
    lead = Text("  ")
    for question in doors.questions:
        lead.append_text(_cell(screen, doors, door, question))
        lead.append(" ")
    lead.append(" ")
    label = screen.text(_name(door))
    if door.reach is Reach.UNREFERENCED:
        label.append(" (nothing in a browser refers to it)", DIM)
    note, style = _note(doors, door, row)
    room = screen.width - lead.cell_len
    space = room - max(doors.column, label.cell_len) - 2
    if space >= 20:
        label.pad_right(max(doors.column - label.cell_len, 0))
        screen.hang(lead, label.append("  ").append(screen.cut(note, space), style))
    else:
        screen.hang(lead, label)
        screen.hang(Text(" " * (lead.cell_len + 2)), screen.text(note, style, limit=200))


def _name(door: Door) -> str:
    """What tells the door from the others of its file."""
    return door.name if door.kind in {DoorKind.SERVER_ACTION, DoorKind.PROCEDURE} else door.id


def _cell(screen: Screen, doors: _Doors, door: Door, question: Question) -> Text:
    """The worst answer to a question; pale where all that is missing is known, or of too little weight to be shown."""
    row = [(control, verdict) for control, verdict in doors.row(door) if control.question is question]
    lock = min((_lock(verdict) for _, verdict in row), key=_LOCKS.index)
    shown = [not doors.is_known(door, control) for control, verdict in row if _lock(verdict) is lock]
    sign = screen.signs.locks[lock]
    if sum(shown) > 1 and lock in {Lock.UNLOCKED, Lock.UNKNOWN}:
        sign += str(sum(shown))
    return styled(f"{sign:^{len(doors.heads[question])}}", LOCK_STYLES[lock] if any(shown) else DIM)


def _lock(verdict: Verdict) -> Lock:
    return LOCK_OF_VERDICT[verdict_name(verdict)]


def _note(doors: _Doors, door: Door, row: _Row) -> tuple[str, str]:
    """What to say beside the door: of the worst verdict only, because the findings say the rest."""
    control, verdict = min(row, key=lambda cell: doors.rank(door, cell))
    match verdict:
        case Missing():
            return _missing(control, verdict, doors.findings.get((door.id, control.id)))
        case Unknown():
            return verdict.says, LOCK_STYLES[Lock.UNKNOWN]
        case Held() | NotNeeded():
            return verdict.says, DIM


def _missing(control: ControlSpec, verdict: Missing, finding: Finding | None) -> tuple[str, str]:
    title = next((way.title for way in control.ways if way.id == verdict.way), verdict.way)
    if finding is None or finding.standing is Standing.NEW:
        return title, "red"
    standing = {
        Standing.ACCEPTED: "accepted",
        Standing.BASELINE: "in the baseline",
        Standing.BELOW_THRESHOLD: "below the threshold",
        Standing.LOW_CONFIDENCE: "of low confidence",
    }[finding.standing]
    return f"{standing}: {finding.reason or title}", DIM


def _draw_hidden(screen: Screen, doors: _Doors, hidden: list[Door]) -> None:
    if not hidden:
        return
    locks = [min((_lock(verdict) for _, verdict in doors.row(door)), key=_LOCKS.index) for door in hidden]
    parts = [f"{locks.count(lock)} {lock}" for lock in Lock if lock in locks]
    screen.blank()
    line = styled(f"{screen.signs.more} {len(hidden)} more: {', '.join(parts)}; --show all lists everything", DIM)
    screen.line(line, indent=2)
