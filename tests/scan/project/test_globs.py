"""Patterns from a configuration file cannot cost more than they are worth."""

from __future__ import annotations

import time

import pytest

from doorcheck.core import ConfigurationError
from doorcheck.scan.project.globs import Ignoring, segments_match


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("packages/*", "packages/a", True),
        ("packages/*", "packages/a/b", False),
        ("packages/**", "packages/a/b", True),
        ("**/test/**", "a/b/test/c", True),
        ("a/**/z", "a/z", True),
        ("a/**/b/**/z", "a/x/b/y/b/z", True),
        ("a/**/b/**/z", "a/x/z", False),
    ],
)
def test_two_stars_stand_for_any_number_of_folders(pattern: str, path: str, matches: bool) -> None:
    assert segments_match(pattern.split("/"), path.split("/")) is matches


def test_no_pattern_takes_exponential_time() -> None:
    evil = ["**/" + "a*" * 200 + "b", "/".join(["**", "a"] * 150) + "/b"]
    started = time.process_time()
    assert not Ignoring(evil).leaves_out("/".join(["a" * 200] * 40), is_folder=False)
    assert time.process_time() - started < 1


@pytest.mark.parametrize("patterns", [["x"] * 501, ["x" * 1001]])
def test_too_many_or_too_long_patterns_are_an_error_of_the_configuration(patterns: list[str]) -> None:
    with pytest.raises(ConfigurationError, match="ignore"):
        Ignoring(patterns)
