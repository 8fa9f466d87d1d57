"""A cookie that may have been cut into numbered chunks, put together only if nothing is missing, extra or doubled."""

from __future__ import annotations

from collections.abc import Iterable

from doorcheck.guard.principal import Carrier
from doorcheck.guard.sessions.credentials import Credential, Presented, SessionRefused

MOST_CHUNKS = 8
LONGEST_VALUE = 16 * 1024


def read_cookie(presented: Presented, name: str, separators: tuple[str, ...] = (".",)) -> str | None:
    """The value of the cookie ``name``, whole or joined from ``<name><separator>0`` and on; None where there is none.

    Raises ``SessionRefused`` for chunks that do not run from 0 without a gap, for more than 8 of them, for two forms
    at once, for a name that came twice and for a value of more than 16 KiB.
    """
    forms: list[list[str]] = [[name]] if name in presented.cookies else []
    for separator in separators:
        numbered = _numbered(presented.cookies, name + separator)
        if numbered:
            forms.append(numbered)
    if not forms:
        return None
    if len(forms) > 1:
        raise SessionRefused(f"{name} came in two forms at once")
    parts = forms[0]
    if not presented.twice.isdisjoint(parts):
        raise SessionRefused(f"{name} came twice")
    value = "".join([presented.cookies[part] for part in parts])
    if len(value) > LONGEST_VALUE:
        raise SessionRefused(f"{name} is too large")
    return value or None


def find_cookie(
    presented: Presented, names: Iterable[str], separators: tuple[str, ...] = (".",)
) -> tuple[Credential, ...]:
    """The first of these cookies that came, as the one credential of a session kept in cookies; or none.

    Names are in the order of trust: a ``__Secure-`` cookie cannot be planted over http (RFC 6265bis, 4.1.3), so where
    both came the other is not looked at.
    """
    for name in names:
        value = read_cookie(presented, name, separators)
        if value is not None:
            return (Credential(Carrier.COOKIE, name, value),)
    return ()


def find_bearer(presented: Presented) -> tuple[Credential, ...]:
    """The bearer token as a credential, or none."""
    return (Credential(Carrier.BEARER, "", presented.bearer),) if presented.bearer else ()


def _numbered(cookies: Iterable[str], prefix: str) -> list[str]:
    found = [name for name in cookies if name.startswith(prefix) and name[len(prefix) :].isdecimal()]
    if not found:
        return []
    if len(found) > MOST_CHUNKS:
        raise SessionRefused(f"{prefix}… has more than {MOST_CHUNKS} chunks")
    expected = [f"{prefix}{number}" for number in range(len(found))]
    if set(found) != set(expected):
        raise SessionRefused(f"chunks of {prefix}… are missing")
    return expected
