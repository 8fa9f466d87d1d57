"""The example apps say in their comments what is planted in them, and scan finds that and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.literate import Marks, complaints, marks_of, read

from doorcheck.controls import CATALOGUE
from doorcheck.core import ControlId, ControlSpec, Missing, Scope
from doorcheck.scan.engine import ScanResult, scan

EXAMPLES = Path(__file__).parents[2] / "examples"
DOOR = "authenticate"
# How each planted hole is made; where the same hole may fairly be told in two ways, both.
PLANTED = {
    "DELETE /api/invoices/[id]": {"forgotten-await"},
    "DELETE /api/projects/[id]": {"check-after"},
    "GET /api/admin/export": {"forgeable-credential"},
    "GET /api/admin/stats": {"middleware-only"},
    "GET /api/cron/reminders": {"fail-open-secret"},
    "GET /api/export": {"no-check"},
    "GET /api/invoices": {"no-check"},
    "GET /api/projects": {"ignored-absence"},
    "GET /api/v2/commenters": {"no-check"},
    "POST /api/cron/cleanup": {"fail-open-secret"},
    "POST /api/webhooks/stripe": {"fail-open-secret", "ignored-absence"},
    "action src/app/dashboard/actions.ts#sendInvoice": {"no-check"},
    "action src/app/posts/actions.ts#deletePost": {"swallowed-failure", "ignored-absence"},
    "action src/app/projects/[id]/page.tsx#renameProject": {"page-only"},
    "pages /api/v1/invoices": {"no-check", "ignored-absence"},
    "procedure invoices.markPaid": {"no-check", "ignored-absence"},
}
# The controls of which what is found is held to the comments beside it, below by its ways.
OTHERS = [control.spec for control in CATALOGUE if control.spec.id != DOOR and control.spec.scope is Scope.DOOR]


def scanned(app: str) -> ScanResult:
    return scan(EXAMPLES / app, controls=CATALOGUE)


def marks(app: str) -> Marks:
    """The expectations of the controls that there are; others are planted for controls to come."""
    known = {control.spec.id.value for control in CATALOGUE}
    return Marks(tuple(want for want in marks_of(read(EXAMPLES / app)).wants if want.control in known), (), ())


@pytest.mark.parametrize("app", ["leaky", "locked"])
def test_every_comment_is_true(app: str) -> None:
    wrong = complaints(EXAMPLES / app, marks(app), CATALOGUE, every_door=False)
    assert not wrong, "\n".join(wrong)


def test_every_planted_hole_is_found_in_its_own_way_and_nothing_else() -> None:
    result = scanned("leaky")
    found = {
        door.id: verdict.way
        for door in result.doors
        if isinstance(verdict := result.verdicts[door.id, ControlId.AUTHENTICATE], Missing)
    }
    commented = {(want.file, want.line) for want in marks("leaky").wants if want.control == DOOR}
    assert {(door.file, door.at.line) for door in result.doors if door.id in found} == commented
    assert found.keys() == PLANTED.keys()
    assert not {door: way for door, way in found.items() if way not in PLANTED[door]}


@pytest.mark.parametrize("control", OTHERS, ids=lambda spec: spec.id.value)
def test_what_a_control_finds_is_what_was_planted_for_it(control: ControlSpec) -> None:
    result = scanned("leaky")
    found = {
        (door.file, door.at.line): _follows(control, verdict)
        for door in result.doors
        if isinstance(verdict := result.verdicts[door.id, control.id], Missing)
    }
    planted = {(want.file, want.line) for want in marks("leaky").wants if want.control == control.id.value}
    assert {place for place, follows in found.items() if not follows} <= planted <= found.keys()


def _follows(control: ControlSpec, verdict: Missing) -> bool:
    return control.way(verdict.way).follows is not None


def test_the_locked_app_has_no_finding() -> None:
    result = scanned("locked")
    cells = {**result.verdicts, **result.app_verdicts}
    assert len(result.doors) == len(scanned("leaky").doors)
    assert not {cell: verdict.says for cell, verdict in cells.items() if isinstance(verdict, Missing)}
