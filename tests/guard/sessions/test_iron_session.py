"""iron-session: what versions 8 and 9 sealed is opened, and nothing outside the MAC changes anything."""

from __future__ import annotations

import json

import pytest
from tests.guard.sessions.forging import seal, written
from tests.guard.sessions.recorded import NOW, OTHER_SECRET, VECTORS, accepted, altered, refusal

from doorcheck.guard.errors import GuardError
from doorcheck.guard.sessions.credentials import SessionRefused
from doorcheck.guard.sessions.iron import Passwords, unseal
from doorcheck.guard.sessions.issuers import ClaimMap, IronSession, WeakSecret

RECORDED = VECTORS["iron"]
PASSWORD = RECORDED["password"]
BOTH = {"1": PASSWORD, "2": RECORDED["second_password"]}
SOON = int((NOW + 600) * 1000)
ISSUER = IronSession(cookie="app", password=PASSWORD)
ENDLESS = IronSession(cookie="app", password=BOTH, endless_because="the account is looked up at every request")


@pytest.mark.parametrize("version", ["v8", "v9"])
@pytest.mark.parametrize("form", ["plain", "ttl0", "rot", "unicode"])
def test_what_was_sealed_is_read(version: str, form: str) -> None:
    unsealed = unseal(RECORDED[version][form], Passwords(BOTH, "the password"), NOW)
    assert json.loads(unsealed.content) == RECORDED["expect"][form]


@pytest.mark.parametrize("version", ["v8", "v9"])
def test_a_session_is_accepted(version: str) -> None:
    found = accepted(ISSUER, {"app": RECORDED[version]["plain"]})
    assert (found.id, found.roles) == ("user_1", frozenset({"member"}))
    assert NOW < found.expires_at < NOW + 15 * 86_400


@pytest.mark.parametrize("version", ["v8", "v9"])
def test_a_seal_without_an_end_is_refused_unless_a_reason_is_given(version: str) -> None:
    assert "no expiry" in refusal(ISSUER, {"app": RECORDED[version]["ttl0"]})
    found = accepted(ENDLESS, {"app": RECORDED[version]["ttl0"]})
    assert (found.id, found.expires_at) == ("user_1", NOW + 30)
    assert accepted(ENDLESS, {"app": RECORDED[version]["rot"]}).id == "user_1"


@pytest.mark.parametrize("marker", ["~2", "~1", "", "~", "~0", "~2~1", "~*"])
def test_the_version_after_the_seal_decides_nothing(marker: str) -> None:
    attack = RECORDED["marker_attack"]
    bare = attack["seal"].partition("~")[0]
    assert json.loads(unseal(bare + marker, Passwords(PASSWORD, "the password"), NOW).content) == attack["must_be"]
    assert accepted(ENDLESS, {"app": bare + marker}).id == "user_1"


def test_a_seal_holds_for_a_minute_after_its_expiry_and_no_longer() -> None:
    cookies = {"app": seal(written({"userId": 7}), PASSWORD, expires=int(NOW * 1000))}
    assert accepted(ISSUER, cookies, now=NOW + 59).id == "7"
    assert refusal(ISSUER, cookies, now=NOW + 60) == "the session has expired"


