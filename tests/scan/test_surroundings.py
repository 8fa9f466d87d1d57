"""What surrounds a door changes what is said of it: public pages, pages that check, and checks switched off."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from doorcheck.controls import CATALOGUE
from doorcheck.controls.authenticate import spec
from doorcheck.core import Held, Missing, NotNeeded, Verdict, Written
from doorcheck.scan.engine import scan

GROUND = {
    "package.json": json.dumps({"dependencies": {"next": "15.3.0", "next-auth": "^4", "@prisma/client": "^6"}}),
    "tsconfig.json": json.dumps({"compilerOptions": {"paths": {"@/*": ["./*"]}}}),
    "lib/db.ts": "import { PrismaClient } from '@prisma/client'\nexport const db = new PrismaClient()\n",
    "lib/check.ts": "import { getServerSession } from 'next-auth'\nimport { redirect } from 'next/navigation'\n"
    "export async function check() { const s = await getServerSession(); if (!s) redirect('/login'); return s }\n",
    "app/posts/actions.ts": "'use server'\nimport { db } from '@/lib/db'\n"
    "export async function posts(tag) { return db.post.findMany({ where: { tag } }) }\n"
    "export async function remove(id) { await db.post.delete({ where: { id } }) }\n",
    "app/mine/page.tsx": "import { check } from '@/lib/check'\n"
    "export default async () => { await check(); return <p /> }\n",
}
SHOWS = (
    "import { posts } from './actions'\n"
    "export default async ({ searchParams }) => <p>{(await posts((await searchParams).tag)).length}</p>\n"
)


def verdict(root: Path, files: dict[str, str], subject: str) -> Verdict:
    for path, content in {**GROUND, **files}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    result = scan(root, controls=CATALOGUE)
    found = [each for (door, control), each in result.verdicts.items() if control == spec.SPEC.id and door == subject]
    assert len(found) == 1, sorted(door for door, _ in result.verdicts)
    return found[0]


POSTS = "action app/posts/actions.ts#posts"
REMOVE = "action app/posts/actions.ts#remove"


def test_what_a_public_page_shows_needs_no_session(tmp_path: Path) -> None:
    found = verdict(tmp_path, {"app/posts/page.tsx": SHOWS}, POSTS)
    assert isinstance(found, NotNeeded)
    assert "public page" in found.says
    assert isinstance(found.evidence[0], Written)
    assert "/posts" in found.evidence[0].says
    assert found.evidence[0].at.path == "app/posts/page.tsx"


def test_a_component_of_the_page_and_its_layout_show_it_too(tmp_path: Path) -> None:
    component = "import { posts } from './actions'\nexport const List = async ({ tag }) => <p>{await posts(tag)}</p>\n"
    page = "import { List } from './list'\nexport default ({ params }) => <List tag={params.tag} />\n"
    files = {"app/posts/list.tsx": component, "app/posts/page.tsx": page}
    assert isinstance(verdict(tmp_path, files, POSTS), NotNeeded)


def test_what_a_public_page_shows_needs_none_in_a_route_handler_either(tmp_path: Path) -> None:
    files = {
        "lib/posts.ts": "import { db } from './db'\nexport const all = () => db.post.findMany()\n",
        "app/all/page.tsx": "import { all } from '@/lib/posts'\nexport default async () => <p>{await all()}</p>\n",
        "app/api/all/route.ts": "import { all } from '@/lib/posts'\n"
        "export async function GET() { return Response.json(await all()) }\n",
    }
    assert isinstance(verdict(tmp_path, files, "GET /api/all"), NotNeeded)


STILL_MISSING = {
    "nobody shows it": {},
    "the page stops strangers": {
        "app/posts/page.tsx": "import { check } from '@/lib/check'\nimport { posts } from './actions'\n"
        "export default async ({ params }) => { await check(); return <p>{await posts(params.tag)}</p> }\n"
    },
    "the page reads it for the signed-in alone": {
        "app/posts/page.tsx": "import { getServerSession } from 'next-auth'\nimport { posts } from './actions'\n"
        "export default async ({ params }) => { const s = await getServerSession()\n"
        "  if (s) { return <p>{await posts(params.tag)}</p> }\n  return <p /> }\n"
    },
    "the page shows what belongs to the caller": {
        "app/posts/page.tsx": "import { getServerSession } from 'next-auth'\nimport { posts } from './actions'\n"
        "export default async () => { const s = await getServerSession(); return <p>{await posts(s?.user?.id)}</p> }\n"
    },
    "the page shows a part, the caller chooses": {
        "app/posts/page.tsx": "import { posts } from './actions'\n"
        "export default async () => <p>{await posts('news')}</p>\n"
    },
    "a layout stops strangers": {
        "app/posts/page.tsx": SHOWS,
        "app/posts/layout.tsx": "import { check } from '@/lib/check'\n"
        "export default async ({ children }) => { await check(); return <p>{children}</p> }\n",
    },
    "no page of the app is locked": {"app/posts/page.tsx": SHOWS, "app/mine/page.tsx": "export default () => <p />\n"},
    "the page runs in the browser": {"app/posts/page.tsx": "'use client'\n" + SHOWS},
}


@pytest.mark.parametrize("files", STILL_MISSING.values(), ids=STILL_MISSING)
def test_what_is_not_shown_to_anyone_still_needs_a_check(tmp_path: Path, files: dict[str, str]) -> None:
    assert isinstance(verdict(tmp_path, files, POSTS), Missing)


def test_a_page_that_uses_an_action_that_writes_makes_nothing_public(tmp_path: Path) -> None:
    page = "import { remove } from './actions'\nexport default async ({ params }) => <p>{await remove(params.id)}</p>\n"
    assert isinstance(verdict(tmp_path, {"app/posts/page.tsx": page}, REMOVE), Missing)


USES = (
    "import { check } from '@/lib/check'\nimport { remove } from './actions'\n"
    "export default async () => { await check(); return <form action={remove} /> }\n"
)


def test_a_check_in_the_page_is_no_check_in_the_action(tmp_path: Path) -> None:
    found = verdict(tmp_path, {"app/posts/page.tsx": USES}, REMOVE)
    assert isinstance(found, Missing)
    assert found.way == spec.PAGE_ONLY
    shown = found.evidence[0]
    assert isinstance(shown, Written)
    assert "the page /posts checks" in shown.says
    assert shown.at.path == "lib/check.ts"


def test_nothing_checks_when_one_of_the_pages_does_not(tmp_path: Path) -> None:
    files = {
        "app/posts/page.tsx": USES,
        "app/other/page.tsx": "import { remove } from '../posts/actions'\n"
        "export default () => <form action={remove} />\n",
    }
    found = verdict(tmp_path, files, REMOVE)
    assert isinstance(found, Missing)
    assert found.way == spec.NO_CHECK


PARSE = (
    "import { getServerSession } from 'next-auth'\n"
    "export async function parse(request, options) {\n"
    "  if (!options?.skipAuth) {\n    const session = await getServerSession()\n"
    "    if (!session) return { error: new Response(null, { status: 401 }) }\n  }\n"
    "  return { body: await request.json() }\n}\n"
)


def handler(call: str) -> str:
    return (
        "import { db } from '@/lib/db'\nimport { parse } from '@/lib/parse'\n"
        f"export async function POST(request) {{ const {{ body, error }} = await {call}\n  if (error) return error\n"
        "  await db.event.delete({ where: { id: body.id } })\n  return Response.json({})\n}\n"
    )


def test_a_door_that_switches_the_check_off_says_so_itself(tmp_path: Path) -> None:
    files = {"lib/parse.ts": PARSE, "app/api/e/route.ts": handler("parse(request, { skipAuth: true })")}
    found = verdict(tmp_path, files, "POST /api/e")
    assert isinstance(found, NotNeeded)
    shown = found.evidence[0]
    assert isinstance(shown, Written)
    assert "skipAuth: true" in shown.says
    assert (shown.at.path, shown.at.line) == ("app/api/e/route.ts", 3)


def test_the_same_call_without_the_switch_is_held(tmp_path: Path) -> None:
    files = {"lib/parse.ts": PARSE, "app/api/e/route.ts": handler("parse(request, { skipAuth: false })")}
    assert isinstance(verdict(tmp_path, files, "POST /api/e"), Held)


def test_a_literal_that_has_nothing_to_do_with_the_check_switches_nothing_off(tmp_path: Path) -> None:
    plain = "export async function parse(request, options) { return { body: await request.json(), ...options } }\n"
    files = {"lib/parse.ts": plain, "app/api/e/route.ts": handler("parse(request, { strict: true })")}
    assert isinstance(verdict(tmp_path, files, "POST /api/e"), Missing)


def test_a_function_that_reads_data_is_no_check_whatever_its_options_choose(tmp_path: Path) -> None:
    files = {
        "lib/orders.ts": "import { getServerSession } from 'next-auth'\nimport { db } from './db'\n"
        "export async function orders(options) {\n  if (options?.all) return db.order.findMany()\n"
        "  const s = await getServerSession()\n  if (!s) throw new Error('no')\n"
        "  return db.order.findMany({ where: { userId: s.user.id } })\n}\n",
        "app/api/orders/route.ts": "import { orders } from '@/lib/orders'\n"
        "export async function GET() { return Response.json(await orders({ all: true })) }\n",
    }
    assert isinstance(verdict(tmp_path, files, "GET /api/orders"), Missing)


ROUTE = (
    "import { getServerSession } from 'next-auth'\n"
    "export function route(options, handler) {\n  return async (request) => {\n"
    "    if (options.auth === 'session') {\n      const session = await getServerSession()\n"
    "      if (!session) return new Response(null, { status: 401 })\n    }\n"
    "    return handler(request)\n  }\n}\n"
)


def declared(option: str) -> str:
    return (
        "import { db } from '@/lib/db'\nimport { route } from '@/lib/route'\n"
        f"export const POST = route({{ auth: {option} }}, async (request) => {{\n"
        "  await db.event.delete({ where: { id: (await request.json()).id } })\n  return Response.json({})\n})\n"
    )


@pytest.mark.parametrize("option", ["'none'", "'public'", "false"])
def test_a_route_that_is_declared_public_says_so_itself(tmp_path: Path, option: str) -> None:
    files = {
        "lib/route.ts": ROUTE,
        "app/api/locked/route.ts": declared("'session'"),
        "app/api/open/route.ts": declared(option),
    }
    found = verdict(tmp_path, files, "POST /api/open")
    assert isinstance(found, NotNeeded)
    assert isinstance(found.evidence[0], Written)
    assert "auth: " in found.evidence[0].says
    assert isinstance(verdict(tmp_path, files, "POST /api/locked"), Held)


def test_calling_another_function_is_no_opting_out(tmp_path: Path) -> None:
    files = {
        "lib/parse.ts": PARSE + "export const plain = async (request, options) => ({ body: await request.json() })\n",
        "app/api/e/route.ts": handler("plain(request, { log: true })").replace("{ parse }", "{ plain }"),
    }
    assert isinstance(verdict(tmp_path, files, "POST /api/e"), Missing)
