"""Alternatives of alternatives are counted, and not all compared with each other."""

from __future__ import annotations

import time
from pathlib import Path

from doorcheck.controls import CATALOGUE
from doorcheck.scan.engine import scan

STEPS = 14


def handler() -> str:
    """A handler in which two values go through many steps that each leave one of several."""
    lines = ["export async function POST(request: Request) {", "  const body = await request.json();"]
    lines += ["  let a = body.a ? { v: body.a } : null;", "  let b = body.b ? { v: body.b } : null;"]
    for number in range(STEPS):
        lines.append(f"  a = body.c{number} ? {{ v: a }} : body.d{number} ? {{ w: a }} : a;")
        lines.append(f"  b = body.e{number} ? {{ v: b }} : body.f{number} ? {{ w: b }} : b;")
    lines += ["  if (a === b) return new Response('same');", "  return new Response('other');", "}"]
    return "\n".join(lines)


def test_two_values_of_many_alternatives_are_compared_in_no_time(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"dependencies": {"next": "16.4.5"}}')
    route = tmp_path / "app/api/x/route.ts"
    route.parent.mkdir(parents=True)
    route.write_text(handler())
    started = time.process_time()
    result = scan(tmp_path, controls=CATALOGUE)
    assert [door.id for door in result.doors] == ["POST /api/x"]
    assert time.process_time() - started < 60
