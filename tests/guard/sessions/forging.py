"""Tokens and seals made here, good ones and every kind of forged one."""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any, Literal

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7
from joserfc.jwe import JWERegistry
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from tests.guard.sessions.recorded import NOW

Encryption = Literal["A256GCM", "A256CBC-HS512"]
_IV = {"A256GCM": b"\x07" * 12, "A256CBC-HS512": b"\x07" * 16, "A128CBC-HS256": b"\x07" * 16}

CLAIMS: dict[str, Any] = {"sub": "user_1", "iat": int(NOW) - 10, "exp": int(NOW) + 600}

WRONG_CLAIMS: dict[str, dict[str, Any]] = {
    "expired": {**CLAIMS, "exp": int(NOW) - 61},
    "no expiry": {"sub": "user_1"},
    "null expiry": {**CLAIMS, "exp": None},
    "expiry as text": {**CLAIMS, "exp": str(int(NOW) + 600)},
    "expiry as a boolean": {**CLAIMS, "exp": True},
    "endless expiry": {**CLAIMS, "exp": 1e308},
    "expiry of the year 10000": {**CLAIMS, "exp": 10**15},
    "not yet": {**CLAIMS, "nbf": int(NOW) + 600},
    "issued in the future": {**CLAIMS, "iat": int(NOW) + 600},
    "issued at no time": {**CLAIMS, "iat": True},
    "held back until no time": {**CLAIMS, "nbf": False},
    "nobody": {"exp": int(NOW) + 600},
    "empty account": {**CLAIMS, "sub": ""},
    "account that does not show": {**CLAIMS, "sub": "user_1\u200b"},
    "account that is an object": {**CLAIMS, "sub": {"id": "user_1"}},
    "account that is a boolean": {**CLAIMS, "sub": True},
}
"""Claims that no session may have, whatever protects them."""

DOUBLED = b'{"alg":"none","alg":"RS256"}'
DANGEROUS_HEADERS: dict[str, Any] = {
    "zip": "DEF",
    "crit": ["exp"],
    "b64": False,
    "jku": "https://attacker.example/keys",
    "jwk": {"kty": "oct", "k": "AAAA"},
    "x5u": "https://attacker.example/cert",
    "x5c": ["AAAA"],
    "p2c": 10_000_000,
    "p2s": "AAAA",
    "epk": {"kty": "EC"},
}


