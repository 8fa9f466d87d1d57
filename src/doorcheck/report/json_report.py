"""A report as JSON, for other programs: stable, versioned, described by a published schema."""

from __future__ import annotations

import importlib.resources
from collections.abc import Iterable

import msgspec

from doorcheck import __version__
from doorcheck.core import (
    BlindSpot,
    ControlSpec,
    Declared,
    Door,
    Evidence,
    Finding,
    Location,
    Missing,
    Notice,
    Observed,
    Report,
    Scope,
    Unknown,
    Verdict,
    Written,
)
from doorcheck.report import json_model as model
from doorcheck.report.counting import Tally, count, lock_of, verdict_name
from doorcheck.report.escaping import encodable, inert_json
from doorcheck.report.ordering import doors_in_order, findings_in_order, in_file
from doorcheck.report.places import place_of


def to_json(report: Report) -> bytes:
    """The report in UTF-8, ending in a newline; two runs over the same repository give the same bytes."""
    plain = _encodable(msgspec.to_builtins(_document(report)))
    return inert_json(msgspec.json.format(msgspec.json.encode(plain), indent=2)) + b"\n"


def schema() -> bytes:
    """The JSON schema (draft 2020-12) that every report of version 1 obeys."""
    return (importlib.resources.files("doorcheck.report") / "schema" / "report-1.json").read_bytes()


def generated_schema() -> bytes:
    """The schema as the types of the model give it; the published file is this, written down."""
    described = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": model.SCHEMA_ID,
        "title": "doorcheck report, version 1",
        **msgspec.json.schema(model.Document),
    }
    return msgspec.json.format(msgspec.json.encode(described), indent=2) + b"\n"


def _document(report: Report) -> model.Document:
    whys = {control.id: control.why for control in report.controls}
    return model.Document(
        schema=1,
        tool=model.Tool("doorcheck", __version__),
        root=report.root,
        summary=_summary(report),
        controls=[_control(control) for control in report.controls],
        apps=[
            model.AppItem(app.path, app.next, _app_cells(report, app.path))
            for app in sorted(report.apps, key=lambda app: app.path)
        ],
        doors=[_door(report, door) for door in doors_in_order(report)],
        findings=[_finding(finding, whys.get(finding.control, "")) for finding in findings_in_order(report)],
        unread=[
            model.UnreadItem(unread.file, unread.why, unread.line or None)
            for unread in sorted(report.unread, key=lambda unread: (unread.file, unread.line, unread.why))
        ],
        blind_spots=_remarks(report.blind_spots),
        notices=_remarks(report.notices),
        resolved_baseline=sorted(report.resolved_baseline),
    )


def _encodable(value: object) -> object:
    match value:
        case str():
            return encodable(value)
        case list():
            return [_encodable(item) for item in value]
        case dict():
            return {encodable(key): _encodable(item) for key, item in value.items()}
        case _:
            return value


def _summary(report: Report) -> model.Summary:
    counts = count(report)
    return model.Summary(
        apps=len(report.apps),
        doors=_door_counts(counts.total),
        doors_by_kind={kind: _door_counts(tally) for kind, tally in counts.kinds.items()},
        verdicts=dict(counts.verdicts),
        unknown_because=dict(counts.unknown_because),
        findings=dict(counts.standings),
        unread=len(report.unread),
        blind_spots=len(report.blind_spots),
        notices=len(report.notices),
        resolved_baseline=len(report.resolved_baseline),
        files_parsed=report.files_parsed,
    )


def _door_counts(tally: Tally) -> model.DoorCounts:
    return model.DoorCounts(tally.doors, **{lock.value: number for lock, number in tally.locks.items()})


def _control(control: ControlSpec) -> model.ControlItem:
    return model.ControlItem(
        id=control.id,
        title=control.title,
        question=control.question,
        scope=control.scope,
        severity=model.SeverityName(control.severity.label),
        cwe=control.cwe,
        owasp=control.owasp,
    )


def _app_cells(report: Report, app: str) -> dict[str, model.Cell]:
    asked = [control.id for control in report.controls if control.scope is Scope.APP]
    return {control: _cell(report.app_verdicts[app, control]) for control in asked}


def _door(report: Report, door: Door) -> model.DoorItem:
    return model.DoorItem(
        id=door.id,
        kind=door.kind,
        app=door.app,
        file=door.file,
        name=door.name,
        methods=list(door.methods),
        route=door.route,
        line=max(door.at.line, 1),
        column=max(door.at.column, 1),
        reach=door.reach,
        lock=lock_of(report, door),
        controls={control.id: _cell(verdict) for control, verdict in report.of_door(door)},
    )


def _cell(verdict: Verdict) -> model.Cell:
    return model.Cell(
        verdict=verdict_name(verdict),
        says=verdict.says,
        way=verdict.way if isinstance(verdict, Missing) else None,
        why=verdict.why if isinstance(verdict, Unknown) else None,
        evidence=_evidence(verdict.evidence),
    )


def _evidence(evidence: Iterable[Evidence]) -> list[model.EvidenceItem]:
    return [_evidence_item(piece) for piece in evidence]


def _evidence_item(piece: Evidence) -> model.EvidenceItem:
    match piece:
        case Written(says, at, through):
            place = _place(at)
            calls = [_place(call) for call in through]
            return model.EvidenceItem("written", says, place.file, place.line, place.column, calls)
        case Declared(says, by):
            place = _place(by)
            return model.EvidenceItem("declared", says, place.file, place.line, place.column, [])
        case Observed(says, exchange):
            return model.EvidenceItem("observed", says, None, None, None, [], exchange)


def _place(at: Location) -> model.Place:
    return model.Place(at.path, max(at.line, 1), max(at.column, 1))


def _finding(finding: Finding, why: str) -> model.FindingItem:
    at = _place(place_of(finding))
    return model.FindingItem(
        control=finding.control,
        door=finding.subject,
        app=finding.app,
        way=finding.verdict.way,
        severity=model.SeverityName(finding.severity.label),
        confidence=model.ConfidenceName(finding.confidence.label),
        fingerprint=finding.fingerprint,
        file=at.file,
        line=at.line,
        column=at.column,
        says=finding.verdict.says,
        why=why,
        fix=finding.fix,
        standing=finding.standing,
        reason=finding.reason,
        evidence=_evidence(finding.verdict.evidence),
    )


def _remarks(remarks: Iterable[BlindSpot | Notice]) -> list[model.Remark]:
    ordered = sorted(remarks, key=lambda remark: (in_file(remark.at), remark.says))
    places = [(_place(remark.at), remark.says) for remark in ordered]
    return [model.Remark(at.file, at.line, at.column, says) for at, says in places]
