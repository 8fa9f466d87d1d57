"""Auth.js 5: what its own package wrote is accepted, and nothing else."""

from __future__ import annotations

import asyncio

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
from doorcheck.guard.sessions.credentials import Presented, SessionUnavailable
from doorcheck.guard.sessions.hkdf import derive
from doorcheck.guard.sessions.issuers import AuthJs, AuthJsDatabase, StoredSession, WeakSecret

RECORDED = VECTORS["authjs_v5"]
SECURE, PLAIN = "__Secure-authjs.session-token", "authjs.session-token"
NAMES = ("__Host-custom.sid", SECURE, PLAIN)
KID = RECORDED["by_cookie_name"][PLAIN]["kid"]
KEY = bytes.fromhex(RECORDED["by_cookie_name"][PLAIN]["key_hex"])
OTHER_KEY = derive(OTHER_SECRET.encode(), salt=PLAIN, info=f"Auth.js Generated Encryption Key ({PLAIN})", length=64)
FORGED = forged_jwes(KEY, "A256CBC-HS512", OTHER_KEY, kid=KID)


@pytest.mark.parametrize("cookie", NAMES)
def test_a_session_is_accepted_under_the_name_of_its_cookie(cookie: str) -> None:
    recorded = RECORDED["by_cookie_name"][cookie]
    found = accepted(AuthJs(secret=SECRET, cookies=NAMES), {cookie: recorded["token"]})
    assert (found.id, found.roles, found.carrier) == ("user_1", frozenset({"member"}), Carrier.COOKIE)
    assert found.expires_at == recorded["claims"]["exp"] + 15
    assert found.claims["email"] == "ada@example.test"


@pytest.mark.parametrize("way", ["http", "https"])
def test_the_cookies_of_a_whole_sign_in_are_accepted(way: str) -> None:
    assert accepted(AuthJs(secret=SECRET), RECORDED["flow"][way]["cookies"]).claims["name"] == "Ada"


def test_a_session_in_chunks_is_accepted() -> None:
    assert accepted(AuthJs(secret=SECRET), chunked(RECORDED["chunks"])).id == "user_1"


def test_either_of_two_secrets_opens_a_session_while_they_are_rotated() -> None:
    rotated = RECORDED["rotated"]
    issuer = AuthJs(secret=rotated["secrets"])
    assert accepted(issuer, {rotated["cookie"]: rotated["token"]}).id == "user_1"
    assert accepted(issuer, {PLAIN: RECORDED["by_cookie_name"][PLAIN]["token"]}).id == "user_1"
    assert accepted(issuer, RECORDED["flow"]["rot"]["cookies"]).claims["name"] == "Ada"
    assert "key that we do not have" in refusal(AuthJs(secret=SECRET), {rotated["cookie"]: rotated["token"]})


def test_a_token_that_names_no_key_is_tried_with_the_current_secret_alone() -> None:
    token = jwe(CLAIMS, KEY, "A256CBC-HS512")
    assert accepted(AuthJs(secret=SECRET), {PLAIN: token}).id == "user_1"
    assert refusal(AuthJs(secret=[OTHER_SECRET, SECRET]), {PLAIN: token})


def test_the_token_of_one_cookie_is_refused_under_the_name_of_another() -> None:
    secure = RECORDED["by_cookie_name"][SECURE]["token"]
    assert refusal(AuthJs(secret=SECRET), {PLAIN: secure})
    assert refusal(AuthJs(secret=SECRET), {SECURE: RECORDED["by_cookie_name"][PLAIN]["token"]})


def test_an_expired_session_is_refused() -> None:
    assert "expired" in refusal(AuthJs(secret=SECRET), {PLAIN: RECORDED["expired"]})


def test_the_clocks_of_two_machines_may_differ_by_fifteen_seconds() -> None:
    token = {PLAIN: jwe({**CLAIMS, "exp": int(NOW)}, KEY, "A256CBC-HS512", kid=KID)}
    assert accepted(AuthJs(secret=SECRET), token, now=NOW + 14).id == "user_1"
    assert refusal(AuthJs(secret=SECRET), token, now=NOW + 15) == "the session has expired"


def test_a_token_made_as_the_forged_ones_but_right_is_accepted() -> None:
    assert accepted(AuthJs(secret=SECRET), {PLAIN: jwe(CLAIMS, KEY, "A256CBC-HS512", kid=KID)}).id == "user_1"


@pytest.mark.parametrize("forgery", FORGED)
def test_a_forged_token_is_refused(forgery: str) -> None:
    assert refusal(AuthJs(secret=SECRET), {PLAIN: FORGED[forgery]})


@pytest.mark.parametrize("place", [0, 5, 60, -60, -3, -1])
def test_one_altered_character_is_refused(place: int) -> None:
    token = RECORDED["by_cookie_name"][PLAIN]["token"]
    assert refusal(AuthJs(secret=SECRET), {PLAIN: altered(token, place)})


def test_the_secure_cookie_stands_before_one_that_could_be_planted_over_http() -> None:
    mine = RECORDED["by_cookie_name"][SECURE]["token"]
    (found,) = principals(AuthJs(secret=SECRET), {PLAIN: "planted", SECURE: mine})
    assert found.id == "user_1"


