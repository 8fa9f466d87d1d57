"""The JSON report: its shape is promised, so its schema and an example are held to it."""

from __future__ import annotations

import copy
import dataclasses
import json
import random
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.report.sample import DELETE, FINDINGS, VERDICTS, sample_report
from tests.report.schemas import json_report_errors
from tests.report.snapshot import FOLDER, assert_snapshot

import doorcheck.report
from doorcheck.core import ControlId, Missing, Observed, Report, Severity
from doorcheck.report.json_report import generated_schema, schema, to_json

PUBLISHED = Path(doorcheck.report.__file__).parent / "schema" / "report-1.json"


def _loaded(report: Report) -> Any:
    return json.loads(to_json(report))


def test_looks_as_it_did() -> None:
    assert_snapshot(to_json(sample_report()), FOLDER / "report.json")


def test_obeys_its_published_schema() -> None:
    assert json_report_errors(to_json(sample_report())) == []


def test_the_published_schema_is_the_one_of_the_code_and_a_schema() -> None:
    assert_snapshot(generated_schema(), PUBLISHED)
    assert schema() == generated_schema()
    jsonschema.Draft202012Validator.check_schema(json.loads(schema()))


def _shuffled(report: Report, seed: int) -> Report:
    mixed = random.Random(seed)  # noqa: S311 - an order, not a secret
    fields: dict[str, Any] = {}
    for name in ("apps", "doors", "findings", "unread", "blind_spots", "notices"):
        items = list(getattr(report, name))
        mixed.shuffle(items)
        fields[name] = tuple(items)
    verdicts = list(report.verdicts.items())
    mixed.shuffle(verdicts)
    return dataclasses.replace(report, verdicts=dict(verdicts), seconds=mixed.random(), **fields)


def test_does_not_depend_on_the_order_or_the_time_of_the_work() -> None:
    expected = to_json(sample_report())
    assert all(to_json(_shuffled(sample_report(), seed)) == expected for seed in range(5))


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("schema",), 2),
        (("doors", 0, "kind"), "window"),
        (("doors", 0, "line"), 0),
        (("doors", 0, "controls", "authenticate", "verdict"), "perhaps"),
        (("findings", 0, "severity"), "dire"),
        (("findings", 0, "fingerprint"), None),
        (("summary", "doors", "total"), -1),
        (("unread",), None),
    ],
)
def test_the_schema_refuses_what_no_report_says(path: tuple[str | int, ...], wrong: object) -> None:
    document = copy.deepcopy(_loaded(sample_report()))
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = wrong
    assert json_report_errors(json.dumps(document).encode())


def test_has_what_other_programs_rely_on() -> None:
    document = _loaded(sample_report())
    assert document["schema"] == 1
    assert document["tool"]["name"] == "doorcheck"
    assert document["apps"][1]["path"] == "apps/web"
    assert document["apps"][1]["next"] == "15.2.1"
    door = next(door for door in document["doors"] if door["id"] == DELETE.id)
    assert (door["kind"], door["app"], door["name"], door["methods"], door["route"], door["line"]) == (
        "route-handler",
        "apps/web",
        "DELETE",
        ["DELETE"],
        "/api/invoices/[id]",
        10,
    )
    cell = door["controls"]["authenticate"]
    assert (cell["verdict"], cell["way"], cell["why"]) == ("missing", "no-check", None)
    assert cell["evidence"][1]["file"] == "apps/web/lib/invoices.ts"
    assert cell["evidence"][1]["through"][0]["line"] == 12


def test_every_finding_stands_in_it_with_what_the_team_says() -> None:
    findings = _loaded(sample_report())["findings"]
    assert [finding["standing"] for finding in findings] == ["new", "new", "accepted", "baseline"]
    assert findings[0]["severity"] == "critical"
    assert findings[2]["reason"] == "closed to the office network until spring"
    assert findings[3]["file"] == "apps/web/package.json"


def test_the_summary_counts_what_the_lists_hold() -> None:
    document = _loaded(sample_report())
    summary = document["summary"]
    locks = [door["lock"] for door in document["doors"]]
    assert summary["doors"] == {"total": len(locks)} | {
        lock: locks.count(lock) for lock in ("unlocked", "unknown", "locked", "public")
    }
    assert summary["findings"] == {"new": 2, "accepted": 1, "baseline": 1, "below-threshold": 0, "low-confidence": 0}
    assert summary["unknown_because"]["unresolved-call"] == 1
    assert summary["verdicts"] == {"held": 2, "missing": 4, "unknown": 2, "not-needed": 2}


def test_what_a_running_app_did_has_an_exchange_and_no_place() -> None:
    seen = Missing("no-check", "answers a stranger", (Observed("answered 200", "GET /\n\n200 OK"),), Severity.HIGH)
    verdicts = {**VERDICTS, (DELETE.id, ControlId.AUTHENTICATE): seen}
    report = dataclasses.replace(
        sample_report(), verdicts=verdicts, findings=(dataclasses.replace(FINDINGS[2], verdict=seen),)
    )
    evidence = _loaded(report)["findings"][0]["evidence"][0]
    assert evidence["kind"] == "observed"
    assert evidence["file"] is None
    assert evidence["exchange"] == "GET /\n\n200 OK"
    assert json_report_errors(to_json(report)) == []
