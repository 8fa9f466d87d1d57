"""What constant texts answer, as JavaScript has it."""

from __future__ import annotations

import pytest

from doorcheck.scan.facts import texts
from doorcheck.scan.facts.values import ANYTHING, FALSE, NULL, TRUE, Arr, Const, External, Value

PATH = Const("/api/Admin/x")


def regex(pattern: str, flags: str = "") -> External:
    return texts.regular_expression(pattern, flags, "a.ts", 0)


def plain(value: Value | None) -> object:
    if isinstance(value, Arr):
        return [plain(item) for item in value.items]
    return value.value if isinstance(value, Const) else value


@pytest.mark.parametrize(
    ("name", "given", "answer"),
    [
        ("startsWith", ["/api"], True),
        ("endsWith", ["/y"], False),
        ("includes", ["Admin"], True),
        ("indexOf", ["Admin"], 5.0),
        ("indexOf", ["zzz"], -1.0),
        ("toLowerCase", [], "/api/admin/x"),
        ("slice", [1.0, 4.0], "api"),
        ("slice", [-1.0], "x"),
        ("substring", [4.0, 1.0], "api"),
        ("split", ["/"], ["", "api", "Admin", "x"]),
        ("replace", ["/", ""], "api/Admin/x"),
        ("replaceAll", ["/", ""], "apiAdminx"),
        ("concat", ["/y"], "/api/Admin/x/y"),
        ("startsWith", ["/api", 3.0], None),
        ("replace", ["a", "$&"], None),
        ("localeCompare", ["a"], None),
    ],
)
def test_methods_of_a_text(name: str, given: list[object], answer: object) -> None:
    assert plain(texts.method(PATH, name, tuple(Const(value) for value in given))) == answer


def test_a_method_given_something_unknown_answers_nothing() -> None:
    assert texts.method(PATH, "startsWith", (ANYTHING,)) is None


@pytest.mark.parametrize(
    ("pattern", "flags", "answer"),
    [
        ("^/api", "", TRUE),
        ("^/admin", "", FALSE),
        ("admin", "i", TRUE),
        ("admin", "", FALSE),
        ("^(/api", "", None),
        ("api", "y", None),
    ],
)
def test_a_regular_expression_asked_about_a_text(pattern: str, flags: str, answer: Value | None) -> None:
    assert texts.method(regex(pattern, flags), "test", (PATH,)) is answer


def test_match_gives_a_list_or_null() -> None:
    assert isinstance(texts.method(PATH, "match", (regex("Admin"),)), Arr)
    assert texts.method(PATH, "match", (regex("zzz"),)) is NULL


def test_an_expression_made_to_be_slow_ends() -> None:
    slow = regex("^(a|a)*(a|a)*(a|a)*(a|a)*$")
    assert texts.method(slow, "test", (Const("a" * 200 + "!"),)) in (FALSE, None)


def test_what_is_too_long_is_not_joined() -> None:
    half = Const("x" * texts.MAX_TEXT)
    assert not isinstance(texts.joined((half, half)), Const)
    assert plain(texts.joined((Const("a"), Const("b")))) == "ab"


@pytest.mark.parametrize(
    ("items", "rest", "item", "answer"),
    [
        (["/a", "/b"], (), "/a", True),
        (["/a", "/b"], (), "/c", False),
        (["/a"], (ANYTHING,), "/c", None),
        (["/a"], (ANYTHING,), "/a", True),
        ([], (), "/a", None),
    ],
)
def test_a_list_that_holds_a_text(items: list[str], rest: tuple[Value, ...], item: str, answer: bool | None) -> None:
    assert texts.contains(Arr(tuple(map(Const, items)), rest), Const(item)) is answer


@pytest.mark.parametrize(
    ("name", "results", "answer"),
    [
        ("some", [FALSE, TRUE], True),
        ("some", [FALSE, FALSE], False),
        ("some", [FALSE, ANYTHING], None),
        ("some", [TRUE, ANYTHING], True),
        ("every", [TRUE, TRUE], True),
        ("every", [FALSE, ANYTHING], False),
        ("find", [FALSE, TRUE], "b"),
        ("filter", [FALSE, TRUE], ["b"]),
    ],
)
def test_methods_that_ask_each_element(name: str, results: list[Value], answer: object) -> None:
    assert plain(texts.asked_of_each(name, [Const("a"), Const("b")], results)) == answer