def test_chunks_with_a_gap_or_one_too_many_or_beside_the_whole_are_refused() -> None:
    chunks = chunked(RECORDED["chunks"])
    issuer = AuthJs(secret=SECRET)
    for missing in list(chunks):
        assert refusal(issuer, {name: value for name, value in chunks.items() if name != missing})
    assert refusal(issuer, {**chunks, f"{SECURE}.4": "AAAA"})
    assert "missing" in refusal(issuer, {**chunks, f"{SECURE}.6": "AAAA"})
    assert "missing" in refusal(issuer, {**chunks, f"{SECURE}.00": "AAAA"})
    assert "more than 8" in refusal(issuer, {f"{SECURE}.{number}": "AAAA" for number in range(9)})
    assert "two forms" in refusal(issuer, {**chunks, SECURE: "AAAA"})
    assert refusal(issuer, {SECURE: "A" * 16_385}) == f"{SECURE} is too large"
    for name in (next(iter(chunks)), f"{SECURE}.3"):
        assert "twice" in refusal(issuer, chunks, twice=frozenset({name}))


def test_a_cookie_that_only_begins_like_the_sessions_is_another_cookie() -> None:
    token = RECORDED["by_cookie_name"][PLAIN]["token"]
    assert accepted(AuthJs(secret=SECRET), {PLAIN: token, f"{PLAIN}.evil": "x", f"{PLAIN}x": "y"}).id == "user_1"
    assert principals(AuthJs(secret=SECRET), {f"{PLAIN}.evil": token}) == []


def test_a_bearer_token_is_taken_only_where_that_is_asked_for() -> None:
    token = RECORDED["by_cookie_name"][PLAIN]["token"]
    assert principals(AuthJs(secret=SECRET, cookies=(PLAIN,)), bearer=token) == []
    found = accepted(AuthJs(secret=SECRET, cookies=(PLAIN,), bearer=True), bearer=token)
    assert (found.id, found.carrier) == ("user_1", Carrier.BEARER)


def test_the_environment_of_the_front_end_is_enough() -> None:
    cookies = RECORDED["flow"]["rot"]["cookies"]
    new, old = RECORDED["rotated"]["secrets"]
    assert accepted(AuthJs.from_env({"AUTH_SECRET": new}), cookies).claims["name"] == "Ada"
    assert accepted(AuthJs.from_env({"NEXTAUTH_SECRET": new}), cookies).claims["name"] == "Ada"
    assert accepted(AuthJs.from_env({"AUTH_SECRET_2": new, "AUTH_SECRET": old}), cookies).claims["name"] == "Ada"
    secure = AuthJs.from_env({"AUTH_SECRET": SECRET, "AUTH_URL": "https://app.example.test"})
    assert principals(secure, {PLAIN: RECORDED["by_cookie_name"][PLAIN]["token"]}) == []
    with pytest.raises(GuardError, match="AUTH_SECRET or NEXTAUTH_SECRET is not set"):
        AuthJs.from_env({})
    with pytest.raises(WeakSecret):
        AuthJs.from_env({"AUTH_SECRET": "short"})


def test_nothing_shows_the_secret_and_nothing_can_be_changed() -> None:
    issuer = AuthJs(secret=SECRET)
    assert SECRET not in repr(issuer)
    assert KEY.hex() not in repr(issuer)
    with pytest.raises(AttributeError):
        issuer.leeway = 1e9  # type: ignore[misc]
    with pytest.raises(GuardError):
        AuthJs(secret=SECRET, cookies=())


class Store:
    """A table of sessions."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.asked: list[str] = []
        self._fault = fault

    async def session(self, token: str) -> StoredSession | None:
        self.asked.append(token)
        if self._fault is not None:
            raise self._fault
        if token == "5b0f1c9a-2f0e-4a57-9a2e-1f7c4d0f9b11":
            return StoredSession(NOW + 60, {"sub": 42, "role": "admin"})
        return StoredSession(NOW - 1, {"sub": 42}) if token.startswith("expired") else None


def test_a_session_of_the_database_is_looked_up() -> None:
    issuer = AuthJsDatabase(lookup=Store())
    found = accepted(issuer, {SECURE: "5b0f1c9a-2f0e-4a57-9a2e-1f7c4d0f9b11"})
    assert (found.id, found.roles, found.expires_at) == ("42", frozenset({"admin"}), NOW + 60)
    assert "no such session" in refusal(issuer, {SECURE: "5b0f1c9a-2f0e-4a57-9a2e-000000000000"})
    assert "expired" in refusal(issuer, {SECURE: "expired0-2f0e-4a57-9a2e-000000000000"})
    assert issuer.cacheable is False


@pytest.mark.parametrize("token", ["short", "'; DROP TABLE sessions --", "x" * 300, "a" * 20 + "\n", "é" * 20])
def test_what_no_store_calls_a_session_is_never_asked_for(token: str) -> None:
    store = Store()
    assert refusal(AuthJsDatabase(lookup=store), {PLAIN: token})
    assert store.asked == []


def test_a_store_that_fails_cannot_tell_and_its_words_stay_inside() -> None:
    token = "5b0f1c9a-2f0e-4a57-9a2e-1f7c4d0f9b11"
    issuer = AuthJsDatabase(lookup=Store(RuntimeError(f"SELECT ... WHERE token = '{token}'")))
    (credential,) = issuer.find(_presented({PLAIN: token}))
    with pytest.raises(SessionUnavailable) as caught:
        asyncio.run(issuer.verify(credential, NOW))
    assert str(caught.value) == "the store of sessions failed: RuntimeError"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def _presented(cookies: dict[str, str]) -> Presented:
    return Presented(cookies, None)
