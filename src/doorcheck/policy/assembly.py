"""What a scan found and what the team says of it, put together into a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from doorcheck.core import ControlSpec, Finding, Notice, Report, Standing
from doorcheck.policy.baseline import Baseline, resolved
from doorcheck.policy.comments import read_comments
from doorcheck.policy.configuration import Configuration
from doorcheck.policy.declarations import Declarations, accepted, declare_public
from doorcheck.policy.findings import Cells, findings_of

if TYPE_CHECKING:
    from doorcheck.scan.engine import ScanResult


def report_of(
    result: ScanResult,
    *,
    root: str,
    controls: Sequence[ControlSpec],
    configuration: Configuration,
    baseline: Baseline | None = None,
    seconds: float = 0.0,
) -> Report:
    """The finished report. ``controls`` are those that were asked of the repository, in the order of the catalogue."""
    asked = {control.id for control in controls}
    statements, misread = read_comments(result.comments)
    commented = frozenset((comment.at.path, comment.at.line) for comment in result.comments)
    declarations = Declarations(statements, configuration, commented)
    verdicts, about_public = declare_public(declarations, result.doors, result.verdicts, controls)
    found = findings_of(
        controls, doors=result.doors, apps=result.apps, verdicts=verdicts, app_verdicts=result.app_verdicts
    )
    reasons, about_accepted = accepted(declarations, result.doors, found, asked)
    baseline = baseline or Baseline()
    return Report(
        root=root,
        apps=tuple(result.apps),
        doors=tuple(result.doors),
        controls=tuple(controls),
        verdicts=verdicts,
        app_verdicts=result.app_verdicts,
        findings=tuple(_stand(finding, reasons, baseline, configuration) for finding in found),
        unread=tuple(result.unread),
        blind_spots=tuple(result.blind_spots),
        notices=_once((*configuration.notices, *misread, *about_public, *about_accepted)),
        resolved_baseline=resolved(baseline, found, _cells(verdicts, result.app_verdicts), asked),
        files_parsed=result.files_parsed,
        seconds=seconds,
    )


def _stand(finding: Finding, reasons: Mapping[str, str], baseline: Baseline, configuration: Configuration) -> Finding:
    """What the team says of a finding comes before how severe and how sure it is: a lower threshold brings no news."""
    if finding.fingerprint in reasons:
        return replace(finding, standing=Standing.ACCEPTED, reason=reasons[finding.fingerprint])
    if entry := baseline.entries.get(finding.fingerprint):
        return replace(finding, standing=Standing.BASELINE, reason=entry.reason)
    if finding.severity < configuration.threshold:
        return replace(finding, standing=Standing.BELOW_THRESHOLD)
    if finding.confidence < configuration.confidence:
        return replace(finding, standing=Standing.LOW_CONFIDENCE)
    return finding


def _cells(verdicts: Cells, app_verdicts: Cells) -> Cells:
    """Both by the name that a finding gives its subject."""
    return {**verdicts, **{(f"app {path}", control): verdict for (path, control), verdict in app_verdicts.items()}}


def _once(notices: Sequence[Notice]) -> tuple[Notice, ...]:
    return tuple(dict.fromkeys(notices))
