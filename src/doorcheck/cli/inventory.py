"""The doors as a table: what they answer to, and where they are written."""

from __future__ import annotations

import itertools

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from doorcheck.core import Door, DoorKind, Reach, Report
from doorcheck.report.ordering import doors_in_order
from doorcheck.report.terminal.remarks import draw_remarks
from doorcheck.report.terminal.screen import DIM, Screen

_KINDS = {
    DoorKind.ROUTE_HANDLER: "handler",
    DoorKind.SERVER_ACTION: "action",
    DoorKind.PAGES_API: "pages API",
    DoorKind.PROCEDURE: "procedure",
}
_KIND_WIDTH = max(map(len, _KINDS.values()))


def draw_inventory(report: Report, console: Console) -> None:
    """Every door, app by app and file by file; then where more may hide; then how many there are."""
    screen = Screen(console)
    doors = doors_in_order(report)
    by_app = {app: list(found) for app, found in itertools.groupby(doors, key=lambda door: door.app)}
    for app in sorted(report.apps, key=lambda app: app.path):
        found = by_app.get(app.path, [])
        version = f"Next.js {app.next}" if app.next else "Next.js, version unknown"
        screen.heading(screen.cut("this folder" if app.path == "." else app.path, screen.width // 2), version)
        if not found:
            screen.line(Text("no door", DIM), indent=2)
        widest = max((cell_len(_label(door)) for door in found), default=0)
        for door in found:
            _draw_door(screen, door, min(widest, screen.width // 2))
    draw_remarks(screen, report, everything=True)
    screen.blank()
    counted = [(_KINDS[kind], sum(door.kind is kind for door in doors)) for kind in DoorKind]
    parts = ", ".join(f"{number} {name}{_plural(name, number)}" for name, number in counted if number)
    total = f"{len(doors)} door{'' if len(doors) == 1 else 's'}"
    screen.line(Text(f"{total}: {parts}" if parts else total, "bold"))


def _draw_door(screen: Screen, door: Door, column: int) -> None:
    lead = Text(f"  {_KINDS[door.kind]:{_KIND_WIDTH}}  ", DIM)
    place = screen.text(str(door.at), "cyan")
    if door.reach is Reach.UNREFERENCED:
        place.append("  (nothing in a browser refers to it)", DIM)
    label = screen.text(_label(door), "bold")
    if lead.cell_len + max(label.cell_len, column) + 2 + place.cell_len <= screen.width:
        label.pad_right(max(column - label.cell_len, 0))
        screen.hang(lead, label.append("  ").append_text(place))
    else:
        screen.hang(lead, label)
        screen.hang(Text(" " * (lead.cell_len + 2)), place)


def _label(door: Door) -> str:
    """An action's file is said beside it already."""
    return door.name if door.kind is DoorKind.SERVER_ACTION else door.id


def _plural(name: str, number: int) -> str:
    return "" if number == 1 or name == _KINDS[DoorKind.PAGES_API] else "s"
