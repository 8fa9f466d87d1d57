"""What middleware does on the way to one door."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from doorcheck.core import Door, DoorKind, Location
from doorcheck.scan.doors import conventions
from doorcheck.scan.doors.guards import NO_SHIELD
from doorcheck.scan.doors.inventory import files_of
from doorcheck.scan.doors.middleware import MAX_FOLLOWED, MAX_PAGES, Front
from doorcheck.scan.engine import scan
from doorcheck.scan.facts.evaluator import Evaluator
from doorcheck.scan.facts.modules import Program, indexed
from doorcheck.scan.knowledge.library import load
from doorcheck.scan.project.apps import find_apps
from doorcheck.scan.project.resolution import Resolver
from doorcheck.scan.project.tree import list_tree
from doorcheck.scan.reading import Reader

ROUTE = "export async function GET() { return new Response('ok') }"
IMPORTS = "import { getToken } from 'next-auth/jwt'; import { NextResponse } from 'next/server';"


def front_of(root: Path, middleware: str, **more: str) -> Front:
    files = {"middleware.ts": middleware, "app/api/x/route.ts": ROUTE, **more}
    files["package.json"] = json.dumps({"dependencies": {"next": more.pop("next", "15.5.28")}})
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    tree = list_tree(root, ())
    program = Program(Resolver(tree), indexed(Reader(tree, None).summary))
    (app,) = find_apps(tree)
    folders = conventions.folders_of(app.path, tree.has_folder)
    assert folders is not None
    return Front(Evaluator(program, load(())), program, files_of(app, folders, tree.sources), tree.sources)


def door(route: str | None, *methods: str) -> Door:
    kind = DoorKind.ROUTE_HANDLER if route else DoorKind.SERVER_ACTION
    return Door(f"door {route}", kind, ".", "app/x.ts", "x", Location("app/x.ts", 1), route, methods or ("GET",))


ASKED = "const token = await getToken({ req });"
CHECKED = f"{ASKED} if (!token) return new NextResponse(null, {{ status: 401 }});"


def middleware(body: str, config: str = "") -> str:
    return f"{IMPORTS} export async function middleware(req) {{ {body} return NextResponse.next(); }} {config}"


@pytest.mark.parametrize(
    ("body", "route", "stops"),
    [
        (CHECKED, "/api/x", True),
        ("", "/api/x", False),
        (f"if (req.nextUrl.pathname.startsWith('/api/admin')) {{ {CHECKED} }}", "/api/admin/users", True),
        (f"if (req.nextUrl.pathname.startsWith('/api/admin')) {{ {CHECKED} }}", "/api/users", False),
        (f"const {{ pathname }} = req.nextUrl; if (pathname === '/api/x') {{ {CHECKED} }}", "/api/x", True),
        (f"const url = new URL(req.url); if (url.pathname !== '/login') {{ {CHECKED} }}", "/api/x", True),
        (f"const url = req.nextUrl.clone(); if (url.pathname.endsWith('/x')) {{ {CHECKED} }}", "/api/x", True),
        (f"if (['/api/x', '/y'].includes(req.nextUrl.pathname)) {{ {CHECKED} }}", "/api/x", True),
        (f"if (new Set(['/api/y']).has(req.nextUrl.pathname)) {{ {CHECKED} }}", "/api/x", False),
        (f"if (/^\\/api\\/(x|y)$/.test(req.nextUrl.pathname)) {{ {CHECKED} }}", "/api/x", True),
        (f"if (req.nextUrl.pathname.match(/^\\/API/i)) {{ {CHECKED} }}", "/api/x", True),
        (f"if (!req.nextUrl.pathname.match(/^\\/api/)) {{ {CHECKED} }}", "/api/x", False),
        (
            f"if (['/api', '/b'].some((p) => req.nextUrl.pathname.startsWith(`${{p}}/`))) {{ {CHECKED} }}",
            "/api/x",
            True,
        ),
        (f"if (['/a', '/b'].every((p) => req.nextUrl.pathname !== p)) {{ {CHECKED} }}", "/api/x", True),
        (f"if (req.nextUrl.pathname.split('/')[1] === 'api') {{ {CHECKED} }}", "/api/x", True),
        (f"if (req.nextUrl.pathname.toUpperCase().slice(0, 4) === '/API') {{ {CHECKED} }}", "/api/x", True),
        (f"if (req.method !== 'OPTIONS') {{ {CHECKED} }}", "/api/x", True),
        (f"if (req.method === 'POST') {{ {CHECKED} }}", "/api/x", False),
        (f"const copy = new Request(req); if (new URL(copy.url).pathname === '/y') {{ {CHECKED} }}", "/api/x", False),
        # The query is the caller's own, so a test of the whole address lets everybody choose.
        (f"if (!req.url.includes('/public')) {{ {CHECKED} }}", "/api/x", False),
        (f"if (req.headers.get('x-key')) return NextResponse.next(); {CHECKED}", "/api/x", False),
        ("if (!req.cookies.get('session')) return NextResponse.redirect(new URL('/login', req.url));", "/api/x", False),
        (f"{ASKED} if (!token) return NextResponse.rewrite(new URL('/login', req.url));", "/api/x", True),
        (f"{ASKED} if (!token) return NextResponse.rewrite(new URL('/api/x', req.url));", "/api/x", False),
        (
            (
                f"{ASKED} if (!token) {{ const url = req.nextUrl.clone(); url.pathname = '/404';"
                " return NextResponse.rewrite(url); }"
            ),
            "/api/x",
            True,
        ),
        ("throw new Error('closed');", "/api/x", True),
        (f"if (isOpen(req.nextUrl.pathname)) return NextResponse.next(); {CHECKED}", "/api/x", None),
        (f"if (process.env.NO_LOGIN_SECRET) return NextResponse.next(); {CHECKED}", "/api/x", None),
    ],
)
def test_the_function_is_followed_for_the_path(tmp_path: Path, body: str, route: str, stops: bool | None) -> None:
    shield = front_of(tmp_path, f"import {{ isOpen }} from '@/unseen'; {middleware(body)}").shield(door(route))
    assert shield.stops is stops, shield
    assert shield.covers


@pytest.mark.parametrize(
    ("config", "route", "covers", "stops", "says"),
    [
        ("", "/api/x", True, True, "it runs for every path, /api/x too"),
        ("{ matcher: '/api/:path*' }", "/api/x", True, True, "its matcher covers /api/x"),
        ("{ matcher: ['/dashboard', '/api/y'] }", "/api/x", False, False, "the middleware's matcher leaves out /api/x"),
        ("{ matcher: [{ source: '/api/(.*)' }] }", "/api/x", True, True, "its matcher covers /api/x"),
        (
            "{ matcher: [{ source: '/api/(.*)', missing: [{ type: 'header', key: 'x-skip' }] }] }",
            "/api/x",
            True,
            False,
            "leaves it out when the request has header x-skip",
        ),
        ("{ matcher: ['/((?!.*\\\\..*).*)'] }", "/api/[id]", True, True, "covers /api/[id], though not /api/x.png"),
        ("{ matcher: paths() }", "/api/x", None, None, "could not be read"),
        ("{ matcher: ['/api/('] }", "/api/x", None, None, "could not be read"),
    ],
)
def test_the_matcher_is_evaluated_for_the_path(
    tmp_path: Path, config: str, route: str, covers: bool | None, stops: bool | None, says: str
) -> None:
    written = f"export const config = {config};" if config else ""
    shield = front_of(tmp_path, middleware(CHECKED, written)).shield(door(route))
    assert (shield.covers, shield.stops) == (covers, stops)
    assert says in shield.says
    assert shield.at is not None
    assert shield.at.path == "middleware.ts"


@pytest.mark.parametrize(
    ("options", "matcher", "covers"),
    [
        ("{ basePath: '/app' }", "/api/:path*", True),
        ("{ basePath: '/app' }", "/app/api/:path*", False),
        ("{ i18n: { locales: ['en', 'de'], defaultLocale: 'en' } }", "/api/x", True),
        ("{ trailingSlash: true }", "/api/x", True),
        ("plugin({ basePath: '/app' })", "/app/api/x", False),
    ],
)
def test_next_config_bears_on_paths(tmp_path: Path, options: str, matcher: str, covers: bool) -> None:
    config = f"import plugin from 'a-plugin'; export default {options};"
    source = middleware(CHECKED, f"export const config = {{ matcher: ['{matcher}'] }};")
    front = front_of(tmp_path, source, **{"next.config.mjs": config})
    assert front.shield(door("/api/x")).covers is covers


CLERK = "import { clerkMiddleware, createRouteMatcher, authMiddleware } from '@clerk/nextjs/server';"


@pytest.mark.parametrize(
    ("source", "route", "stops"),
    [
        (f"{CLERK} export default clerkMiddleware();", "/api/x", False),
        (f"{CLERK} export default clerkMiddleware(async (auth) => {{ await auth.protect(); }});", "/api/x", True),
        (
            (
                f"{CLERK} const open = createRouteMatcher(['/api/open(.*)', /^\\/login/]);"
                "export default clerkMiddleware(async (auth, req) => { if (!open(req)) await auth.protect(); });"
            ),
            "/api/x",
            True,
        ),
        (
            (
                f"{CLERK} const open = createRouteMatcher(['/api/open(.*)', /^\\/login/]);"
                "export default clerkMiddleware(async (auth, req) => { if (!open(req)) await auth.protect(); });"
            ),
            "/api/open/x",
            False,
        ),
        (
            (
                f"{CLERK} export default clerkMiddleware(async (auth, req) => {{ const {{ userId, redirectToSignIn }} ="
                "await auth(); if (!userId) return redirectToSignIn(); });"
            ),
            "/api/x",
            True,
        ),
        (f"{CLERK} export default authMiddleware({{ publicRoutes: ['/api/open'] }});", "/api/x", True),
        (f"{CLERK} export default authMiddleware({{ publicRoutes: ['/api/open'] }});", "/api/open", False),
        (f"{CLERK} export default authMiddleware({{ ignoredRoutes: ['/api/open'] }});", "/api/open", False),
        (f"{CLERK} export default authMiddleware({{ publicRoutes: listed() }});", "/api/x", None),
        (f"{CLERK} export default authMiddleware({{ afterAuth() {{}} }});", "/api/x", False),
        ("export { default } from 'next-auth/middleware';", "/api/x", True),
        ("export { default } from 'next-auth/middleware';", "/api/auth/session", False),
        ("import { withAuth } from 'next-auth/middleware'; export default withAuth;", "/api/x", True),
        (
            (
                "import { withAuth } from 'next-auth/middleware';"
                "export default withAuth({ callbacks: { authorized: () => true } });"
            ),
            "/api/x",
            False,
        ),
        (
            (
                "import { withAuth } from 'next-auth/middleware'; export default withAuth(function middleware(req) {"
                "if (!req.nextauth.token?.admin) return new Response(null, { status: 403 }); });"
            ),
            "/api/x",
            True,
        ),
        (
            (
                "import NextAuth from 'next-auth'; const { auth } = NextAuth({ callbacks: {"
                "authorized: ({ auth, request }) => !!auth || request.nextUrl.pathname === '/api/open' } });"
                "export { auth as middleware };"
            ),
            "/api/x",
            True,
        ),
        (
            (
                "import NextAuth from 'next-auth'; const { auth } = NextAuth({ callbacks: {"
                "authorized: ({ auth, request }) => !!auth || request.nextUrl.pathname === '/api/open' } });"
                "export { auth as middleware };"
            ),
            "/api/open",
            False,
        ),
        ("import NextAuth from 'next-auth'; export default NextAuth({ providers: [] }).auth;", "/api/x", False),
        (
            (
                "import NextAuth from 'next-auth'; const { auth } = NextAuth({}); export default auth((req) => {"
                "if (!req.auth) return Response.redirect(new URL('/login', req.url)); });"
            ),
            "/api/x",
            True,
        ),
        (
            (
                "import { createServerClient } from '@supabase/ssr'; import { NextResponse } from 'next/server';"
                "async function updateSession(request) { const supabase = createServerClient('u', 'k', {});"
                "const { data: { user } } = await supabase.auth.getUser();"
                "if (!user && !request.nextUrl.pathname.startsWith('/login')) {"
                "const url = request.nextUrl.clone(); url.pathname = '/login'; return NextResponse.redirect(url); }"
                "return NextResponse.next({ request }); }"
                "export async function middleware(request) { return await updateSession(request); }"
            ),
            "/api/x",
            True,
        ),
        (
            (
                "import { jwtVerify } from 'jose'; import { NextResponse } from 'next/server';"
                "export async function middleware(req) { try { await jwtVerify(req.cookies.get('s').value, KEY);"
                "return NextResponse.next(); } catch { return NextResponse.redirect(new URL('/login', req.url)); } }"
            ),
            "/api/x",
            True,
        ),
        ("import createMiddleware from 'next-intl/middleware'; export default createMiddleware({});", "/api/x", False),
        ("import guard from 'a-guard-nobody-knows'; export default guard({});", "/api/x", None),
    ],
)
def test_what_libraries_do_as_middleware(tmp_path: Path, source: str, route: str, stops: bool | None) -> None:
    shield = front_of(tmp_path, source).shield(door(route))
    assert shield.stops is stops, shield


def test_without_middleware_there_is_no_shield(tmp_path: Path) -> None:
    front = front_of(tmp_path, "export const unrelated = 1;")
    assert front.guard is None
    assert front.shield(door("/api/x")) is NO_SHIELD


def test_middleware_that_asks_nothing_is_not_spoken_of(tmp_path: Path) -> None:
    shield = front_of(tmp_path, middleware("", "export const config = { matcher: '/x' };")).shield(door("/api/x"))
    assert (shield.covers, shield.stops, shield.says) == (False, False, "")


@pytest.mark.parametrize(
    ("source", "stops", "says"),
    [
        (middleware(CHECKED), True, "every page"),
        (middleware(f"if (req.nextUrl.pathname !== '/') {{ {CHECKED} }}"), None, "/ is open to strangers"),
        (middleware(CHECKED, "export const config = { matcher: ['/admin/:path*'] };"), None, "any page"),
    ],
)
def test_an_action_is_shielded_only_where_every_page_is(
    tmp_path: Path, source: str, stops: bool | None, says: str
) -> None:
    page = "export default function Page() { return null }"
    front = front_of(tmp_path, source, **{"app/page.tsx": page, "app/admin/page.tsx": page})
    shield = front.shield(door(None))
    assert shield.stops is stops
    assert says in shield.says


def test_with_too_many_pages_nobody_can_say_of_an_action(tmp_path: Path) -> None:
    page = "export default function Page() { return null }"
    pages = {f"app/p{number}/page.tsx": page for number in range(MAX_PAGES + 1)}
    assert front_of(tmp_path, middleware(CHECKED), **pages).shield(door(None)).stops is None


def test_routes_in_a_routers_own_notation_are_asked_too(tmp_path: Path) -> None:
    front = front_of(tmp_path, middleware(CHECKED, "export const config = { matcher: '/api/v2/things/:id' };"))
    assert front.shield(door("/api/v2/things/:id")).stops


def test_the_worst_method_counts(tmp_path: Path) -> None:
    front = front_of(tmp_path, middleware(f"if (req.method !== 'GET') {{ {CHECKED} }}"))
    assert front.shield(door("/api/x", "POST")).stops
    assert front.shield(door("/api/x", "GET", "POST")).stops is False


def test_too_many_paths_are_not_followed(tmp_path: Path) -> None:
    front = front_of(tmp_path, middleware(f"if (req.nextUrl.pathname !== '/login') {{ {CHECKED} }}"))
    shields = [front.shield(door(f"/api/x{number}")) for number in range(MAX_FOLLOWED + 1)]
    assert all(shield.stops for shield in shields[:-1])
    assert shields[-1].stops is None
    assert "too many" in shields[-1].says


def test_a_misplaced_middleware_is_a_blind_spot(tmp_path: Path) -> None:
    front_of(tmp_path, "export const unrelated = 1;", **{"app/middleware.ts": middleware(CHECKED)})
    result = scan(tmp_path, controls=())
    assert [spot.at.path for spot in result.blind_spots if "named like middleware" in spot.says] == [
        "app/middleware.ts"
    ]
