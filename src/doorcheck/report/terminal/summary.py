"""The first lines: how many doors there are and how many are locked, before anything else."""

from __future__ import annotations

from collections import Counter

from rich.cells import cell_len
from rich.text import Text

from doorcheck.core import ControlId, DoorKind, Question, Report, Standing
from doorcheck.report.counting import Counts, Lock, Tally
from doorcheck.report.terminal.screen import DIM, LOCK_STYLES, Screen, styled

_KINDS = {
    DoorKind.ROUTE_HANDLER: "route handlers",
    DoorKind.SERVER_ACTION: "server actions",
    DoorKind.PAGES_API: "pages API",
    DoorKind.PROCEDURE: "procedures",
}
_MOST_APPS = 12


def draw_summary(screen: Screen, report: Report, counts: Counts) -> None:
    """The verdict in a sentence, a bar, a table by kind and the apps."""
    files = f"{report.files_parsed} {_plural(report.files_parsed, 'file')} in {report.seconds:.1f} s"
    screen.line(styled("doorcheck ", "bold").append_text(screen.text(report.root)).append(f"  {files}", DIM))
    screen.blank()
    screen.line(_headline(report, counts), indent=2)
    if known := _known(report):
        unshown = "accepted, in the baseline, below the threshold or of low confidence"
        words = f"{known} of them {_is(known)} known: {unshown}"
        screen.line(styled(words, DIM), indent=2)
    if len(questions := _questions(report)) > 1:
        screen.line(screen.text(f"Findings by question: {', '.join(questions)}."), indent=2)
    if report.doors:
        _draw_bar(screen, counts.total)
        _draw_kinds(screen, counts)
    if report.apps:
        _draw_apps(screen, report, counts)


def _headline(report: Report, counts: Counts) -> Text:
    total, locks = counts.total.doors, counts.total.locks
    if not report.apps:
        return styled("No Next.js app was found here, so nothing was checked.", "bold yellow")
    if not total:
        return styled("No door was found, so nothing was checked.", "bold yellow")
    if unlocked := locks[Lock.UNLOCKED]:
        return styled(f"{unlocked} of {total} {_plural(total, 'door')} {_is(unlocked)} unlocked.", "bold red")
    if unknown := locks[Lock.UNKNOWN]:
        return styled(f"No door is known to be unlocked; {unknown} of {total} could not be judged.", "bold yellow")
    return styled(f"Every door of {total} is locked, or public by its nature.", "bold green")


def _questions(report: Report) -> list[str]:
    """How many new findings each question has, of those that have any."""
    question_of = {control.id: control.question for control in report.controls}
    found = Counter(question_of.get(each.control) for each in report.findings if each.standing is Standing.NEW)
    return [f"{question} {found[question]}" for question in Question if found[question]]


def _known(report: Report) -> int:
    return sum(
        finding.control == ControlId.AUTHENTICATE and finding.standing is not Standing.NEW
        for finding in report.findings
    )


def _draw_bar(screen: Screen, tally: Tally) -> None:
    room = max(min(screen.width - 4, 60), 4)
    bar = Text()
    used = 0
    seen = 0
    for lock, number in tally.locks.items():
        seen += number
        # Rounding the running sum rather than each part makes the parts fill the bar exactly.
        end = round(room * seen / tally.doors)
        if number and end == used:
            end += 1
        bar.append(screen.signs.bars[lock] * (end - used), LOCK_STYLES[lock])
        used = end
    bar.truncate(room)
    screen.blank()
    screen.line(bar, indent=2)


def _draw_kinds(screen: Screen, counts: Counts) -> None:
    wide = screen.width >= 64
    heads = {lock: f"{screen.signs.locks[lock]} {lock}" if wide else screen.signs.locks[lock] for lock in Lock}
    widths = {lock: max(len(heads[lock]), len(str(counts.total.locks[lock])), 3) for lock in Lock}
    first = max(len(str(counts.total.doors)), 5)
    gap = "  " if wide else " "
    head = styled(f"{'':14}{gap}{'doors':>{first}}", DIM)
    for lock in Lock:
        head.append(gap).append(f"{heads[lock]:>{widths[lock]}}", LOCK_STYLES[lock])
    screen.blank()
    screen.line(head, indent=2)
    rows = [(_KINDS[kind], tally) for kind, tally in counts.kinds.items() if tally.doors]
    if len(rows) > 1:
        rows.append(("together", counts.total))
    for name, tally in rows:
        row = Text(f"{name:14}{gap}").append(f"{tally.doors:>{first}}", "bold")
        for lock in Lock:
            number = tally.locks[lock]
            row.append(gap).append(f"{number:>{widths[lock]}}", LOCK_STYLES[lock] if number else DIM)
        screen.line(row, indent=2)


def _draw_apps(screen: Screen, report: Report, counts: Counts) -> None:
    apps = sorted(report.apps, key=lambda app: (-counts.apps[app.path].locks[Lock.UNLOCKED], app.path))
    label = min(max(len(app.path) for app in apps[:_MOST_APPS]), max(screen.width // 3, 11))
    label = max(label, 11)
    versions = [f"Next.js {app.next}" if app.next else "Next.js ?" for app in apps[:_MOST_APPS]]
    column = max(cell_len(screen.cut(version, 20)) for version in versions)
    screen.blank()
    for app, version in zip(apps, versions, strict=False):
        tally = counts.apps[app.path]
        line = Text(screen.cut("this folder" if app.path == "." else app.path, label))
        line.pad_right(label - line.cell_len)
        line.append("  ").append(screen.cut(version, 20), DIM)
        line.pad_right(label + 2 + column - line.cell_len)
        line.append(f"  {tally.doors} {_plural(tally.doors, 'door')}")
        if unlocked := tally.locks[Lock.UNLOCKED]:
            line.append(f", {unlocked} unlocked", LOCK_STYLES[Lock.UNLOCKED])
        screen.line(line, indent=2)
    screen.hidden(len(apps) - _MOST_APPS, "app")


def _plural(number: int, noun: str) -> str:
    return noun if number == 1 else f"{noun}s"


def _is(number: int) -> str:
    return "is" if number == 1 else "are"