def b64(content: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def written(value: object) -> bytes:
    """The value as JSON, as JavaScript writes it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def jwe(claims: object, key: bytes, encryption: str, *, plain: bytes | None = None, **header: Any) -> str:
    """A directly encrypted token; ``header`` overrides and adds to the protected header."""
    first = b64(written({"alg": "dir", "enc": encryption} | header))
    content = written(claims) if plain is None else plain
    iv = _IV[encryption]
    sealed, tag = JWERegistry.algorithms["enc"][encryption].encrypt(content, key, iv, first.encode())
    return f"{first}..{b64(iv)}.{b64(sealed)}.{b64(tag)}"


def jws(claims: object, key: OctKey | RSAKey | ECKey | OKPKey | None, algorithm: str, **header: Any) -> str:
    """A signed token; without a key its signature is empty."""
    content = f"{b64(written({'alg': algorithm} | header))}.{b64(written(claims))}"
    if key is None:
        return f"{content}."
    return f"{content}.{b64(JWSRegistry.algorithms[algorithm].sign(content.encode(), key))}"


@functools.cache
def rsa_key() -> RSAKey:
    """The issuer's RSA key of these tests."""
    return RSAKey.generate_key(2048)


@functools.cache
def other_rsa_key() -> RSAKey:
    """Somebody else's."""
    return RSAKey.generate_key(2048)


@functools.cache
def ec_key() -> ECKey:
    """The issuer's key on P-256."""
    return ECKey.generate_key("P-256")


@functools.cache
def ed_key() -> OKPKey:
    """The issuer's key on Ed25519."""
    return OKPKey.generate_key("Ed25519")


def published(**keys: RSAKey | ECKey | OKPKey) -> bytes:
    """A key set with the public halves of these keys, by their names."""
    listed = [{**key.as_dict(private=False), "kid": name, "use": "sig"} for name, key in keys.items()]
    return written({"keys": listed})


def forged_jwts(claims: Mapping[str, Any], key: RSAKey, kid: str) -> dict[str, str]:
    """Every token that must not pass for one of ``claims`` signed with this key under RS256."""
    good = jws(claims, key, "RS256", kid=kid, typ="JWT")
    first, payload, signature = good.split(".")
    pem = key.as_pem(private=False)
    confused = _hs256(f"{b64(written({'alg': 'HS256', 'kid': kid, 'typ': 'JWT'}))}.{payload}", pem)
    forged = {
        "another key": jws(claims, other_rsa_key(), "RS256", kid=kid, typ="JWT"),
        "no algorithm": jws(claims, None, "none", kid=kid, typ="JWT"),
        "no signature": f"{first}.{payload}.",
        "the public key as a shared secret": confused,
        "another algorithm of the same key": jws(claims, key, "PS256", kid=kid, typ="JWT"),
        "an unknown key": jws(claims, key, "RS256", kid="nobody", typ="JWT"),
        "no name of a key": jws(claims, key, "RS256", typ="JWT"),
        "altered claims": f"{first}.{b64(written({**claims, 'sub': 'admin'}))}.{signature}",
        "two parts": f"{first}.{payload}",
        "four parts": f"{good}.AAAA",
        "padding": f"{good}==",
        "a header that is no object": f"{b64(b'[1]')}.{payload}.{signature}",
        "a doubled name": f"{b64(DOUBLED)}.{payload}.{signature}",
        "claims that are no object": jws([1], key, "RS256", kid=kid, typ="JWT"),
        "too large": jws({**claims, "big": "x" * 20_000}, key, "RS256", kid=kid, typ="JWT"),
    }
    for name, value in DANGEROUS_HEADERS.items():
        forged[f"a header with {name}"] = jws(claims, key, "RS256", kid=kid, typ="JWT", **{name: value})
    for name, wrong in WRONG_CLAIMS.items():
        whole = {one: value for one, value in claims.items() if one not in {"sub", "exp", "iat"}} | wrong
        forged[name] = jws(whole, key, "RS256", kid=kid, typ="JWT")
    return forged


def _hs256(content: str, key: bytes) -> str:
    return f"{content}.{b64(hmac.new(key, content.encode(), hashlib.sha256).digest())}"


def forged_jwes(key: bytes, encryption: Encryption, other: bytes, **header: Any) -> dict[str, str]:
    """Every token that must not pass for one encrypted directly with this key."""
    good = jwe(CLAIMS, key, encryption, **header)
    first, _, iv, sealed, tag = good.split(".")
    forged = {
        "another key": jwe(CLAIMS, other, encryption, **header),
        "an altered tag": f"{first}..{iv}.{sealed}.{b64(b'x' * len(base64.urlsafe_b64decode(tag + '==')))}",
        "a short tag": f"{first}..{iv}.{sealed}.{tag[:16]}",
        "no tag": f"{first}..{iv}.{sealed}.",
        "an altered iv": f"{first}..{b64(b'x' * len(_IV[encryption]))}.{sealed}.{tag}",
        "a short iv": f"{first}..{iv[:8]}.{sealed}.{tag}",
        "another ciphertext": f"{first}..{iv}.{b64(b'x' * 64)}.{tag}",
        "a key inside": f"{first}.AAAA.{iv}.{sealed}.{tag}",
        "four parts": f"{first}.{iv}.{sealed}.{tag}",
        "six parts": f"{good}.AAAA",
        "another alg": jwe(CLAIMS, key, encryption, **header, alg="PBES2-HS256+A128KW", p2c=10_000_000, p2s="AAAA"),
        "alg A256KW": jwe(CLAIMS, key, encryption, **header, alg="A256KW"),
        "no alg": jwe(CLAIMS, key, encryption, **header, alg="none"),
        "an unknown key": jwe(CLAIMS, key, encryption, **header | {"kid": "nobody"}) if header else "",
        "claims that are no object": jwe("user_1", key, encryption, **header),
        "claims that are no JSON": jwe(None, key, encryption, plain=b"\xff\xfe", **header),
        "a signed token": jws(CLAIMS, OctKey.import_key(key), "HS256"),
    }
    forged["another encryption by name"] = jwe(CLAIMS, key, encryption, **header | {"enc": "A128GCM"})
    forged["another encryption"] = _otherwise(encryption, key, header)
    for name, value in DANGEROUS_HEADERS.items():
        forged[f"a header with {name}"] = jwe(CLAIMS, key, encryption, **header | {name: value})
    for name, claims in WRONG_CLAIMS.items():
        forged[name] = jwe(claims, key, encryption, **header)
    return {name: token for name, token in forged.items() if token}


def _otherwise(encryption: Encryption, key: bytes, header: Mapping[str, Any]) -> str:
    if encryption == "A256GCM":
        return jwe(CLAIMS, key, "A128CBC-HS256", **header)
    return jwe(CLAIMS, key[:32], "A256GCM", **header)


def seal(
    content: bytes, password: str, *, name: str = "1", expires: int | str | None = None, marker: str = "~2"
) -> str:
    """An iron seal; ``expires`` in milliseconds since the epoch."""
    salt, mac_salt, iv = "ab" * 32, "cd" * 32, b"\x09" * 16
    padder = PKCS7(128).padder()
    encryptor = Cipher(AES(_iron_key(password, salt)), CBC(iv)).encryptor()
    sealed = encryptor.update(padder.update(content) + padder.finalize()) + encryptor.finalize()
    covered = f"Fe26.2*{name}*{salt}*{b64(iv)}*{b64(sealed)}*{'' if expires is None else expires}"
    mac = hmac.new(_iron_key(password, mac_salt), covered.encode(), hashlib.sha256).digest()
    return f"{covered}*{mac_salt}*{b64(mac)}{marker}"


def _iron_key(password: str, salt: str) -> bytes:
    return hashlib.pbkdf2_hmac("sha1", password.encode(), salt.encode(), 1, 32)
