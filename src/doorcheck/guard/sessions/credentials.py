"""What a request presents: cookies and a bearer token, read strictly and bounded before any cryptography."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from doorcheck.guard.principal import Carrier

MAX_COOKIES = 16 * 1024
MAX_BEARER = 16 * 1024


class SessionRefused(Exception):
    """A credential that does not hold. The text is for the private log."""


class SessionUnavailable(Exception):
    """A verifier that cannot tell: its keys or its store do not answer. This is 503, never "not signed in"."""


@dataclass(frozen=True, slots=True)
class Presented:
    """What came with the request. ``twice`` has the names of cookies that came more than once, which nobody may use."""

    cookies: Mapping[str, str] = field(repr=False)
    bearer: str | None = field(repr=False)
    twice: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Credential:
    """One credential of one issuer: ``name`` is the cookie's, or empty for a bearer token.

    ``beside`` is what came in another cookie and is judged together with it: the kept copy of a session beside the
    token that it is a copy of.
    """

    carrier: Carrier
    name: str
    value: str = field(repr=False)
    beside: str = field(default="", repr=False)


NONE_PRESENTED = Presented({}, None)


def read_presented(cookie: bytes | None, authorization: bytes | None) -> Presented:
    """The credentials of two headers (RFC 6265 section 4.2, RFC 6750 section 2.1).

    Raises ``SessionRefused`` for what is too large to be looked at, or is no text.
    """
    if not cookie and not authorization:
        return NONE_PRESENTED
    cookies: dict[str, str] = {}
    twice: set[str] = set()
    if cookie:
        if len(cookie) > MAX_COOKIES:
            raise SessionRefused("the Cookie header is too large")
        for pair in cookie.decode("latin-1").split(";"):
            # Other blanks are a part of the name, and such a name has no prefix that a browser would guard.
            name, equals, value = pair.strip(" \t").partition("=")
            if not equals or not name:
                continue
            if name in cookies:
                twice.add(name)
            cookies[name] = value.strip('"') if value[:1] == '"' else value
    return Presented(cookies, _bearer(authorization), frozenset(twice))


def _bearer(authorization: bytes | None) -> str | None:
    if not authorization:
        return None
    scheme, _, token = authorization.decode("latin-1").partition(" ")
    if scheme.lower() != "bearer":
        return None
    token = token.strip()
    if len(token) > MAX_BEARER:
        raise SessionRefused("the bearer token is too large")
    return token or None
