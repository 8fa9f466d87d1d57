"""Comments that state something, and those that only seem to."""

from __future__ import annotations

import time

import pytest

from doorcheck.core import ControlId, Location
from doorcheck.policy.comments import AcceptHere, PublicHere, read_comments
from doorcheck.scan.engine import Comment

AT = Location("app/api/route.ts", 3)


def _read(text: str) -> object:
    statements, notices = read_comments([Comment(AT, text)])
    assert len(statements) + len(notices) == 1
    return statements[0] if statements else notices[0].says


@pytest.mark.parametrize(
    "text",
    [
        "public - a liveness probe",
        " public — a liveness probe ",
        "public: a liveness probe",
        "public -- a liveness probe */",
    ],
)
def test_public_with_a_reason(text: str) -> None:
    found = _read(text)
    assert isinstance(found, PublicHere)
    assert found.reason.strip() == "a liveness probe"
    assert found.at == AT


def test_accept_with_a_control_and_a_reason() -> None:
    assert _read("accept authenticate - until spring - then closed") == AcceptHere(
        AT, ControlId.AUTHENTICATE, "until spring - then closed"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("public", "no effect without a reason; write it after a dash: `doorcheck: public - why`"),
        ("public -", "no effect without a reason"),
        ("public - ...", "no effect without a reason"),
        ("public because we say so", "no effect without a reason"),
        ("accept authenticate", "no effect without a reason; write it after a dash: `doorcheck: accept authenticate"),
        ("accept - why", "does not say what it accepts"),
        ("accept", "does not say what it accepts"),
        ("accept autenticate - why", "there is no control `autenticate`; did you mean authenticate?"),
        ("accept xyzzy - why", "there is no control `xyzzy`; `doorcheck explain` lists them"),
        ("pubic - why", "`pubic` is nothing a doorcheck comment can say; did you mean public?"),
        ("ignore this", "`ignore` is nothing a doorcheck comment can say; it is `public - reason` or"),
        ("", "`` is nothing a doorcheck comment can say"),
    ],
)
def test_what_is_wrong_with_a_comment_is_said(text: str, said: str) -> None:
    assert said in str(_read(text))


def test_an_endless_comment_takes_no_time() -> None:
    before = time.process_time()
    for text in ("public - " + "!" * 200_000, "accept " + "a-" * 100_000, "-" * 200_000):
        assert "no effect" in (said := str(_read(text))) or "no control" in said or "nothing" in said
        assert len(said) < 300
    assert time.process_time() - before < 1
