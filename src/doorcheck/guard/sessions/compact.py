"""The compact forms of JOSE, taken apart strictly before any cryptography (RFC 7515 and 7516, sections 7.1)."""

from __future__ import annotations

from typing import Any

from joserfc.util import urlsafe_b64decode

from doorcheck.guard.sessions.credentials import SessionRefused
from doorcheck.guard.sessions.json_object import read_object

LONGEST_TOKEN = 16 * 1024
LONGEST_HEADER = 2 * 1024

# What changes how a token is read, or brings the key it is to be believed by.
_REFUSED_HEADERS = frozenset({"b64", "crit", "epk", "jku", "jwk", "p2c", "p2s", "x5c", "x5u", "zip"})


def split(token: str, parts: int) -> list[bytes]:
    """The parts of a compact token as they stand. Raises ``SessionRefused`` unless there are exactly so many."""
    if len(token) > LONGEST_TOKEN:
        raise SessionRefused("the token is too large")
    try:
        found = token.encode("ascii").split(b".")
    except UnicodeEncodeError:
        raise SessionRefused("the token is no ASCII") from None
    if len(found) != parts:
        raise SessionRefused(f"the token has {len(found)} parts and not {parts}")
    return found


def decode(part: bytes) -> bytes:
    """Bytes of canonical base64url without padding (RFC 4648 section 5). Raises ``SessionRefused`` for another form."""
    try:
        return urlsafe_b64decode(part)
    except (ValueError, IndexError):
        raise SessionRefused("a part of the token is no base64url") from None


def read_header(part: bytes) -> dict[str, Any]:
    """The protected header of a token.

    Raises ``SessionRefused`` where it is no object or has a member that would change how the token is read: nothing
    of a token decides by which algorithm or whose key it is checked.
    """
    if len(part) > LONGEST_HEADER:
        raise SessionRefused("the header of the token is too large")
    header = read_object(decode(part))
    refused = _REFUSED_HEADERS.intersection(header)
    if refused:
        raise SessionRefused(f"the header of the token has {', '.join(sorted(refused))}")
    return header
