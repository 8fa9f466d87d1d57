"""Modules that import each other: what is worked out half-way is nobody's last word."""

from __future__ import annotations

import json
from pathlib import Path

from doorcheck.controls import CATALOGUE
from doorcheck.core import Held
from doorcheck.scan.engine import scan

FILES = {
    "package.json": json.dumps({"dependencies": {"next": "15.3.0", "better-auth": "^1", "@prisma/client": "^6"}}),
    "lib/db.ts": "import { PrismaClient } from '@prisma/client'\nexport const db = new PrismaClient()\n",
    "lib/auth.ts": "import { betterAuth } from 'better-auth'\nimport { log } from './log'\n"
    "export const auth = betterAuth({ hooks: log(() => 1) })\n",
    "lib/log.ts": "import { session } from './session'\nconst first = session()\n"
    "export const log = (fn) => ({ fn, first, seen: session() })\n",
    "lib/session.ts": "import { headers } from 'next/headers'\nimport { auth } from './auth'\n"
    "export async function session() {\n  const found = await auth.api.getSession({ headers: await headers() })\n"
    "  if (!found) throw new Error('no')\n  return found\n}\n",
    "app/api/a/route.ts": "import '../../../lib/auth'\nimport { auth } from '../../../lib/auth'\n"
    "import { session } from '../../../lib/session'\nimport { db } from '../../../lib/db'\n"
    "export const handler = auth.handler\n"
    "export async function POST() { auth; await session(); await db.user.deleteMany(); return Response.json({}) }\n",
}


def test_a_check_that_is_made_by_way_of_itself_is_still_a_check(tmp_path: Path) -> None:
    for path, content in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content)
    result = scan(tmp_path, controls=CATALOGUE)
    assert [type(each) for (door, _), each in result.verdicts.items() if door == "POST /api/a"][:1] == [Held]
