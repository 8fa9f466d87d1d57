"""Whatever bytes are presented, an issuer answers with a refusal and never with another exception."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.guard.sessions import test_clerk, test_stytch_descope, test_supabase, test_workos
from tests.guard.sessions.forging import CLAIMS, b64, ed_key, jws, published, seal, written
from tests.guard.sessions.recorded import NOW, SECRET, VECTORS
from tests.guard.sessions.test_better_auth import copy, signed
from tests.guard.sessions.test_jose import GOOD

from doorcheck.guard.principal import Principal
from doorcheck.guard.refusals import Refused
from doorcheck.guard.sessions.credentials import SessionRefused, SessionUnavailable, read_presented
from doorcheck.guard.sessions.issuer import Issuer
from doorcheck.guard.sessions.issuers import (
    Auth0,
    Auth0V3,
    Auth0V3Stateful,
    AuthJs,
    AuthJsDatabase,
    BetterAuth,
    BetterAuthJwt,
    IronSession,
    Jose,
    NextAuth,
    SharedSecret,
    StoredSession,
)
from doorcheck.guard.sessions.resolver import Resolver


class Store:
    """A store that has every session."""

    async def session(self, token: str) -> StoredSession | None:
        return StoredSession(NOW + 60, {"sub": "user_1", "session": {"userId": f"of {token[:4]}"}})


async def fetch(_: str) -> bytes:
    """Keys of better-auth."""
    return published(k1=ed_key())


@dataclass(frozen=True)
class Case:
    """An issuer, a request that it accepts, and the cookies it reads."""

    issuer: Issuer
    good: dict[str, str]
    bearer: str | None = None


_BETTER = {
    "session": {"userId": "u1", "token": "a" * 32, "expiresAt": "2027-12-16T07:46:15.357Z"},
    "user": {"id": "u1"},
    "version": "1",
}
_URL = "https://app.example.test"
_JWT = jws({**CLAIMS, "iss": _URL, "aud": _URL}, ed_key(), "EdDSA", kid="k1")
_TOKENS = VECTORS["authjs_v5"]["by_cookie_name"]
_AUTH0 = VECTORS["auth0"]
_DATA = {"better-auth.session_token": signed("a" * 32)}
_SEAL = seal(written({"userId": "u1"}), SECRET, expires=int(NOW + 60) * 1000)
CASES = {
    "authjs": Case(AuthJs(secret=SECRET), {"authjs.session-token": _TOKENS["authjs.session-token"]["token"]}),
    "authjs-database": Case(AuthJsDatabase(lookup=Store()), {"authjs.session-token": "a" * 36}),
    "nextauth": Case(NextAuth(secret=SECRET), {"next-auth.session-token": VECTORS["nextauth_v4"]["token"]}),
    "iron": Case(IronSession(cookie="app", password=SECRET), {"app": _SEAL}),
    "jose": Case(Jose(key=SharedSecret(SECRET)), {"session": GOOD}),
    "auth0": Case(Auth0(secret=SECRET), {"__session": _AUTH0["v4_cookie"]}),
    "auth0-v3": Case(Auth0V3(secret=SECRET), {"appSession": _AUTH0["v3_appSession"]}),
    "auth0-stateful": Case(
        Auth0V3Stateful(secret=SECRET, lookup=Store()), {"appSession": _AUTH0["v3_stateful_signed"]}
    ),
    "better-auth": Case(BetterAuth(secret=SECRET, lookup=Store()), _DATA),
    "better-auth-compact": Case(
        BetterAuth(secret=SECRET, cache="compact"), _DATA | {"better-auth.session_data": copy("compact", _BETTER)}
    ),
    "better-auth-jwe": Case(
        BetterAuth(secret=SECRET, cache="jwe"), _DATA | {"better-auth.session_data": copy("jwe", _BETTER)}
    ),
    "better-auth-jwt": Case(BetterAuthJwt(url=_URL, fetch=fetch), {}, _JWT),
    "supabase": Case(test_supabase.BOTH, VECTORS["supabase"]["cookies"]),
    "clerk": Case(test_clerk.ISSUER, {test_clerk.SUFFIXED: test_clerk.token()}),
    "workos": Case(test_workos.ISSUER, test_workos.cookie(test_workos.GOOD)),
    "stytch": Case(test_stytch_descope.STYTCH_ISSUER, test_stytch_descope.stytch()),
    "descope": Case(test_stytch_descope.DESCOPE_ISSUER, test_stytch_descope.descope()),
}


def _asked(case: Case, cookie: bytes, authorization: bytes | None) -> list[Principal]:
    async def ask() -> list[Principal]:
        presented = read_presented(cookie, authorization)
        return [await case.issuer.verify(one, NOW) for one in case.issuer.find(presented)]

    try:
        return asyncio.run(ask())
    except (SessionRefused, SessionUnavailable):
        return []


def _header(cookies: dict[str, bytes]) -> bytes:
    return b"; ".join([name.encode() + b"=" + value for name, value in cookies.items()])


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
_PART = st.one_of(
    st.binary(max_size=60).map(lambda part: base64.urlsafe_b64encode(part).rstrip(b"=")),
    _JSON.map(lambda value: b64(written(value)).encode("utf-8", "replace")),
    st.sampled_from([b"", b"Fe26.2", b"1", b"eyJhbGciOiJIUzI1NiJ9", b"eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0"]),
    st.binary(max_size=20),
)
_VALUE = st.one_of(
    st.binary(max_size=200),
    st.tuples(st.sampled_from([b".", b"*", b"~", b""]), st.lists(_PART, min_size=1, max_size=9)).map(
        lambda made: made[0].join(made[1])
    ),
    _PART.map(lambda part: b"base64-" + part),
)


@pytest.mark.parametrize("name", CASES)
def test_what_it_accepts_is_accepted_here_too(name: str) -> None:
    case = CASES[name]
    cookie = _header({one: value.encode() for one, value in case.good.items()})
    bearer = case.bearer and f"Bearer {case.bearer}".encode()
    assert len(_asked(case, cookie, bearer or None)) == 1


@pytest.mark.parametrize("name", CASES)
@settings(max_examples=60, deadline=None)
@given(values=st.lists(_VALUE, min_size=3, max_size=3), bearer=_VALUE)
def test_arbitrary_bytes_are_refused(name: str, values: list[bytes], bearer: bytes) -> None:
    case = CASES[name]
    names = [*case.good, *[f"{one}.0" for one in case.good]] or ["session"]
    for presented in values:
        assert _asked(case, _header({names[0]: presented.replace(b";", b"")}), None) in ([], _of_any_store(name))
        mixed = {one: value.replace(b";", b"") for one, value in zip(names, values, strict=False)}
        assert _asked(case, _header(mixed), b"Bearer " + bearer) in ([], _of_any_store(name))


def _of_any_store(name: str) -> list[Principal]:
    """A database's cookie is any text of the right form; this store has all of them."""
    case = CASES[name]
    return _asked(case, _header({"authjs.session-token": b"a" * 36}), None) if name == "authjs-database" else []


