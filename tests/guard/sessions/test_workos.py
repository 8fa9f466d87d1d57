"""WorkOS AuthKit: of the sealed cookie, only the access token counts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.guard.sessions.forging import forged_jwts, jws, published, rsa_key, seal, written
from tests.guard.sessions.recorded import NOW, OTHER_SECRET, VECTORS, accepted, altered, principals, refusal

from doorcheck.guard.errors import GuardError
from doorcheck.guard.principal import Carrier
from doorcheck.guard.sessions.iron import Passwords, unseal
from doorcheck.guard.sessions.issuers import WeakSecret, WorkOS

RECORDED = VECTORS["workos"]
PASSWORD = RECORDED["password"]
COOKIE = RECORDED["cookie_name"]
CLAIMS: dict[str, Any] = {
    "iss": "https://api.workos.com",
    "sub": "user_1",
    "sid": "session_1",
    "org_id": "org_1",
    "role": "admin",
    "roles": ["admin", "editor"],
    "permissions": ["posts:write"],
    "exp": int(NOW) + 300,
    "iat": int(NOW) - 1,
}
FORGED = forged_jwts(CLAIMS, rsa_key(), "k1")
GOOD = jws(CLAIMS, rsa_key(), "RS256", kid="k1")


async def fetch(url: str) -> bytes:
    """The client's published keys."""
    assert url == "https://api.workos.com/sso/jwks/client_1"
    return published(k1=rsa_key())


ISSUER = WorkOS(client_id="client_1", cookie_password=PASSWORD, fetch=fetch)


def cookie(token: object, password: str = PASSWORD, **more: Any) -> dict[str, str]:
    """The cookie as AuthKit seals it: without an expiry of its own."""
    content = {"accessToken": token, "refreshToken": "rt", "user": {"id": "admin"}} | more
    return {COOKIE: seal(written(content), password)}


def test_what_authkit_sealed_is_read() -> None:
    unsealed = unseal(RECORDED["cookie"], Passwords(PASSWORD, "the password"), NOW)
    assert json.loads(unsealed.content)["user"]["id"] == "user_1"
    assert unsealed.expires_at is None
    # Its access token is a placeholder, and so nobody's.
    assert refusal(ISSUER, {COOKIE: RECORDED["cookie"]})


def test_a_session_is_accepted_by_its_access_token() -> None:
    found = accepted(ISSUER, cookie(GOOD, user={"id": "admin", "role": "owner"}))
    assert (found.id, found.tenant, found.session_id, found.carrier) == ("user_1", "org_1", "session_1", Carrier.COOKIE)
    assert (found.roles, found.permissions) == (frozenset({"admin", "editor"}), frozenset({"posts:write"}))
    assert found.expires_at == CLAIMS["exp"] + 5
    assert accepted(ISSUER, bearer=GOOD).carrier is Carrier.BEARER


@pytest.mark.parametrize("forgery", FORGED)
def test_a_forged_access_token_is_refused_in_a_seal_too(forgery: str) -> None:
    assert refusal(ISSUER, cookie(FORGED[forgery]))
    assert refusal(ISSUER, bearer=FORGED[forgery])


def test_a_seal_of_another_password_or_without_a_token_is_refused() -> None:
    assert refusal(ISSUER, cookie(GOOD, OTHER_SECRET))
    assert refusal(ISSUER, {COOKIE: altered(cookie(GOOD)[COOKIE], 200)})
    for token in (None, 7, "", [GOOD]):
        assert refusal(ISSUER, cookie(token))
    assert refusal(ISSUER, {COOKIE: GOOD})
    assert refusal(ISSUER, bearer=cookie(GOOD)[COOKIE])


def test_the_issuer_of_the_token_is_asked_for_where_it_is_given() -> None:
    for issuers, held in ((frozenset({"https://api.workos.com"}), True), (frozenset({"https://auth.test"}), False)):
        issuer = WorkOS(client_id="client_1", cookie_password=PASSWORD, fetch=fetch, issuers=issuers, bearer=False)
        assert principals(issuer, bearer=GOOD) == []
        if held:
            assert accepted(issuer, cookie(GOOD)).id == "user_1"
        else:
            assert "another issuer" in refusal(issuer, cookie(GOOD))


def test_the_environment_of_the_front_end_is_enough() -> None:
    variables = {"WORKOS_CLIENT_ID": "client_1", "WORKOS_COOKIE_PASSWORD": PASSWORD, "WORKOS_COOKIE_NAME": "mine"}
    assert accepted(WorkOS.from_env(variables, fetch=fetch), {"mine": cookie(GOOD)[COOKIE]}).id == "user_1"
    for missing in ("WORKOS_CLIENT_ID", "WORKOS_COOKIE_PASSWORD"):
        with pytest.raises(GuardError, match=missing):
            WorkOS.from_env({name: value for name, value in variables.items() if name != missing})
    with pytest.raises(WeakSecret):
        WorkOS(client_id="client_1", cookie_password="short")
    with pytest.raises(GuardError):
        WorkOS(client_id=" ", cookie_password=PASSWORD)
    assert PASSWORD not in repr(ISSUER)
