"""A report as SARIF 2.1.0, for code scanning services and editors."""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterable

import msgspec

from doorcheck import __version__
from doorcheck.core import BlindSpot, ControlSpec, Finding, Location, Notice, Report, Standing
from doorcheck.report import sarif_model as model
from doorcheck.report.escaping import inert_json, visible
from doorcheck.report.ordering import findings_in_order, in_file
from doorcheck.report.places import place_of
from doorcheck.report.sarif_rules import LEVELS, SECURITY_SEVERITY, rule_of
from doorcheck.report.steps import Step, steps

_ROOT = "SRCROOT"
# What RFC 3986 lets stand in a path segment besides letters and digits; ":" is left out because a relative reference
# may not have one in its first segment.
_PLAIN_IN_PATHS = "/-._~!$&'()*+,;=@"
_UNREAD, _BLIND_SPOT, _NOTICE = range(3)
_NOTIFICATIONS = [
    model.Rule("unread", short_description=model.Message("A file, or a part of one, was not taken into account.")),
    model.Rule("blind-spot", short_description=model.Message("Doors or checks may hide in this place.")),
    model.Rule("notice", short_description=model.Message("One of the team's own declarations is not as it should be.")),
]


def to_sarif(report: Report) -> bytes:
    """The report in UTF-8, ending in a newline; two runs over the same repository give the same bytes."""
    log = model.Log(version="2.1.0", runs=[_run(report)], schema=model.SCHEMA_URI)
    return inert_json(msgspec.json.format(msgspec.json.encode(log), indent=2)) + b"\n"


def _run(report: Report) -> model.Run:
    indices = {control.id: index for index, control in enumerate(report.controls)}
    return model.Run(
        tool=model.Tool(_driver(report.controls)),
        automation_details=model.AutomationDetails("doorcheck/"),
        invocations=[_invocation(report)],
        original_uri_base_ids={_ROOT: model.UriBase(model.Message("The root of the scanned repository."))},
        column_kind="unicodeCodePoints",
        results=[_result(finding, indices[finding.control]) for finding in findings_in_order(report)],
    )


def _driver(controls: Iterable[ControlSpec]) -> model.Driver:
    return model.Driver("doorcheck", __version__, [rule_of(control) for control in controls], _NOTIFICATIONS)


def _result(finding: Finding, index: int) -> model.Result:
    flow = [_flow_location(step, finding) for step in steps(finding.verdict.evidence)]
    return model.Result(
        rule_id=finding.control,
        rule_index=index,
        level=LEVELS[finding.severity],
        message=_message(f"{finding.subject}: {finding.verdict.says} {finding.fix}"),
        locations=[
            model.Location(
                physical_location=_place(place_of(finding)),
                logical_locations=[model.LogicalLocation(visible(finding.subject), "function")],
            )
        ],
        partial_fingerprints={"doorcheck/v1": finding.fingerprint},
        properties=_properties(finding),
        code_flows=[model.CodeFlow([model.ThreadFlow(flow)])] if flow else None,
        suppressions=_suppressions(finding),
    )


def _properties(finding: Finding) -> dict[str, str]:
    return {
        "way": finding.verdict.way,
        "severity": finding.severity.label,
        "confidence": finding.confidence.label,
        "security-severity": SECURITY_SEVERITY[finding.severity],
        "standing": finding.standing,
        "app": visible(finding.app),
    }


def _flow_location(step: Step, finding: Finding) -> model.ThreadFlowLocation:
    # What a running app did happened at the door.
    at = step.at or place_of(finding)
    return model.ThreadFlowLocation(model.Location(physical_location=_place(at), message=_message(step.says)))


def _suppressions(finding: Finding) -> list[model.Suppression] | None:
    reason = visible(finding.reason) if finding.reason else None
    match finding.standing:
        case Standing.NEW:
            return None
        case Standing.ACCEPTED:
            return [model.Suppression("inSource", reason)]
        case Standing.BASELINE:
            return [model.Suppression("external", reason or "It is in the baseline.")]
        case Standing.BELOW_THRESHOLD:
            return [model.Suppression("external", reason or "It is below the severity the team asked for.")]
        case Standing.LOW_CONFIDENCE:
            return [model.Suppression("external", reason or "It is less sure than the team asked for.")]


def _invocation(report: Report) -> model.Invocation:
    unread = sorted(report.unread, key=lambda unread: (unread.file, unread.line, unread.why))
    return model.Invocation(
        execution_successful=True,
        tool_execution_notifications=[
            *(_notification(_UNREAD, "warning", Location(item.file, item.line), item.why) for item in unread),
            *_remarks(_BLIND_SPOT, "note", report.blind_spots),
        ],
        tool_configuration_notifications=_remarks(_NOTICE, "warning", report.notices),
    )


def _remarks(kind: int, level: model.Level, remarks: Iterable[BlindSpot | Notice]) -> list[model.Notification]:
    ordered = sorted(remarks, key=lambda remark: (in_file(remark.at), remark.says))
    return [_notification(kind, level, remark.at, remark.says) for remark in ordered]


def _notification(kind: int, level: model.Level, at: Location, says: str) -> model.Notification:
    return model.Notification(
        descriptor=model.Descriptor(_NOTIFICATIONS[kind].id, kind),
        level=level,
        message=_message(says),
        locations=[model.Location(physical_location=_place(at))],
    )


def _place(at: Location) -> model.PhysicalLocation:
    uri = urllib.parse.quote(at.path.encode(errors="surrogateescape"), safe=_PLAIN_IN_PATHS)
    region = None
    if at.line >= 1:
        region = model.Region(at.line, max(at.column, 1), at.end_line if at.end_line > at.line else None)
    return model.PhysicalLocation(model.ArtifactLocation(uri, _ROOT), region)


def _message(text: str) -> model.Message:
    # Braces are placeholders unless doubled (3.11.5); "[text](target)" would be a link (3.11.6).
    shown = visible(text).replace("{", "{{").replace("}", "}}").replace("](", "] (")
    return model.Message(shown)