@pytest.mark.parametrize("name", CASES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_alteration_of_a_session_makes_another_of_it(name: str, data: st.DataObject) -> None:
    case = CASES[name]
    good = {one: value.encode() for one, value in case.good.items()} or {"": (case.bearer or "").encode()}
    cookie = data.draw(st.sampled_from(sorted(good)))
    value = good[cookie]
    start = data.draw(st.integers(0, len(value)))
    end = data.draw(st.integers(start, min(len(value), start + 3)))
    changed = value[:start] + data.draw(st.binary(max_size=3)).replace(b";", b"") + value[end:]
    altered = good | {cookie: changed}
    bearer = b"Bearer " + changed if case.bearer else None
    before = _asked(case, _header({} if bearer else good), (case.bearer and f"Bearer {case.bearer}".encode()) or None)
    assert _asked(case, _header({} if bearer else altered), bearer) in ([], before)


@settings(max_examples=100, deadline=None)
@given(cookie=st.none() | st.binary(max_size=300), authorization=st.none() | st.binary(max_size=300))
def test_all_issuers_together_refuse_or_find_nobody(cookie: bytes | None, authorization: bytes | None) -> None:
    resolver = Resolver(_once([case.issuer for case in CASES.values()]))
    assert _status(resolver, cookie, authorization) in {200, 401, 503}


def _status(resolver: Resolver, cookie: bytes | None, authorization: bytes | None) -> int:
    try:
        found = asyncio.run(resolver.resolve(cookie, authorization))
    except Refused as refused:
        return refused.status_code
    return 200 if found is None else 500


def _once(issuers: list[Issuer]) -> list[Issuer]:
    found: dict[str, Issuer] = {}
    for issuer in issuers:
        found.setdefault(issuer.name, issuer)
    return list(found.values())
