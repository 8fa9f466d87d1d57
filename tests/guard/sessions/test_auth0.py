"""nextjs-auth0 4 and 3: what their own packages wrote is accepted, and nothing else."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from tests.guard.sessions.forging import WRONG_CLAIMS, b64, forged_jwes, jwe, jws, rsa_key
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
from doorcheck.guard.sessions.hkdf import derive
from doorcheck.guard.sessions.issuers import Auth0, Auth0V3, Auth0V3Stateful, ClaimMap, StoredSession, WeakSecret

RECORDED = VECTORS["auth0"]
CEK = bytes.fromhex(RECORDED["cek_hex"])
OTHER_CEK = derive(OTHER_SECRET.encode(), salt="", info="JWE CEK", length=32)
DAY = 86_400
FORGED = forged_jwes(CEK, "A256GCM", OTHER_CEK)
SESSION = {
    "user": {"sub": "auth0|user_1"},
    "internal": {"sid": "s", "createdAt": int(NOW) - 10},
    "exp": int(NOW) + 600,
    "iat": int(NOW) - 10,
}
TIMES = [name for name, claims in WRONG_CLAIMS.items() if claims.get("sub") == "user_1"]


def test_a_session_of_version_4_is_accepted_whole_and_in_chunks() -> None:
    found = accepted(Auth0(secret=SECRET), {"__session": RECORDED["v4_cookie"]})
    assert (found.id, found.session_id, found.claims["name"]) == ("auth0|user_1", "sid_1", "Ada")
    chunks = chunked(RECORDED["v4_chunks"])
    assert accepted(Auth0(secret=SECRET), chunks).id == "auth0|user_1"
    legacy = {name.replace("__session__", "__session."): value for name, value in chunks.items()}
    assert accepted(Auth0(secret=SECRET), legacy).id == "auth0|user_1"
    assert "two forms" in refusal(Auth0(secret=SECRET), chunks | legacy)
    assert "two forms" in refusal(Auth0(secret=SECRET), chunks | {"__session": "x"})
    assert "missing" in refusal(Auth0(secret=SECRET), {name: v for name, v in chunks.items() if name[-1] != "1"})


def test_tokens_of_the_provider_do_not_reach_the_application_as_claims() -> None:
    found = accepted(Auth0(secret=SECRET), {"__session": RECORDED["v4_cookie"]})
    assert set(found.claims) == {"sub", "name", "email", "sid"}


def test_a_session_is_over_when_it_is_older_than_the_absolute_duration() -> None:
    cookies = {"__session": RECORDED["v4_cookie"]}
    created_at = 1_795_247_369
    assert accepted(Auth0(secret=SECRET), cookies, now=created_at + 3 * DAY - 1).expires_at == created_at + 3 * DAY
    assert "expired" in refusal(Auth0(secret=SECRET), cookies, now=created_at + 3 * DAY)
    assert accepted(Auth0(secret=SECRET, absolute=30 * DAY), cookies, now=created_at + 3 * DAY)
    assert "expired" in refusal(Auth0V3(secret=SECRET), {"appSession": RECORDED["v3_appSession"]}, now=NOW + 8 * DAY)


def test_a_session_made_as_the_forged_ones_but_right_is_accepted() -> None:
    assert accepted(Auth0(secret=SECRET), {"__session": jwe(SESSION, CEK, "A256GCM")}).id == "auth0|user_1"
    assert accepted(Auth0(secret=[OTHER_SECRET, SECRET]), {"__session": jwe(SESSION, CEK, "A256GCM")})


@pytest.mark.parametrize("wrong", TIMES)
def test_a_session_of_version_4_with_wrong_times_is_refused(wrong: str) -> None:
    session = {name: value for name, value in SESSION.items() if name not in {"exp", "iat"}} | WRONG_CLAIMS[wrong]
    assert refusal(Auth0(secret=SECRET), {"__session": jwe(session, CEK, "A256GCM")})


@pytest.mark.parametrize(
    "part",
    [
        {"user": None},
        {"user": "user_1"},
        {"user": {}},
        {"internal": None},
        {"internal": {"createdAt": "1795247369"}},
        {"internal": {"createdAt": True}},
    ],
)
def test_a_session_of_version_4_that_lacks_a_part_is_refused(part: dict[str, object]) -> None:
    assert refusal(Auth0(secret=SECRET), {"__session": jwe(SESSION | part, CEK, "A256GCM")})


@pytest.mark.parametrize("forgery", FORGED)
def test_a_forged_token_is_refused(forgery: str) -> None:
    for issuer, cookie in ((Auth0(secret=SECRET), "__session"), (Auth0V3(secret=SECRET), "appSession")):
        if FORGED[forgery].count(".") == 2 and cookie == "__session":
            assert principals(issuer, {cookie: FORGED[forgery]}) == []
        else:
            assert refusal(issuer, {cookie: FORGED[forgery]})


def test_a_signed_token_in_the_cookie_of_that_name_is_clerks_and_left_to_it() -> None:
    assert principals(Auth0(secret=SECRET), {"__session": jws({}, rsa_key(), "RS256")}) == []


def test_a_session_of_version_3_is_accepted_and_its_header_says_when_it_ends() -> None:
    found = accepted(Auth0V3(secret=SECRET), {"appSession": RECORDED["v3_appSession"]})
    assert (found.id, found.session_id) == ("auth0|user_1", "sid_1")
    value = RECORDED["v3_appSession"]
    assert accepted(Auth0V3(secret=SECRET), {"appSession.0": value[:100], "appSession.1": value[100:]})


@pytest.mark.parametrize("wrong", TIMES)
def test_a_session_of_version_3_with_wrong_times_in_its_header_is_refused(wrong: str) -> None:
    header = {name: value for name, value in WRONG_CLAIMS[wrong].items() if name != "sub"}
    token = jwe({"user": {"sub": "a"}}, CEK, "A256GCM", **({"iat": int(NOW) - 10} | header))
    assert refusal(Auth0V3(secret=SECRET), {"appSession": token})


def test_times_among_the_claims_of_version_3_count_for_nothing() -> None:
    token = jwe({"user": {"sub": "a"}, "exp": int(NOW) + 60, "iat": int(NOW)}, CEK, "A256GCM")
    assert refusal(Auth0V3(secret=SECRET), {"appSession": token})


class Store:
    """What nextjs-auth0 3 keeps on the server."""

    async def session(self, token: str) -> StoredSession | None:
        known = {"abcdef0123456789": NOW + 60, "fedcba9876543210": NOW - 60}
        return StoredSession(known[token], {"sub": "auth0|user_1"}) if token in known else None


def _signed(name: str, cookie: str = "appSession", secret: str = SECRET) -> str:
    key = derive(secret.encode(), salt="", info="JWS Cookie Signing", length=32)
    content = f"eyJhbGciOiJIUzI1NiIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il19.{cookie}={name}"
    return f"{name}.{b64(hmac.new(key, content.encode(), hashlib.sha256).digest())}"


def test_a_session_in_the_store_of_version_3_is_accepted() -> None:
    issuer = Auth0V3Stateful(secret=SECRET, lookup=Store())
    assert accepted(issuer, {"appSession": RECORDED["v3_stateful_signed"]}).id == "auth0|user_1"
    assert _signed("abcdef0123456789") == RECORDED["v3_stateful_signed"]
    rotated = Auth0V3Stateful(secret=[OTHER_SECRET, SECRET], lookup=Store())
    assert accepted(rotated, {"appSession": RECORDED["v3_stateful_signed"]}).id == "auth0|user_1"


@pytest.mark.parametrize(
    "value",
    [
        altered(RECORDED["v3_stateful_signed"], 0),
        altered(RECORDED["v3_stateful_signed"]),
        _signed("abcdef0123456789", cookie="other"),
        _signed("abcdef0123456789", secret=OTHER_SECRET),
        _signed("fedcba9876543210"),
        _signed("0000000000000000"),
        "abcdef0123456789",
        "abcdef0123456789.",
        "é.é",
        RECORDED["v3_stateful_signed"] + ".x",
    ],
)
def test_a_name_that_was_not_signed_or_is_not_in_the_store_is_refused(value: str) -> None:
    assert refusal(Auth0V3Stateful(secret=SECRET, lookup=Store()), {"appSession": value})


def test_roles_are_where_the_application_says() -> None:
    claims = ClaimMap(roles=("https://example.test/roles",), tenant=("org_id",))
    session = SESSION | {"user": {"sub": "a", "roles": ["admin"], "https://example.test/roles": ["editor"]}}
    token = {"__session": jwe(session, CEK, "A256GCM")}
    assert accepted(Auth0(secret=SECRET, claims=claims), token).roles == {"editor"}
    assert accepted(Auth0(secret=SECRET), token).roles == frozenset()


def test_the_environment_of_the_front_end_is_enough() -> None:
    assert accepted(Auth0.from_env({"AUTH0_SECRET": SECRET}), {"__session": RECORDED["v4_cookie"]})
    variables = {"AUTH0_SECRET": SECRET, "AUTH0_SESSION_NAME": "mine"}
    assert accepted(Auth0V3.from_env(variables), {"mine": RECORDED["v3_appSession"]})
    stateful = Auth0V3Stateful.from_env(Store(), variables)
    assert accepted(stateful, {"mine": _signed("abcdef0123456789", cookie="mine")}).id == "auth0|user_1"
    with pytest.raises(GuardError, match="AUTH0_SECRET is not set"):
        Auth0.from_env({})
    with pytest.raises(WeakSecret):
        Auth0(secret="use [openssl rand -hex 32] to generate a 32 bytes value")
    assert SECRET not in repr(stateful)
