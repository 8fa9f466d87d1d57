"""What the reader has to know besides: what was not seen, what is wrong with declarations, and every count."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from doorcheck.core import BlindSpot, Location, Notice, Report, Scope, Standing
from doorcheck.report.counting import Counts, Lock, verdict_name
from doorcheck.report.ordering import in_file
from doorcheck.report.terminal.screen import DIM, LOCK_OF_VERDICT, LOCK_STYLES, Screen, styled

_MOST_LINES = 10
_LOCKS = tuple(Lock)


def draw_apps(screen: Screen, report: Report, *, everything: bool) -> None:
    """The controls that are asked once of a whole app, the worst answers first."""
    controls = [control for control in report.controls if control.scope is Scope.APP]
    cells = [
        (LOCK_OF_VERDICT[verdict_name(report.app_verdicts[app.path, control.id])], app.path, control.id)
        for app in sorted(report.apps, key=lambda app: app.path)
        for control in controls
    ]
    if not cells:
        return
    cells.sort(key=lambda cell: _LOCKS.index(cell[0]))
    screen.heading("Apps", "as a whole")
    most = len(cells) if everything else 2 * _MOST_LINES
    for lock, app, control in cells[:most]:
        lead = styled(f"  {screen.signs.locks[lock]}  ", LOCK_STYLES[lock])
        name = screen.text(control)
        if len(report.apps) > 1:
            name.append("  ").append_text(screen.text(app, DIM))
        screen.hang(lead, name)
        says = report.app_verdicts[app, control].says
        screen.hang(Text(" " * lead.cell_len), screen.prose(says, DIM))
    screen.hidden(len(cells) - most, "answer")


def draw_remarks(screen: Screen, report: Report, *, everything: bool) -> None:
    """Blind spots, files that were not read, notices; each list is cut short and counted."""
    _draw_list(screen, "Blind spots", "doors or checks may hide here", _said(report.blind_spots), everything=everything)
    unread = [(Location(item.file, item.line), item.why) for item in report.unread]
    _draw_list(screen, "Not read", "nothing is known of these", unread, everything=everything)
    _draw_list(screen, "Notices", "about your own declarations", _said(report.notices), everything=everything)


def draw_last_line(screen: Screen, report: Report, counts: Counts) -> None:
    """Everything, shown or hidden, counted."""
    new = counts.standings[Standing.NEW]
    line = styled(f"{new} new", "bold red" if new else "bold green")
    parts = [
        f"{counts.standings[Standing.ACCEPTED]} accepted",
        f"{counts.standings[Standing.BASELINE]} in the baseline",
        f"{counts.standings[Standing.BELOW_THRESHOLD]} below the threshold",
        f"{counts.standings[Standing.LOW_CONFIDENCE]} of low confidence",
        f"{counts.unknown} unknown",
        f"{len(report.unread)} unread",
        f"{len(report.blind_spots)} blind {'spot' if len(report.blind_spots) == 1 else 'spots'}",
    ]
    if report.resolved_baseline:
        parts.append(f"{len(report.resolved_baseline)} mended since the baseline")
    screen.blank()
    screen.line(styled(screen.signs.rule * screen.width, DIM))
    dot = f" {screen.signs.dot} "
    for part in parts:
        # Broken here rather than by the console, so that a number stays beside its word.
        if line.cell_len + len(dot) + len(part) > screen.width:
            screen.line(line)
            line = styled(part, _shade(part))
        else:
            line.append(dot, DIM).append(part, _shade(part))
    screen.line(line)


def _shade(part: str) -> str:
    return DIM if part.startswith("0 ") else ""


def _said(remarks: Sequence[BlindSpot | Notice]) -> list[tuple[Location, str]]:
    return [(remark.at, remark.says) for remark in remarks]


def _draw_list(screen: Screen, title: str, note: str, items: list[tuple[Location, str]], *, everything: bool) -> None:
    if not items:
        return
    screen.heading(f"{title} ({len(items)})", note)
    items = sorted(items, key=lambda item: (in_file(item[0]), item[1]))
    most = len(items) if everything else _MOST_LINES
    for at, says in items[:most]:
        place = str(at) if at.line else at.path
        screen.hang(Text("  "), screen.text(place, "cyan").append("  ").append_text(screen.prose(says)))
    screen.hidden(len(items) - most, "line")
