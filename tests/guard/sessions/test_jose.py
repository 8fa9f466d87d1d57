"""Tokens of the jose library: one algorithm, one key, and nothing of the token chooses them."""

from __future__ import annotations

import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey
from tests.guard.sessions.forging import (
    CLAIMS,
    DANGEROUS_HEADERS,
    WRONG_CLAIMS,
    ec_key,
    ed_key,
    forged_jwes,
    jwe,
    jws,
    other_rsa_key,
    rsa_key,
)
from tests.guard.sessions.recorded import OTHER_SECRET, SECRET, accepted, altered, principals, refusal

from doorcheck.guard.errors import GuardError
from doorcheck.guard.principal import Carrier
from doorcheck.guard.sessions.credentials import SessionRefused
from doorcheck.guard.sessions.issuers import (
    EncryptionKey,
    Jose,
    PublicKey,
    RemoteKeys,
    SharedSecret,
    WeakSecret,
)
from doorcheck.guard.sessions.jws import read_jws, verify_signature

OURS = OctKey.import_key(SECRET.encode())
SHARED = Jose(key=SharedSecret(SECRET))
GOOD = jws(CLAIMS, OURS, "HS256", typ="JWT")
CEK = bytes(range(32))
LONG_CEK = bytes(range(64))


def _pem(key: RSAKey | ECKey) -> str:
    return key.as_pem(private=False).decode()


def _forged() -> dict[str, str]:
    first, payload, signature = GOOD.split(".")
    forged = {
        "another secret": jws(CLAIMS, OctKey.import_key(OTHER_SECRET.encode()), "HS256"),
        "no algorithm": jws(CLAIMS, None, "none"),
        "HS384": jws(CLAIMS, OURS, "HS384"),
        "a public key's algorithm": jws(CLAIMS, rsa_key(), "RS256"),
        "no signature": f"{first}.{payload}.",
        "an altered signature": altered(GOOD),
        "padding": f"{GOOD}=",
        "an algorithm that is a list": jws(CLAIMS, OURS, "HS256", alg=["HS256"]),
        "a key's name that is no text": jws(CLAIMS, OURS, "HS256", kid=7),
        "an encrypted token": jwe(CLAIMS, CEK, "A256GCM"),
        "no ASCII": f"{GOOD}é",
        "line end": f"{GOOD}\n",
    }
    for name, value in DANGEROUS_HEADERS.items():
        forged[f"a header with {name}"] = jws(CLAIMS, OURS, "HS256", **{name: value})
    for name, claims in WRONG_CLAIMS.items():
        forged[name] = jws(claims, OURS, "HS256")
    assert signature
    return forged


FORGED = _forged()
FORGED_JWES = forged_jwes(CEK, "A256GCM", bytes(32))


def test_a_token_signed_with_the_shared_secret_is_accepted() -> None:
    found = accepted(SHARED, {"session": GOOD})
    assert (found.id, found.carrier, found.expires_at) == ("user_1", Carrier.COOKIE, CLAIMS["exp"] + 5)
    claims = {"userId": 7, "exp": CLAIMS["exp"]}
    assert accepted(SHARED, {"session": jws(claims, OURS, "HS256")}).id == "7"


@pytest.mark.parametrize("forgery", FORGED)
def test_a_forged_signed_token_is_refused(forgery: str) -> None:
    assert refusal(SHARED, {"session": FORGED[forgery]})


def test_a_token_of_a_public_key_is_accepted_under_its_algorithm_alone() -> None:
    for key, algorithm in ((rsa_key(), "RS256"), (rsa_key(), "PS512"), (ec_key(), "ES256"), (ed_key(), "EdDSA")):
        pem = key.as_pem(private=False).decode()
        issuer = Jose(key=PublicKey(pem.replace("\n", "\\n"), algorithm))
        assert accepted(issuer, {"session": jws(CLAIMS, key, algorithm)}).id == "user_1"
        confused = jws(CLAIMS, OctKey.import_key({"kty": "oct", "k": "AAAAAAAAAAAAAAAAAAAAAAAAAAAA"}), "HS256")
        assert refusal(issuer, {"session": confused})
        assert refusal(issuer, {"session": jws(CLAIMS, other_rsa_key(), "RS256")})
        assert refusal(issuer, {"session": jws(CLAIMS, None, "none")})


@pytest.mark.parametrize("size", [0, 10, 63, 65, 200])
def test_a_signature_of_another_size_is_refused(size: int) -> None:
    issuer = Jose(key=PublicKey(_pem(ec_key()), "ES256"))
    content, _, _ = jws(CLAIMS, ec_key(), "ES256").rpartition(".")
    assert refusal(issuer, {"session": f"{content}.{'A' * (size * 4 // 3)}"})


