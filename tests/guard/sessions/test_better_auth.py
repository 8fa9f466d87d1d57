"""better-auth: its signed cookie, the three forms of its copies, and the tokens of its JWT plugin."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import quote, unquote

import pytest
from joserfc.jwk import OctKey
from tests.guard.sessions.forging import b64, ed_key, jwe, jws, published, rsa_key, written
from tests.guard.sessions.recorded import NOW, OTHER_SECRET, SECRET, VECTORS, accepted, altered, principals, refusal

from doorcheck.guard.errors import GuardError
from doorcheck.guard.principal import Carrier
from doorcheck.guard.sessions.better_auth_copies import Strategy
from doorcheck.guard.sessions.issuers import BetterAuth, BetterAuthJwt, StoredSession, WeakSecret

RECORDED = VECTORS["better_auth"]
TOKEN, DATA = "better-auth.session_token", "better-auth.session_data"
STRATEGIES: list[Strategy] = ["compact", "jwt", "jwe"]
JWE_KEY = bytes.fromhex(RECORDED["jwe_key_hex"])
NAME = "a" * 32


class Store:
    """The tables of better-auth."""

    def __init__(self, **user: Any) -> None:
        self.asked: list[str] = []
        self._user = {"id": "u1", "role": "admin,editor"} | user

    async def session(self, token: str) -> StoredSession | None:
        self.asked.append(token)
        if token == "z" * 32:
            return None
        session = {"id": "s1", "userId": "u1", "activeOrganizationId": "org_1"}
        return StoredSession(NOW + (60 if token != "e" * 32 else -60), {"session": session, "user": self._user})


def signed(token: str, secret: str = SECRET) -> str:
    """The value of the session's cookie, as it stands in the header."""
    signature = base64.b64encode(hmac.new(secret.encode(), token.encode(), hashlib.sha256).digest()).decode()
    return quote(f"{token}.{signature}", safe="")


def _session(**changes: Any) -> dict[str, Any]:
    return {"expiresAt": "2027-12-16T07:46:15.357Z", "token": NAME, "userId": "u1", "id": "s1"} | changes


def _copied(**changes: Any) -> dict[str, Any]:
    return {"session": _session(), "user": {"id": "u1", "role": "admin"}, "updatedAt": 1, "version": "1"} | changes


def copy(strategy: Strategy, content: dict[str, Any], *, expires: float = NOW + 300, secret: str = SECRET) -> str:
    """A copy of a session in one of the three forms."""
    times = {"iat": int(expires) - 300, "exp": int(expires)}
    if strategy == "jwt":
        return jws(content | times, OctKey.import_key(secret.encode()), "HS256")
    if strategy == "jwe":
        return jwe(content | times, JWE_KEY, "A256CBC-HS512")
    milliseconds = int(expires * 1000)
    inner = written(content)
    covered = inner[:-1] + f',"expiresAt":{milliseconds}}}'.encode()
    signature = b64(hmac.new(secret.encode(), covered, hashlib.sha256).digest())
    return b64(b'{"session":' + inner + f',"expiresAt":{milliseconds},"signature":"{signature}"}}'.encode())


def cookies(strategy: Strategy, content: dict[str, Any], **options: Any) -> dict[str, str]:
    """The cookie of a session and the copy beside it."""
    return {TOKEN: signed(NAME), DATA: copy(strategy, content, **options)}


