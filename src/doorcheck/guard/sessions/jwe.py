"""Encrypted tokens under a key both sides have: alg "dir" with one pinned encryption (RFC 7516, RFC 7518 section 5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from cryptography.exceptions import InvalidTag
from joserfc.errors import JoseError
from joserfc.jwe import JWERegistry

from doorcheck.guard.errors import GuardError
from doorcheck.guard.sessions.compact import decode, read_header, split
from doorcheck.guard.sessions.credentials import SessionRefused
from doorcheck.guard.sessions.json_object import read_object

Encryption = Literal["A256GCM", "A256CBC-HS512"]


@dataclass(frozen=True, slots=True)
class _Sizes:
    key: int
    iv: int
    tag: int


_SIZES: dict[str, _Sizes] = {"A256GCM": _Sizes(32, 12, 16), "A256CBC-HS512": _Sizes(64, 16, 32)}


@dataclass(frozen=True, slots=True)
class EncryptionKey:
    """A content encryption key, and ``kid``, the only name it answers to (None: to any, and to a token without one)."""

    encryption: Encryption
    value: bytes
    kid: str | None = None

    def __post_init__(self) -> None:
        sizes = _SIZES.get(self.encryption)
        if sizes is None:
            raise GuardError(f"{self.encryption!r} is no encryption that is read here: {', '.join(_SIZES)}")
        if len(self.value) != sizes.key:
            raise GuardError(f"a key for {self.encryption} has {sizes.key} bytes, this one has {len(self.value)}")

    def __repr__(self) -> str:
        return f"EncryptionKey({self.encryption!r}, kid={self.kid!r})"


@dataclass(frozen=True, slots=True)
class Opened:
    """A token that was decrypted with its tag verified: nothing in it has been judged yet."""

    header: dict[str, Any]
    claims: dict[str, Any]


def open_jwe(token: str, keys: tuple[EncryptionKey, ...]) -> Opened:
    """What an encrypted token says. All keys have one encryption, and the current one stands first.

    A token with a ``kid`` is tried with the key of that name alone, one without with the first key. Raises
    ``SessionRefused`` for every other algorithm, and where the tag does not hold.
    """
    first, encrypted_key, iv, ciphertext, tag = split(token, 5)
    header = read_header(first)
    encryption = keys[0].encryption
    if header.get("alg") != "dir" or header.get("enc") != encryption:
        raise SessionRefused(f"the token is not encrypted with dir and {encryption}")
    if encrypted_key:
        raise SessionRefused("a directly encrypted token brings a key")
    key = _named(keys, header.get("kid"))
    sizes = _SIZES[encryption]
    vector, seal = decode(iv), decode(tag)
    if len(vector) != sizes.iv or len(seal) != sizes.tag:
        raise SessionRefused("the token has an initialization vector or a tag of a wrong size")
    try:
        plaintext = JWERegistry.algorithms["enc"][encryption].decrypt(
            decode(ciphertext), seal, key.value, vector, first
        )
    except (JoseError, InvalidTag, ValueError):
        raise SessionRefused("the token was not encrypted with our key") from None
    return Opened(header, read_object(plaintext))


def _named(keys: tuple[EncryptionKey, ...], kid: object) -> EncryptionKey:
    if kid is None:
        return keys[0]
    for key in keys:
        if key.kid is None or key.kid == kid:
            return key
    raise SessionRefused("the token names a key that we do not have")
