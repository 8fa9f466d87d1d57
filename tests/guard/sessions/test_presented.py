"""The names of cookies as a browser means them."""

from __future__ import annotations

import pytest

from doorcheck.guard.sessions.credentials import read_presented


@pytest.mark.parametrize("blank", [b"\xa0", b"\x85", b"\x1c", b"\x1f", b"\x0b", b"\x0c"])
def test_a_name_that_only_looks_protected_is_another_name(blank: bytes) -> None:
    """A browser holds ``__Host-`` cookies to their host, and a name with a blank of another kind is none of these."""
    presented = read_presented(blank + b"__Host-session=planted", None)
    assert "__Host-session" not in presented.cookies
    both = read_presented(blank + b"__Host-session=planted; __Host-session=own", None)
    assert both.cookies["__Host-session"] == "own"
    assert both.twice == frozenset()


def test_blanks_between_cookies_are_no_part_of_them() -> None:
    presented = read_presented(b"a=1;  b=2 ;\tc=3", None)
    assert presented.cookies == {"a": "1", "b": "2", "c": "3"}
