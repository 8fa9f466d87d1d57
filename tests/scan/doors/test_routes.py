"""Files into URL patterns, as Next.js makes them."""

from __future__ import annotations

import pytest

from doorcheck.scan.doors.routes import is_api_route, is_dynamic, pages_route_of, route_of


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("route.ts", "/"),
        ("api/invoices/[id]/route.ts", "/api/invoices/[id]"),
        ("(shop)/cart/(inner)/route.tsx", "/cart"),
        ("dashboard/@modal/stats/route.ts", "/dashboard/stats"),
        ("docs/[...slug]/page.tsx", "/docs/[...slug]"),
        ("docs/[[...slug]]/page.tsx", "/docs/[[...slug]]"),
        ("api/route/route.ts", "/api/route"),
        ("api/index/route.ts", "/api/index"),
        ("feed.xml/route.ts", "/feed.xml"),
        ("%5Finternal/route.ts", "/_internal"),
        (".well-known/x/route.ts", "/.well-known/x"),
        ("feed/(.)photo/[id]/page.tsx", "/feed/photo/[id]"),
        ("feed/(..)photo/[id]/page.tsx", "/photo/[id]"),
        ("a/b/(..)(..)photo/page.tsx", "/photo"),
        ("a/b/c/(..)(..)photo/page.tsx", "/a/photo"),
        ("a/b/c/(...)photo/page.tsx", "/photo"),
        ("(group)/feed/@modal/(.)photo/page.tsx", "/feed/photo"),
        ("(..)photo/page.tsx", None),
        ("a/(..)(..)photo/page.tsx", None),
        ("_lib/route.ts", None),
        ("api/_private/x/route.ts", None),
        ("api/helper.ts", None),
        ("api/layout.tsx", None),
        ("api/route.mjs", None),
    ],
)
def test_app_routes(path: str, route: str | None) -> None:
    assert route_of(path) == route


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("index.tsx", "/"),
        ("api/users.ts", "/api/users"),
        ("api/users/index.ts", "/api/users"),
        ("api/users/[id].js", "/api/users/[id]"),
        ("api/[...all].ts", "/api/[...all]"),
        ("api/_private.ts", "/api/_private"),
        ("api/users.test.ts", "/api/users.test"),
        ("api/index.ts", "/api"),
        ("_app.tsx", None),
        ("404.tsx", None),
        ("api/users.json", None),
        ("api/types.d.ts", None),
    ],
)
def test_pages_routes(path: str, route: str | None) -> None:
    assert pages_route_of(path) == route


def test_which_pages_are_handlers() -> None:
    assert is_api_route("/api")
    assert is_api_route("/api/users")
    assert not is_api_route("/apiary")


def test_which_patterns_stand_for_many_urls() -> None:
    assert is_dynamic("/api/[id]")
    assert is_dynamic("/[[...all]]")
    assert not is_dynamic("/api/users")
