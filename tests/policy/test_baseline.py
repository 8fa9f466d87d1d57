"""The baseline: what is known does not fail, what is mended is told, and a broken file is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.policy.scanned import ARCHIVE, DELETE, RENAME, Repository

from doorcheck.core import ConfigurationError, ControlId, Held, Standing, Unknown, UsageError, Why, Written
from doorcheck.policy.baseline import Baseline, read_baseline

FIXED = Held("stops without a session", (Written("stops", DELETE.at),))


def _baseline(reason: str | None = None) -> Baseline:
    return Baseline().and_also(Repository().report().findings, reason)


def test_what_is_in_the_baseline_is_not_new_and_keeps_its_reason() -> None:
    report = Repository().report(baseline=_baseline("before we began"))
    assert {finding.standing for finding in report.findings} == {Standing.BASELINE}
    assert {finding.reason for finding in report.findings} == {"before we began"}
    assert report.resolved_baseline == ()


def test_what_is_mended_is_told_and_can_be_pruned() -> None:
    known = _baseline()
    report = Repository(states={**Repository().states, DELETE.id: FIXED}).report(baseline=known)
    pruned = known.without(report.resolved_baseline)
    assert [known.entries[name].door for name in report.resolved_baseline] == [DELETE.id]
    assert [entry.door for entry in pruned.entries.values()] == [RENAME.id]


def test_a_door_that_is_gone_is_mended() -> None:
    doors = tuple(door for door in Repository().doors if door is not DELETE)
    states = {name: state for name, state in Repository().states.items() if name != DELETE.id}
    report = Repository(doors=doors, states=states).report(baseline=_baseline())
    assert len(report.resolved_baseline) == 1


def test_what_nobody_can_judge_any_more_is_not_mended() -> None:
    unknown = Unknown(Why.UNPARSED_FILE, "a syntax error")
    report = Repository(states={**Repository().states, DELETE.id: unknown}).report(baseline=_baseline())
    assert report.resolved_baseline == ()


def test_a_control_that_was_not_asked_is_not_mended() -> None:
    states = dict.fromkeys(Repository().states, FIXED)
    report = Repository(states=states, controls=(ControlId.PATCH_FRAMEWORK,)).report(baseline=_baseline())
    assert report.resolved_baseline == ()


def test_a_file_reads_back_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    file.write_bytes(_baseline("why").to_json())
    assert read_baseline(file).to_json() == _baseline("why").to_json()
    written = json.loads(file.read_text())
    assert written["schema"] == 1
    assert [sorted(entry) for entry in written["findings"]] == [["control", "door", "fingerprint", "reason", "way"]] * 2
    assert ARCHIVE.id not in file.read_text()


def test_accepting_again_keeps_a_reason_unless_there_is_a_new_one() -> None:
    findings = Repository().report().findings
    assert {e.reason for e in _baseline("old").and_also(findings, None).entries.values()} == {"old"}
    assert {e.reason for e in _baseline("old").and_also(findings, "new").entries.values()} == {"new"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not a baseline of doorcheck"),
        ("[]", "not a baseline of doorcheck"),
        ('{"schema": 2, "findings": []}', "its schema is 2, and this version of doorcheck reads schema 1"),
        ('{"schema": 1, "findings": [{}]}', "fingerprint"),
        ('{"schema": 1, "findings": [], "more": 1}', "more"),
        ('{"schema": 1, "findings": ' + "[" * 100_000, "not a baseline of doorcheck"),
        (
            '{"schema": 1, "findings": [{"fingerprint": "x", "control": "a", "door": "d", "way": "w"}]}',
            "not a baseline of doorcheck",
        ),
    ],
)
def test_a_broken_file_is_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "baseline.json"
    file.write_text(text)
    with pytest.raises(ConfigurationError) as raised:
        read_baseline(file)
    assert said in str(raised.value)
    assert "baseline.json" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_not_there_says_how_to_write_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist; `doorcheck accept --baseline"):
        read_baseline(tmp_path / "baseline.json")
    with pytest.raises(UsageError, match="cannot be read"):
        read_baseline(tmp_path)
