"""What is called only to make a line of a log is not followed for every line, and still does what it does."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from doorcheck.controls import CATALOGUE
from doorcheck.core import ControlId, Held, Missing, Unknown, Verdict
from doorcheck.scan.engine import scan
from doorcheck.scan.facts.evaluator import Evaluator, Outcome
from doorcheck.scan.facts.values import Fn, Value

FILES = {
    "package.json": json.dumps(
        {"dependencies": {"next": "15.3.0", "next-auth": "^5", "@prisma/client": "^6", "mongoose": "^8"}}
    ),
    "lib/db.ts": "import { PrismaClient } from '@prisma/client'\nexport const db = new PrismaClient()\n",
    "lib/auth.ts": "import NextAuth from 'next-auth'\nexport const { auth } = NextAuth({ providers: [] })\n",
    "lib/user.ts": "import mongoose from 'mongoose'\n"
    "export const User = mongoose.model('User', new mongoose.Schema({ name: String }))\n",
    "lib/log.ts": """
import { db } from './db'
export function masked(value: unknown, depth = 0) {
  if (value === null || depth > 3) return value
  if (Array.isArray(value)) return value.map((item) => masked(item, depth + 1))
  if (typeof value !== 'object') return String(value)
  const kept = {}
  for (const [key, item] of Object.entries(value)) kept[key] = key === 'password' ? !!item : masked(item, depth + 1)
  return kept
}
export function removed(id: string) { void db.record.deleteMany({ where: { id } }); return id }
export function nested(id: string) { return masked(removed(id)) }
const sinks = { info: (id: string) => db.record.deleteMany({ where: { id } }), none: (id: string) => id }
export function sent(level: 'info' | 'none', id: string) { sinks[level](id); return id }
export function retired(user) { user.deleteOne(); return user.name }
export function begun(thing) { thing.begin(); return thing.name }
export function logger(fields) {
  const line = (given) => masked(Object.keys(fields).length > 0 ? { ...given, ...fields } : given)
  return { info: (given) => console.log(line(given)) }
}
export function run(work) { return work() }
export function certain(session) { if (!session) throw new Error('nobody'); return session.user.id }
""",
}
DOOR = """
import {{ db }} from '../../../lib/db'
import {{ auth }} from '../../../lib/auth'
import {{ User }} from '../../../lib/user'
import {{ thing }} from '../../../generated/client'
import {{ begun, certain, logger, masked, nested, removed, retired, run, sent }} from '../../../lib/log'
export async function POST(request: Request) {{
  const {{ id }} = await request.json()
  {body}
  return Response.json({{ ok: true }})
}}
"""


def _verdict(folder: Path, body: str) -> Verdict:
    for path, content in {**FILES, "app/api/a/route.ts": DOOR.format(body=body)}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)
    return scan(folder, controls=CATALOGUE).verdicts["POST /api/a", ControlId.AUTHENTICATE]


@pytest.mark.parametrize(
    "body",
    [
        "console.log(removed(id))",
        "console.log(nested(id))",
        "console.log(sent('info', id))",
        "console.log(run(() => db.record.deleteMany({ where: { id } })))",
        "const user = await User.findById(id); console.log(retired(user))",
    ],
)
def test_what_a_line_of_a_log_does_on_the_way_is_found(tmp_path: Path, body: str) -> None:
    assert isinstance(_verdict(tmp_path, body), Missing)


def test_what_could_not_be_followed_may_do_anything_when_it_is_logged(tmp_path: Path) -> None:
    assert isinstance(_verdict(tmp_path, "console.log(begun(thing))"), Unknown)


def test_a_check_in_a_line_of_a_log_stands(tmp_path: Path) -> None:
    body = "console.log(certain(await auth())); await db.record.deleteMany({ where: { id } })"
    assert isinstance(_verdict(tmp_path, body), Held)


@pytest.fixture
def followed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the functions that are followed, each as often as it is."""
    names: list[str] = []
    usual = Evaluator.outcome_of

    def outcome_of(ev: Evaluator, fn: Fn, arguments: Sequence[Value], this: Value | None) -> Outcome:
        names.append(fn.function.name)
        return usual(ev, fn, arguments, this)

    monkeypatch.setattr(Evaluator, "outcome_of", outcome_of)
    return names


def _after(lines: list[str]) -> str:
    return "\n".join([*lines, "await db.record.deleteMany({ where: { id } })"])


def test_what_only_makes_lines_is_not_followed_for_each(tmp_path: Path, followed: list[str]) -> None:
    lines = [f"console.log(masked({{ id, at: {number}, list: [id, {number}] }}))" for number in range(20)]
    assert isinstance(_verdict(tmp_path, _after(lines)), Missing)
    assert followed.count("masked") < 5


def test_lines_about_errors_are_not_followed_for_each(tmp_path: Path, followed: list[str]) -> None:
    failing = ["db.record.count()", "db.user.count()", "fetch(id)", "JSON.parse(id)", "User.findById(id)"]
    lines = [f"try {{ await {each} }} catch (error) {{ console.log(masked({{ error, id }})) }}" for each in failing]
    assert isinstance(_verdict(tmp_path, _after(lines)), Missing)
    assert followed.count("masked") < 5


def test_lines_of_a_logger_that_knows_its_fields_are_not_followed_for_each(tmp_path: Path, followed: list[str]) -> None:
    lines = ["const log = logger({ id, of: request.headers.get('host') })"]
    lines += [f"log.info({{ at: {number}, list: [id, {number}] }})" for number in range(20)]
    assert isinstance(_verdict(tmp_path, _after(lines)), Missing)
    assert followed.count("masked") < 5
