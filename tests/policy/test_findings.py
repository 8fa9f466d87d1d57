"""Findings: how severe, where, under which name and in which order."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.policy.scanned import APP, BYPASS, DELETE, RENAME, Repository
from tests.report.sample import AUTHENTICATE

from doorcheck.core import Confidence, ControlId, Location, Missing, Severity, Standing, fingerprint
from doorcheck.policy.configuration import Configuration
from doorcheck.policy.findings import findings_of

NOTHING_SEEN = Missing("no-check", "Nobody is asked.", ())


def _severity_of(verdict: Missing) -> Severity:
    repository = Repository(states={**Repository().states, DELETE.id: verdict})
    return next(finding.severity for finding in repository.report().findings if finding.subject == DELETE.id)


@pytest.mark.parametrize(
    ("way", "stake", "severity"),
    [
        ("no-check", Severity.CRITICAL, Severity.CRITICAL),
        ("middleware-only", Severity.LOW, Severity.LOW),
        ("middleware-only", None, Severity.MEDIUM),
        ("no-check", None, Severity.HIGH),
        ("a-way-nobody-wrote-down", None, Severity.HIGH),
    ],
)
def test_the_effect_decides_then_the_way_then_the_control(way: str, stake: Severity | None, severity: Severity) -> None:
    assert _severity_of(Missing(way, "says", (), stake)) is severity


def test_a_finding_has_the_fix_of_its_way_and_stands_at_its_door() -> None:
    finding = Repository().report().findings[0]
    assert (finding.subject, finding.at, finding.app) == (DELETE.id, DELETE.at, ".")
    assert finding.fix == AUTHENTICATE.way("no-check").fix
    assert finding.confidence is Confidence.HIGH
    assert finding.fingerprint == fingerprint(ControlId.AUTHENTICATE, DELETE.id, "no-check")


def test_a_finding_of_an_app_stands_at_what_was_seen_or_at_its_package_json() -> None:
    seen = Repository(app=BYPASS).report().findings
    assert [(f.subject, str(f.at)) for f in seen if f.control == "patch-framework"] == [("app .", "package.json:7")]
    unseen = Repository(app=replace(BYPASS, evidence=())).report().findings
    assert [str(f.at) for f in unseen if f.control == "patch-framework"] == ["package.json:1"]


def test_the_worst_come_first_then_by_app_file_and_line() -> None:
    lower = replace(DELETE, id="PUT /api/invoices/[id]", at=Location(DELETE.file, 3))
    states = {**Repository().states, lower.id: Missing("no-check", "says", (), Severity.CRITICAL)}
    repository = Repository(doors=(RENAME, DELETE, lower, *Repository().doors[0::3]), states=states)
    assert [finding.subject for finding in repository.report().findings] == [lower.id, DELETE.id, RENAME.id]


def test_below_the_threshold_is_told_apart_and_kept() -> None:
    standings = {f.subject: f.standing for f in Repository().report(Configuration(threshold=Severity.HIGH)).findings}
    assert standings == {DELETE.id: Standing.NEW, RENAME.id: Standing.BELOW_THRESHOLD}


def test_what_is_less_sure_than_asked_for_is_told_apart_and_kept() -> None:
    states = {**Repository().states, DELETE.id: Missing("no-check", "says", (), confidence=Confidence.LOW)}

    def standing(configuration: Configuration) -> Standing:
        found = Repository(states=states).report(configuration).findings
        return next(finding.standing for finding in found if finding.subject == DELETE.id)

    assert standing(Configuration()) is Standing.LOW_CONFIDENCE
    assert standing(Configuration(confidence=Confidence.LOW)) is Standing.NEW


def test_two_doors_of_one_name_have_findings_of_their_own() -> None:
    twin = replace(DELETE, at=Location(DELETE.file, 30))
    cells = {(DELETE.id, ControlId.AUTHENTICATE): NOTHING_SEEN}

    def names(*doors: object) -> dict[int, str]:
        found = findings_of([AUTHENTICATE], doors=doors, apps=[APP], verdicts=cells, app_verdicts={})  # type: ignore[arg-type]
        return {finding.at.line: finding.fingerprint for finding in found}

    assert len(set(names(DELETE, twin).values())) == 2
    assert names(DELETE, twin) == names(twin, DELETE)
    assert names(DELETE)[10] == names(DELETE, twin)[10]