def test_an_encrypted_token_is_accepted() -> None:
    assert accepted(Jose(key=EncryptionKey("A256GCM", CEK)), {"session": jwe(CLAIMS, CEK, "A256GCM")}).id == "user_1"
    issuer = Jose(key=EncryptionKey("A256CBC-HS512", LONG_CEK))
    assert accepted(issuer, {"session": jwe(CLAIMS, LONG_CEK, "A256CBC-HS512", kid="any")}).id == "user_1"


@pytest.mark.parametrize("forgery", FORGED_JWES)
def test_a_forged_encrypted_token_is_refused(forgery: str) -> None:
    assert refusal(Jose(key=EncryptionKey("A256GCM", CEK)), {"session": FORGED_JWES[forgery]})


def test_issuer_and_audience_are_asked_for_where_they_are_given() -> None:
    claims = {**CLAIMS, "iss": "us", "aud": ["them", "here"]}
    signed, sealed = jws(claims, OURS, "HS256"), jwe(claims, CEK, "A256GCM")
    for key, token in ((SharedSecret(SECRET), signed), (EncryptionKey("A256GCM", CEK), sealed)):
        assert accepted(Jose(key=key, issuer="us", audience="here"), {"session": token}).id == "user_1"
        assert "another issuer" in refusal(Jose(key=key, issuer="others"), {"session": token})
        assert "another audience" in refusal(Jose(key=key, audience="nowhere"), {"session": token})
    assert refusal(Jose(key=SharedSecret(SECRET), issuer="us"), {"session": GOOD})
    assert refusal(Jose(key=SharedSecret(SECRET), audience="here"), {"session": GOOD})


def test_a_bearer_token_is_taken_where_that_is_asked_for() -> None:
    assert principals(SHARED, bearer=GOOD) == []
    assert accepted(Jose(key=SharedSecret(SECRET), cookie=None, bearer=True), bearer=GOOD).carrier is Carrier.BEARER


def test_keys_that_do_not_fit_are_refused_when_the_service_starts() -> None:
    private = rsa_key().as_pem(private=True).decode()
    for pem, algorithm in (
        (private, "RS256"),
        (_pem(ec_key()), "RS256"),
        (_pem(ec_key()), "ES384"),
        (_pem(rsa_key()), "HS256"),
        (_pem(rsa_key()), "none"),
        ("no key", "RS256"),
        ("", "ES256"),
    ):
        with pytest.raises(GuardError):
            PublicKey(pem, algorithm)
    for secret, algorithm in ((SECRET, "RS256"), (SECRET, "none"), (_pem(rsa_key()), "HS256")):
        with pytest.raises(GuardError):
            SharedSecret(secret, algorithm)
    with pytest.raises(WeakSecret):
        SharedSecret("secret")
    with pytest.raises(GuardError):
        EncryptionKey("A256GCM", LONG_CEK)
    with pytest.raises(GuardError):
        EncryptionKey("A128GCM", CEK[:16])  # type: ignore[arg-type]
    with pytest.raises(GuardError):
        Jose(key=SharedSecret(SECRET), cookie=None)
    for names in (set(), {"none"}, {"HS256"}, {"RS256", "HS256"}):
        with pytest.raises(GuardError):
            RemoteKeys("https://keys.example.test", algorithms=frozenset(names))


def test_a_short_rsa_key_is_refused_when_the_service_starts() -> None:
    with pytest.warns(UserWarning, match="2048"):
        short = RSAKey.generate_key(1024)
    with pytest.warns(UserWarning, match="2048"), pytest.raises(GuardError, match="too short"):
        PublicKey(_pem(short), "RS256")


def test_the_environment_of_the_front_end_is_enough() -> None:
    issuer = Jose.from_env(environ={"SESSION_SECRET": SECRET})
    assert accepted(issuer, {"session": GOOD}).id == "user_1"
    with pytest.raises(GuardError, match="JWT_SECRET is not set"):
        Jose.from_env("JWT_SECRET", {})
    assert SECRET not in repr(issuer)
    assert CEK.hex() not in repr(EncryptionKey("A256GCM", CEK))
    assert repr(CEK) not in repr(EncryptionKey("A256GCM", CEK))


def test_a_signature_is_never_tried_with_a_key_of_another_kind() -> None:
    for key, algorithm in ((rsa_key(), "RS256"), (ec_key(), "ES256"), (ed_key(), "EdDSA"), (OURS, "HS256")):
        signed = read_jws(jws(CLAIMS, key, algorithm), frozenset({algorithm}))
        verify_signature(signed, key)
        for other in (rsa_key(), ec_key(), ed_key(), OURS, ECKey.generate_key("P-384")):
            if other is not key:
                with pytest.raises(SessionRefused, match="another kind"):
                    verify_signature(signed, other)
