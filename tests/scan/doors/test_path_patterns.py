"""Path patterns and JavaScript expressions, beside the real path-to-regexp and the real RegExp."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from doorcheck.scan.doors.path_to_regexp import PathPatternError, path_source
from doorcheck.scan.syntax.ecma_nodes import Budget, BudgetSpentError
from doorcheck.scan.syntax.ecma_regex import RegexError, compile_regex

Ask = Callable[..., list[dict[str, Any]]]

PATTERNS = [
    "/",
    "/about/:path*",
    "/about/:path+",
    "/about/:path?",
    "/:path*",
    "/:a/:b",
    "/:a-:b",
    "/:a.:b",
    "/:a:b",
    "/:file.json",
    "/api/:id(\\d+)",
    "/api/:id([0-9a-f]{8}-[0-9a-f]{4})",
    "/(api|trpc)(.*)",
    "/dashboard(.*)",
    "/dashboard/(.*)",
    "/dashboard(/.*)?",
    "/dashboard{/:tab}?",
    "/{a-:x}*",
    "/{:x-b}+",
    "/x{}?",
    "/((?!api|_next/static|_next/image|favicon.ico).*)",
    "/((?!api|_next|.*\\..*).*)",
    "/((?!.+\\.[\\w]+$|_next).*)",
    "/((?!_next|[^?]*\\.(?:html?|css|js(?!on)|jpe?g|webp|png|gif|svg|ttf|woff2?|ico|csv|webmanifest)).*)",
    "/((?!api|trpc))(_next.*|.+\\.[\\w]+$)",
    "/[locale]/x",
    "/\\:escaped",
    "/a\\(b\\)",
    "/api/*",
    "/foo(.*)*",
    "/:a(x)*",
    "/api/(a(b))",
    "/api/(?!x)",
    "/api/(",
    "/api/()",
    "/api/:",
    "/api/:a?/:b",
    "/ünï/:x",
    "/nested/:a(\\w+)/more",
    "/(en|de)/:path*",
]
PATHS = [
    "/",
    "",
    "/about",
    "/about/",
    "/about/a",
    "/about/a/b",
    "/aboutx",
    "/api",
    "/API/x",
    "/api/12",
    "/api/12ab",
    "/api/deadbeef-cafe",
    "/trpc/a.b",
    "/dashboard",
    "/dashboardx",
    "/dashboard/a/b",
    "/_next/static/x.js",
    "/favicon.ico",
    "/x.png",
    "/x.json",
    "/a-b",
    "/a-b-c",
    "/a.b",
    "/x-b",
    "/a-xa-y",
    "/en/x",
    "/:escaped",
    "/a(b)",
    "/ünï/ö",
    "/nested/a_1/more",
    "/foo//",
    "/a?b",
    "/a#",
]

EXPRESSIONS = [
    "a",
    "^a|b$",
    "a{2}",
    "a{2,}",
    "a{1,2}b",
    "a{,2}",
    "{a}",
    "a{2,1}",
    "x{a}",
    "[a-c]+",
    "[^a-c]+$",
    "[]",
    "[^]",
    "[]a]",
    "[a-]",
    "[-a]",
    "[\\w-.]",
    "[a-\\d]",
    "[\\d-a]",
    "[z-a]",
    "[[a]",
    "[a&&b]",
    "[\\b]",
    "\\bapi\\b",
    "\\Bpi",
    "(?<=/)api",
    "(?<!/)api",
    "(?<name>a)b",
    "(?:a|b)*c",
    "(a*)*$",
    "(?=a)a",
    "(?!a)b",
    "(?=a)*b",
    "(?<=a)*b",
    "^*",
    "a**",
    "a++",
    "a*?",
    "a??",
    "(?>a)",
    "(?i)a",
    "(?P<x>a)",
    "\\d\\D\\w\\W\\s\\S",
    "\\/\\-\\.",
    "\\A\\Z\\z",
    "\\p\\e\\q",
    "\\x41\\u0042",
    "\\x4\\u12",
    "\\0",
    "]}",
    "a||b",
    "()",
    "(",
    ")",
    "a\\",
    "[a",
    "",
    ".",
    "\\n",
    "^$",
    "(?:)",
    "a$b",
]
TEXTS = [
    "",
    "a",
    "b",
    "ab",
    "aab",
    "aaa",
    "abc",
    "A",
    "AB",
    "/api",
    "/api/x",
    "xapi",
    "1a 2",
    "-",
    ".",
    "[",
    "]",
    "{a}",
]
TEXTS += ["x{a}", "a{,2}", "AZz", "peq", "]}", "\n", "\u2028", "a-b", "é", "/-.", "1a_ \ta", "&", "x41u0042"]


def _ours(kind: str, pattern: str) -> str | None:
    try:
        source = path_source(pattern) if kind == "path" else pattern
        compile_regex(source)
    except (PathPatternError, RegexError):
        return None
    return source


def _compare(ask_oracle: Ask, kind: str, patterns: list[str], texts: list[str]) -> int:
    """How many patterns both sides read; fails on the first on which they differ."""
    cases = [
        {"kind": kind, "pattern": pattern, "ours": _ours(kind, pattern), "ignoreCase": ignore_case, "paths": texts}
        for pattern in patterns
        for ignore_case in (False, True)
    ]
    read = 0
    for case, answer in zip(cases, ask_oracle("paths.mjs", "path-to-regexp", cases), strict=True):
        pattern, ours = case["pattern"], case["ours"]
        assert ("error" in answer) == (ours is None), (pattern, ours, answer)
        if not isinstance(ours, str):
            continue
        assert answer["same"], (pattern, ours, answer["source"])
        regex = compile_regex(ours, bool(case["ignoreCase"]))
        matches = [regex.search(text, Budget(100_000)) for text in texts]
        assert matches == answer["matches"], (pattern, case["ignoreCase"], ours)
        read += 1
    return read


def test_path_patterns_like_the_library(ask_oracle: Ask) -> None:
    assert _compare(ask_oracle, "path", PATTERNS, PATHS) > len(PATTERNS)


def test_expressions_like_the_engine(ask_oracle: Ask) -> None:
    assert _compare(ask_oracle, "regexp", EXPRESSIONS, TEXTS) > len(EXPRESSIONS)


def test_patterns_made_at_random_like_the_library(ask_oracle: Ask) -> None:
    pieces = ["/", "a", "api", ":x", ":y", "(.*)", "(\\d+)", "(a|b)", "(?:a)", "((?!a).*)", "*", "+", "?", "{", "}"]
    pieces += ["-", ".", "\\.", "([^/]+)", "((?!api|b/).+)", "(a{1,2})", ":z(\\w+)", "{/b}?", "x", "/"]
    chance = random.Random(7)  # noqa: S311 - cases, not secrets
    patterns = ["/" + "".join(chance.choices(pieces, k=chance.randint(1, 7))) for _ in range(1500)]
    letters = ["/", "a", "b", "api", "-", ".", "1", "x"]
    texts = ["/" + "".join(chance.choices(letters, k=chance.randint(0, 6))) for _ in range(40)]
    assert _compare(ask_oracle, "path", patterns, texts) > 500


def test_expressions_made_at_random_like_the_engine(ask_oracle: Ask) -> None:
    pieces = ["a", "b", ".", "[ab]", "[^a]", "(?:", "(", ")", "|", "*", "+", "?", "{2}", "{0,1}", "^", "$", "\\b"]
    pieces += ["(?=", "(?!", "(?<=", "(?<!", "\\w", "\\.", "a-", "/"]
    chance = random.Random(11)  # noqa: S311 - cases, not secrets
    patterns = ["".join(chance.choices(pieces, k=chance.randint(1, 9))) for _ in range(4000)]
    texts = ["".join(chance.choices(["a", "b", ".", "/", "-"], k=chance.randint(0, 7))) for _ in range(30)]
    assert _compare(ask_oracle, "regexp", patterns, texts) > 1000


@pytest.mark.parametrize("source", [r"(a)\1", r"\c", r"\k<x>", r"\07", "(" * 100 + ")" * 100, "a" * 5000])
def test_what_is_not_read_is_refused(source: str) -> None:
    with pytest.raises(RegexError):
        compile_regex(source)


@pytest.mark.parametrize("source", ["(a+)+$", "(a|aa)+$", "((a*)*)*b", "(.*)(.*)(.*)(.*)(.*)x"])
def test_hostile_expressions_stay_cheap(source: str) -> None:
    regex = compile_regex(source)
    assert regex.search("a" * 250 + "!", Budget(20_000)) is False


def test_a_match_that_takes_too_many_steps_says_so() -> None:
    regex = compile_regex("(?:(?=(?:(?=(?:a|b)*c)(?:a|b))*c)(?:a|b))*c")
    with pytest.raises(BudgetSpentError):
        regex.search("ab" * 100 + "!", Budget(1000))
