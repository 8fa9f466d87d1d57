"""When a session begins and ends, as its claims say (RFC 7519 section 4.1)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from doorcheck.guard.sessions.credentials import SessionRefused

_LATEST = 253_402_300_800
"""The first second of the year 10000, after which nothing is a time any more."""


class SessionExpired(SessionRefused):
    """A session that was good and is over."""


def numeric(value: object, called: str) -> float:
    """Seconds since the epoch. Raises ``SessionRefused`` for text, booleans and numbers that are no time."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise SessionRefused(f"{called} is no time")
    if not 0 <= value < _LATEST:
        raise SessionRefused(f"{called} is no time")
    return float(value)


def milliseconds(value: object, called: str) -> float:
    """Seconds since the epoch of a JavaScript time. Raises ``SessionRefused`` for what is none."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _LATEST * 1000:
        raise SessionRefused(f"{called} is no time")
    return value / 1000


def instant(value: object, called: str) -> float:
    """Seconds since the epoch of a date in RFC 3339, with its offset. Raises ``SessionRefused`` for what is none."""
    if not isinstance(value, str) or len(value) > 40:
        raise SessionRefused(f"{called} is no date")
    try:
        found = datetime.fromisoformat(value)
        if found.tzinfo is None:
            raise SessionRefused(f"{called} has no time zone")
        return found.timestamp()
    except (ValueError, OverflowError):
        raise SessionRefused(f"{called} is no date") from None


def require_open(expires_at: float, now: float) -> float:
    """``expires_at``, if that is still to come. Raises ``SessionExpired``."""
    if expires_at <= now:
        raise SessionExpired("the session has expired")
    return expires_at


def check_times(claims: Mapping[str, Any], now: float, leeway: float) -> float:
    """Until when the claims hold, in seconds since the epoch and with the leeway (seconds) that the issuer gives.

    ``exp`` must be there. Raises ``SessionExpired`` for one that has passed, ``SessionRefused`` where it is missing or
    no number, and where ``nbf`` or ``iat`` are still to come.
    """
    if "exp" not in claims:
        raise SessionRefused("the session has no expiry")
    expires_at = require_open(numeric(claims["exp"], "exp") + leeway, now)
    for name in ("nbf", "iat"):
        if claims.get(name) is not None and numeric(claims[name], name) > now + leeway:
            raise SessionRefused(f"{name} is still to come")
    return expires_at
