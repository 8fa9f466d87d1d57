"""NextAuth 4: what its own package wrote is accepted, and nothing else."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from tests.guard.sessions.forging import CLAIMS, forged_jwes, jwe
from tests.guard.sessions.recorded import (
    NOW,
    OTHER_SECRET,
    SECRET,
    VECTORS,
    accepted,
    altered,
    chunked,
    principals,
    refusal,
)

from doorcheck.guard.errors import GuardError
from doorcheck.guard.principal import Carrier
from doorcheck.guard.sessions.hkdf import derive
from doorcheck.guard.sessions.issuers import NextAuth, WeakSecret

RECORDED = VECTORS["nextauth_v4"]
SECURE, PLAIN = "__Secure-next-auth.session-token", "next-auth.session-token"
KEY = bytes.fromhex(RECORDED["key_hex"])
OTHER_KEY = derive(OTHER_SECRET.encode(), salt="", info="NextAuth.js Generated Encryption Key", length=32)
FORGED = forged_jwes(KEY, "A256GCM", OTHER_KEY)


@pytest.mark.parametrize("cookie", [SECURE, PLAIN])
def test_a_session_is_accepted(cookie: str) -> None:
    found = accepted(NextAuth(secret=SECRET), {cookie: RECORDED["token"]})
    assert (found.id, found.roles, found.carrier) == ("user_1", frozenset({"member"}), Carrier.COOKIE)
    assert found.expires_at == RECORDED["claims"]["exp"] + 15


@pytest.mark.parametrize("way", ["http", "https"])
def test_the_cookies_of_a_whole_sign_in_are_accepted(way: str) -> None:
    assert accepted(NextAuth(secret=SECRET), RECORDED["flow_cookies"][way]).claims["name"] == "Ada"


def test_a_session_in_chunks_is_accepted_and_one_with_a_gap_refused() -> None:
    chunks = chunked(RECORDED["chunks"])
    assert accepted(NextAuth(secret=SECRET), chunks).id == "user_1"
    for missing in list(chunks):
        assert refusal(NextAuth(secret=SECRET), {name: value for name, value in chunks.items() if name != missing})


def test_a_salt_of_the_application_belongs_to_the_key() -> None:
    salted = RECORDED["salted"]
    cookies = {PLAIN: salted["token"]}
    assert accepted(NextAuth(secret=SECRET, salt=salted["salt"]), cookies).id == "user_1"
    assert refusal(NextAuth(secret=SECRET), cookies)
    assert refusal(NextAuth(secret=SECRET, salt="salt"), cookies)


def test_an_expired_session_is_refused_whatever_its_cookie_says() -> None:
    assert "expired" in refusal(NextAuth(secret=SECRET), {PLAIN: RECORDED["expired"]})


def test_a_token_made_as_the_forged_ones_but_right_is_accepted() -> None:
    assert accepted(NextAuth(secret=SECRET), {PLAIN: jwe(CLAIMS, KEY, "A256GCM")}).id == "user_1"


@pytest.mark.parametrize("forgery", FORGED)
def test_a_forged_token_is_refused(forgery: str) -> None:
    assert refusal(NextAuth(secret=SECRET), {PLAIN: FORGED[forgery]})


@pytest.mark.parametrize("place", [0, 5, 60, -60, -3, -1])
def test_one_altered_character_is_refused(place: int) -> None:
    assert refusal(NextAuth(secret=SECRET), {PLAIN: altered(RECORDED["token"], place)})


def test_a_bearer_token_is_taken_as_the_front_end_takes_it() -> None:
    token = quote(RECORDED["token"], safe="")
    assert principals(NextAuth(secret=SECRET), bearer=token) == []
    assert accepted(NextAuth(secret=SECRET, bearer=True), bearer=token).carrier is Carrier.BEARER


def test_a_cookie_and_a_bearer_token_are_both_judged() -> None:
    issuer = NextAuth(secret=SECRET, bearer=True)
    other = jwe({**CLAIMS, "sub": "user_2", "exp": int(NOW) + 60}, KEY, "A256GCM")
    assert [one.id for one in principals(issuer, {PLAIN: RECORDED["token"]}, bearer=other)] == ["user_1", "user_2"]


def test_the_environment_of_the_front_end_is_enough() -> None:
    cookies = {PLAIN: RECORDED["token"]}
    assert accepted(NextAuth.from_env({"NEXTAUTH_SECRET": SECRET, "AUTH_SECRET": OTHER_SECRET}), cookies)
    assert accepted(NextAuth.from_env({"AUTH_SECRET": SECRET}), cookies)
    assert principals(NextAuth.from_env({"AUTH_SECRET": SECRET, "NEXTAUTH_URL": "https://a.test"}), cookies) == []
    with pytest.raises(GuardError, match="NEXTAUTH_SECRET or AUTH_SECRET is not set"):
        NextAuth.from_env({"AUTH_SECRET": " "})
    with pytest.raises(WeakSecret):
        NextAuth(secret="")
