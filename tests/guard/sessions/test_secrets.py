"""Secrets that protect nothing are refused when the service starts, in words that do not have them."""

from __future__ import annotations

import secrets

import pytest

from doorcheck.guard.sessions.secrets import KNOWN, WeakSecret, read_secret, read_secrets


@pytest.mark.parametrize(
    "weak",
    [
        "",
        " " * 40,
        "secret",
        "changeme",
        "a" * 31,
        "0123456789abcdef0123456789abcde",
        "0" * 64,
        "ab" * 20,
        "please-changeme-0123456789-abcdefghijk",
        "your-secret-key-that-is-long-enough-0123456789",
        *sorted(KNOWN),
        *[one.upper() for one in sorted(KNOWN)],
    ],
)
def test_a_weak_secret_is_refused_and_not_repeated(weak: str) -> None:
    with pytest.raises(WeakSecret, match="AUTH_SECRET") as caught:
        read_secret(weak, "AUTH_SECRET")
    assert len(weak.strip()) < 6 or weak.lower() not in str(caught.value).lower().replace("auth_secret", "")


@pytest.mark.parametrize("make", [lambda: secrets.token_hex(32), lambda: secrets.token_urlsafe(32)])
def test_what_a_generator_makes_is_accepted(make: object) -> None:
    assert callable(make)
    for _ in range(200):
        text = make()
        assert read_secret(text, "AUTH_SECRET") == text.encode()


def test_of_several_secrets_none_may_be_weak() -> None:
    first, second = secrets.token_hex(32), secrets.token_hex(32)
    assert read_secrets([first, second], "AUTH_SECRET") == (first.encode(), second.encode())
    assert read_secrets(first, "AUTH_SECRET") == (first.encode(),)
    for weak in ([], [first, "short"], ["", first]):
        with pytest.raises(WeakSecret):
            read_secrets(weak, "AUTH_SECRET")
