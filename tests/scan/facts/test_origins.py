"""Which tests of an origin let a stranger's pass: tried out with origins that anybody can have."""

from __future__ import annotations

import pytest

from doorcheck.scan.facts import values
from doorcheck.scan.facts.evaluator import Evaluator
from doorcheck.scan.facts.modules import Program
from doorcheck.scan.facts.origins import Kind, allowed_by, asked, by_pattern
from doorcheck.scan.facts.proofs import NOTHING, Facts
from doorcheck.scan.facts.texts import regular_expression
from doorcheck.scan.facts.values import Const, Env, Input, Value
from doorcheck.scan.knowledge.library import load
from doorcheck.scan.project.resolution import Resolver
from doorcheck.scan.project.tree import list_tree

ORIGIN = Input("header", ("origin",))


@pytest.fixture(scope="module")
def ev(tmp_path_factory: pytest.TempPathFactory) -> Evaluator:
    tree = list_tree(tmp_path_factory.mktemp("empty"))
    return Evaluator(Program(Resolver(tree), lambda _: None), load(()))


def says(test: values.Test | None) -> str:
    """What is known of an origin that passes."""
    assert test is not None
    (fact,) = test.yes_branches[0].facts
    return fact.says


def kinds(value: Value, facts: Facts = NOTHING) -> list[Kind]:
    return [each.kind for each in allowed_by(value, facts)]


@pytest.mark.parametrize(
    ("pattern", "stranger"),
    [
        (r"^https:\/\/app\.example\.com$", None),
        (r"^https?:\/\/(www\.)?example\.com(:\d+)?$", None),
        (r"^https:\/\/[a-z0-9-]+\.example\.com$", None),
        (r"^http:\/\/localhost(:\d+)?$", None),
        (r"^chrome-extension:\/\/[a-p]{32}$", None),
        (r"example\.com", "https://example.com.evil.test"),
        (r"example\.com$", "https://evilexample.com"),
        (r"^https:\/\/.*example\.com$", "https://evilexample.com"),
        (r"^https://app.example.com$", "https://appxexample.com"),
        (r"^https:\/\/.+\.vercel\.app$", "https://evil.vercel.app"),
        (r"^http:\/\/localhost", "http://localhost.evil.test"),
        (r"^https:\/\/", "https://evil.test"),
        (r"^(null|https:\/\/app\.example\.com)$", "null"),
    ],
)
def test_patterns(ev: Evaluator, pattern: str, stranger: str | None) -> None:
    test = by_pattern(ev, regular_expression(pattern, "", "a.ts", 0), (ORIGIN,), "a.ts", 0)
    assert (f"which {stranger} passes" in says(test)) is (stranger is not None)
    assert kinds(ORIGIN, test.yes_branches[0].facts) == [Kind.CHECKED if stranger is None else Kind.LOOSE]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("method", "text", "stranger"),
    [
        ("endsWith", Const(".example.com"), None),
        ("endsWith", Const("example.com"), "https://evilexample.com"),
        ("endsWith", Const(".netlify.app"), "https://evil.netlify.app"),
        ("startsWith", Const("https://example.com"), "https://example.com.evil.test"),
        ("startsWith", Const("chrome-extension://"), None),
        ("includes", Const("localhost"), "https://localhost.evil.test"),
        ("startsWith", Env("APP_ORIGIN"), "https://example.com.evil.test"),
        ("endsWith", Env("ROOT_DOMAIN"), "https://evilexample.com"),
    ],
)
def test_texts(ev: Evaluator, method: str, text: Value, stranger: str | None) -> None:
    told = says(asked(ev, ORIGIN, method, (text,), "a.ts", 0))
    assert (f"which {stranger} passes" in told) is (stranger is not None)


def test_only_where_a_request_comes_from_is_tried_out(ev: Evaluator) -> None:
    assert asked(ev, Input("body", ("name",)), "endsWith", (Const(".png"),), "a.ts", 0) is None
    assert by_pattern(ev, regular_expression("a", "", "a.ts", 0), (Input("header", ("host",)),), "a.ts", 0) is None


def test_what_a_header_may_say() -> None:
    assert kinds(ORIGIN) == [Kind.ECHOED]
    assert kinds(Const("*")) == [Kind.ANY]
    assert kinds(Const("null")) == [Kind.NULL]
    assert kinds(Env("APP_ORIGIN")) == [Kind.FIXED]
    assert kinds(Const("")) == []
