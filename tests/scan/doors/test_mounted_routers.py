"""Routes of routers behind a catch-all are doors at the paths that callers ask for."""

from __future__ import annotations

import json
from pathlib import Path

from doorcheck.controls import CATALOGUE
from doorcheck.scan.engine import scan

_ROUTE = """
import { Hono } from 'hono'
import { handle } from 'hono/vercel'
import notes from '../../../server/notes'
const app = new Hono().basePath('/api').route('/', new Hono().route('/v1', new Hono().route('/notes', notes)))
export const GET = handle(app)
export const POST = handle(app)
"""
_NOTES = """
import { Hono } from 'hono'
export default new Hono().get('/', (c) => c.json([])).post('/:id', (c) => c.json({}))
"""


def test_routers_that_are_mounted_at_the_root_add_no_slashes(tmp_path: Path) -> None:
    files = {
        "package.json": json.dumps({"dependencies": {"next": "15.3.0", "hono": "^4"}}),
        "app/api/[[...route]]/route.ts": _ROUTE,
        "server/notes.ts": _NOTES,
    }
    for path, content in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content)
    doors = {door.id for door in scan(tmp_path, controls=CATALOGUE).doors}
    assert {"GET /api/v1/notes", "POST /api/v1/notes/:id"} <= doors
