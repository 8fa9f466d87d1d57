"""The SARIF report, against the official schema and what code scanning services make of it."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from tests.report.sample import DELETE, FINDINGS, sample_report
from tests.report.schemas import sarif_errors
from tests.report.snapshot import FOLDER, assert_snapshot

from doorcheck.core import ControlId, Location, Missing, Observed, Severity, Standing
from doorcheck.report.sarif import to_sarif


def _run(**changes: Any) -> Any:
    report = dataclasses.replace(sample_report(), **changes)
    document = to_sarif(report)
    assert sarif_errors(document) == []
    return json.loads(document)["runs"][0]


def test_looks_as_it_did_and_obeys_the_official_schema() -> None:
    assert sarif_errors(to_sarif(sample_report())) == []
    assert_snapshot(to_sarif(sample_report()), FOLDER / "report.sarif")


def test_an_empty_report_is_valid_too() -> None:
    run = _run(apps=(), doors=(), findings=(), unread=(), blind_spots=(), notices=())
    assert run["results"] == []


def test_does_not_depend_on_the_order_or_the_time_of_the_work() -> None:
    report = sample_report()
    turned = dataclasses.replace(
        report,
        doors=report.doors[::-1],
        findings=report.findings[::-1],
        unread=report.unread[::-1],
        seconds=99.0,
    )
    assert to_sarif(turned) == to_sarif(report)


def test_a_control_is_a_rule_that_can_be_read_and_sorted() -> None:
    rule = _run()["tool"]["driver"]["rules"][0]
    assert rule["id"] == "authenticate"
    assert rule["helpUri"] == "https://cwe.mitre.org/data/definitions/306.html"
    assert rule["properties"]["tags"][:2] == ["security", "external/cwe/cwe-306"]
    assert rule["properties"]["security-severity"] == "8.0"
    assert "- **no check at all**: Call the session source first" in rule["help"]["markdown"]
    assert "Call the session source first" in rule["help"]["text"]


def test_a_result_names_its_rule_its_place_and_itself() -> None:
    run = _run()
    result = run["results"][0]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "authenticate"
    assert result["level"] == "error"
    assert result["partialFingerprints"] == {"doorcheck/v1": FINDINGS[2].fingerprint}
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "apps/web/app/api/invoices/%5Bid%5D/route.ts", "uriBaseId": "SRCROOT"}
    assert place["region"] == {"startLine": 10, "startColumn": 1, "endLine": 15}
    assert "SRCROOT" in run["originalUriBaseIds"]
    assert result["message"]["text"].startswith("DELETE /api/invoices/[id]: Deletes a row of invoices")


def test_the_evidence_is_a_code_flow_across_files() -> None:
    steps = _run()["results"][0]["codeFlows"][0]["threadFlows"][0]["locations"]
    seen = [
        (
            step["location"]["physicalLocation"]["artifactLocation"]["uri"].rsplit("/", 1)[1],
            step["location"]["physicalLocation"]["region"]["startLine"],
            step["location"]["message"]["text"],
        )
        for step in steps
    ]
    assert seen == [
        ("route.ts", 10, "the handler begins; it has no session check"),
        ("route.ts", 12, "leads on through this call"),
        ("invoices.ts", 8, "deletes a row"),
    ]


def test_what_a_running_app_did_is_shown_at_the_door() -> None:
    verdict = Missing("no-check", "Answers a stranger.", (Observed("answered 200", "GET /"),))
    result = _run(findings=(dataclasses.replace(FINDINGS[2], verdict=verdict),))["results"][0]
    step = result["codeFlows"][0]["threadFlows"][0]["locations"][0]["location"]
    assert step["physicalLocation"]["region"]["startLine"] == DELETE.at.line


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (Standing.NEW, None),
        (Standing.ACCEPTED, [{"kind": "inSource", "justification": "known"}]),
        (Standing.BASELINE, [{"kind": "external", "justification": "known"}]),
        (Standing.BELOW_THRESHOLD, [{"kind": "external", "justification": "known"}]),
    ],
)
def test_what_nobody_has_to_act_on_is_suppressed_with_the_reason(standing: Standing, expected: object) -> None:
    finding = dataclasses.replace(FINDINGS[2], standing=standing, reason="known")
    assert _run(findings=(finding,))["results"][0].get("suppressions") == expected


@pytest.mark.parametrize(
    ("severity", "level"),
    [
        (Severity.INFO, "note"),
        (Severity.LOW, "note"),
        (Severity.MEDIUM, "warning"),
        (Severity.HIGH, "error"),
        (Severity.CRITICAL, "error"),
    ],
)
def test_the_level_follows_the_severity_of_the_finding(severity: Severity, level: str) -> None:
    finding = dataclasses.replace(FINDINGS[2], severity=severity)
    assert _run(findings=(finding,))["results"][0]["level"] == level


@pytest.mark.parametrize(
    ("app", "path", "uri"),
    [
        ("apps/web", "", "apps/web/package.json"),
        ("apps/web", "apps/web", "apps/web/package.json"),
        (".", "", "package.json"),
        (".", ".", "package.json"),
        ("apps/web", "apps/web/middleware.ts", "apps/web/middleware.ts"),
    ],
)
def test_a_finding_about_an_app_without_a_file_points_at_its_manifest(app: str, path: str, uri: str) -> None:
    finding = dataclasses.replace(FINDINGS[3], app=app, at=Location(path, 1))
    place = _run(findings=(finding,))["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == uri
    assert place["region"]["startLine"] == 1


def test_what_was_not_read_is_a_notification_of_the_run() -> None:
    invocation = _run()["invocations"][0]
    told = [
        (note["descriptor"]["id"], note["level"], note["message"]["text"])
        for note in invocation["toolExecutionNotifications"]
    ]
    assert told == [
        ("unread", "warning", "a syntax error; the rest of the file was read"),
        ("unread", "warning", "larger than 2 MB"),
        ("blind-spot", "note", "exports what it computes"),
    ]
    whole = invocation["toolExecutionNotifications"][1]["locations"][0]["physicalLocation"]
    assert "region" not in whole
    assert invocation["toolConfigurationNotifications"][0]["descriptor"]["id"] == "notice"


def test_braces_and_links_in_a_message_stay_text() -> None:
    verdict = Missing("no-check", "passes {0} and [a](1)", ())
    text = _run(findings=(dataclasses.replace(FINDINGS[2], verdict=verdict),))["results"][0]["message"]["text"]
    assert "passes {{0}} and [a] (1)" in text


def test_every_rule_of_the_catalogue_is_named_even_without_a_result() -> None:
    ids = [rule["id"] for rule in _run(findings=())["tool"]["driver"]["rules"]]
    assert ids == [ControlId.AUTHENTICATE, ControlId.PATCH_FRAMEWORK]
