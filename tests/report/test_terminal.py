"""What a person sees, at several widths, with and without Unicode and colour."""

from __future__ import annotations

import dataclasses

import pytest
from rich.cells import cell_len
from tests.report.drawing import drawn
from tests.report.sample import (
    ACTIONS,
    ARCHIVE,
    AUTHENTICATE,
    DELETE,
    DELETE_MISSING,
    FINDINGS,
    GET,
    HEALTH,
    VERDICTS,
    read_sample,
    sample_report,
)
from tests.report.snapshot import FOLDER, assert_snapshot

from doorcheck.core import App, ControlId, Door, DoorKind, Held, Location, Missing, Question, Report, Standing, Written
from doorcheck.report.ordering import findings_in_order


@pytest.mark.parametrize(
    ("name", "width", "encoding", "show"),
    [
        ("wide-80", 80, "utf-8", "default"),
        ("wide-80-ascii", 80, "ascii", "default"),
        ("narrow-40", 40, "utf-8", "default"),
        ("all-100", 100, "utf-8", "all"),
    ],
)
def test_looks_as_it_did(name: str, width: int, encoding: str, show: str) -> None:
    seen = drawn(sample_report(), width=width, encoding=encoding, show="all" if show == "all" else "default")
    assert_snapshot(seen.encode(), FOLDER / f"{name}.txt")


@pytest.mark.parametrize("width", [40, 41, 57, 80, 133])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_never_writes_past_the_edge(width: int, encoding: str) -> None:
    lines = drawn(sample_report(), width=width, encoding=encoding, show="all").splitlines()
    assert max(cell_len(line) for line in lines) <= width


@pytest.mark.parametrize("width", [1, 5, 20])
def test_survives_a_terminal_too_narrow_to_read(width: int) -> None:
    assert "unlocked" in drawn(sample_report(), width=width).replace("\n", "").replace(" ", "")


