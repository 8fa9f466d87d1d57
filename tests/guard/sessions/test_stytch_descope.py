"""Stytch and Descope: session tokens of one project."""

from __future__ import annotations

from typing import Any

import pytest
from tests.guard.sessions.forging import forged_jwts, jws, published, rsa_key
from tests.guard.sessions.recorded import NOW, accepted, principals, refusal

from doorcheck.guard.errors import GuardError
from doorcheck.guard.principal import Carrier
from doorcheck.guard.sessions.issuers import Descope, Stytch

STYTCH = "project-test-11111111-1111-4111-8111-111111111111"
SESSION, ORGANIZATION = "https://stytch.com/session", "https://stytch.com/organization"
STYTCH_CLAIMS: dict[str, Any] = {
    "iss": f"stytch.com/{STYTCH}",
    "aud": [STYTCH],
    "sub": "user-test-1",
    "exp": int(NOW) + 300,
    "iat": int(NOW) - 1,
    SESSION: {"id": "session-test-1", "expires_at": "2026-12-21T00:00:00Z", "roles": ["stytch_user", "editor"]},
}
DESCOPE = "P2aAc4T2V93bddihGEx2Ryhc8e5Z"
DESCOPE_CLAIMS: dict[str, Any] = {
    "iss": f"https://api.descope.com/v1/apps/{DESCOPE}",
    "sub": "U1",
    "drn": "DS",
    "exp": int(NOW) + 300,
    "iat": int(NOW) - 1,
    "roles": ["member"],
    "permissions": ["read"],
    "dct": "t1",
    "tenants": {"t1": {"roles": ["admin"], "permissions": ["write"]}, "t2": {"roles": ["owner"]}},
}
ASKED: list[str] = []


async def fetch(url: str) -> bytes:
    """A project's published keys."""
    ASKED.append(url)
    return published(k1=rsa_key())


STYTCH_ISSUER = Stytch(project_id=STYTCH, fetch=fetch)
DESCOPE_ISSUER = Descope(project_id=DESCOPE, fetch=fetch)
STYTCH_FORGED = forged_jwts(STYTCH_CLAIMS, rsa_key(), "k1")
DESCOPE_FORGED = forged_jwts(DESCOPE_CLAIMS, rsa_key(), "k1")


def stytch(**changes: Any) -> dict[str, str]:
    """The cookie of a Stytch session."""
    return {"stytch_session_jwt": jws(STYTCH_CLAIMS | changes, rsa_key(), "RS256", kid="k1")}


def descope(**changes: Any) -> dict[str, str]:
    """The cookie of a Descope session."""
    return {"DS": jws(DESCOPE_CLAIMS | changes, rsa_key(), "RS256", kid="k1")}


def test_a_session_of_stytch_is_accepted() -> None:
    found = accepted(STYTCH_ISSUER, stytch())
    assert (found.id, found.session_id) == ("user-test-1", "session-test-1")
    assert found.roles == {"stytch_user", "editor"}
    assert ASKED[-1] == f"https://test.stytch.com/v1/sessions/jwks/{STYTCH}"
    assert accepted(STYTCH_ISSUER, stytch(iss="https://test.stytch.com", aud=STYTCH)).id == "user-test-1"
    assert accepted(STYTCH_ISSUER, bearer=stytch()["stytch_session_jwt"]).carrier is Carrier.BEARER


def test_a_member_of_an_organization_of_stytch_has_it_as_tenant() -> None:
    issuer = Stytch(project_id="project-live-1", b2b=True, fetch=fetch)
    claims = {
        "iss": "stytch.com/project-live-1",
        "aud": "project-live-1",
        SESSION: {"member_session_id": "m1", "expires_at": "2026-12-21T00:00:00Z"},
        ORGANIZATION: {"organization_id": "org_1"},
    }
    found = accepted(issuer, stytch(**claims))
    assert (found.tenant, found.session_id) == ("org_1", "m1")
    assert ASKED[-1] == "https://api.stytch.com/v1/b2b/sessions/jwks/project-live-1"


