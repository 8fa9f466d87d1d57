"""The headers of a response, whichever way the code gives them to it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from doorcheck.controls import CATALOGUE
from doorcheck.core import ControlId, NotNeeded, Verdict
from doorcheck.scan.engine import scan
from doorcheck.scan.facts.replies import content_type_of, header_on
from doorcheck.scan.facts.values import UNDEFINED, Choice, Const, Input, Unknown, Value, made_from
from doorcheck.scan.judging import DoorCase

NEXT = "import { NextResponse } from 'next/server'\n"
ORIGIN = "access-control-allow-origin"


def answered(root: Path, files: dict[str, str]) -> DoorCase:
    """The one door of an app."""
    cases: list[DoorCase] = []

    def keep(case: DoorCase) -> Verdict:
        cases.append(case)
        return NotNeeded("kept")

    for path, content in {"package.json": '{"dependencies": {"next": "15.5.9", "hono": "^4"}}', **files}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    control = next(each for each in CATALOGUE if each.spec.id is ControlId.AUTHENTICATE)
    scan(root, controls=(replace(control, judge_door=keep, after=(), note=None, settle=None),))
    (case,) = cases
    return case


def origins(case: DoorCase) -> list[Value | None]:
    return [header_on(way, ORIGIN) for way in case.trace.ways_out]


def texts(value: Value | None) -> set[object]:
    parts = [] if value is None else made_from(value)
    return {part.value for part in parts if isinstance(part, Const) and part is not UNDEFINED}


@pytest.mark.parametrize(
    "body",
    [
        "return new Response('', { headers: { 'Access-Control-Allow-Origin': '*' } })",
        "return Response.json({}, { status: 200, headers: [['access-control-allow-origin', '*']] })",
        "return NextResponse.json({}, { headers: new Headers({ 'Access-Control-Allow-Origin': '*' }) })",
        "const h = new Headers(); h.set('Access-Control-Allow-Origin', '*'); return new Response('', { headers: h })",
        "const r = NextResponse.json({}); r.headers.set('Access-Control-Allow-Origin', '*'); return r",
        "const r = new Response('', { headers: { Vary: 'Origin' } }); r.headers.append(NAME, '*'); return r",
        "return cors(NextResponse.json({}))",
        "const r = Response.json({}); marked(r); return r",
        "const r = Response.json({}); for (const [k, v] of Object.entries(MANY)) { r.headers.set(k, v) } return r",
        "const r = Response.json({}); Object.entries(MANY).forEach(([k, v]) => { r.headers.set(k, v) }); return r",
        "return new Response('', { status: 200, headers: { ...ALL, 'X-Other': '1' } })",
        "const first = Response.json({}, { headers: ALL }); return new Response(first.body, first)",
        "return NextResponse.redirect(new URL('/', request.url), { headers: ALL })",
    ],
)
def test_a_header_is_found_however_it_is_set(tmp_path: Path, body: str) -> None:
    route = (
        f"{NEXT}const NAME = 'Access-Control-Allow-Origin'\nconst ALL = {{ 'Access-Control-Allow-Origin': '*' }}\n"
        "const MANY = { a: '1', b: '2', c: '3', ...ALL, d: '4', e: '5' }\n"
        "function cors(response) { response.headers.set(NAME, '*'); return response }\n"
        "function marked(response) { response.headers.set(NAME, '*') }\n"
        f"export async function GET(request) {{ {body} }}\n"
    )
    (found,) = origins(answered(tmp_path, {"app/api/stats/route.ts": route}))
    assert texts(found) == {"*"}


def test_each_path_has_its_own(tmp_path: Path) -> None:
    route = (
        f"{NEXT}export async function GET(request) {{\n  const response = NextResponse.json({{}})\n"
        "  if (request.nextUrl.searchParams.get('x')) return new Response('no', { status: 400 })\n"
        "  response.headers.set('Access-Control-Allow-Origin', request.headers.get('origin'))\n"
        "  return response\n}\n"
    )
    first, second = origins(answered(tmp_path, {"app/api/stats/route.ts": route}))
    assert first is None
    assert isinstance(second, Input)
    assert (second.channel, second.path) == ("header", ("origin",))


def test_one_of_two_ways_of_making_them(tmp_path: Path) -> None:
    route = (
        "const of = (r) => r.headers.get('origin') === process.env.PARTNER ? { [K]: process.env.PARTNER } : {}\n"
        "const K = 'Access-Control-Allow-Origin'\n"
        "const on = (r) => { if (!r.ok) return {}; return { 'Access-Control-Allow-Origin': '*' } }\n"
        "export async function GET(request) { return new Response('', { headers: on(request) }) }\n"
    )
    (found,) = origins(answered(tmp_path, {"app/api/stats/route.ts": route}))
    assert isinstance(found, Choice)
    assert texts(found) == {"*"}


def test_what_could_not_be_read_may_be_anything(tmp_path: Path) -> None:
    route = (
        "import { headers } from 'a-package-nobody-described'\n"
        "export async function GET(request) { return new Response('', { headers: { ...headers(), a: '1' } }) }\n"
    )
    case = answered(tmp_path, {"app/api/stats/route.ts": route})
    (found,) = origins(case)
    assert isinstance(found, Unknown)
    assert texts(header_on(case.trace.ways_out[0], "a")) == {"1"}


def test_the_type_of_the_content(tmp_path: Path) -> None:
    route = "export const GET = () => new Response('<p>', { headers: { 'content-type': 'text/html' } })\n"
    case = answered(tmp_path, {"app/api/stats/route.ts": route})
    found = content_type_of(case.trace.ways_out[0].value)
    assert isinstance(found, Const)
    assert found.value == "text/html"


@pytest.mark.parametrize(
    "body",
    [
        "res.setHeader('Access-Control-Allow-Origin', '*'); res.status(200).json({})",
        "allow(res); return res.json({})",
        "res.writeHead(200, { 'Access-Control-Allow-Origin': '*' }); res.end('x')",
    ],
)
def test_headers_of_the_pages_api(tmp_path: Path, body: str) -> None:
    handler = (
        "function allow(res) { res.setHeader('Access-Control-Allow-Origin', '*') }\n"
        f"export default function handler(req, res) {{ {body} }}\n"
    )
    (found,) = origins(answered(tmp_path, {"pages/api/stats.ts": handler}))
    assert texts(found) == {"*"}


def test_headers_of_a_routers_context(tmp_path: Path) -> None:
    route = (
        "import { Hono } from 'hono'\nimport { handle } from 'hono/vercel'\nconst app = new Hono().basePath('/api')\n"
        "app.use('*', async (c, next) => { c.header('Access-Control-Allow-Origin', '*'); await next() })\n"
        "app.get('/stats', (c) => c.json({}))\nexport const GET = handle(app)\n"
    )
    (found,) = origins(answered(tmp_path, {"app/api/[[...route]]/route.ts": route}))
    assert texts(found) == {"*"}
