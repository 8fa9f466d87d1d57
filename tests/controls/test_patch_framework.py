"""The page of ``patch-framework``, row by row, and the table it speaks of."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from doorcheck import controls
from doorcheck.controls.patch_framework.spec import SPEC
from doorcheck.controls.patch_framework.static import judge_version, known_holes
from doorcheck.core import App, Confidence, Held, Location, Missing, Severity, Unknown, Verdict, Why, Written
from doorcheck.scan.project.npm_versions import Version

PAGE = (Path(next(iter(controls.__path__))) / "patch_framework" / "control.md").read_text(encoding="utf-8")
EXAMPLES = re.split(r"^### ", PAGE.partition("## Examples")[2], flags=re.MULTILINE)[1:]
FENCE = re.compile(r"`package\.json`\n\n```json\n(.*?)```", re.DOTALL)
ROW = re.compile(
    r"^\| `(?P<next>.+?)` \| (?P<verdict>held|missing|unknown) \| (?P<way>[\w-]*) ?\| (?P<says>.*?) \|$", re.MULTILINE
)
KINDS = {"held": Held, "missing": Missing, "unknown": Unknown}
AT = Location("apps/web/package.json", 7)

ROWS = [
    (found["next"].replace("\\|", "|"), found["verdict"], found["way"], found["says"])
    for example in EXAMPLES
    for found in ROW.finditer(example)
]


def judge(version: str | None) -> Verdict:
    return judge_version(App("apps/web", version), AT)


def missing(version: str) -> Missing:
    verdict = judge(version)
    assert isinstance(verdict, Missing)
    return verdict


@pytest.mark.parametrize(("version", "verdict", "way", "says"), ROWS, ids=[row[0] for row in ROWS])
def test_every_row_of_the_page(version: str, verdict: str, way: str, says: str) -> None:
    found = judge(version)
    assert isinstance(found, KINDS[verdict]), found
    assert says in found.says
    assert (found.way if isinstance(found, Missing) else "") == way


def test_the_page_shows_every_verdict_and_its_fences_agree_with_its_rows() -> None:
    assert {row[1] for row in ROWS} == set(KINDS)
    assert len(ROWS) == PAGE.partition("## Examples")[2].count("\n| `") - len(EXAMPLES)
    for example in EXAMPLES:
        fences = FENCE.findall(example)
        assert [json.loads(fence)["dependencies"]["next"] for fence in fences] == [
            found["next"] for found in ROW.finditer(example)
        ][:1]


def test_the_evidence_names_every_hole_and_where_the_version_is_written() -> None:
    verdict = missing("16.2.4")
    says = [evidence.says for evidence in verdict.evidence if isinstance(evidence, Written)]
    assert says[0] == "next is 16.2.4"
    assert any(
        "CVE-2026-44575" in line and "https://github.com/advisories/GHSA-267c-6grr-h53f" in line for line in says
    )
    assert len(says) == 1 + len(known_holes().open_in(Version.of("16.2.4")))
    assert all(isinstance(evidence, Written) and evidence.at == AT for evidence in verdict.evidence)


def test_the_worst_hole_decides_how_bad_it_is() -> None:
    assert missing("15.2.2").stake is Severity.CRITICAL
    assert missing("15.5.16").stake is Severity.HIGH
    assert missing("16.3.8").stake is Severity.MEDIUM


def test_a_range_and_a_prerelease_are_less_sure() -> None:
    assert missing("15.2.2").confidence is Confidence.HIGH
    assert missing("^15.2.2").confidence is Confidence.MEDIUM
    assert missing("15.0.0-canary.5").confidence is Confidence.MEDIUM


def test_no_version_is_unknown() -> None:
    verdict = judge(None)
    assert isinstance(verdict, Unknown)
    assert verdict.why is Why.UNPARSED_FILE
    assert verdict.says == "no version of Next.js was found"


@pytest.mark.parametrize("text", ["1" * 5000, "x" * 5000, "|" * 5000, "\x1b[31m", "15.2.2\n16", "[bold]", "> > >"])
def test_text_that_is_no_version_is_unknown(text: str) -> None:
    verdict = judge(text)
    assert isinstance(verdict, Unknown)
    assert all(len(evidence.says) < 300 for evidence in verdict.evidence)


def test_the_table_is_sound() -> None:
    table = known_holes()
    assert len({advisory.id for advisory in table.advisories}) == len(table.advisories)
    assert {advisory.kind for advisory in table.advisories} == {way.id for way in SPEC.ways}
    for advisory in table.advisories:
        assert advisory.affected, advisory.id
        assert all(first < fixed for first, fixed in advisory.affected), advisory.id
        assert all(advisory.fixed_in(first) and not advisory.fixed_in(fixed) for first, fixed in advisory.affected)
    for start in ("9.5.5", "12.0.0", "13.0.0", "14.0.0", "15.0.0", "16.0.0"):
        assert not table.open_in(table.first_without(Version.of(start)))