def test_colour_is_there_unless_no_color_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[1;31m3 of 8 doors are unlocked." in drawn(sample_report(), colour=True)
    monkeypatch.setenv("NO_COLOR", "1")
    plain = drawn(sample_report(), colour=True)
    assert "\x1b[1m3 of 8 doors are unlocked." in plain
    assert "\x1b[1;31m" not in plain


def test_the_answer_comes_first_and_every_count_last() -> None:
    lines = drawn(sample_report(), width=110).splitlines()
    assert lines[2] == "  3 of 8 doors are unlocked."
    assert lines[-2:] == [
        "2 new · 1 accepted · 1 in the baseline · 0 below the threshold · 0 of low confidence · 2 unknown · 2 unread",
        "1 blind spot · 1 mended since the baseline",
    ]


def test_known_findings_are_shown_only_when_everything_is_asked_for() -> None:
    assert "authenticate/middleware-only" not in drawn(sample_report())
    everything = drawn(sample_report(), show="all", width=110)
    assert "authenticate/middleware-only" in everything
    assert "accepted: closed to the office network until spring" in everything


def test_a_finding_below_the_threshold_is_counted() -> None:
    below = dataclasses.replace(FINDINGS[1], standing=Standing.BELOW_THRESHOLD)
    seen = drawn(dataclasses.replace(sample_report(), findings=(below,)), width=110)
    assert "0 new · 0 accepted · 0 in the baseline · 1 below the threshold" in seen
    assert "below the threshold: session fetched" in seen


def test_findings_of_low_confidence_are_counted_by_control_and_shown_only_when_everything_is_asked_for() -> None:
    unsure = dataclasses.replace(FINDINGS[1], standing=Standing.LOW_CONFIDENCE)
    report = dataclasses.replace(sample_report(), findings=(unsure,))
    seen = drawn(report, width=110)
    assert "Not shown (1)" in seen
    assert "  1 authenticate" in seen
    assert f"{unsure.control}/{unsure.verdict.way}" not in seen
    everything = drawn(report, show="all", width=110)
    assert f"{unsure.control}/{unsure.verdict.way}" in everything
    assert "Not shown" not in everything


def test_of_findings_that_are_as_bad_those_of_the_first_questions_come_first() -> None:
    later = dataclasses.replace(AUTHENTICATE, id=ControlId.LIMIT_RATE, question=Question.ABUSE)
    limit = dataclasses.replace(FINDINGS[2], control=ControlId.LIMIT_RATE, app="a", at=Location("a.ts", 1))
    mixed = dataclasses.replace(sample_report(), findings=(limit, FINDINGS[2]))
    cells = {(door.id, later.id): VERDICTS[GET.id, ControlId.AUTHENTICATE] for door in mixed.doors}
    report = dataclasses.replace(mixed, controls=(*mixed.controls, later), verdicts={**mixed.verdicts, **cells})
    assert [each.control for each in findings_in_order(report)] == [ControlId.AUTHENTICATE, ControlId.LIMIT_RATE]
    assert "Findings by question: caller 1, abuse 1." in drawn(report, width=110)


def test_doors_with_something_wrong_come_first_and_known_ones_after_new_ones() -> None:
    seen = drawn(sample_report())
    order = ["DELETE /api/invoices/[id]  ", "renameProject  ", "GET /api/export  ", "users.list  ", "GET /api/health  "]
    places = [seen.index(name) for name in order]
    assert places == sorted(places)


def _many(number: int) -> Report:
    """A report on an app with this many unlocked doors and as many locked ones."""
    files = [f"app/api/r{index:03}/route.ts" for index in range(number)]
    doors = [
        Door(f"{method} /api/r{index:03}", DoorKind.ROUTE_HANDLER, ".", file, method, Location(file, line))
        for index, file in enumerate(files)
        for line, method in ((1, "GET"), (5, "POST"))
    ]
    held = VERDICTS[GET.id, ControlId.AUTHENTICATE]
    verdicts = {(door.id, ControlId.AUTHENTICATE): held if door.name == "GET" else DELETE_MISSING for door in doors}
    findings = tuple(
        dataclasses.replace(FINDINGS[2], subject=door.id, app=".", at=door.at, fingerprint=f"{number:032}")
        for number, door in enumerate(doors)
        if door.name == "POST"
    )
    return Report(".", (App(".", "16.0.0"),), tuple(doors), (AUTHENTICATE,), verdicts, {}, findings, files_parsed=1)


def test_long_lists_are_cut_and_what_is_hidden_is_counted() -> None:
    seen = drawn(_many(150))
    assert "260 more: 130 unlocked, 130 locked; --show all lists everything" in seen
    assert seen.count("  Fix  ") == 20
    assert "… 70 more findings; --show all lists everything" in seen
    assert "150 new" in seen
    everything = drawn(_many(150), show="all")
    assert everything.count("  Fix  ") == 150
    assert "lists everything" not in everything


@pytest.mark.parametrize(("width", "head"), [(110, "caller payload resource abuse"), (40, "cal pay res abu")])
def test_each_question_with_controls_has_a_column(width: int, head: str) -> None:
    asked = [Question.CALLER, Question.PAYLOAD, Question.RESOURCE, Question.ABUSE]
    controls = tuple(
        dataclasses.replace(AUTHENTICATE, id=control, question=question)
        for control, question in zip(list(ControlId)[: len(asked)], asked, strict=True)
    )
    cells = (
        VERDICTS[GET.id, ControlId.AUTHENTICATE],
        VERDICTS[ARCHIVE.id, ControlId.AUTHENTICATE],
        VERDICTS[HEALTH.id, ControlId.AUTHENTICATE],
        DELETE_MISSING,
    )
    verdicts = {(GET.id, control): cell for control, cell in zip(list(ControlId)[: len(cells)], cells, strict=True)}
    report = Report(".", (App("apps/web", "16.0.0"),), (GET,), controls, verdicts, {})
    lines = drawn(report, width=width).splitlines()
    assert f"  {head}" in lines
    row = next(line for line in lines if line.lstrip().startswith("✓ ") and "GET" in line)
    assert row.split()[:4] == ["✓", "?", "·", "✗"]
    for name, sign in zip(head.split(), "✓?·✗", strict=True):
        assert head.index(name) <= row.index(sign) - 2 < head.index(name) + len(name)


def test_every_door_locked_is_good_news() -> None:
    door = dataclasses.replace(GET, app=".")
    held = Held("asks", (Written("here", Location("a.ts", 1)),))
    report = Report(".", (App(".", None),), (door,), (AUTHENTICATE,), {(door.id, ControlId.AUTHENTICATE): held}, {})
    assert "Every door of 1 is locked, or public by its nature." in drawn(report)


def test_emptiness_is_not_good_news() -> None:
    assert "No Next.js app was found here, so nothing was checked." in drawn(
        Report(".", (), (), (AUTHENTICATE,), {}, {})
    )
    no_doors = Report(".", (App(".", "16.0.0"),), (), (AUTHENTICATE,), {}, {})
    assert "No door was found, so nothing was checked." in drawn(no_doors)


def test_code_that_cannot_be_read_is_said_not_guessed() -> None:
    seen = drawn(sample_report(), read_lines=lambda _: None)
    assert seen.count("(the code cannot be shown)") == 2
    assert "removeInvoice" not in seen


def test_a_minified_line_is_shown_around_the_place() -> None:
    line = "a" * 3_000_000 + "theHole()" + "b" * 3_000_000
    finding = dataclasses.replace(FINDINGS[2], at=Location(ACTIONS, 1, 3_000_001), verdict=Missing("no-check", "x", ()))
    report = dataclasses.replace(sample_report(), findings=(finding,))
    assert "theHole()" in drawn(report, read_lines=lambda _: [line])


def test_the_evidence_is_numbered_across_files_with_its_code() -> None:
    seen = drawn(sample_report(), width=110)
    assert "   1  apps/web/app/api/invoices/[id]/route.ts:10  the handler begins; it has no session check" in seen
    assert "   2  apps/web/app/api/invoices/[id]/route.ts:12  leads on through this call" in seen
    assert "   3  apps/web/lib/invoices.ts:8  deletes a row\n      │ await db.delete(invoices)" in seen


def test_the_frame_marks_the_line() -> None:
    marked = [line for line in drawn(sample_report()).splitlines() if "▶" in line]
    assert marked[0].startswith("  ▶ 10 │ export async function DELETE(")
    assert DELETE.at.line == 10
    assert read_sample(ACTIONS) is not None
