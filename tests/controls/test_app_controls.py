"""What the controls of a whole app say of the example apps, and what their pages leave out."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from doorcheck.controls import CATALOGUE
from doorcheck.core import ControlId, Held, Missing, NotNeeded, Scope, Severity, Verdict, Written
from doorcheck.scan.engine import scan

EXAMPLES = Path(__file__).parents[2] / "examples"
OF_APPS = [control for control in CATALOGUE if control.spec.scope is Scope.APP]


def verdicts_of(root: Path) -> dict[ControlId, Verdict]:
    found = scan(root, controls=CATALOGUE).app_verdicts
    return {control: verdict for (_, control), verdict in found.items()}


def laid_out(root: Path, files: dict[str, str]) -> Path:
    files = {"package.json": '{"dependencies": {"next": "16.4.5"}}', **files}
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def leaky(tmp_path_factory: pytest.TempPathFactory) -> dict[ControlId, Verdict]:
    return verdicts_of(_copied("leaky", tmp_path_factory))


def _copied(name: str, factory: pytest.TempPathFactory) -> Path:
    """The example without what building it leaves behind."""
    root = factory.mktemp(name) / name
    shutil.copytree(EXAMPLES / name, root, ignore=shutil.ignore_patterns("node_modules", ".next"))
    return root


def test_the_catalogue_asks_these_of_an_app() -> None:
    assert {control.spec.id for control in OF_APPS} >= {
        ControlId.COVER_EVERY_DOOR,
        ControlId.PATCH_FRAMEWORK,
        ControlId.SHARE_IDENTITY,
        ControlId.SEAL_SESSION,
    }


def test_the_leaky_example_gives_a_component_in_the_browser_a_whole_row(leaky: dict[ControlId, Verdict]) -> None:
    verdict = leaky[ControlId.SEAL_SESSION]
    assert isinstance(verdict, Missing)
    assert (verdict.way, verdict.stake) == ("record-to-client", None)
    assert isinstance(verdict.evidence[0], Written)
    assert verdict.evidence[0].at.path == "src/app/dashboard/layout.tsx"


def test_the_leaky_example_names_the_door_its_matcher_leaves_out(leaky: dict[ControlId, Verdict]) -> None:
    verdict = leaky[ControlId.COVER_EVERY_DOOR]
    assert isinstance(verdict, Missing)
    assert (verdict.way, verdict.stake) == ("left-out", Severity.MEDIUM)
    places = [evidence.at.path for evidence in verdict.evidence if isinstance(evidence, Written)]
    assert places == ["src/proxy.ts", "src/app/api/admin/export/route.ts"]


def test_the_leaky_example_has_a_second_notion_of_its_caller(leaky: dict[ControlId, Verdict]) -> None:
    verdict = leaky[ControlId.SHARE_IDENTITY]
    assert isinstance(verdict, Missing)
    assert verdict.way == "unverified-source"
    assert isinstance(verdict.evidence[0], Written)
    assert verdict.evidence[0].at.path == "src/lib/current-user.ts"


def test_the_leaky_example_runs_an_old_framework(leaky: dict[ControlId, Verdict]) -> None:
    assert isinstance(leaky[ControlId.PATCH_FRAMEWORK], Missing)


def test_the_locked_example_holds_all_of_them(tmp_path_factory: pytest.TempPathFactory) -> None:
    verdicts = verdicts_of(_copied("locked", tmp_path_factory))
    assert {type(verdict) for verdict in verdicts.values()} == {Held}
    assert len(verdicts) == len(OF_APPS)


GUARDED = """
import { getToken } from 'next-auth/jwt';
import { NextResponse } from 'next/server';
export async function middleware(req) {
  if (!(await getToken({ req }))) return new NextResponse(null, { status: 401 });
}
export const config = { matcher: ['/api/team/members'] };
"""
WRITES = """
import { PrismaClient } from '@prisma/client';
const db = new PrismaClient();
export async function POST(request) { await db.%s.create({ data: await request.json() }); return new Response() }
"""


@pytest.mark.parametrize(
    ("path", "source", "kind"),
    [
        ("app/api/team/invites/route.ts", WRITES % "team", Missing),
        ("app/api/v1/team/route.ts", WRITES % "team", Missing),
        ("app/api/teams/route.ts", WRITES % "project", Held),
        ("app/api/team/health/route.ts", "export const GET = () => new Response('ok')", Held),
        (
            "app/api/team/hook/route.ts",
            "import Stripe from 'stripe';" + WRITES % "team" + "\nconst stripe = new Stripe('k');\n"
            "export async function PUT(r) { const e = stripe.webhooks.constructEvent(await r.text(),"
            " r.headers.get('stripe-signature'), process.env.WHSEC); await db.team.update({ data: e }); }",
            Missing,
        ),
    ],
)
def test_a_door_is_compared_with_those_of_its_area(tmp_path: Path, path: str, source: str, kind: type) -> None:
    files = {"middleware.ts": GUARDED, "app/api/team/members/route.ts": WRITES % "member", path: source}
    verdict = verdicts_of(laid_out(tmp_path, files))[ControlId.COVER_EVERY_DOOR]
    assert isinstance(verdict, kind), verdict
    if isinstance(verdict, Missing):
        assert not any("PUT" in evidence.says for evidence in verdict.evidence if isinstance(evidence, Written))


def test_an_app_without_middleware_needs_none(tmp_path: Path) -> None:
    files = {"app/api/team/members/route.ts": WRITES % "member"}
    assert isinstance(verdicts_of(laid_out(tmp_path, files))[ControlId.COVER_EVERY_DOOR], NotNeeded)
