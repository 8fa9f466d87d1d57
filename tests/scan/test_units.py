"""What is found about a door hangs on nothing but its unit: not on other units, their order, or an earlier run."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from doorcheck.controls import CATALOGUE
from doorcheck.scan.driver import Scan
from doorcheck.scan.engine import ScanResult, scan
from doorcheck.scan.units import unit as units
from doorcheck.scan.units.unit import JudgedUnit, Unit, UnitScan

AUTH = "import { auth } from '@clerk/nextjs/server'\n"
DB = "import { PrismaClient } from '@prisma/client'\nexport const db = new PrismaClient()\n"
HANDLER = (
    "import { guarded } from '@/lib/guard'\nimport { db } from '@/lib/db'\n"
    "export const POST = guarded(async () => Response.json(await db.post.deleteMany({})))\n"
)
FILES = {
    "package.json": json.dumps({"dependencies": {"next": "15.0.0", "@clerk/nextjs": "^6", "@prisma/client": "^6"}}),
    "tsconfig.json": json.dumps({"compilerOptions": {"paths": {"@/*": ["./*"]}}}),
    "lib/db.ts": DB,
    "lib/guard.ts": "import { check } from './check'\n"
    "export const guarded = (run) => async (request) => { await check(); return run(request) }\n",
    "lib/check.ts": f"{AUTH}export async function check() {{ const {{ userId }} = await auth()\n"
    "  if (!userId) throw new Error('no') }\n",
    "app/api/a/route.ts": HANDLER,
    "app/api/b/c/route.ts": HANDLER,
    "app/api/open/route.ts": "import { db } from '@/lib/db'\n"
    "export const GET = async () => Response.json(await db.post.findMany())\n",
    "app/posts/actions.ts": "'use server'\nimport { db } from '@/lib/db'\n"
    "export async function posts() { return db.post.findMany() }\n"
    "export async function remove(id) { await db.post.delete({ where: { id } }) }\n",
    "app/posts/page.tsx": "import { posts } from './actions'\nimport { Form } from './form'\n"
    "export default async () => <p>{(await posts()).length}<Form /></p>\n",
    "app/posts/form.tsx": "'use client'\nimport { remove } from './actions'\n"
    "export const Form = () => <form action={remove} />\n",
    "app/mine/page.tsx": f"{AUTH}import {{ redirect }} from 'next/navigation'\n"
    "export default async () => { const { userId } = await auth(); if (!userId) redirect('/'); return <p /> }\n",
}
OPEN_GUARD = "export const guarded = (run) => async (request) => run(request)\n"
MIDDLEWARE = (
    "import { clerkMiddleware } from '@clerk/nextjs/server'\n"
    "export default clerkMiddleware(async (auth) => { await auth.protect() })\n"
    "export const config = { matcher: ['/api/a'] }\n"
)
CHANGES: dict[str, dict[str, str | None]] = {
    "a handler": {"app/api/a/route.ts": FILES["app/api/open/route.ts"].replace("GET", "POST")},
    "lines moved": {"app/api/a/route.ts": f"\n\n{HANDLER}"},
    "a helper two imports away": {"lib/check.ts": "export async function check() {}\n"},
    "middleware that comes": {"middleware.ts": MIDDLEWARE},
    "where aliases lead": {
        "tsconfig.json": json.dumps({"compilerOptions": {"paths": {"@/lib/guard": ["./other"], "@/*": ["./*"]}}}),
        "other.ts": OPEN_GUARD,
    },
    "a file that takes an import over": {"lib/guard.ts": None, "lib/guard/index.ts": OPEN_GUARD},
    "a file that comes first": {"lib/check.js": "export async function check() {}\n", "lib/check.ts": None},
    "the framework": {"package.json": FILES["package.json"].replace("15.0.0", "14.1.0")},
    "settings that cannot be read": {"tsconfig.json": "{"},
    "a route that goes": {"app/api/b/c/route.ts": None},
    "a route that comes": {"app/api/d/route.ts": HANDLER},
    "a helper that goes": {"lib/check.ts": None},
    "a page that locks": {"app/posts/page.tsx": FILES["app/mine/page.tsx"]},
    "who hands out an action": {"app/posts/form.tsx": "'use client'\nexport const Form = () => <p />\n"},
    "an import that fails": {"app/api/a/route.ts": HANDLER.replace("@/lib/db", "@/lib/no")},
    "a page that is made beforehand": {"app/layout.tsx": "export default ({ children }) => <html>{children}</html>\n"},
    "a function that is cached": {
        "lib/cached.ts": "import { unstable_cache } from 'next/cache'\nimport { db } from './db'\n"
        "export const all = unstable_cache(async () => db.post.findMany(), ['all'])\n"
    },
    "a function that says that it is cached": {
        "lib/check.ts": f"{FILES['lib/check.ts']}import {{ db }} from './db'\n"
        "export async function all() { 'use cache'; return db.post.findMany() }\n"
    },
    "a secret that a page hands over": {
        "app/posts/page.tsx": "import { posts } from './actions'\nimport { Form } from './form'\n"
        "export default async () => <Form of={await posts()} apiKey={process.env.STRIPE_SECRET_KEY} />\n"
    },
    "a secret that a component asks for": {
        "app/posts/form.tsx": f"{FILES['app/posts/form.tsx']}export const key = process.env.NEXT_PUBLIC_API_SECRET\n"
    },
    "headers that next.config sends": {
        "next.config.mjs": "import { all } from './lib/headers.mjs'\n"
        "export default { headers: async () => [{ source: '/:path*', headers: all }] }\n",
        "lib/headers.mjs": "export const all = [{ key: 'X-Frame-Options', value: 'DENY' },\n"
        "  { key: 'Access-Control-Allow-Origin', value: 'https://partner.example' }]\n",
    },
    "headers that a host sends": {
        "vercel.json": json.dumps(
            {"headers": [{"source": "/(.*)", "headers": [{"key": "X-Frame-Options", "value": "DENY"}]}]}
        )
    },
    "headers in a file of their own": {"public/_headers": "/*\n  X-Frame-Options: DENY\n"},
    "origins that middleware allows": {
        "middleware.ts": "import { NextResponse } from 'next/server'\n"
        "export function middleware(request) { const response = NextResponse.next()\n"
        "  response.headers.set('Access-Control-Allow-Origin', request.headers.get('origin'))\n"
        "  response.headers.set('Access-Control-Allow-Credentials', 'true'); return response }\n",
    },
    "a syntax error in a helper": {"lib/guard.ts": FILES["lib/guard.ts"] + "\nconst = ;\n"},
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "acme"
    for path, text in FILES.items():
        write(folder, path, text)
    return folder


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """No file counts as changed just now, and every file with doors is a unit."""
    monkeypatch.setattr("doorcheck.scan.reading.is_recent", lambda *_: False)
    monkeypatch.setattr("doorcheck.scan.results.is_recent", lambda *_: False)
    monkeypatch.setattr("doorcheck.scan.units.memory.is_recent", lambda *_: False)
    monkeypatch.setattr(units, "MAX_FILES", 1)


def write(root: Path, path: str, text: str | None) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    if text is None:
        file.unlink()
    else:
        file.write_text(text)


@pytest.fixture
def followed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files of the units that are followed."""
    files: list[str] = []
    judged = UnitScan.judged

    def noted(self: UnitScan, unit: Unit, *, only_doors: bool) -> JudgedUnit:
        files.extend(unit.files)
        return judged(self, unit, only_doors=only_doors)

    monkeypatch.setattr(UnitScan, "judged", noted)
    return files


