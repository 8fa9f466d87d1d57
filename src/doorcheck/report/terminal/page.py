"""The whole report, from the first line to the last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from rich.console import Console

from doorcheck.core import Finding, Report, Standing
from doorcheck.report.counting import count
from doorcheck.report.ordering import findings_in_order
from doorcheck.report.terminal.finding_block import draw_finding, draw_finding_line
from doorcheck.report.terminal.matrix import draw_matrix
from doorcheck.report.terminal.remarks import draw_apps, draw_last_line, draw_remarks
from doorcheck.report.terminal.screen import DIM, ReadLines, Screen, styled
from doorcheck.report.terminal.summary import draw_summary

_MOST_BLOCKS = 20
_MOST_LINES = 60
_UNSHOWN = frozenset({Standing.BELOW_THRESHOLD, Standing.LOW_CONFIDENCE})


def render(
    report: Report, console: Console, *, read_lines: ReadLines, show: Literal["default", "all"] = "default"
) -> None:
    """Draw the report on the console: new findings only and long lists cut short, unless ``show`` is ``all``.

    ``read_lines`` gives the lines of a file of the repository by its relative path, or None where it cannot be read.
    """
    everything = show == "all"
    screen = Screen(console)
    counts = count(report)
    draw_summary(screen, report, counts)
    draw_matrix(screen, report, everything=everything)
    draw_apps(screen, report, everything=everything)
    _draw_findings(screen, report, read_lines, everything=everything)
    draw_remarks(screen, report, everything=everything)
    draw_last_line(screen, report, counts)


def _draw_findings(screen: Screen, report: Report, read_lines: ReadLines, *, everything: bool) -> None:
    findings = [f for f in findings_in_order(report) if everything or f.standing is Standing.NEW]
    if findings:
        _draw_blocks(screen, report, findings, read_lines, everything=everything)
    if not everything:
        _draw_unshown(screen, report)


def _draw_blocks(
    screen: Screen, report: Report, findings: Sequence[Finding], read_lines: ReadLines, *, everything: bool
) -> None:
    controls = {control.id: control for control in report.controls}
    blocks = len(findings) if everything else _MOST_BLOCKS
    screen.heading(f"Findings ({len(findings)})", "worst first")
    for number, finding in enumerate(findings[:blocks]):
        if number:
            screen.blank()
            screen.line(styled(screen.signs.rule * max(screen.width - 2, 4), DIM), indent=2)
            screen.blank()
        draw_finding(screen, finding, controls.get(finding.control), read_lines)
    if rest := findings[blocks:]:
        screen.heading("More findings", "a line each")
        for finding in rest[:_MOST_LINES]:
            draw_finding_line(screen, finding)
        screen.hidden(len(rest) - _MOST_LINES, "finding")


def _draw_unshown(screen: Screen, report: Report) -> None:
    """What carries too little weight to be shown, counted by control."""
    unshown = Counter(finding.control for finding in report.findings if finding.standing in _UNSHOWN)
    if not unshown:
        return
    screen.heading(f"Not shown ({unshown.total()})", "below the threshold or of low confidence; --show all lists them")
    asked = [control.id for control in report.controls if control.id in unshown]
    dot = f" {screen.signs.dot} "
    screen.line(styled(dot.join(f"{unshown[control]} {control}" for control in asked), DIM), indent=2)