@pytest.mark.parametrize("form", ["none", "compact", "jwt", "jwe"])
def test_the_signed_cookie_names_a_session_of_the_store(form: str) -> None:
    recorded, store = RECORDED[form], Store()
    found = accepted(BetterAuth(secret=SECRET, lookup=store), recorded["set_cookie"])
    assert store.asked == [recorded["db_session_token"]]
    assert (found.id, found.roles, found.tenant) == ("u1", frozenset({"admin", "editor"}), "org_1")


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_copy_is_believed_without_asking_the_store(strategy: Strategy) -> None:
    recorded, store = RECORDED[strategy], Store()
    found = accepted(BetterAuth(secret=SECRET, lookup=store, cache=strategy), recorded["set_cookie"])
    assert (found.id, store.asked) == (recorded["user_id"], [])
    assert "token" not in found.claims["session"]
    assert accepted(BetterAuth(secret=SECRET, cache=strategy), cookies(strategy, _copied())).roles == {"admin"}


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_where_the_store_must_be_asked_no_copy_is_looked_at(strategy: Strategy) -> None:
    recorded, store = RECORDED[strategy], Store()
    issuer = BetterAuth(secret=SECRET, lookup=store, cache=strategy, require_db=True)
    assert accepted(issuer, recorded["set_cookie"]).id == "u1"
    assert store.asked == [recorded["db_session_token"]]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_an_expired_copy_is_no_answer_and_the_store_is_asked(strategy: Strategy) -> None:
    store = Store()
    presented = cookies(strategy, _copied(), expires=NOW - 1)
    assert accepted(BetterAuth(secret=SECRET, lookup=store, cache=strategy), presented).id == "u1"
    assert store.asked == [NAME]
    assert "expired" in refusal(BetterAuth(secret=SECRET, cache=strategy), presented)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_copy_in_chunks_is_read(strategy: Strategy) -> None:
    whole = copy(strategy, _copied())
    issuer = BetterAuth(secret=SECRET, cache=strategy)
    parts = {TOKEN: signed(NAME), f"{DATA}.0": whole[:50], f"{DATA}.1": whole[50:]}
    assert accepted(issuer, parts).id == "u1"
    assert "missing" in refusal(issuer, {name: value for name, value in parts.items() if name != f"{DATA}.0"})
    assert "two forms" in refusal(issuer, parts | {DATA: whole})


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize(
    "content",
    [
        _copied(session=_session(token="b" * 32)),
        _copied(session=_session(token=None)),
        _copied(session=_session(expiresAt="2020-01-01T00:00:00.000Z")),
        _copied(session=_session(expiresAt="2027-12-16T07:46:15")),
        _copied(session=_session(expiresAt=NOW + 60)),
        _copied(session=_session(expiresAt=None)),
        _copied(session=_session(userId=None)),
        _copied(user={"id": "u2"}),
        _copied(user={"id": "u1", "banned": True}),
        _copied(user=None),
        _copied(session="s1"),
        _copied(version="2"),
        {"sub": "u1"},
    ],
    ids=lambda content: str(content)[:60] if isinstance(content, dict) else content,
)
def test_a_copy_that_says_something_else_is_refused(strategy: Strategy, content: dict[str, Any]) -> None:
    assert refusal(BetterAuth(secret=SECRET, cache=strategy), cookies(strategy, content))


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_copy_that_was_altered_or_has_another_form_is_refused(strategy: Strategy) -> None:
    issuer = BetterAuth(secret=SECRET, cache=strategy)
    good = copy(strategy, _copied())
    for place in (0, 10, len(good) // 2, -30, -1):
        assert refusal(issuer, {TOKEN: signed(NAME), DATA: altered(good, place)})
    for other in STRATEGIES:
        if other != strategy:
            assert refusal(issuer, cookies(other, _copied()))
    if strategy != "jwe":
        assert refusal(issuer, cookies(strategy, _copied(), secret=OTHER_SECRET))
    assert refusal(issuer, {TOKEN: signed(NAME), DATA: good + "é"})
    assert refusal(issuer, {TOKEN: signed(NAME)})
    assert principals(issuer, {DATA: good}) == []


def test_a_compact_copy_in_which_a_name_stands_twice_is_refused() -> None:
    inner = written(_copied())[:-1] + b',"user":{"id":"u1"}}'
    covered = inner[:-1] + f',"expiresAt":{int(NOW + 300) * 1000}}}'.encode()
    signature = b64(hmac.new(SECRET.encode(), covered, hashlib.sha256).digest())
    tail = f',"expiresAt":{int(NOW + 300) * 1000},"signature":"{signature}"}}'.encode()
    presented = {TOKEN: signed(NAME), DATA: b64(b'{"session":' + inner + tail)}
    assert "no JSON" in refusal(BetterAuth(secret=SECRET, cache="compact"), presented)


@pytest.mark.parametrize(
    "value",
    [
        signed(NAME, OTHER_SECRET),
        signed(NAME).replace("a", "b", 1),
        signed(NAME)[:-4],
        signed(NAME).replace("%3D", "%3D%3D"),
        f"{NAME}.",
        NAME,
        signed("short"),
        signed("a" * 200),
        signed("' OR 1=1 --aaaaaaaaaaaaaaaa"),
        signed("z" * 32),
        signed("e" * 32),
        "é" * 40,
    ],
)
def test_a_cookie_that_was_not_signed_or_names_no_open_session_is_refused(value: str) -> None:
    assert refusal(BetterAuth(secret=SECRET, lookup=Store()), {TOKEN: value})


def test_one_signature_has_one_text() -> None:
    text = unquote(signed(NAME))
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    # The last character carries four bits of the signature and two that nobody reads.
    twin = f"{text[:-2]}{alphabet[alphabet.index(text[-2]) + 1]}="
    assert base64.b64decode(twin.rpartition(".")[2]) == base64.b64decode(text.rpartition(".")[2])
    assert refusal(BetterAuth(secret=SECRET, lookup=Store()), {TOKEN: quote(twin, safe="")})


def test_the_signed_cookie_knows_only_the_current_secret() -> None:
    assert accepted(BetterAuth(secret=[SECRET, OTHER_SECRET], lookup=Store()), {TOKEN: signed(NAME)}).id == "u1"
    assert refusal(BetterAuth(secret=[OTHER_SECRET, SECRET], lookup=Store()), {TOKEN: signed(NAME)})
    rotated = BetterAuth(secret=[OTHER_SECRET, SECRET], cache="jwe")
    assert accepted(rotated, {TOKEN: signed(NAME, OTHER_SECRET), DATA: _recorded_jwe()}).id == "u1"


def _recorded_jwe() -> str:
    return jwe(_copied() | {"exp": int(NOW) + 60}, JWE_KEY, "A256CBC-HS512", kid=_KID)


_KID = "htyipHhIYLxgYAAEBZhCEX73VYc6yXPWPONoWxcT8VQ"


def test_a_banned_account_is_refused() -> None:
    assert "banned" in refusal(BetterAuth(secret=SECRET, lookup=Store(banned=True)), {TOKEN: signed(NAME)})


def test_cookies_of_https_and_of_http_are_kept_apart() -> None:
    secure = {f"__Secure-{name}": value for name, value in cookies("jwt", _copied()).items()}
    plain = {TOKEN: "planted", DATA: "planted"}
    assert accepted(BetterAuth(secret=SECRET, cache="jwt"), plain | secure).id == "u1"
    assert principals(BetterAuth(secret=SECRET, cache="jwt", secure=True), cookies("jwt", _copied())) == []
    assert principals(BetterAuth(secret=SECRET, cache="jwt", secure=False), secure) == []
    assert refusal(BetterAuth(secret=SECRET, cache="jwt"), {f"__Secure-{TOKEN}": signed(NAME)} | {DATA: "x"})


def test_the_bearer_plugins_token_is_the_same_signed_value() -> None:
    issuer = BetterAuth(secret=SECRET, lookup=Store(), bearer=True)
    assert accepted(issuer, bearer=signed(NAME)).carrier is Carrier.BEARER
    assert principals(BetterAuth(secret=SECRET, lookup=Store()), bearer=signed(NAME)) == []


def test_the_environment_of_the_front_end_is_enough() -> None:
    presented = {TOKEN: signed(NAME)}
    for variables in (
        {"BETTER_AUTH_SECRETS": f"2:{SECRET}, 1:{OTHER_SECRET}", "BETTER_AUTH_SECRET": OTHER_SECRET},
        {"BETTER_AUTH_SECRET": SECRET, "AUTH_SECRET": OTHER_SECRET},
        {"AUTH_SECRET": SECRET},
    ):
        assert accepted(BetterAuth.from_env(variables, lookup=Store()), presented).id == "u1"
    https = {"AUTH_SECRET": SECRET, "BETTER_AUTH_URL": "https://app.example.test"}
    assert principals(BetterAuth.from_env(https, lookup=Store()), presented) == []
    for wrong in ({}, {"BETTER_AUTH_SECRETS": SECRET}):
        with pytest.raises(GuardError):
            BetterAuth.from_env(wrong, lookup=Store())
    with pytest.raises(WeakSecret, match="everybody knows"):
        BetterAuth.from_env({"AUTH_SECRET": "better-auth-secret-12345678901234567890"}, lookup=Store())


def test_an_issuer_that_could_believe_nothing_is_refused_when_the_service_starts() -> None:
    with pytest.raises(GuardError, match="lookup"):
        BetterAuth(secret=SECRET)
    with pytest.raises(GuardError, match="lookup"):
        BetterAuth(secret=SECRET, cache="jwt", require_db=True)
    with pytest.raises(GuardError, match="strategy"):
        BetterAuth(secret=SECRET, cache="base64")  # type: ignore[arg-type]
    assert SECRET not in repr(BetterAuth(secret=SECRET, cache="jwt"))


@pytest.mark.parametrize("form", ["none", "compact", "jwt", "jwe"])
def test_a_token_of_the_jwt_plugin_is_accepted(form: str) -> None:
    recorded = RECORDED[form]

    async def fetch(url: str) -> bytes:
        assert url.endswith("/api/auth/jwks")
        return written(recorded["jwks"])

    url = "https://app.example.test" if form == "jwe" else "http://localhost:3000"
    issuer = BetterAuthJwt.from_env({"BETTER_AUTH_URL": url}, fetch=fetch)
    found = accepted(issuer, bearer=recorded["jwt"], now=1_795_247_500)
    assert (found.id, found.carrier) == (recorded["user_id"], Carrier.BEARER)
    assert "expired" in refusal(issuer, bearer=recorded["jwt"])
    assert refusal(issuer, bearer=altered(recorded["jwt"], -5), now=1_795_247_500)


def test_a_token_of_the_jwt_plugin_for_somebody_else_is_refused() -> None:
    url = "https://app.example.test"

    async def fetch(_: str) -> bytes:
        return published(k1=ed_key(), k2=rsa_key())

    issuer = BetterAuthJwt(url=url, fetch=fetch)
    claims = {"sub": "u1", "exp": int(NOW) + 60, "iss": url, "aud": url}
    assert accepted(issuer, bearer=jws(claims, ed_key(), "EdDSA", kid="k1")).id == "u1"
    assert accepted(issuer, bearer=jws(claims, ed_key(), "Ed25519", kid="k1")).id == "u1"
    for wrong in ({"iss": "https://b.test"}, {"aud": "https://b.test"}, {"iss": None}, {"aud": None}, {"sub": None}):
        assert refusal(issuer, bearer=jws(claims | wrong, ed_key(), "EdDSA", kid="k1"))
    assert refusal(issuer, bearer=jws(claims, rsa_key(), "RS256", kid="k2"))
    assert refusal(issuer, bearer=jws(claims, ed_key(), "EdDSA", kid="k2"))
