"""Clerk: the cookie of this instance alone, its issuer, and a front end of ours."""

from __future__ import annotations

from typing import Any

import pytest
from tests.guard.sessions.forging import forged_jwts, jwe, jws, published, rsa_key
from tests.guard.sessions.recorded import NOW, VECTORS, accepted, principals, refusal

from doorcheck.guard.errors import GuardError
from doorcheck.guard.principal import Carrier
from doorcheck.guard.sessions.issuers import Clerk
from doorcheck.guard.sessions.issuers.clerk import cookie_suffix, frontend_api

RECORDED = VECTORS["clerk"]
PUBLISHABLE = RECORDED["publishable_key"]
OURS = "https://app.example.test"
SUFFIXED = f"__session_{RECORDED['suffix']}"
CLAIMS: dict[str, Any] = {
    "iss": "https://clerk.example.test",
    "sub": "user_1",
    "sid": "sess_1",
    "azp": OURS,
    "exp": int(NOW) + 60,
    "iat": int(NOW) - 1,
    "nbf": int(NOW) - 11,
}
FORGED = forged_jwts(CLAIMS, rsa_key(), "ins_1")


async def fetch(url: str) -> bytes:
    """The instance's published keys."""
    assert url == "https://clerk.example.test/.well-known/jwks.json"
    return published(ins_1=rsa_key())


ISSUER = Clerk(publishable_key=PUBLISHABLE, authorized_parties=frozenset({OURS}), fetch=fetch)


def token(header: dict[str, Any] | None = None, **changes: Any) -> str:
    """A session token; what is changed to None is left out."""
    claims = {name: value for name, value in (CLAIMS | changes).items() if value is not None}
    return jws(
        claims, rsa_key(), "RS256", **({"kid": "ins_1", "typ": "JWT", "cat": "cl_B7d4PD111AAA"} | (header or {}))
    )


def test_the_publishable_key_names_the_cookie_and_the_issuer() -> None:
    assert cookie_suffix(PUBLISHABLE) == RECORDED["suffix"]
    assert frontend_api(PUBLISHABLE) == RECORDED["frontend_api"]
    assert ISSUER.cookies == (SUFFIXED, "__session")


@pytest.mark.parametrize("name", [SUFFIXED, "__session"])
def test_a_session_is_accepted(name: str) -> None:
    found = accepted(ISSUER, {name: token()})
    assert (found.id, found.session_id, found.carrier) == ("user_1", "sess_1", Carrier.COOKIE)


def test_the_cookie_of_this_instance_stands_before_the_one_without_a_name() -> None:
    assert accepted(ISSUER, {"__session": "planted", SUFFIXED: token()}).id == "user_1"
    assert principals(ISSUER, {"__session_planted0": token()}) == []
    assert principals(ISSUER, {f"{SUFFIXED}.0": token()}) == []


def test_an_encrypted_token_in_the_cookie_of_that_name_is_auth0s_and_left_to_it() -> None:
    sealed = jwe({}, bytes(32), "A256GCM")
    assert principals(ISSUER, {"__session": sealed}) == []
    assert refusal(ISSUER, {SUFFIXED: sealed})


@pytest.mark.parametrize("forgery", FORGED)
def test_a_forged_token_is_refused(forgery: str) -> None:
    assert refusal(ISSUER, {SUFFIXED: FORGED[forgery]})
    assert refusal(ISSUER, bearer=FORGED[forgery])


@pytest.mark.parametrize(
    "changes",
    [
        {"azp": "https://evil.example.test"},
        {"azp": ""},
        {"azp": [OURS]},
        {"azp": None},
        {"iss": "https://clerk.other.test"},
        {"iss": None},
        {"sts": "pending"},
        {"sts": "revoked"},
        {"exp": int(NOW) - 6},
        {"iat": int(NOW) + 6},
        {"v": 2, "o": "org_1"},
        {"v": 2, "o": {"id": "org_1", "per": "read", "fpm": "x"}, "fea": "o:a"},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_us_or_not_complete_is_refused(changes: dict[str, Any]) -> None:
    assert refusal(ISSUER, {SUFFIXED: token(**changes)})


def test_a_token_of_another_type_is_refused() -> None:
    assert "no JWT" in refusal(ISSUER, {SUFFIXED: token({"typ": "at+jwt"})})


def test_a_bearer_token_needs_no_front_end_but_may_not_name_another() -> None:
    assert accepted(ISSUER, bearer=token(azp=None)).carrier is Carrier.BEARER
    assert refusal(ISSUER, bearer=token(azp="https://evil.example.test"))


def test_sessions_with_tasks_left_are_accepted_where_that_is_asked_for() -> None:
    lenient = Clerk(
        publishable_key=PUBLISHABLE, authorized_parties=frozenset({OURS}), fetch=fetch, pending=True, bearer=False
    )
    assert accepted(lenient, {SUFFIXED: token(sts="pending")}).id == "user_1"
    assert principals(lenient, bearer=token()) == []


def test_roles_and_permissions_of_the_organization_are_read_in_both_versions() -> None:
    first = accepted(ISSUER, {SUFFIXED: token(org_id="org_1", org_role="org:admin", org_permissions=["org:a:read"])})
    organization = {"id": "org_1", "slg": "one", "rol": "admin", "per": "read,manage", "fpm": "3,2"}
    second = accepted(ISSUER, {SUFFIXED: token(v=2, o=organization, fea="o:articles,u:profile,o:billing")})
    assert (first.tenant, first.roles) == ("org_1", frozenset({"org:admin"}))
    assert first.permissions == {"org:a:read"}
    assert (second.tenant, second.roles) == ("org_1", frozenset({"org:admin"}))
    assert second.permissions == {"org:articles:read", "org:articles:manage", "org:billing:manage"}


def test_a_token_of_version_2_cannot_have_the_claims_of_version_1() -> None:
    found = accepted(ISSUER, {SUFFIXED: token(v=2, org_id="org_9", org_role="org:admin", org_permissions=["x"])})
    assert (found.tenant, found.roles, found.permissions) == (None, frozenset(), frozenset())


def test_with_its_key_given_nothing_is_fetched() -> None:
    pem = rsa_key().as_pem(private=False).decode()
    issuer = Clerk.from_env(
        [OURS], {"NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY": PUBLISHABLE, "CLERK_JWT_KEY": pem.replace("\n", "\\n")}
    )
    assert accepted(issuer, {SUFFIXED: token()}).id == "user_1"
    assert refusal(issuer, {SUFFIXED: FORGED["another key"]})
    assert refusal(issuer, {SUFFIXED: FORGED["the public key as a shared secret"]})


@pytest.mark.parametrize(
    "key", ["", "pk_test_", "sk_test_Y2xlcmsuZXhhbXBsZS50ZXN0JA==", "pk_test_!!!!", "pk_live_AAAA"]
)
def test_what_is_no_publishable_key_is_refused_when_the_service_starts(key: str) -> None:
    with pytest.raises(GuardError):
        Clerk(publishable_key=key, authorized_parties=frozenset({OURS}))


def test_the_front_ends_have_to_be_named() -> None:
    for parties in (frozenset(), frozenset({""}), OURS):
        with pytest.raises(GuardError, match="authorized_parties"):
            Clerk(publishable_key=PUBLISHABLE, authorized_parties=parties)  # type: ignore[arg-type]
    with pytest.raises(GuardError, match="CLERK_PUBLISHABLE_KEY"):
        Clerk.from_env([OURS], {})
