"""No secret and no personal data in what is written down."""

from __future__ import annotations

import io
import json
import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorcheck.guard.records import ScrubbedJson, scrub, scrub_value

SECRETS = {
    "JWT": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "JWE": "eyJhbGciOiJkaXIifQ..aXY.Y2lwaGVy.dGFn",
    "iron": "Fe26.2*1*salt*iv*cipher**mac*mac~2",
    "Stripe": "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "OpenAI": "sk-proj-abcdefghijklmnopqrstuvwx",
    "AWS": "AKIAIOSFODNN7EXAMPLE",
    "GitHub": "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "Slack": "xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcHrzqqgy",
    "bearer": "Bearer abcdef123456",
    "URL": "postgresql://app:hunter2@db/app",
    "assignment": "password=hunter2",
    "JSON": '{"client_secret": "hunter2"}',
    "mail": "ada@example.test",
    "card": "4111 1111 1111 1111",
    "IBAN": "DE89 3704 0044 0532 0130 00",
    "Argon2": "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$iWh06vD8Fy27wf9npn6FXWiCX4K6pW6Ue1Bnzz07Z8A",
    "bcrypt": "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
    "PEM": "-----BEGIN PRIVATE KEY-----\nMIIabc\n-----END PRIVATE KEY-----",
}


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_what_looks_like_a_secret_is_taken_out(secret: str) -> None:
    text = scrub(f"before {secret} after")
    assert text.startswith("before ")
    assert text.endswith(" after")
    for part in ("hunter2", "c2lnbmF0dXJl", "4eC39", "IOSFODNN7", "ada@", "1111 1111", "3704", "MIIabc", "abcdef1"):
        assert part not in text
    assert secret not in text


@pytest.mark.parametrize(
    "text",
    [
        "GET /invoices/1234567890123 answered 404 in 12 ms",
        "order 4111 1111 1111 1112 is not found",
        "the token has expired",
        "2026-11-21T10:00:00+00:00",
    ],
)
def test_what_is_needed_to_find_a_fault_stays(text: str) -> None:
    assert scrub(text) == text


def test_values_of_telling_keys_are_taken_out_of_structures() -> None:
    found = scrub_value(
        {"user": {"Password": "a", "name": "Ada"}, "headers": [{"Set-Cookie": "b"}], "apiKey": 7, "count": 3}
    )
    assert found == {
        "user": {"Password": "[removed]", "name": "Ada"},
        "headers": [{"Set-Cookie": "[removed]"}],
        "apiKey": "[removed]",
        "count": 3,
    }


def test_an_object_does_not_write_itself() -> None:
    class Account:
        def __str__(self) -> str:
            return "hunter2"

    assert scrub_value({"account": Account(), "raw": b"hunter2"}) == {"account": "[Account]", "raw": "[bytes]"}


def test_structures_and_texts_have_an_end() -> None:
    deep: Any = "end"
    for _ in range(100):
        deep = [deep]
    assert "deeper" in json.dumps(scrub_value(deep))
    assert len(scrub("x" * 1_000_000)) < 20_000


@given(st.text(max_size=2000))
def test_scrubbing_ends_and_changes_nothing_the_second_time(text: str) -> None:
    once = scrub(text)
    assert scrub(once) == once


def test_a_line_of_the_log_has_no_secret_whoever_wrote_it() -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(ScrubbedJson())
    log = logging.getLogger("a.test.of.scrubbing")
    log.addHandler(handler)
    log.propagate = False
    try:
        try:
            int("password=hunter2")
        except ValueError:
            log.exception("could not sign in %s", "ada@example.test", extra={"token": "hunter2", "count": 2})
        log.error("%d", "no number")
    finally:
        log.removeHandler(handler)
    first, second = (json.loads(line) for line in written.getvalue().splitlines())
    assert "hunter2" not in written.getvalue()
    assert first["message"] == "could not sign in [email]"
    assert first["extra"] == {"token": "[removed]", "count": 2}
    assert first["fault"]["type"] == "ValueError"
    assert any("test_scrubbing.py" in frame for frame in first["fault"]["at"])
    assert "cannot be written" in second["message"]
