"""Supabase: of a cookie that the browser can write, only the access token counts."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from joserfc.jwk import OctKey
from tests.guard.sessions.forging import b64, ec_key, forged_jwts, jws, published, rsa_key, written
from tests.guard.sessions.recorded import NOW, VECTORS, accepted, altered, principals, refusal

from doorcheck.guard.errors import GuardError
from doorcheck.guard.principal import Carrier
from doorcheck.guard.sessions.issuers import ClaimMap, Supabase, WeakSecret

RECORDED = VECTORS["supabase"]
JWT_SECRET = RECORDED["hs256_secret"]
LEGACY_KEY = OctKey.import_key(JWT_SECRET.encode())
URL = "https://abcdefgh.supabase.co"
COOKIE = "sb-abcdefgh-auth-token"
USER = "11111111-1111-4111-8111-111111111111"
CLAIMS: dict[str, Any] = {
    "iss": f"{URL}/auth/v1",
    "sub": USER,
    "aud": "authenticated",
    "role": "authenticated",
    "exp": int(NOW) + 600,
    "iat": int(NOW) - 10,
    "session_id": "s1",
    "aal": "aal1",
    "is_anonymous": False,
    "app_metadata": {"role": "editor", "tenant_id": "t1"},
    "user_metadata": {"role": "admin"},
}
ASKED: list[str] = []


async def fetch(url: str) -> bytes:
    """The project's published keys."""
    ASKED.append(url)
    return published(k1=rsa_key(), k2=ec_key())


LEGACY = Supabase(url=URL, jwt_secret=JWT_SECRET, asymmetric=False)
MODERN = Supabase(url=URL, fetch=fetch)
BOTH = Supabase(url=URL, jwt_secret=JWT_SECRET, fetch=fetch)
FORGED = forged_jwts(CLAIMS, rsa_key(), "k1")


def cookie(token: str, **more: Any) -> dict[str, str]:
    """The cookie with a token in it."""
    return {COOKIE: "base64-" + b64(written({"access_token": token, "user": {"id": "admin"}} | more))}


def legacy(**changes: Any) -> str:
    """A token under the project's legacy secret."""
    return jws(CLAIMS | changes, LEGACY_KEY, "HS256")


def test_a_session_in_chunks_is_accepted() -> None:
    found = accepted(LEGACY, RECORDED["cookies"])
    assert (found.id, found.session_id, found.carrier) == (USER, "22222222-2222-4222-8222-222222222222", Carrier.COOKIE)
    assert "missing" in refusal(LEGACY, {f"{COOKIE}.1": RECORDED["cookies"][f"{COOKIE}.1"]})


def test_the_token_alone_is_accepted_as_a_bearer_token() -> None:
    assert accepted(LEGACY, bearer=RECORDED["access_token"]).carrier is Carrier.BEARER
    assert principals(Supabase(url=URL, jwt_secret=JWT_SECRET, bearer=False), bearer=RECORDED["access_token"]) == []


def test_what_else_the_cookie_says_counts_for_nothing() -> None:
    found = accepted(LEGACY, cookie(legacy(), user={"id": "admin", "role": "service_role"}))
    assert (found.id, found.roles, found.tenant) == (USER, frozenset({"editor"}), "t1")
    with pytest.raises(GuardError, match="app_metadata"):
        Supabase(url=URL, jwt_secret=JWT_SECRET, claims=ClaimMap(roles=(("user_metadata", "role"),)))


def test_the_json_of_older_versions_is_read() -> None:
    assert accepted(LEGACY, {COOKIE: quote(written({"access_token": legacy()}), safe="")}).id == USER


def test_a_token_of_a_published_key_is_accepted() -> None:
    for issuer in (MODERN, BOTH):
        assert accepted(issuer, cookie(jws(CLAIMS, rsa_key(), "RS256", kid="k1"))).id == USER
        assert accepted(issuer, cookie(jws(CLAIMS, ec_key(), "ES256", kid="k2"))).id == USER
    assert set(ASKED) == {f"{URL}/auth/v1/.well-known/jwks.json"}


def test_each_kind_of_signature_has_keys_of_its_own() -> None:
    assert accepted(BOTH, cookie(legacy())).id == USER
    assert refusal(MODERN, cookie(legacy()))
    assert refusal(LEGACY, cookie(jws(CLAIMS, rsa_key(), "RS256", kid="k1")))
    assert refusal(BOTH, cookie(altered(legacy())))


@pytest.mark.parametrize("forgery", FORGED)
def test_a_forged_token_is_refused(forgery: str) -> None:
    assert refusal(MODERN, cookie(FORGED[forgery]))
    assert refusal(BOTH, cookie(FORGED[forgery]))
    assert refusal(MODERN, bearer=FORGED[forgery])


@pytest.mark.parametrize(
    "changes",
    [
        {"role": "anon"},
        {"role": "service_role"},
        {"role": None},
        {"is_anonymous": True},
        {"is_anonymous": "false"},
        {"iss": "https://other.supabase.co/auth/v1"},
        {"iss": None},
        {"aud": "anon"},
        {"aud": None},
        {"aud": ["other"]},
        {"app_metadata": {"role": {"admin": True}}},
    ],
    ids=str,
)
def test_a_token_that_is_no_users_session_is_refused(changes: dict[str, Any]) -> None:
    assert refusal(LEGACY, cookie(legacy(**changes)))


def test_anonymous_users_and_the_second_factor_are_choices() -> None:
    lenient = Supabase(url=URL, jwt_secret=JWT_SECRET, asymmetric=False, anonymous=True)
    assert accepted(lenient, cookie(legacy(is_anonymous=True))).id == USER
    strict = Supabase(url=URL, jwt_secret=JWT_SECRET, asymmetric=False, second_factor=True)
    assert accepted(strict, cookie(legacy(aal="aal2"))).id == USER
    assert "second factor" in refusal(strict, cookie(legacy()))


@pytest.mark.parametrize(
    "value",
    [
        "base64-",
        "base64-!",
        "base64-" + b64(b"{}"),
        "base64-" + b64(b"[]"),
        "{",
        "%7B%7D",
        "é",
        "base64-" + b64(b"\xff"),
    ],
)
def test_a_cookie_without_a_token_is_refused(value: str) -> None:
    assert refusal(LEGACY, {COOKIE: f"base64-{value}"})


@pytest.mark.parametrize("value", ["{", "%7B%7D", "é", "base64-" + b64(written({"access_token": 7}))])
def test_a_cookie_of_another_form_is_refused(value: str) -> None:
    assert refusal(LEGACY, {COOKIE: value})


def test_the_environment_of_the_front_end_is_enough() -> None:
    variables = {"NEXT_PUBLIC_SUPABASE_URL": URL, "SUPABASE_JWT_SECRET": JWT_SECRET}
    assert accepted(Supabase.from_env(variables, fetch=fetch), RECORDED["cookies"]).id == USER
    for wrong in ({}, {"SUPABASE_URL": "abcdefgh"}):
        with pytest.raises(GuardError):
            Supabase.from_env(wrong)
    with pytest.raises(GuardError, match="jwt_secret"):
        Supabase(url=URL, asymmetric=False)
    with pytest.raises(WeakSecret):
        Supabase(url=URL, jwt_secret="super-secret-jwt-token-with-at-least-32-characters-long")
    assert JWT_SECRET not in repr(BOTH)
