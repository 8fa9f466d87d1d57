"""``doorcheck accept`` and ``--baseline``: only new findings fail."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.cli.acme import MENDED, OPEN, add
from tests.cli.conftest import Call

from doorcheck.cli.accept import split_words
from doorcheck.core import UsageError

OTHER = {"app/api/other/route.ts": ""}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "baseline.json"


def _second_hole(app: Path) -> None:
    add(app, {"app/api/other/route.ts": (app / OPEN).read_text()})


def _entries(file: Path) -> list[tuple[str, str | None]]:
    return [(entry["door"], entry.get("reason")) for entry in json.loads(file.read_text())["findings"]]


def test_what_was_accepted_does_not_fail_and_what_is_new_does(app: Path, file: Path, call: Call) -> None:
    accepted = call("accept", app, "--baseline", file, "--reason", "before we began")
    assert accepted.exit_code == 0
    assert accepted.stdout.startswith(f"{file}: 1 added, 0 kept, 0 mended and taken out.\n")
    assert _entries(file) == [("DELETE /api/invoices", "before we began")]
    known = call("scan", app, "--baseline", file)
    assert known.exit_code == 0
    assert "0 new · 0 accepted · 1 in the baseline" in known.stdout
    _second_hole(app)
    new = call("scan", app, "--baseline", file)
    assert new.exit_code == 1
    assert "1 new · 0 accepted · 1 in the baseline" in new.stdout


def test_the_default_file_is_in_the_repository(app: Path, call: Call) -> None:
    result = call("accept", app)
    assert f"doorcheck scan {app} --baseline {app / 'doorcheck-baseline.json'}" in result.stdout
    assert call("scan", app, "--baseline", app / "doorcheck-baseline.json").exit_code == 0


def test_what_is_mended_is_counted_and_pruned_when_asked(app: Path, file: Path, call: Call) -> None:
    call("accept", app, "--baseline", file)
    add(app, MENDED)
    written = file.read_bytes()
    result = call("scan", app, "--baseline", file)
    assert "1 mended since the baseline" in result.stdout
    assert file.read_bytes() == written
    call("scan", app, "--baseline", file, "--baseline-prune")
    assert _entries(file) == []


def test_accept_takes_out_what_is_mended_and_keeps_reasons(app: Path, file: Path, call: Call) -> None:
    _second_hole(app)
    call("accept", app, "--baseline", file, "--reason", "old")
    add(app, MENDED)
    result = call("accept", app, "--baseline", file)
    assert "0 added, 1 kept, 1 mended and taken out." in result.stdout
    assert _entries(file) == [("DELETE /api/other", "old")]


def test_one_finding_can_be_chosen_by_fingerprint_or_by_control_and_door(app: Path, file: Path, call: Call) -> None:
    _second_hole(app)
    findings = json.loads(call("scan", app, "-f", "json").stdout)["findings"]
    fingerprint = next(item["fingerprint"] for item in findings if item["door"] == "DELETE /api/other")
    call("accept", app, fingerprint[:10], "--baseline", file)
    assert _entries(file) == [("DELETE /api/other", None)]
    call("accept", app, "authenticate", "DELETE /api/inv*", "--baseline", file, "--reason", "why")
    assert _entries(file) == [("DELETE /api/invoices", "why"), ("DELETE /api/other", None)]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["authenticate"], "authenticate is named without a door"),
        (["authenticate", "GET /api/nothing"], "there is no finding authenticate GET /api/nothing"),
        (["0123456789ab"], "there is no finding 0123456789ab"),
        (["nonsense"], "nonsense is neither a fingerprint nor a control"),
    ],
)
def test_a_choice_that_means_nothing_writes_nothing(
    app: Path, file: Path, call: Call, words: list[str], said: str
) -> None:
    result = call("accept", app, *words, "--baseline", file)
    assert result.exit_code == 2
    assert said in result.stderr
    assert not file.exists()


def test_without_a_path_the_words_are_choices() -> None:
    fingerprint = "0123456789abcdef0123456789abcdef"
    assert split_words([]) == (Path(), [])
    assert split_words([fingerprint]) == (Path(), [("", fingerprint)])
    assert split_words(["authenticate", "GET /x"]) == (Path(), [("authenticate", "GET /x")])
    assert split_words(["app", "authenticate", "GET /x", fingerprint]) == (
        Path("app"),
        [("authenticate", "GET /x"), ("", fingerprint)],
    )
    with pytest.raises(UsageError):
        split_words(["app", "elsewhere"])


def test_a_broken_or_absent_baseline_is_wrong_use(app: Path, file: Path, call: Call) -> None:
    absent = call("scan", app, "--baseline", file)
    assert absent.exit_code == 2
    assert "does not exist; `doorcheck accept --baseline" in absent.stderr
    file.write_text("{}")
    for command in ("scan", "accept"):
        assert call(command, app, "--baseline", file).exit_code == 2
    assert file.read_text() == "{}"
    assert call("scan", app, "--baseline-prune").exit_code == 2


def test_a_planted_link_is_not_written_through(app: Path, tmp_path: Path, call: Call) -> None:
    precious = tmp_path / "precious"
    (app / "doorcheck-baseline.json").symlink_to(precious)
    precious.write_text("keep")
    assert call("accept", app).exit_code == 2
    assert precious.read_text() == "keep"
    precious.unlink()
    call("accept", app)
    assert not precious.exists()
    assert os.path.lexists(app / "doorcheck-baseline.json")
