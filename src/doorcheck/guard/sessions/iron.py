"""The seal of @hapi/iron, as iron-session 8 and 9 and WorkOS AuthKit write it.

``Fe26.2*<password id>*<salt>*<iv>*<ciphertext>*<expiry in ms, or nothing>*<mac salt>*<mac>``, then ``~<version>``.
Source: https://github.com/hapijs/iron and https://github.com/brc-dd/iron-webcrypto.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

from doorcheck.guard.errors import GuardError
from doorcheck.guard.sessions.compact import decode
from doorcheck.guard.sessions.credentials import SessionRefused
from doorcheck.guard.sessions.secrets import read_secret
from doorcheck.guard.sessions.times import milliseconds, require_open

LONGEST_SEAL = 16 * 1024
LEEWAY = 60.0
"""Seconds for which a seal holds after its expiry, as in the original."""

_ID = re.compile(r"[A-Za-z0-9_]{0,64}")
_SALT = re.compile(r"[0-9a-f]{64}")
_EXPIRY = re.compile(r"[1-9][0-9]{0,15}")


@dataclass(frozen=True, slots=True)
class Unsealed:
    """What was in a seal, and until when it holds in seconds since the epoch; None for a seal without an expiry."""

    content: bytes = field(repr=False)
    expires_at: float | None


class Passwords:
    """The passwords of seals by their ids, as iron-session takes them: one alone is called "1"."""

    __slots__ = ("_by_id",)

    def __init__(self, passwords: str | Mapping[str, str], called: str) -> None:
        several = {"1": passwords} if isinstance(passwords, str) else dict(passwords)
        if not several or not all(_ID.fullmatch(name) for name in several):
            raise GuardError(f"{called}: name each password by letters, digits and _")
        self._by_id = {name or "default": read_secret(one, called) for name, one in several.items()}

    def find(self, name: str) -> bytes:
        """The password of this id. Raises ``SessionRefused`` where there is none."""
        found = self._by_id.get(name or "default")
        if found is None:
            raise SessionRefused("the seal names a password that we do not have")
        return found


def unseal(seal: str, passwords: Passwords, now: float) -> Unsealed:
    """What is in a seal, once its MAC holds.

    The version after ``~`` is outside the MAC: whoever sends the cookie can change it, so nothing depends on it.
    Raises ``SessionRefused`` for a seal of another form, of another password, altered, or expired.
    """
    if len(seal) > LONGEST_SEAL:
        raise SessionRefused("the seal is too large")
    parts = seal.partition("~")[0].split("*")
    if len(parts) != 8 or parts[0] != "Fe26.2":
        raise SessionRefused("this is no seal")
    _, name, salt, vector, sealed, expiry, mac_salt, mac = parts
    if not _ID.fullmatch(name) or not _SALT.fullmatch(salt) or not _SALT.fullmatch(mac_salt):
        raise SessionRefused("this is no seal")
    if expiry and not _EXPIRY.fullmatch(expiry):
        raise SessionRefused("the seal's expiry is no time")
    password = passwords.find(name)
    iv, ciphertext, presented = (_bytes(one) for one in (vector, sealed, mac))
    covered = "*".join(parts[:6]).encode()
    if not hmac.compare_digest(hmac.new(_key(password, mac_salt), covered, hashlib.sha256).digest(), presented):
        raise SessionRefused("the seal was not made with our password, or was altered")
    expires_at = require_open(milliseconds(int(expiry), "the seal's expiry") + LEEWAY, now) if expiry else None
    return Unsealed(_decrypt(_key(password, salt), iv, ciphertext), expires_at)


def _bytes(part: str) -> bytes:
    try:
        return decode(part.encode("ascii"))
    except UnicodeEncodeError:
        raise SessionRefused("this is no seal") from None


def _key(password: bytes, salt: str) -> bytes:
    # One round, and SHA-1, because that is the format: the strength is the password's alone (read_secret).
    return hashlib.pbkdf2_hmac("sha1", password, salt.encode("ascii"), 1, 32)


def _decrypt(key: bytes, iv: bytes, ciphertext: bytes) -> bytes:
    try:
        decryptor = Cipher(AES(key), CBC(iv)).decryptor()
        padded = decryptor.update(ciphertext) + decryptor.finalize()
        unpadder = PKCS7(128).unpadder()
        return unpadder.update(padded) + unpadder.finalize()
    except ValueError:
        raise SessionRefused("the seal has no readable content") from None
