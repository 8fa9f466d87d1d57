"""Configuration: where it is found, what it may say, and the sentence when it says something else."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from doorcheck.core import ConfigurationError, Severity, UsageError
from doorcheck.policy.configuration import Configuration, load_configuration

WHOLE = """\
threshold = "high"
ignore = ["legacy/**"]
exclude-tests = true

[[public]]
door = "GET /api/health"
reason = "a liveness probe"

[[accept]]
control = "authenticate"
door = "POST /api/contact"
reason = "open until spring"

[[knowledge.session_source]]
package = "@acme/auth"
path = "currentUser()"
says = "reads our session"
"""


def _load(folder: Path, text: str, name: str = "doorcheck.toml") -> Configuration:
    (folder / name).write_text(text)
    return load_configuration(folder)


def test_a_folder_without_configuration_has_the_defaults(tmp_path: Path) -> None:
    found = load_configuration(tmp_path)
    assert found == Configuration()
    assert found.threshold is Severity.MEDIUM


def test_everything_it_may_say(tmp_path: Path) -> None:
    found = _load(tmp_path, WHOLE)
    assert found.threshold is Severity.HIGH
    assert found.ignore[0] == "legacy/**"
    assert "*.test.*" in found.ignore
    assert [(item.door, item.reason, str(item.at)) for item in found.public] == [
        ("GET /api/health", "a liveness probe", "doorcheck.toml:6")
    ]
    assert [(item.control, item.door, item.reason, item.at.line) for item in found.accept] == [
        ("authenticate", "POST /api/contact", "open until spring", 11)
    ]
    assert found.knowledge[0]["session_source"][0]["package"] == "@acme/auth"
    assert found.source == "doorcheck.toml"


def test_pyproject_and_package_json_may_hold_it(tmp_path: Path) -> None:
    python, node = tmp_path / "python", tmp_path / "node"
    python.mkdir()
    node.mkdir()
    assert _load(python, '[tool.doorcheck]\nthreshold = "low"\n', "pyproject.toml").threshold is Severity.LOW
    package = json.dumps({"name": "acme", "doorcheck": {"public": [{"door": "GET /x", "reason": "a probe"}]}}, indent=1)
    found = _load(node, package, "package.json")
    assert (found.public[0].door, str(found.public[0].at)) == ("GET /x", "package.json:6")


def test_files_that_say_nothing_to_doorcheck_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.other]\nx = 1\n")
    (tmp_path / "package.json").write_text('{"name": "acme"}')
    assert load_configuration(tmp_path) == Configuration()


def test_the_first_of_several_counts_and_the_others_are_mentioned(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"doorcheck": {"threshold": "low"}}')
    (tmp_path / "pyproject.toml").write_text('[tool.doorcheck]\nthreshold = "high"\n')
    found = load_configuration(tmp_path)
    assert found.threshold is Severity.HIGH
    assert [(notice.at.path, "pyproject.toml" in notice.says) for notice in found.notices] == [("package.json", True)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('treshold = "low"', "unknown key `treshold`; did you mean threshold?"),
        (
            "zzz = 1",
            "unknown key `zzz`; known are threshold, confidence, ignore, exclude-tests, public, accept, knowledge",
        ),
        ('threshold = "hihg"', "`threshold`: expected info, low, medium, high or critical"),
        ('confidence = "sure"', "`confidence`: expected low, medium or high"),
        ("threshold = 3", "`threshold`: expected `str`, got `int`"),
        ("ignore = [1]", "`ignore[0]`: expected `str`, got `int`"),
        ('exclude-tests = "yes"', "`exclude-tests`: expected `bool`, got `str`"),
        ('[[public]]\ndoor = "GET /x"', "public[0] has no `reason`"),
        ('[[public]]\ndoor = "GET /x"\nreason = " - "', "public[0] (GET /x) gives no reason"),
        ('[[public]]\ndoor = " "\nreason = "why"', "public[0] names no door"),
        ('[[public]]\ndor = "GET /x"\nreason = "why"', "unknown key `dor` in public[0]; did you mean door?"),
        ('[[accept]]\ndoor = "GET /x"\nreason = "why"', "accept[0] has no `control`"),
        ('[[knowledge.session_source]]\npackage = "x"', "knowledge: "),
        ('[[public]]\ndoor = "GET /x"\nreason = "why"\n' * 501, "`public` has 501 entries; 500 are allowed"),
        ("x = [", "invalid TOML: "),
        ("x = " + "[" * 5000, "nested too deeply"),
        ("x = 1" + "0" * 5000, "invalid TOML: a number or date is out of range"),
        ("# " + "x" * 600_000, "larger than 512 KiB"),
    ],
)
def test_what_is_wrong_is_one_sentence_that_names_file_and_key(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        _load(tmp_path, text)
    message = str(raised.value)
    assert message.startswith(f"doorcheck.toml: {said}")
    assert "\n" not in message
    assert len(message) < 400


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "doorcheck.toml").write_bytes(b'threshold = "\xff"')
    with pytest.raises(ConfigurationError, match="not UTF-8"):
        load_configuration(tmp_path)


@pytest.mark.parametrize(
    ("name", "text"),
    [("pyproject.toml", "[tool]\ndoorcheck = 3"), ("package.json", '{"doorcheck": "strict"}')],
)
def test_what_is_meant_for_doorcheck_elsewhere_has_to_be_a_table(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{name}: what it holds for doorcheck is no table"):
        _load(tmp_path, text, name)


def test_a_broken_pyproject_is_mentioned_and_does_not_stop_the_scan(tmp_path: Path) -> None:
    found = _load(tmp_path, "[tool", "pyproject.toml")
    assert found.threshold is Severity.MEDIUM
    assert "invalid TOML" in found.notices[0].says


def test_a_broken_package_json_is_left_to_the_scan_to_report(tmp_path: Path) -> None:
    assert _load(tmp_path, '{"name": ', "package.json") == Configuration()


def test_a_link_out_of_the_repository_is_not_followed(tmp_path: Path) -> None:
    outside, root = tmp_path / "secrets.toml", tmp_path / "root"
    root.mkdir()
    outside.write_text('threshold = "low"')
    (root / "doorcheck.toml").symlink_to(outside)
    with pytest.raises(ConfigurationError, match="a link, not followed"):
        load_configuration(root)


def test_a_folder_or_a_pipe_in_its_place_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "folder" / "doorcheck.toml").mkdir(parents=True)
    (tmp_path / "pipe").mkdir()
    os.mkfifo(tmp_path / "pipe" / "doorcheck.toml")
    for name in ("folder", "pipe"):
        with pytest.raises(ConfigurationError, match=r"doorcheck\.toml: not a regular file"):
            load_configuration(tmp_path / name)


def test_a_named_file_is_used_alone(tmp_path: Path) -> None:
    (tmp_path / "doorcheck.toml").write_text('threshold = "low"')
    (tmp_path / "strict.toml").write_text('threshold = "critical"')
    found = load_configuration(tmp_path, tmp_path / "strict.toml")
    assert (found.threshold, found.source, found.notices) == (Severity.CRITICAL, "strict.toml", ())


def test_a_named_file_has_to_be_there_and_to_say_something(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"absent\.toml does not exist"):
        load_configuration(tmp_path, tmp_path / "absent.toml")
    (tmp_path / "package.json").write_text('{"name": "acme"}')
    with pytest.raises(ConfigurationError, match=r'package\.json: it has no "doorcheck" key'):
        load_configuration(tmp_path, tmp_path / "package.json")