def scanned(root: Path, cache: Path | None = None) -> ScanResult:
    return scan(root, controls=CATALOGUE, cache=cache)


@pytest.mark.parametrize("change", CHANGES)
def test_after_a_change_the_remembering_scan_equals_the_forgetful_one(change: str, root: Path, tmp_path: Path) -> None:
    before = scanned(root, tmp_path)
    for path, text in CHANGES[change].items():
        write(root, path, text)
    after = scanned(root)
    assert after != before
    assert scanned(root, tmp_path) == after
    for path in CHANGES[change]:
        if (root / path).exists():
            (root / path).unlink()
        if path in FILES:
            write(root, path, FILES[path])
    assert scanned(root, tmp_path) == before


def test_only_the_units_that_read_a_changed_file_are_followed(root: Path, tmp_path: Path, followed: list[str]) -> None:
    scanned(root, tmp_path)
    assert len(followed) == 4
    followed.clear()
    write(root, "app/api/a/route.ts", f"\n{HANDLER}")
    scanned(root, tmp_path)
    assert followed == ["app/api/a/route.ts"]
    followed.clear()
    write(root, "lib/check.ts", "export async function check() {}\n")
    scanned(root, tmp_path)
    assert followed == ["app/api/a/route.ts", "app/api/b/c/route.ts"]


def test_a_file_that_no_door_reads_is_nobodys_concern(root: Path, tmp_path: Path, followed: list[str]) -> None:
    before = scanned(root, tmp_path)
    followed.clear()
    write(root, "lib/unused.ts", "export const unused = 1\n")
    assert scanned(root, tmp_path) == before
    assert followed == []


def test_units_do_not_hang_on_their_order(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = scanned(root)
    judged = Scan._judged

    def shuffled(self: Scan, units: Sequence[Unit], *, only_doors: bool) -> Iterator[JudgedUnit]:
        order = random.Random(4).sample(range(len(units)), len(units))  # noqa: S311 - not for secrets
        found = dict(zip(order, judged(self, [units[n] for n in order], only_doors=only_doors), strict=True))
        return (found[number] for number in range(len(units)))

    monkeypatch.setattr(Scan, "_judged", shuffled)
    assert scanned(root) == expected


def test_an_added_file_changes_few_units(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(units, "MAX_FILES", 16)
    monkeypatch.setattr(units, "MIN_FILES", 8)
    paths = [f"app/api/{area:02}/{number:02}/route.ts" for area in range(30) for number in range(area % 7 + 1)]
    divide: Callable[[list[str]], set[tuple[str, ...]]] = lambda files: {  # noqa: E731 - one line, used twice
        unit.files
        for unit in units.divided(None, "routes", files)  # type: ignore[arg-type]
    }
    before, after = divide(paths), divide([*paths, "app/api/03/99/route.ts"])
    assert sorted(path for files in before for path in files) == sorted(paths)
    assert max(map(len, before)) <= 16
    assert len(after - before) <= 3
