"""Values of modules that take too much to work out: the scan goes on and says where it could not see."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from doorcheck.controls import CATALOGUE
from doorcheck.core import ControlId, Missing
from doorcheck.scan.engine import scan
from doorcheck.scan.facts import evaluator

STEPS = 500
SUM = " + ".join(f"f({number})" for number in range(STEPS))
NESTED = "[" * 3000 + "]" * 3000
CLIENT = "import { PrismaClient } from '@prisma/client'\nconst db = new PrismaClient()\n"
DOOR = "export async function POST() { await db.user.deleteMany(); return Response.json({ table }) }\n"


@pytest.mark.parametrize(
    ("table", "blind"),
    [
        (f"const f = (n) => n\nexport const table = {SUM}\n", True),
        (f"const f = (n) => n\nexport class table {{ static sum = {SUM} }}\n", False),
        (f"const f = (n) => n\nexport const {{ table = {SUM} }} = {{}}\n", True),
        ("export class table extends table {}\n", False),
        (f"export const table = {NESTED}\n", False),
    ],
)
def test_a_value_that_takes_too_many_steps_is_only_that_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str, blind: bool
) -> None:
    monkeypatch.setattr(evaluator, "MAX_STEPS", STEPS)
    files = {
        "package.json": json.dumps({"dependencies": {"next": "15.3.0", "@trpc/server": "^11", "@prisma/client": "^6"}}),
        "table.ts": table,
        "app/api/a/route.ts": f"import '@trpc/server'\nimport {{ table }} from '../../../table'\n{CLIENT}{DOOR}",
    }
    for path, content in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content)
    result = scan(tmp_path, controls=CATALOGUE)
    assert isinstance(result.verdicts["POST /api/a", ControlId.AUTHENTICATE], Missing)
    spots = [spot.at.path for spot in result.blind_spots if "takes too many steps" in spot.says]
    assert spots == (["table.ts"] if blind else [])
