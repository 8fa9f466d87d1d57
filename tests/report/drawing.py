"""A report drawn on a console that writes to memory, as a terminal of a given width and encoding would get it."""

from __future__ import annotations

import io
from typing import Literal

from rich.console import Console
from tests.report.sample import read_sample

from doorcheck.core import Report
from doorcheck.report.terminal import render
from doorcheck.report.terminal.screen import ReadLines


def drawn(
    report: Report,
    *,
    width: int = 80,
    encoding: str = "utf-8",
    show: Literal["default", "all"] = "default",
    read_lines: ReadLines = read_sample,
    colour: bool = False,
) -> str:
    """What the console wrote, with escape sequences only where ``colour`` asks for them."""
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="")
    console = Console(file=file, width=width, force_terminal=colour, color_system="truecolor" if colour else None)
    render(report, console, read_lines=read_lines, show=show)
    file.seek(0)
    return file.read()
