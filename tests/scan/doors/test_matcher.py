"""Which doors a middleware's matcher covers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from doorcheck.scan.doors.matcher import Extent, Matcher, Routing

ALWAYS, SOMETIMES, NEVER, UNKNOWN = Extent.ALWAYS, Extent.SOMETIMES, Extent.NEVER, Extent.UNKNOWN
RECORDED: dict[str, Any] = json.loads(Path(__file__).with_name("next_matchers.json").read_text(encoding="utf-8"))
"""What getMiddlewareMatchers and getMiddlewareRouteMatcher of the Next.js named in it answered to these paths."""

NO_FILES = "/((?!api|_next|.*\\..*).*)"
CLERK = ["/((?!_next|[^?]*\\.(?:html?|css|js(?!on)|jpe?g|webp|png|gif|svg|ico)).*)", "/(api|trpc)(.*)"]


@pytest.mark.parametrize("recorded", RECORDED["matchers"], ids=lambda recorded: str(recorded["matcher"]))
def test_runs_for_the_paths_next_itself_runs_it_for(recorded: dict[str, Any]) -> None:
    matcher = Matcher.of(recorded["matcher"], Routing(recorded["basePath"], tuple(recorded["locales"])))
    assert [path for path in RECORDED["paths"] if matcher.runs_for(path)] == recorded["covered"]


@pytest.mark.parametrize(
    ("matcher", "route", "extent", "gap"),
    [
        (None, "/api/x", ALWAYS, None),
        ([], "/api/x", NEVER, "/api/x"),
        ("/api/:path*", "/api/invoices/[id]", ALWAYS, None),
        ("/api/:path*", "/api", ALWAYS, None),
        ("/api/:path+", "/api", NEVER, "/api"),
        ("/api", "/api/x", NEVER, "/api/x"),
        ("/API/:path*", "/api/x", NEVER, "/api/x"),
        ("/api/:id", "/api/[...rest]", SOMETIMES, "/api/sample/deep"),
        ("/api/:path+", "/api/[[...rest]]", SOMETIMES, "/api"),
        ("/api/invoices/:id(\\d+)", "/api/invoices/[id]", SOMETIMES, "/api/invoices/sample"),
        ("/api/invoices/export", "/api/invoices/[id]", SOMETIMES, "/api/invoices/sample"),
        ("/api/:kind(inv-[a-c]{3})", "/api/[kind]", SOMETIMES, "/api/sample"),
        (NO_FILES, "/dashboard", ALWAYS, None),
        (NO_FILES, "/api/x", NEVER, "/api/x"),
        (NO_FILES, "/apiary", NEVER, "/apiary"),
        (NO_FILES, "/invoices/[id]", SOMETIMES, "/invoices/x.png"),
        (NO_FILES, "/[slug]", SOMETIMES, "/x.png"),
        ("/((?!api).*)", "/[slug]", SOMETIMES, "/api"),
        ("/((?!public/).*)", "/[...all]", SOMETIMES, "/public/x"),
        (CLERK, "/api/invoices/[id]", ALWAYS, None),
        (CLERK, "/invoices/[id]", SOMETIMES, "/invoices/x.png"),
        (CLERK, "/trpc/[trpc]", ALWAYS, None),
        (["/dashboard/:path*", "/api/admin/:path*"], "/api/admin/users/[id]/roles/[role]", ALWAYS, None),
        ("/", "/", ALWAYS, None),
        ("/", "/about", NEVER, "/about"),
        ([{"source": "/api/:path*"}], "/api/x", ALWAYS, None),
        ({"source": "/api/:path*"}, "/api/x", ALWAYS, None),
    ],
)
def test_extent_and_gap(matcher: object, route: str, extent: Extent, gap: str | None) -> None:
    coverage = Matcher.of(matcher).covers(route)
    assert (coverage.extent, coverage.gap) == (extent, gap)


def test_the_answer_names_the_matcher_and_the_path() -> None:
    coverage = Matcher.of(["/login", NO_FILES]).covers("/invoices/[id]")
    assert coverage.matcher == NO_FILES
    assert coverage.says == f"{NO_FILES} does not cover /invoices/x.png"


def test_a_condition_makes_always_into_sometimes() -> None:
    prefetch = {"type": "header", "key": "next-router-prefetch"}
    coverage = Matcher.of([{"source": "/api/:path*", "missing": [prefetch]}]).covers("/api/x")
    assert coverage.extent is SOMETIMES
    assert coverage.gap is None
    assert coverage.says == "/api/:path* leaves it out when the request has header next-router-prefetch"
    wanted = Matcher.of([{"source": "/api/:path*", "has": [{"type": "query", "key": "a", "value": "1"}]}])
    assert wanted.covers("/api/x").says == "/api/:path* covers it only when the request has query a = 1"
    assert Matcher.of([{"source": "/api/:path*", "missing": []}]).covers("/api/x").extent is ALWAYS


def test_a_matcher_without_the_condition_beside_it_makes_it_always_again() -> None:
    cookie = [{"type": "cookie", "key": "s"}]
    both = [{"source": "/a", "has": cookie}, {"source": "/a", "missing": cookie}]
    assert Matcher.of(both).covers("/a").extent is ALWAYS
    assert Matcher.of([{"source": "/a", "has": cookie}, "/:path*"]).covers("/a").extent is ALWAYS
    assert (
        Matcher.of([{"source": "/a", "has": cookie}, {"source": "/a", "has": cookie}]).covers("/a").extent is SOMETIMES
    )


@pytest.mark.parametrize(
    ("matcher", "says"),
    [
        ("api/:path*", "the matcher api/:path* cannot be read: a source starts with /"),
        ("/api/(", "the matcher /api/( cannot be read: unbalanced pattern at 5"),
        ([3], "the matcher given cannot be read: its source is no text"),
        (["/a"] * 300, "more than 200 matchers"),
    ],
)
def test_a_matcher_next_would_refuse_is_unknown(matcher: object, says: str) -> None:
    coverage = Matcher.of(matcher).covers("/api/x")
    assert coverage.extent is UNKNOWN
    assert coverage.says == says


def test_a_matcher_that_could_not_be_read_is_unknown() -> None:
    assert Matcher.unreadable("the matcher is computed").covers("/api/x").says == "the matcher is computed"


def test_a_hostile_matcher_is_unknown_and_does_not_hang() -> None:
    nested = "/((?:(?=(?:(?=(?:a|b)*c)(?:a|b))*c)(?:a|b))*d)"
    assert Matcher.of(nested).covers("/" + "ab" * 110 + "c").extent is UNKNOWN
    assert Matcher.of("/(" + "a" * 5000 + ")").covers("/a").extent is UNKNOWN
    assert Matcher.of("/((?:a+)+)").covers("/" + "a" * 200).extent is ALWAYS


def test_base_path_locale_and_trailing_slash() -> None:
    assert Matcher.of("/api/:path*", Routing(base_path="/docs")).covers("/api/x").extent is ALWAYS
    assert Matcher.of("/docs/api/:path*", Routing(base_path="/docs")).covers("/api/x").extent is NEVER
    both = Routing(locales=("en", "de"))
    assert Matcher.of("/api/:path*", both).covers("/api/x").extent is ALWAYS
    assert Matcher.of([{"source": "/api/:path*", "locale": False}], both).covers("/api/x").extent is NEVER
    assert Matcher.of([{"source": "/en/api/x", "locale": False}], both).covers("/api/x").extent is NEVER
    assert Matcher.of("/", both).covers("/").extent is ALWAYS
    assert Matcher.of("/about", Routing(trailing_slash=True)).covers("/about").extent is ALWAYS
    assert Matcher.of("/about/", Routing(trailing_slash=True)).covers("/about").extent is ALWAYS
    assert Matcher.of("/about/").covers("/about").extent is NEVER
