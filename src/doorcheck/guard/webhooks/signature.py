"""What all schemes have in common: a secret, a clock, and comparison in constant time."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

TOLERANCE = 300
"""Seconds by which a signed time may differ from ours (the default of Standard Webhooks, Stripe and Slack)."""
MOST_SIGNATURES = 16
SHORTEST_SECRET = 16


class SignatureRefused(Exception):
    """The signature does not hold. The text is for the private log."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery whose signature held. ``id`` is the same when the sender, or anybody else, sends it again."""

    id: str


class Signature(Protocol):
    """One sender's way to sign."""

    @property
    def name(self) -> str:
        """Under which its deliveries are remembered."""

    def verify(self, headers: Mapping[bytes, bytes], body: bytes, now: float) -> Delivery:
        """The delivery, once its signature over the raw body holds; ``now`` in seconds since the epoch.

        Raises ``SignatureRefused``.
        """


def secrets_of(secrets: str | Iterable[str]) -> tuple[str, ...]:
    """One secret, or several while they are rotated; ``ValueError`` for an empty or short one."""
    found = (secrets,) if isinstance(secrets, str) else tuple(secrets)
    if not found or any(len(secret) < SHORTEST_SECRET for secret in found):
        raise ValueError(f"a webhook's secret has at least {SHORTEST_SECRET} characters: is its variable set?")
    return found


def header(headers: Mapping[bytes, bytes], name: str) -> str:
    """The header's text; ``SignatureRefused`` where it is missing or no ASCII."""
    value = headers.get(name.encode())
    if value is None:
        raise SignatureRefused(f"no {name} header")
    try:
        return value.decode("ascii")
    except UnicodeDecodeError as fault:
        raise SignatureRefused(f"the {name} header is no ASCII") from fault


def timely(stamp: str, now: float, tolerance: float) -> int:
    """The signed time in whole seconds; ``SignatureRefused`` where it is none or too far from ``now``."""
    if not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12:
        raise SignatureRefused("the signed time is no number")
    if abs(now - int(stamp)) > tolerance:
        raise SignatureRefused("the signed time is too long ago, or ahead")
    return int(stamp)


def sha256_mac(key: bytes, *parts: bytes) -> bytes:
    """HMAC-SHA256 (RFC 2104) of the parts in a row."""
    mac = hmac.new(key, digestmod=hashlib.sha256)
    for part in parts:
        mac.update(part)
    return mac.digest()


def any_equal(expected: Iterable[bytes], presented: Iterable[bytes]) -> bool:
    """Whether one of those presented is one of those expected; how long it takes tells nothing of either."""
    equal = False
    shown = list(presented)[:MOST_SIGNATURES]
    for one in expected:
        for other in shown:
            equal |= hmac.compare_digest(one, other)
    return equal
