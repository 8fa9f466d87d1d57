"""The order in which a report names things: the same for every format, and the same in every run."""

from __future__ import annotations

from doorcheck.core import Door, Finding, Location, Question, Report, Standing
from doorcheck.report.places import place_of

_STANDINGS = tuple(Standing)
_QUESTIONS = tuple(Question)


def in_file(at: Location) -> tuple[str, int, int]:
    """A key that sorts by file, then downwards."""
    return at.path, at.line, at.column


def doors_in_order(report: Report) -> list[Door]:
    """By app, file and place in the file; two doors of one line by id."""
    return sorted(report.doors, key=lambda door: (door.app, door.file, door.at.line, door.at.column, door.id))


def findings_in_order(report: Report) -> list[Finding]:
    """New ones first, the worst and surest first, then by question and place."""
    questions = {control.id: _QUESTIONS.index(control.question) for control in report.controls}
    return sorted(
        report.findings,
        key=lambda finding: (
            _STANDINGS.index(finding.standing),
            -finding.severity,
            -finding.confidence,
            questions.get(finding.control, len(_QUESTIONS)),
            finding.app,
            in_file(place_of(finding)),
            finding.control,
            finding.subject,
            finding.fingerprint,
        ),
    )