def _forged() -> dict[str, str]:
    content = written({"userId": "user_1"})
    good = seal(content, PASSWORD, expires=SOON).partition("~")[0]
    parts = good.split("*")

    def but(place: int, value: str) -> str:
        return "*".join([*parts[:place], value, *parts[place + 1 :]])

    return {
        "another password": seal(content, OTHER_SECRET, expires=SOON),
        "an unknown password id": seal(content, PASSWORD, name="9", expires=SOON),
        "no password id": seal(content, PASSWORD, name="", expires=SOON),
        "another format": but(0, "Fe26.1"),
        "another id": but(1, "2"),
        "a longer life": but(5, str(SOON + 1)),
        "an endless life": but(5, ""),
        "expiry with a zero before it": seal(content, PASSWORD, expires=SOON).replace(f"*{SOON}*", f"*0{SOON}*"),
        "a sealed expiry with a zero before it": seal(content, PASSWORD, expires=f"0{SOON}"),
        "a sealed expiry that is no number": seal(content, PASSWORD, expires="soon"),
        "expiry far away": but(5, "9" * 17),
        "another salt": but(2, "00" * 32),
        "a salt in capitals": but(2, "AB" * 32),
        "another iv": but(3, altered(parts[3], 0)),
        "another ciphertext": but(4, altered(parts[4], 0)),
        "no ciphertext": but(4, ""),
        "another mac": but(7, altered(parts[7], 0)),
        "no mac": but(7, ""),
        "a mac with padding": but(7, parts[7] + "="),
        "another mac salt": but(6, "00" * 32),
        "seven parts": "*".join(parts[:7]),
        "nine parts": good + "*",
        "expired": seal(content, PASSWORD, expires=int((NOW - 61) * 1000)),
        "no expiry": seal(content, PASSWORD),
        "no JSON": seal(b"\xff", PASSWORD, expires=SOON),
        "a list": seal(b"[]", PASSWORD, expires=SOON),
        "a doubled name": seal(b'{"userId":1,"userId":2}', PASSWORD, expires=SOON),
        "a number that is none": seal(b'{"userId":1,"x":NaN}', PASSWORD, expires=SOON),
        "nested too deeply": seal(b'{"userId":1,"x":' + b"[" * 6000 + b"]" * 6000 + b"}", PASSWORD, expires=SOON),
        "nobody": seal(b"{}", PASSWORD, expires=SOON),
        "an account that is no id": seal(b'{"userId":1.5}', PASSWORD, expires=SOON),
        "too large": seal(written({"userId": "a", "big": "x" * 20_000}), PASSWORD, expires=SOON),
        "no ASCII": good + "é",
        "empty": "~",
    }


FORGED = _forged()


def test_a_seal_made_as_the_forged_ones_but_right_is_accepted() -> None:
    assert accepted(ISSUER, {"app": seal(written({"userId": "user_1"}), PASSWORD, expires=SOON)}).id == "user_1"


@pytest.mark.parametrize("forgery", FORGED)
def test_a_forged_seal_is_refused(forgery: str) -> None:
    assert refusal(ISSUER, {"app": FORGED[forgery]})


def test_a_sealed_session_in_chunks_is_accepted() -> None:
    value = RECORDED["v9"]["plain"]
    assert accepted(ISSUER, {"app.0": value[:100], "app.1": value[100:]}).id == "user_1"
    assert "missing" in refusal(ISSUER, {"app.1": value[100:]})
    assert "two forms" in refusal(ISSUER, {"app": value, "app.0": value})


def test_the_application_says_where_its_account_stands() -> None:
    claims = ClaimMap(user=(("user", "email"),), roles=(("user", "groups"),), tenant=(("org", "id"),))
    content = written({"user": {"email": "ada@example.test", "groups": ["a", "b"]}, "org": {"id": 9}})
    issuer = IronSession(cookie="app", password=PASSWORD, claims=claims)
    found = accepted(issuer, {"app": seal(content, PASSWORD, expires=SOON)})
    assert (found.id, found.roles, found.tenant) == ("ada@example.test", frozenset({"a", "b"}), "9")


def test_a_password_that_protects_nothing_is_refused_when_the_service_starts() -> None:
    for weak in ("", "short", "x" * 40, "complex_password_at_least_32_characters_long"):
        with pytest.raises(WeakSecret):
            IronSession(cookie="app", password=weak)
        with pytest.raises(WeakSecret):
            IronSession(cookie="app", password={"1": PASSWORD, "2": weak})
    for passwords in ({}, {"a*b": PASSWORD}):
        with pytest.raises(GuardError):
            IronSession(cookie="app", password=passwords)
    with pytest.raises(GuardError):
        IronSession(cookie="", password=PASSWORD)
    with pytest.raises(SessionRefused):
        Passwords(PASSWORD, "the password").find("2")


def test_the_environment_of_the_front_end_is_enough() -> None:
    cookies = {"app": RECORDED["v9"]["plain"]}
    assert accepted(IronSession.from_env("app", environ={"SESSION_PASSWORD": PASSWORD}), cookies).id == "user_1"
    assert accepted(IronSession.from_env("app", "IRON", {"IRON": PASSWORD}), cookies).id == "user_1"
    with pytest.raises(GuardError, match="SESSION_PASSWORD is not set"):
        IronSession.from_env("app", environ={})
    assert PASSWORD not in repr(ISSUER)
