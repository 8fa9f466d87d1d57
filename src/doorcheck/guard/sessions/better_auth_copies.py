"""The copy of a session in better-auth's ``session_data`` cookie, in each of its three forms."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from joserfc.jwk import OctKey

from doorcheck.guard.errors import GuardError
from doorcheck.guard.sessions.compact import decode
from doorcheck.guard.sessions.credentials import SessionRefused
from doorcheck.guard.sessions.hkdf import derive, thumbprint
from doorcheck.guard.sessions.json_object import read_object
from doorcheck.guard.sessions.jwe import EncryptionKey, open_jwe
from doorcheck.guard.sessions.jws import read_jws, verify_signature
from doorcheck.guard.sessions.times import check_times, instant, milliseconds, require_open

Strategy = Literal["compact", "jwt", "jwe"]
_STRATEGIES = ("compact", "jwt", "jwe")
_COMPACT = re.compile(
    r'\{"session":(\{.*\}),"expiresAt":([1-9][0-9]{0,15}),"signature":"([A-Za-z0-9_-]{43})"\}', re.DOTALL
)


class Copies:
    """Reads the copies of one strategy, which the token never chooses."""

    __slots__ = ("_encryption", "_secret", "_signing", "_strategy", "_version")

    def __init__(self, strategy: Strategy, secrets: Sequence[bytes], version: str) -> None:
        if strategy not in _STRATEGIES:
            raise GuardError(f"{strategy!r} is no strategy of the cookie cache: {', '.join(_STRATEGIES)}")
        self._strategy = strategy
        self._version = version
        self._secret = secrets[0]
        self._signing = OctKey.import_key(secrets[0])
        self._encryption = tuple([_encryption_key(secret) for secret in secrets])

    def read(self, copy: str, token: str, now: float) -> tuple[Mapping[str, Any], float]:
        """The claims of a copy of this token's session, without the token, and until when both of them hold.

        Raises ``SessionExpired`` where one of the two is over, and ``SessionRefused``.
        """
        if self._strategy == "compact":
            claims, expires_at = self._compact(copy, now)
        else:
            claims = self._token(copy)
            expires_at = check_times(claims, now, 0.0)
        session, user = claims.get("session"), claims.get("user")
        if not isinstance(session, dict) or not isinstance(user, dict):
            raise SessionRefused("the copy has no session or no user")
        if claims.get("version", "1") != self._version:
            raise SessionRefused("the copy has another version")
        named = session.pop("token", None)
        if not isinstance(named, str) or not hmac.compare_digest(named.encode("utf-8", "replace"), token.encode()):
            raise SessionRefused("the copy is of another session")
        if user.get("id", session.get("userId")) != session.get("userId"):
            raise SessionRefused("the copy names two accounts")
        ends_at = require_open(instant(session.get("expiresAt"), "the session's expiry"), now)
        return {"session": session, "user": user}, min(expires_at, ends_at)

    def _token(self, copy: str) -> dict[str, Any]:
        if self._strategy == "jwe":
            return open_jwe(copy, self._encryption).claims
        signed = read_jws(copy, frozenset({"HS256"}))
        verify_signature(signed, self._signing)
        return signed.claims

    def _compact(self, copy: str, now: float) -> tuple[dict[str, Any], float]:
        if not copy.isascii():
            raise SessionRefused("the copy is no base64url")
        try:
            text = decode(copy.encode()).decode("utf-8")
        except UnicodeDecodeError:
            raise SessionRefused("the copy is no text") from None
        found = _COMPACT.fullmatch(text)
        if found is None:
            raise SessionRefused("the copy has another form")
        # The MAC is over the very text: writing the object out again would not give what JavaScript wrote.
        covered = f'{found[1][:-1]},"expiresAt":{found[2]}}}'
        expected = hmac.new(self._secret, covered.encode(), hashlib.sha256).digest()
        if not hmac.compare_digest(expected, decode(found[3].encode())):
            raise SessionRefused("the copy was not signed with our secret, or was altered")
        expires_at = require_open(milliseconds(int(found[2]), "the copy's expiry"), now)
        return read_object(found[1].encode()), expires_at


def _encryption_key(secret: bytes) -> EncryptionKey:
    key = derive(secret, salt="better-auth-session", info="BetterAuth.js Generated Encryption Key", length=64)
    return EncryptionKey("A256CBC-HS512", key, thumbprint(key, "sha256"))
