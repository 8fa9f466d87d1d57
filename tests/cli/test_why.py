"""``doorcheck why``: how the verdict at a place was reached."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.acme import LOCKED, OPEN, PUBLIC, add
from tests.cli.conftest import Call, Run

TWO = """\
import { prisma } from '../../../lib/prisma';

export async function GET() {
  return Response.json(await prisma.invoice.findMany());
}

export async function POST() {
  return Response.json(await prisma.invoice.create({ data: {} }));
}
"""


@pytest.mark.parametrize("line", [3, 5])
def test_a_line_of_the_door_shows_its_verdict_and_evidence(app: Path, call: Call, line: int) -> None:
    result = call("why", f"{OPEN}:{line}", "--root", app)
    assert result.exit_code == 0
    assert "DELETE /api/invoices" in result.stdout
    assert "authenticate  missing: " in result.stdout
    assert f"{OPEN}:5" in result.stdout
    assert "fingerprint " in result.stdout
    assert "Fix" in result.stdout


def test_a_locked_door_shows_what_locks_it(app: Path, call: Call) -> None:
    result = call("why", f"{LOCKED}:4", "--root", app)
    assert "authenticate  held" in result.stdout
    assert "getServerSession" in result.stdout


def test_a_line_above_every_door_leads_to_the_next(app: Path, call: Call) -> None:
    result = call("why", f"{OPEN}:1", "--root", app)
    assert "this is the next one in the file" in result.stdout
    assert "DELETE /api/invoices" in result.stdout


def test_each_line_leads_to_its_own_door(app: Path, call: Call) -> None:
    add(app, {OPEN: TWO})
    get, post = (call("why", f"{OPEN}:{line}", "--root", app).stdout for line in (4, 8))
    assert "GET /api/invoices" in get
    assert "POST /api/invoices" not in get
    assert "POST /api/invoices" in post
    assert "GET /api/invoices" not in post


def test_a_file_without_a_line_shows_all_its_doors(app: Path, call: Call) -> None:
    add(app, {OPEN: TWO})
    shown = call("why", OPEN, "--root", app).stdout
    assert "GET /api/invoices" in shown
    assert "POST /api/invoices" in shown


def test_a_column_as_editors_write_it_is_understood(app: Path, call: Call) -> None:
    assert "DELETE /api/invoices" in call("why", f"{OPEN}:3:14", "--root", app).stdout


def test_the_file_may_be_named_from_where_one_stands(app: Path, run: Run) -> None:
    done = run("why", "route.ts:3", "--root", "../../..", cwd=app / "app" / "api" / "invoices")
    assert done.returncode == 0
    assert b"DELETE /api/invoices" in done.stdout


def test_a_declared_door_shows_the_declaration(app: Path, call: Call) -> None:
    add(app, {"doorcheck.toml": '[[public]]\ndoor = "DELETE /api/invoices"\nreason = "a demo"\n'})
    shown = call("why", f"{OPEN}:3", "--root", app).stdout
    assert "declared public: a demo" in shown
    assert "doorcheck.toml:2" in shown


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("absent.ts:3", "there is no file absent.ts"),
        ("../outside.ts:3", "there is no file ../outside.ts"),
        ("package.json:1", "there is no door in package.json"),
        (":3", "there is no file"),
        ("", "FILE:LINE"),
    ],
)
def test_a_place_that_says_nothing_is_one_sentence(app: Path, call: Call, place: str, said: str) -> None:
    (app.parent / "outside.ts").write_text("")
    result = call("why", place, "--root", app)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_every_verdict_of_a_public_door_is_there(app: Path, call: Call) -> None:
    assert "authenticate  not needed" in call("why", f"{PUBLIC}:1", "--root", app).stdout
