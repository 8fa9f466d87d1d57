"""Missing controls as findings: how severe, how sure, under which name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from doorcheck.core import (
    App,
    ControlId,
    ControlSpec,
    Declared,
    Door,
    Finding,
    Location,
    Missing,
    Scope,
    Severity,
    Verdict,
    Way,
    Written,
    fingerprint,
)

Cells = Mapping[tuple[str, ControlId], Verdict]


def findings_of(
    controls: Sequence[ControlSpec], *, doors: Sequence[Door], apps: Sequence[App], verdicts: Cells, app_verdicts: Cells
) -> tuple[Finding, ...]:
    """A finding for every missing verdict, all of them new; the worst first, then by app, file and line."""
    found = [
        _finding(control, subject=door.id, app=door.app, at=door.at, verdict=verdict)
        for control in controls
        if control.scope is Scope.DOOR
        for door in doors
        if isinstance(verdict := verdicts.get((door.id, control.id)), Missing) and not _follows(control, verdict)
    ]
    found += [
        _finding(control, subject=app_subject(app), app=app.path, at=_place(app, verdict), verdict=verdict)
        for control in controls
        if control.scope is Scope.APP
        for app in apps
        if isinstance(verdict := app_verdicts.get((app.path, control.id)), Missing)
    ]
    return tuple(sorted(_with_slots(found), key=_order))


def _follows(control: ControlSpec, verdict: Missing) -> bool:
    """Whether this is only a consequence of what another control finds at the same door."""
    return any(way.follows is not None for way in control.ways if way.id == verdict.way)


def app_subject(app: App) -> str:
    """How a finding about a whole app calls the app."""
    return f"app {app.path}"


def _finding(control: ControlSpec, *, subject: str, app: str, at: Location, verdict: Missing) -> Finding:
    way = next((way for way in control.ways if way.id == verdict.way), None)
    return Finding(
        control=control.id,
        subject=subject,
        app=app,
        at=at,
        verdict=verdict,
        severity=_severity(control, way, verdict),
        confidence=verdict.confidence,
        fingerprint=fingerprint(control.id, subject, verdict.way),
        fix=way.fix if way else control.fix,
    )


def _severity(control: ControlSpec, way: Way | None, verdict: Missing) -> Severity:
    if verdict.stake is not None:
        return verdict.stake
    return control.severity if way is None or way.severity is None else way.severity


def _place(app: App, verdict: Missing) -> Location:
    """Where a finding about a whole app is shown: at the first thing that was seen, else at its package.json."""
    for evidence in verdict.evidence:
        match evidence:
            case Written(at=at) | Declared(by=at):
                return at
            case _:
                pass
    return Location((PurePosixPath(app.path) / "package.json").as_posix(), 1)


def _with_slots(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Findings that would bear one fingerprint, numbered in the order of their places."""
    seen: Counter[str] = Counter()
    for finding in sorted(findings, key=lambda finding: (finding.app, finding.at, finding.subject)):
        slot = seen[finding.fingerprint]
        seen[finding.fingerprint] += 1
        name = fingerprint(finding.control, finding.subject, finding.verdict.way, slot)
        yield finding if slot == 0 else replace(finding, fingerprint=name)


def _order(finding: Finding) -> tuple[int, str, str, int, str, str]:
    return -finding.severity, finding.app, finding.at.path, finding.at.line, finding.control, finding.subject
