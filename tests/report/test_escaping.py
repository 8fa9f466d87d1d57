"""One function makes foreign text harmless; here is what it does to each kind of character."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorcheck.report.escaping import encodable, inert_json, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain [text] (1)", "plain [text] (1)"),
        ("\x1b[31m", "\\x1b[31m"),
        ("a\tb\nc\rd", "a\\tb\\nc\\rd"),
        ("\x9b1m\x7f\x00", "\\x9b1m\\x7f\\x00"),
        ("\u202eevil", "\\u202eevil"),
        ("a\u200bb\u2028c", "a\\u200bb\\u2028c"),
        ("\U000e0041", "\\U000e0041"),
        ("caf\u00e9 \u65e5\u672c", "caf\u00e9 \u65e5\u672c"),
        ("\udcff", "\\xff"),
        ("\ud800", "\\ud800"),
    ],
)
def test_what_is_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_without_unicode_everything_else_is_spelt_out() -> None:
    assert visible("caf\u00e9 \u65e5 \U0001f480", ascii_only=True) == "caf\\xe9 \\u65e5 \\U0001f480"


def test_a_long_text_is_cut_and_says_so() -> None:
    assert visible("a" * 10_000_000, limit=5) == "aaaaa... (9999995 more characters)"


@given(st.text(alphabet=st.characters(codec=None)))
def test_nothing_that_acts_is_left(text: str) -> None:
    assert visible(text).isprintable()
    assert visible(text, ascii_only=True).isascii()
    encodable(text).encode()


@given(st.text())
def test_json_says_the_same_with_fewer_dangerous_bytes(text: str) -> None:
    document = json.dumps({"a": text}, ensure_ascii=False).encode()
    assert json.loads(inert_json(document)) == {"a": text}