def test_a_token_of_stytch_does_not_outlive_its_session() -> None:
    assert accepted(STYTCH_ISSUER, stytch(**{SESSION: {"expires_at": "2026-11-21T08:38:30Z"}})).expires_at == NOW + 10
    assert "expired" in refusal(STYTCH_ISSUER, stytch(**{SESSION: {"expires_at": "2026-11-21T08:38:20Z"}}))


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "stytch.com/project-test-2"},
        {"iss": None},
        {"aud": "project-test-2"},
        {"aud": None},
        {SESSION: None},
        {SESSION: {}},
        {SESSION: {"expires_at": 1_900_000_000}},
        {SESSION: {"expires_at": "2026-12-21T00:00:00"}},
    ],
    ids=str,
)
def test_a_token_of_stytch_for_somebody_else_or_without_a_session_is_refused(changes: dict[str, Any]) -> None:
    assert refusal(STYTCH_ISSUER, stytch(**changes))


@pytest.mark.parametrize("forgery", STYTCH_FORGED)
def test_a_forged_token_is_refused(forgery: str) -> None:
    assert refusal(STYTCH_ISSUER, {"stytch_session_jwt": STYTCH_FORGED[forgery]})
    assert refusal(DESCOPE_ISSUER, {"DS": DESCOPE_FORGED[forgery]})
    assert refusal(DESCOPE_ISSUER, bearer=DESCOPE_FORGED[forgery])


def test_a_session_of_descope_has_the_roles_of_its_current_tenant() -> None:
    found = accepted(DESCOPE_ISSUER, descope())
    assert (found.id, found.tenant) == ("U1", "t1")
    assert (found.roles, found.permissions) == (frozenset({"member", "admin"}), frozenset({"read", "write"}))
    assert accepted(DESCOPE_ISSUER, descope(dct=None)).roles == {"member"}
    assert accepted(DESCOPE_ISSUER, descope(tenants=[])).roles == {"member"}
    assert ASKED[-1] == f"https://api.descope.com/v2/keys/{DESCOPE}"


@pytest.mark.parametrize("issuer", [DESCOPE, f"https://a.test/{DESCOPE}", f"https://a.test/{DESCOPE}/x"])
def test_descope_may_write_its_project_in_several_ways(issuer: str) -> None:
    assert accepted(DESCOPE_ISSUER, descope(iss=issuer)).id == "U1"


@pytest.mark.parametrize(
    "changes",
    [
        {"drn": "DSR"},
        {"drn": None},
        {"iss": None},
        {"iss": "P3aAc4T2V93bddihGEx2Ryhc8e5Z"},
        {"iss": f"https://a.test/{DESCOPE}/x/y"},
        {"iss": f"https://{DESCOPE}.test/"},
        {"iss": f"http://a.test/{DESCOPE}"},
        {"iss": f"https://a.test/?{DESCOPE}"},
        {"iss": "https://[x"},
    ],
    ids=str,
)
def test_a_token_of_descope_that_renews_or_is_another_projects_is_refused(changes: dict[str, Any]) -> None:
    assert refusal(DESCOPE_ISSUER, descope(**changes))


def test_the_opaque_and_the_refresh_cookie_are_nobodys_session() -> None:
    assert principals(STYTCH_ISSUER, {"stytch_session": "opaque"}) == []
    assert principals(DESCOPE_ISSUER, {"DSR": descope()["DS"]}) == []
    assert principals(Stytch(project_id=STYTCH, fetch=fetch, bearer=False), bearer="x") == []
    assert principals(Descope(project_id=DESCOPE, fetch=fetch, bearer=False), bearer="x") == []


def test_the_environment_of_the_front_end_is_enough() -> None:
    assert accepted(Stytch.from_env({"STYTCH_PROJECT_ID": STYTCH}, fetch=fetch), stytch()).id == "user-test-1"
    variables = {"NEXT_PUBLIC_DESCOPE_PROJECT_ID": DESCOPE, "DESCOPE_BASE_URL": "https://auth.example.test/"}
    assert accepted(Descope.from_env(variables, fetch=fetch), descope()).id == "U1"
    assert ASKED[-1] == f"https://auth.example.test/v2/keys/{DESCOPE}"
    regional = "Puse12aAc4T2V93bddihGEx2Ryhc8e5Z"
    assert accepted(Descope(project_id=regional, fetch=fetch), descope(iss=regional)).id == "U1"
    assert ASKED[-1] == f"https://api.use1.descope.com/v2/keys/{regional}"
    for make in (Stytch.from_env, Descope.from_env):
        with pytest.raises(GuardError, match="PROJECT_ID"):
            make({})
    with pytest.raises(GuardError):
        Stytch(project_id=" ")
    with pytest.raises(GuardError):
        Descope(project_id="../x")
