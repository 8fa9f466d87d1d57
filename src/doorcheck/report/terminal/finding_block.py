"""One finding: what and where, the code, the evidence step by step, why it matters, what to do."""

from __future__ import annotations

from rich.text import Text

from doorcheck.core import ControlSpec, Finding, Standing
from doorcheck.report.places import place_of
from doorcheck.report.steps import Step, steps
from doorcheck.report.terminal.frame import draw_frame, lines_in_frame, source_line
from doorcheck.report.terminal.screen import DIM, SEVERITY_STYLES, ReadLines, Screen, styled

_MOST_STEPS = 12
_MOST_EXCHANGE_LINES = 12
_STANDINGS = {
    Standing.ACCEPTED: "accepted",
    Standing.BASELINE: "in the baseline",
    Standing.BELOW_THRESHOLD: "below the threshold",
    Standing.LOW_CONFIDENCE: "of low confidence",
}


def draw_finding(screen: Screen, finding: Finding, control: ControlSpec | None, read_lines: ReadLines) -> None:
    """The whole block."""
    _draw_head(screen, finding)
    screen.blank()
    draw_frame(screen, place_of(finding), read_lines)
    screen.blank()
    screen.line(screen.prose(finding.verdict.says, "bold"), indent=2)
    _draw_steps(screen, finding, read_lines)
    screen.blank()
    if control is not None:
        screen.hang(styled("  Why  ", "bold"), screen.prose(control.why, limit=2000))
    screen.hang(styled("  Fix  ", "bold green"), screen.prose(finding.fix, limit=2000))


def draw_finding_line(screen: Screen, finding: Finding) -> None:
    """The finding in a line, for a long list."""
    lead = Text("  ").append(f"{finding.severity.label:8} ", SEVERITY_STYLES[finding.severity])
    words = screen.text(finding.subject).append(f"  {finding.control}/{finding.verdict.way}  ")
    screen.hang(lead, words.append_text(screen.text(str(place_of(finding)), DIM)))


def _draw_head(screen: Screen, finding: Finding) -> None:
    badge = styled(f" {finding.severity.label.upper()} ", SEVERITY_STYLES[finding.severity])
    screen.hang(Text("  ").append_text(badge).append("  "), screen.text(finding.subject, "bold"))
    detail = screen.text(f"{finding.control}/{finding.verdict.way}", DIM)
    detail.append(f" {screen.signs.dot} {finding.confidence.label} confidence", DIM)
    if finding.standing is not Standing.NEW:
        detail.append(f" {screen.signs.dot} {_STANDINGS[finding.standing]}", "yellow")
        if finding.reason:
            detail.append(": ", "yellow").append_text(screen.text(finding.reason, "yellow"))
    screen.line(detail, indent=2)
    screen.line(screen.text(str(place_of(finding)), "cyan"), indent=2)


def _draw_steps(screen: Screen, finding: Finding, read_lines: ReadLines) -> None:
    chain = steps(finding.verdict.evidence)
    if not chain:
        return
    screen.blank()
    for number, step in enumerate(chain[:_MOST_STEPS], start=1):
        _draw_step(screen, number, step, finding, read_lines)
    screen.hidden(len(chain) - _MOST_STEPS, "step", indent=5)


def _draw_step(screen: Screen, number: int, step: Step, finding: Finding, read_lines: ReadLines) -> None:
    lead = styled(f"  {number:>2}  ", "bold")
    under = Text(" " * lead.cell_len)
    if step.at is None:
        screen.hang(lead, screen.prose(step.says))
        for line in step.exchange.splitlines()[:_MOST_EXCHANGE_LINES]:
            screen.hang(under, screen.text(line, DIM, limit=400))
        return
    place, says = screen.text(str(step.at), "cyan"), screen.prose(step.says)
    if lead.cell_len + place.cell_len + 2 + says.cell_len <= screen.width:
        screen.hang(lead, place.append("  ").append_text(says))
    else:
        screen.hang(lead, place)
        screen.hang(under, says)
    at = place_of(finding)
    framed = step.at.path == at.path and step.at.line in lines_in_frame(at)
    code = "" if framed else source_line(step.at, read_lines)
    if code:
        gutter = styled(f"{screen.signs.gutter} ", DIM)
        screen.hang(under + gutter, styled(screen.cut(code, screen.width - under.cell_len - 2), DIM))
