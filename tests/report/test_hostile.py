"""Nothing a repository writes acts on whoever reads a report."""

from __future__ import annotations

import json
import re

import pytest
from tests.report.drawing import drawn
from tests.report.hostile import NASTY_PATH, hostile_report, read_hostile
from tests.report.schemas import json_report_errors, sarif_errors

from doorcheck.report.json_report import to_json
from doorcheck.report.sarif import to_sarif

ACTS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f]")


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1", "cp1252"])
@pytest.mark.parametrize("width", [20, 40, 80])
def test_a_terminal_shows_escapes_and_obeys_none(encoding: str, width: int) -> None:
    seen = drawn(hostile_report(), width=width, encoding=encoding, show="all", read_lines=read_hostile)
    assert not ACTS.search(seen)
    assert "\\x1b" in seen.replace("\n", "").replace(" ", "")


def test_a_terminal_shows_markup_as_it_is_written() -> None:
    seen = drawn(hostile_report(), width=110, read_lines=read_hostile)
    assert "[bold red]hi[/]" in seen
    assert "[link=https://example.com]x[/link] :skull:" in seen
    assert "\\x1b]0;owned\\x07\\x1b[2J" in seen
    assert "\\u202egnp.exe\\u2066" in seen
    assert "\\xff" in seen


def test_colour_comes_from_the_report_alone() -> None:
    seen = drawn(hostile_report(), width=80, read_lines=read_hostile, colour=True)
    escapes = set(re.findall("\x1b.?", seen))
    assert escapes == {"\x1b["}
    assert "\x1b[2J" not in seen


def test_json_carries_the_names_and_no_byte_that_acts() -> None:
    document = to_json(hostile_report())
    assert not ACTS.search(document.decode())
    assert not json_report_errors(document)
    named = json.loads(document)["doors"][0]["file"]
    assert named == NASTY_PATH.replace("\udcff", "\\xff")


def test_sarif_carries_the_names_and_no_byte_that_acts() -> None:
    document = to_sarif(hostile_report())
    assert not ACTS.search(document.decode())
    assert not sarif_errors(document)
    result = json.loads(document)["runs"][0]["results"][0]
    assert "\\x1b]0;owned" in result["message"]["text"]
    assert "](" not in result["message"]["text"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"[A-Za-z0-9/._~!$&'()*+,;=@%-]+", uri)
    assert uri.startswith("app/%1B%5D0;owned%07")
    assert "%FF/a%20b%23%3F%25%5Bx%5D(http%3A//e)/route.ts" in uri
