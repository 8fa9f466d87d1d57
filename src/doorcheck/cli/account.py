"""The account of a verdict: each control's answer on a door, and every piece of code it rests on."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from doorcheck.core import ControlSpec, Door, Finding, Held, Missing, NotNeeded, Report, Standing, Unknown, Verdict
from doorcheck.report.counting import verdict_name
from doorcheck.report.steps import steps
from doorcheck.report.terminal.frame import draw_frame, source_line
from doorcheck.report.terminal.screen import DIM, LOCK_OF_VERDICT, LOCK_STYLES, ReadLines, Screen, styled


def draw_account(report: Report, doors: Sequence[Door], because: str, console: Console, read_lines: ReadLines) -> None:
    """The doors one after the other, each with its code and all its verdicts; first ``because``, where it says much."""
    screen = Screen(console)
    if because:
        screen.blank()
        screen.line(Text(because, DIM), indent=2)
    findings = {(finding.subject, finding.control): finding for finding in report.findings}
    for door in doors:
        screen.heading(screen.cut(door.id, screen.width - 8))
        screen.line(screen.text(str(door.at), "cyan"), indent=2)
        screen.blank()
        draw_frame(screen, door.at, read_lines)
        for control, verdict in report.of_door(door):
            _draw_verdict(screen, control, verdict, findings.get((door.id, control.id)), read_lines)


def _draw_verdict(
    screen: Screen, control: ControlSpec, verdict: Verdict, finding: Finding | None, read_lines: ReadLines
) -> None:
    lock = LOCK_OF_VERDICT[verdict_name(verdict)]
    screen.blank()
    lead = styled(f"  {screen.signs.locks[lock]} ", LOCK_STYLES[lock])
    screen.hang(lead, styled(control.id, "bold").append(f"  {_words(control, verdict)}", LOCK_STYLES[lock]))
    screen.line(screen.prose(verdict.says), indent=4)
    for number, step in enumerate(steps(verdict.evidence), start=1):
        lead = styled(f"  {number:>3}  ", "bold")
        if step.at is None:
            screen.hang(lead, screen.prose(step.says))
            continue
        screen.hang(lead, screen.text(str(step.at), "cyan").append("  ").append_text(screen.prose(step.says)))
        if code := source_line(step.at, read_lines):
            under = Text(" " * lead.cell_len).append(f"{screen.signs.gutter} ", DIM)
            screen.hang(under, styled(screen.cut(code, screen.width - under.cell_len), DIM))
    if finding is not None:
        _draw_finding(screen, finding)


def _words(control: ControlSpec, verdict: Verdict) -> str:
    match verdict:
        case Missing(way=way, confidence=confidence):
            title = next((known.title for known in control.ways if known.id == way), way)
            return f"missing: {title} ({confidence.label} confidence)"
        case Unknown(why=why):
            return f"unknown: {why}"
        case Held():
            return "held"
        case NotNeeded():
            return "not needed"


def _draw_finding(screen: Screen, finding: Finding) -> None:
    standing = "" if finding.standing is Standing.NEW else f", {finding.standing.replace('-', ' ')}"
    about = f"severity {finding.severity.label}{standing}"
    screen.line(screen.text(f"{about}: {finding.reason}" if finding.reason else about, DIM), indent=4)
    screen.line(screen.text(f"fingerprint {finding.fingerprint}", DIM), indent=4)
    screen.hang(styled("    Fix  ", "bold green"), screen.prose(finding.fix, limit=2000))
