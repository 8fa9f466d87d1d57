"""Doors that do more than a scan follows: who is stopped before the work begins can still be told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from doorcheck.controls import CATALOGUE
from doorcheck.core import ControlId, Held, Unknown
from doorcheck.scan.engine import scan
from doorcheck.scan.facts import evaluator

WORK = "\n".join(f"  await db.record{number}.deleteMany({{ where: {{ id }} }});" for number in range(60))
FILES = {
    "package.json": json.dumps({"dependencies": {"next": "15.3.0", "next-auth": "^5", "@prisma/client": "^6"}}),
    "lib/db.ts": "import { PrismaClient } from '@prisma/client'\nexport const db = new PrismaClient()\n",
    "lib/auth.ts": "import NextAuth from 'next-auth'\nexport const { auth } = NextAuth({ providers: [] })\n",
    "lib/work.ts": f"import {{ db }} from './db'\nexport async function work(id: string) {{\n{WORK}\n}}\n",
    "app/api/a/route.ts": "import { auth } from '../../../lib/auth'\nimport { work } from '../../../lib/work'\n"
    "export async function POST() {\n  const session = await auth()\n"
    "  if (!session) return new Response(null, { status: 401 })\n  await work('1')\n  return Response.json({})\n}\n"
    "export async function PUT() {\n  const session = await auth()\n"
    "  await work('1')\n  return Response.json({ session })\n}\n",
}


def test_work_too_long_to_follow_behind_a_check_leaves_the_check_standing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path, content in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content)
    monkeypatch.setattr(evaluator, "MAX_STEPS", 40)
    verdicts = scan(tmp_path, controls=CATALOGUE).verdicts
    assert isinstance(verdicts["POST /api/a", ControlId.AUTHENTICATE], Held)
    assert isinstance(verdicts["PUT /api/a", ControlId.AUTHENTICATE], Unknown)
