"""What is drawn on: a console, its width and its signs; all foreign text passes through it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from doorcheck.core import Severity
from doorcheck.report.counting import Lock, VerdictName
from doorcheck.report.escaping import visible

ReadLines = Callable[[str], Sequence[str] | None]

WIDEST = 110
DIM = "bright_black"

LOCK_OF_VERDICT = {
    VerdictName.MISSING: Lock.UNLOCKED,
    VerdictName.UNKNOWN: Lock.UNKNOWN,
    VerdictName.HELD: Lock.LOCKED,
    VerdictName.NOT_NEEDED: Lock.PUBLIC,
}
LOCK_STYLES = {Lock.UNLOCKED: "bold red", Lock.UNKNOWN: "yellow", Lock.LOCKED: "green", Lock.PUBLIC: "cyan"}
SEVERITY_STYLES = {
    Severity.INFO: "black on cyan",
    Severity.LOW: "black on cyan",
    Severity.MEDIUM: "black on yellow",
    Severity.HIGH: "bold white on red",
    Severity.CRITICAL: "bold white on magenta",
}


@dataclass(frozen=True, slots=True)
class Signs:
    """The few characters that are drawn rather than written."""

    locks: dict[Lock, str]
    bars: dict[Lock, str]
    rule: str
    gutter: str
    marker: str
    more: str
    dot: str


UNICODE = Signs(
    locks={Lock.UNLOCKED: "✗", Lock.UNKNOWN: "?", Lock.LOCKED: "✓", Lock.PUBLIC: "·"},
    bars={Lock.UNLOCKED: "█", Lock.UNKNOWN: "▒", Lock.LOCKED: "━", Lock.PUBLIC: "─"},
    rule="─",
    gutter="│",
    marker="▶",
    more="…",
    dot="·",
)
ASCII = Signs(
    locks={Lock.UNLOCKED: "x", Lock.UNKNOWN: "?", Lock.LOCKED: "v", Lock.PUBLIC: "."},
    bars={Lock.UNLOCKED: "#", Lock.UNKNOWN: "?", Lock.LOCKED: "=", Lock.PUBLIC: "-"},
    rule="-",
    gutter="|",
    marker=">",
    more="...",
    dot="-",
)


def styled(words: str, style: str) -> Text:
    """The words in this style, which does not spread to what is appended to them."""
    return Text().append(words, style)


class Screen:
    """Lines go out in order; ``text`` is the only way in for words that are not this package's own."""

    def __init__(self, console: Console) -> None:
        self.ascii = console.options.ascii_only
        self.signs = ASCII if self.ascii else UNICODE
        self.width = max(10, min(console.width, WIDEST))
        self._console = console

    def text(self, words: str, style: str = "", *, limit: int = 1000) -> Text:
        """The words on one line, with nothing in them that acts."""
        return styled(visible(words, ascii_only=self.ascii, limit=limit), style)

    def prose(self, words: str, style: str = "", *, limit: int = 1000) -> Text:
        """The same for sentences that may have been wrapped where they were written."""
        return self.text(" ".join(words.split()), style, limit=limit)

    def cut(self, words: str, cells: int) -> str:
        """The words, shortened to this many cells where they are longer."""
        shown = visible(words, ascii_only=self.ascii, limit=max(cells, 0) + 20)
        if cell_len(shown) <= cells:
            return shown
        more = self.signs.more
        return set_cell_size(shown, max(cells - cell_len(more), 0)) + more

    def blank(self) -> None:
        self._console.print()

    def line(self, content: Text, *, indent: int = 0) -> None:
        """The content, wrapped at the width of the screen."""
        self.hang(Text(" " * indent), content)

    def hang(self, lead: Text, content: Text) -> None:
        """The lead, and beside it the content, wrapped in a column of its own."""
        room = self.width - lead.cell_len
        if room < 8:
            lead, room = Text(" "), self.width - 1
        for number, piece in enumerate(content.wrap(self._console, room, overflow="fold")):
            start = lead if number == 0 else Text(" " * lead.cell_len)
            line = Text().append_text(start).append_text(piece)
            line.rstrip()
            self._console.print(line, soft_wrap=True, highlight=False)

    def hidden(self, number: int, noun: str, *, indent: int = 2) -> None:
        """A line that says how much of a long list is not shown; nothing where all of it is."""
        if number > 0:
            plural = noun if number == 1 else f"{noun}s"
            self.line(
                Text(f"{self.signs.more} {number} more {plural}; --show all lists everything", DIM), indent=indent
            )

    def heading(self, title: str, note: str = "") -> None:
        """A title in a line across the screen; the note in the same line, or below where there is no room."""
        self.blank()
        head = styled(f"{self.signs.rule * 2} ", DIM).append(f"{title} ", "bold")
        below = head.cell_len + len(note) + 1 > self.width
        if note and not below:
            head.append(f"{note} ", DIM)
        self._console.print(
            head.append(self.signs.rule * max(self.width - head.cell_len, 0), DIM), soft_wrap=True, highlight=False
        )
        if note and below:
            self.line(Text(note, DIM), indent=2)
        self.blank()
