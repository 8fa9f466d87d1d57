"""Which server actions are handed out to browsers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from doorcheck.core import Reach
from doorcheck.scan.doors.reach import is_passed
from doorcheck.scan.engine import scan

GROUND = {
    "package.json": json.dumps({"dependencies": {"next": "15.3.0"}}),
    "app/page.tsx": "export default function Page() { return null }\n",
    "app/act.ts": "'use server'\nexport async function save(x) { await 1 }\n",
}


def reach(root: Path, files: dict[str, str], name: str = "save") -> Reach:
    for path, content in {**GROUND, **files}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    found = [door for door in scan(root, controls=(), only_doors=True).doors if door.name == name]
    assert len(found) == 1
    return found[0].reach


CLIENT = "'use client'\nimport { save } from './act'\nexport function Form() { return <b onClick={() => save(1)} /> }\n"


@pytest.mark.parametrize(
    "files",
    [
        {"app/form.tsx": CLIENT},
        {"app/form.tsx": "'use client'\nimport * as all from './act'\nexport const f = () => all.save(1)"},
        {"app/form.tsx": "'use client'\nexport const f = async () => (await import('./act')).save(1)"},
        {
            "app/all.ts": "export * from './act'",
            "app/form.tsx": "'use client'\nimport { save as s } from './all'\nexport const f = () => s(1)",
        },
        {
            "app/use-save.ts": "import { save } from './act'\nexport const useSave = () => () => save(1)",
            "app/form.tsx": "'use client'\nimport { useSave } from './use-save'\nexport const F = () => useSave()()",
        },
        {"app/page.tsx": "import { save } from './act'\nexport default () => <form action={save} />"},
        {"app/page.tsx": "import { save } from './act'\nexport default () => <b formAction={save.bind(null, 1)} />"},
        {"app/page.tsx": "import { save } from './act'\nexport default () => <Form onSave={ save } />"},
        {"app/page.tsx": "import { save } from './act'\nexport default () => <Form actions={{ save, a: 1 }} />"},
        {"app/page.tsx": "import * as all from './act'\nexport default () => <form action={all.save} />"},
    ],
)  # fmt: skip
def test_an_action_that_a_browser_is_given_is_reachable(tmp_path: Path, files: dict[str, str]) -> None:
    assert reach(tmp_path, files) is Reach.REACHABLE


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"app/page.tsx": "import { save } from './act'\nexport default async () => <b>{await save(1)}</b>"},
        {"app/page.tsx": "import * as all from './act'\nexport default async () => <b>{await all.save(1)}</b>"},
        {"app/form.tsx": "'use client'\nimport type { save } from './act'\nexport type S = typeof save"},
        {"app/form.tsx": "'use client'\nimport { other } from './act'\nexport const f = () => other(1)"},
        {"app/form.test.tsx": CLIENT},
        {
            "app/more.ts": "'use server'\nimport { save } from './act'\nexport async function more() { save(1) }",
            "app/form.tsx": "'use client'\nimport { more } from './more'\nexport const f = () => more()",
        },
        {"app/page.tsx": "import { save } from './act'\nexport default async () => (await save(1)) as R<typeof save>"},
    ],
)  # fmt: skip
def test_an_action_that_only_the_server_calls_is_unreferenced(tmp_path: Path, files: dict[str, str]) -> None:
    assert reach(tmp_path, files) is Reach.UNREFERENCED


def test_an_action_written_where_it_is_passed_on_is_reachable(tmp_path: Path) -> None:
    page = "export default () => { async function keep(d) { 'use server'; await d }\n return <form action={keep} /> }"
    assert reach(tmp_path, {"app/page.tsx": page}, "keep") is Reach.REACHABLE


def test_an_action_written_in_a_page_that_only_calls_it_is_unreferenced(tmp_path: Path) -> None:
    page = "export default async () => { async function keep(d) { 'use server'; await d }\n return await keep(1) }"
    assert reach(tmp_path, {"app/page.tsx": page}, "keep") is Reach.UNREFERENCED


def test_a_route_handler_is_reached_by_its_url(tmp_path: Path) -> None:
    assert reach(tmp_path, {"app/api/x/route.ts": "export async function GET() {}"}, "GET") is Reach.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("source", "passed"),
    [
        ("action={a}", True), ("f(a)", True), ("f(b, a)", True), ("a.bind(null)", True), ("{ a }", True),
        ("a(1)", False), ("a (1)", False), ("a?.(1)", False), ("a: 1", False), ("b.a", False), ("'a'", False),
        ("const a = 1", False), ("function a() {}", False), ("typeof a", False), ("ab", False), ("", False),
    ],
)  # fmt: skip
def test_a_name_is_passed_when_it_stands_as_a_value(source: str, passed: bool) -> None:
    assert is_passed(source.encode(), "a") is passed
