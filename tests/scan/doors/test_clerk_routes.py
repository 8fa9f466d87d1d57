"""Which doors the route lists of Clerk's middleware cover."""

from __future__ import annotations

import pytest

from doorcheck.scan.doors.clerk_routes import RegexLiteral, auth_middleware_protects, path_matches_any
from doorcheck.scan.doors.matcher import Extent

ALWAYS, SOMETIMES, NEVER, UNKNOWN = Extent.ALWAYS, Extent.SOMETIMES, Extent.NEVER, Extent.UNKNOWN


@pytest.mark.parametrize(
    ("patterns", "route", "extent"),
    [
        (["/dashboard(.*)"], "/dashboard", ALWAYS),
        (["/dashboard(.*)"], "/dashboard/[id]", ALWAYS),
        (["/dashboard(.*)"], "/dashboards", ALWAYS),
        (["/dashboard"], "/dashboard/[id]", NEVER),
        (["/API/(.*)"], "/api/x", ALWAYS),
        (["/api/:id"], "/api/[id]", ALWAYS),
        (["/api/public-(.*)"], "/api/[id]", SOMETIMES),
        (["/api(.*)", "/x"], "/x", ALWAYS),
        ([RegexLiteral("^/api")], "/api/x", ALWAYS),
        ([RegexLiteral("/admin")], "/api/admin/x", ALWAYS),
        ([RegexLiteral("^/API", "i")], "/api/x", ALWAYS),
        ([RegexLiteral("^/API")], "/api/x", NEVER),
        ([RegexLiteral("^/api", "u")], "/api/x", UNKNOWN),
        ([RegexLiteral("^/api", "g")], "/api/x", UNKNOWN),
        ([], "/api/x", NEVER),
        ([""], "/api/x", NEVER),
        (["/api/("], "/api/x", UNKNOWN),
    ],
)
def test_route_matchers_of_clerk(patterns: list[str | RegexLiteral], route: str, extent: Extent) -> None:
    assert path_matches_any(patterns, route).extent is extent


@pytest.mark.parametrize(
    ("route", "public", "ignored", "extent"),
    [
        ("/api/x", [], None, ALWAYS),
        ("/api/[id]", [], None, ALWAYS),
        ("/posts/[id]", [], None, SOMETIMES),
        ("/api/x", ["/api/x"], None, NEVER),
        ("/api/x", ["/", "/api(.*)"], None, NEVER),
        ("/api/x", ["/"], [], ALWAYS),
        ("/posts/[id]", ["/"], [], ALWAYS),
        ("/api/hooks/x", [], ["/api/hooks/(.*)"], NEVER),
        ("/api/x", ["/api/("], None, UNKNOWN),
    ],
)
def test_clerks_old_middleware(route: str, public: list[str], ignored: list[str] | None, extent: Extent) -> None:
    assert auth_middleware_protects(route, public, ignored).extent is extent
