"""All issuers of a guard together: two accounts in one request are nobody, and a fault is never a stranger."""

from __future__ import annotations

import asyncio
import time

import pytest
from tests.guard.sessions.forging import jwe, jws
from tests.guard.sessions.recorded import SECRET, VECTORS, altered
from tests.guard.sessions.test_better_auth import DATA, NAME, TOKEN, copy, signed
from tests.guard.sessions.test_jose import OURS
from tests.guard.sessions.test_nextauth import KEY, PLAIN

from doorcheck.guard.principal import Carrier, Principal
from doorcheck.guard.refusals import Refused
from doorcheck.guard.sessions.credentials import Credential, Presented, SessionRefused, SessionUnavailable
from doorcheck.guard.sessions.issuers import BetterAuth, Jose, NextAuth, SharedSecret
from doorcheck.guard.sessions.resolver import Resolver

LATER = 2_100_000_000


def _jwe(sub: str) -> str:
    return jwe({"sub": sub, "exp": LATER}, KEY, "A256GCM")


def _jws(sub: str, exp: int = LATER) -> str:
    return jws({"sub": sub, "exp": exp}, OURS, "HS256")


def resolved(resolver: Resolver, cookie: str = "", bearer: str = "") -> Principal | None:
    """Who is calling."""
    header = f"Bearer {bearer}".encode() if bearer else None
    return asyncio.run(resolver.resolve(cookie.encode(), header))


@pytest.fixture
def resolver() -> Resolver:
    return Resolver([NextAuth(secret=SECRET, bearer=True), Jose(key=SharedSecret(SECRET))])


def test_two_kinds_of_credentials_must_name_one_account(resolver: Resolver) -> None:
    assert resolved(resolver, f"{PLAIN}={_jwe('a')}; session={_jws('a')}")
    with pytest.raises(Refused) as caught:
        resolved(resolver, f"{PLAIN}={_jwe('a')}; session={_jws('b')}")
    assert (caught.value.status_code, caught.value.reason) == (401, "two credentials name two accounts")


def test_a_cookie_and_a_bearer_token_of_one_issuer_must_name_one_account(resolver: Resolver) -> None:
    found = resolved(resolver, f"{PLAIN}={_jwe('a')}", _jwe("a"))
    assert found is not None
    assert found.carrier is Carrier.COOKIE
    with pytest.raises(Refused) as caught:
        resolved(resolver, f"{PLAIN}={_jwe('a')}", _jwe("b"))
    assert caught.value.reason == "two credentials name two accounts"


def test_nothing_presented_is_nobody_and_something_wrong_is_a_refusal(resolver: Resolver) -> None:
    assert resolved(resolver, "other=1") is None
    for cookie in (f"{PLAIN}=x", f"session={_jws('a', 1)}", f"{PLAIN}.1=x", f"session={_jws('a')}; session=x"):
        with pytest.raises(Refused) as caught:
            resolved(resolver, cookie)
        assert caught.value.status_code == 401
        assert SECRET not in caught.value.reason


def test_a_remembered_session_is_remembered_for_this_very_credential(resolver: Resolver) -> None:
    cookie = f"{PLAIN}={VECTORS['nextauth_v4']['token']}"
    first = resolved(resolver, cookie)
    assert first is not None
    assert resolved(resolver, cookie) is first
    with pytest.raises(Refused):
        resolved(resolver, cookie[:-1] + ("A" if cookie[-1] != "A" else "Q"))


def test_a_remembered_session_is_not_remembered_for_another_copy_beside_it() -> None:
    content = {
        "session": {"userId": "u1", "token": NAME, "expiresAt": "2035-01-01T00:00:00.000Z"},
        "user": {"id": "u1"},
    }
    good = copy("jwt", content, expires=time.time() + 290)
    known = Resolver([BetterAuth(secret=SECRET, cache="jwt", cacheable=True)])
    assert resolved(known, f"{TOKEN}={signed(NAME)}; {DATA}={good}")
    with pytest.raises(Refused):
        resolved(known, f"{TOKEN}={signed(NAME)}; {DATA}={altered(good, -9)}")


class Broken:
    """An issuer whose verifier fails."""

    name = "broken"
    cacheable = False

    def __init__(self, fault: Exception, *, finds: bool = True) -> None:
        self._fault = fault
        self._finds = finds

    def find(self, presented: Presented) -> tuple[Credential, ...]:
        if not self._finds:
            raise self._fault
        return (Credential(Carrier.COOKIE, "x", presented.cookies.get("x", "")),)

    async def verify(self, credential: Credential, now: float) -> Principal:
        raise self._fault


@pytest.mark.parametrize("finds", [True, False])
@pytest.mark.parametrize(
    ("fault", "status"),
    [(SessionRefused("no"), 401), (SessionUnavailable("no"), 503), (RuntimeError(f"key {SECRET}"), 503)],
)
def test_a_fault_is_a_refusal_and_keeps_its_words_to_itself(fault: Exception, status: int, finds: bool) -> None:
    with pytest.raises(Refused) as caught:
        resolved(Resolver([Broken(fault, finds=finds)]), "x=1")
    assert caught.value.status_code == status
    assert SECRET not in caught.value.reason


def test_two_issuers_of_one_name_are_refused_when_the_service_starts() -> None:
    with pytest.raises(ValueError, match="one name"):
        Resolver([NextAuth(secret=SECRET), NextAuth(secret=SECRET)])
    with pytest.raises(ValueError, match="no colon"):
        Resolver([NextAuth(secret=SECRET, name="next:auth")])
    assert Resolver([NextAuth(secret=SECRET), NextAuth(secret=SECRET, name="old")])


class Forgetful:
    """An issuer that does not look at the end of its own sessions."""

    name = "forgetful"
    cacheable = True

    def find(self, presented: Presented) -> tuple[Credential, ...]:
        return (Credential(Carrier.BEARER, "", presented.bearer or ""),)

    async def verify(self, credential: Credential, now: float) -> Principal:
        return Principal("ann", self.name, credential.carrier, expires_at=now - 1)


def test_a_session_that_has_ended_is_refused_whatever_its_issuer_says() -> None:
    with pytest.raises(Refused) as caught:
        resolved(Resolver([Forgetful()]), bearer="anything")
    assert caught.value.reason == "forgetful: the session has expired"
