"""``doorcheck explain`` and ``doorcheck init``."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from tests.cli.conftest import Call

from doorcheck.cli.init import TEMPLATE
from doorcheck.controls import CATALOGUE, page_of
from doorcheck.policy.configuration import load_configuration
from doorcheck.scan.judging import Control


@pytest.mark.parametrize("control", CATALOGUE, ids=lambda control: str(control.spec.id))
def test_a_control_is_explained_with_its_ways_and_its_data(control: Control, call: Call) -> None:
    result = call("explain", control.spec.id)
    assert result.exit_code == 0
    assert result.stdout.startswith(f"# {control.spec.id}\n")
    assert all(f"`{way.id}`" in result.stdout for way in control.spec.ways)
    assert f"CWE-{control.spec.cwe}" in result.stdout
    headings = re.findall(r"^## (.+)$", result.stdout, re.MULTILINE)
    assert headings == ["Why it matters", "What counts", "Ways it goes missing", "Fix"]


@pytest.mark.parametrize("control", CATALOGUE, ids=lambda control: str(control.spec.id))
def test_the_examples_are_shown_when_they_are_asked(control: Control, call: Call) -> None:
    short = call("explain", control.spec.id)
    whole = call("explain", control.spec.id, "--examples")
    assert whole.exit_code == 0
    assert "\n## Examples" in whole.stdout
    assert "\n## Examples" not in short.stdout
    assert page_of(control.spec).strip().splitlines()[-1] == whole.stdout.strip().splitlines()[-1]
    assert f"doorcheck explain {control.spec.id} --examples" in short.stdout
    assert "--examples" not in whole.stdout


def test_without_a_name_the_controls_are_listed(call: Call) -> None:
    shown = call("explain").stdout
    assert all(f"`{control.spec.id}`" in shown for control in CATALOGUE)


def test_an_unknown_control_is_suggested(call: Call) -> None:
    result = call("explain", "authentication")
    assert result.exit_code == 2
    assert result.stderr == "doorcheck: there is no control `authentication`; did you mean authenticate?\n"


def test_init_writes_a_configuration_that_is_right(tmp_path: Path, call: Call) -> None:
    (tmp_path / "package.json").write_text("{}")
    result = call("init", tmp_path)
    assert result.exit_code == 0
    assert (tmp_path / "doorcheck.toml").read_text() == TEMPLATE
    assert load_configuration(tmp_path).source == "doorcheck.toml"


def test_what_init_comments_out_is_right_too(tmp_path: Path) -> None:
    shown = re.sub(r"^# (?=\[|[a-z-]+ = )", "", TEMPLATE, flags=re.MULTILINE)
    assert set(tomllib.loads(shown)) == {
        "threshold", "confidence", "ignore", "exclude-tests", "public", "accept", "knowledge",
    }  # fmt: skip
    (tmp_path / "doorcheck.toml").write_text(shown)
    assert load_configuration(tmp_path).public[0].reason


@pytest.mark.parametrize(
    ("name", "text"),
    [("doorcheck.toml", "# ours\n"), ("package.json", '{"doorcheck": {"threshold": "low"}}')],
)
def test_init_leaves_a_configuration_alone(tmp_path: Path, call: Call, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    result = call("init", tmp_path)
    assert result.exit_code == 2
    assert "nothing was changed" in result.stderr
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {name: text}
