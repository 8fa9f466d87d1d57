"""``doorcheck explain`` and ``doorcheck init``."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from tests.cli.conftest import Call

from doorcheck.cli.init import TEMPLATE
from doorcheck.controls import CATALOGUE
from doorcheck.policy.configuration import load_configuration


@pytest.mark.parametrize("control", CATALOGUE, ids=lambda control: str(control.spec.id))
def test_a_control_is_explained_with_its_ways_and_its_page(control: object, call: Call) -> None:
    known = next(item for item in CATALOGUE if item is control)
    result = call("explain", known.spec.id)
    assert result.exit_code == 0
    assert all(f"`{way.id}`" in result.stdout for way in known.spec.ways)
    assert known.spec.why in result.stdout
    assert known.page.strip().splitlines()[-1:] == result.stdout.strip().splitlines()[-1:] or not known.page.strip()


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
    assert set(tomllib.loads(shown)) == {"threshold", "ignore", "exclude-tests", "public", "accept", "knowledge"}
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
