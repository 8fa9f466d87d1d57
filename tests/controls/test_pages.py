"""Every example of every control's page says what scan says."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.literate import Example, complaints, examples_of, marks_of, read, verdicts_shown, write

from doorcheck import controls
from doorcheck.controls import CATALOGUE
from doorcheck.core import ControlId
from doorcheck.scan.judging import Control

FOLDER = Path(next(iter(controls.__path__)))
APPS = Path(__file__).parents[1] / "apps"
# The page of patch-framework holds package.json files and tables of versions, which its own test reads.
TABLES = {"patch-framework"}
PAGES = {
    page.parent.name.replace("_", "-"): page.read_text(encoding="utf-8") for page in sorted(FOLDER.glob("*/control.md"))
}
EXAMPLES = {
    control: examples_of(control, page) for control, page in PAGES.items() if control not in TABLES
}  # fmt: skip
EVERY_EXAMPLE = [example for examples in EXAMPLES.values() for example in examples]


def the_control(name: str) -> Control:
    return next(control for control in CATALOGUE if control.spec.id == ControlId(name))


@pytest.mark.parametrize("example", EVERY_EXAMPLE, ids=str)
def test_every_example_says_what_scan_says(example: Example, tmp_path: Path) -> None:
    write(example.files, tmp_path)
    wrong = complaints(
        tmp_path, marks_of(example.files, example.control), [the_control(example.control)], every_door=True
    )
    assert not wrong, "\n".join(wrong)


def test_every_control_has_a_page_that_shows_held_missing_and_unknown() -> None:
    assert set(PAGES) >= {control.spec.id.value for control in CATALOGUE}
    for control, examples in EXAMPLES.items():
        assert verdicts_shown(examples) >= {"held", "missing", "unknown"}, control


@pytest.mark.parametrize("control", CATALOGUE, ids=lambda control: control.spec.id.value)
def test_every_way_has_an_example(control: Control) -> None:
    if control.spec.id.value in TABLES:
        return
    examples = EXAMPLES[control.spec.id.value]
    wants = [want for example in examples for want in marks_of(example.files, example.control).wants]
    shown = {one.way for want in wants for one in (want, want.wish) if one is not None}
    assert shown >= {way.id for way in control.spec.ways}


def test_headings_are_names() -> None:
    headings = [str(example) for example in EVERY_EXAMPLE]
    assert len(headings) == len(set(headings))


@pytest.mark.parametrize("app", sorted(path.name for path in APPS.iterdir() if path.is_dir()))
def test_every_fixture_says_what_scan_says(app: str) -> None:
    marks = marks_of(read(APPS / app))
    named = [control for control in CATALOGUE if control.spec.id.value in {want.control for want in marks.wants}]
    wrong = complaints(APPS / app, marks, named, every_door=True)
    assert not wrong, "\n".join(wrong)
