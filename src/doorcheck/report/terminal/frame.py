"""A few lines of code around a place, with the place marked."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from doorcheck.core import Location
from doorcheck.report.terminal.screen import DIM, ReadLines, Screen, styled

_AROUND = 3
# A minified file may be one line of megabytes: only a window of it is ever looked at.
_WINDOW = 400


def draw_frame(screen: Screen, at: Location, read_lines: ReadLines) -> None:
    """The marked line between three before and three after; a sentence where the file cannot be shown."""
    lines = read_lines(at.path) if at.path else None
    if lines is None or not 1 <= at.line <= len(lines):
        screen.line(styled("(the code cannot be shown)", DIM), indent=4)
        return
    numbers = _numbers(lines, at.line)
    windows = {number: _window(lines[number - 1], at, number) for number in numbers}
    margin = min((len(text) - len(text.lstrip()) for text in windows.values() if text.strip()), default=0)
    digits = len(str(numbers[-1]))
    for number in numbers:
        marked = number == at.line
        lead = Text("  ").append(f"{screen.signs.marker if marked else ' '} ", "bold red")
        lead.append(f"{number:>{digits}} ", "bold" if marked else DIM).append(f"{screen.signs.gutter} ", DIM)
        code = screen.cut(windows[number][margin:], screen.width - lead.cell_len)
        screen.hang(lead, styled(code, "bold" if marked else ""))


def source_line(at: Location, read_lines: ReadLines) -> str:
    """The code at the place, without its indentation; empty where it cannot be shown."""
    lines = read_lines(at.path) if at.path else None
    if lines is None or not 1 <= at.line <= len(lines):
        return ""
    return _window(lines[at.line - 1], at, at.line).strip()


def lines_in_frame(at: Location) -> range:
    """The numbers of the lines a frame of this place may show."""
    return range(at.line - _AROUND, at.line + _AROUND + 1)


def _numbers(lines: Sequence[str], line: int) -> range:
    """The lines to show, without blank ones at either end."""
    first, last = max(1, line - _AROUND), min(len(lines), line + _AROUND)
    while first < line and not lines[first - 1].strip():
        first += 1
    while last > line and not lines[last - 1].strip():
        last -= 1
    return range(first, last + 1)


def _window(line: str, at: Location, number: int) -> str:
    start = at.column - 40 if number == at.line and at.column > _WINDOW // 2 else 0
    window = line[start : start + _WINDOW].rstrip("\r\n")
    return window.expandtabs(2)
