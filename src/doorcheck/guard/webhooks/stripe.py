"""Stripe's signatures (https://docs.stripe.com/webhooks#verify-manually)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from doorcheck.guard.webhooks.signature import (
    MOST_SIGNATURES,
    TOLERANCE,
    Delivery,
    SignatureRefused,
    any_equal,
    header,
    secrets_of,
    sha256_mac,
    timely,
)


class StripeWebhook:
    """``Stripe-Signature: t=…,v1=…`` with the endpoint's secret. Other schemes than v1 are not looked at."""

    name = "stripe"

    def __init__(self, secrets: str | Iterable[str], *, tolerance: float = TOLERANCE) -> None:
        self._keys = [secret.encode() for secret in secrets_of(secrets)]
        self._tolerance = tolerance

    def verify(self, headers: Mapping[bytes, bytes], body: bytes, now: float) -> Delivery:
        """The delivery by the event's id. Raises ``SignatureRefused``."""
        stamps: list[str] = []
        signatures: list[bytes] = []
        for pair in header(headers, "stripe-signature").split(",")[: MOST_SIGNATURES + 1]:
            name, _, value = pair.strip().partition("=")
            if name == "t":
                stamps.append(value)
            elif name == "v1":
                signatures.append(value.encode())
        if len(stamps) != 1:
            raise SignatureRefused("there is not one signed time")
        timely(stamps[0], now, self._tolerance)
        signed = f"{stamps[0]}.".encode()
        if not any_equal([sha256_mac(key, signed, body).hex().encode() for key in self._keys], signatures):
            raise SignatureRefused("no signature holds")
        return Delivery(_event(body))


def _event(body: bytes) -> str:
    try:
        event = json.loads(body)
    except (ValueError, RecursionError) as fault:
        raise SignatureRefused("the signed body is no JSON") from fault
    identity = event.get("id") if isinstance(event, dict) else None
    if not isinstance(identity, str) or not identity or len(identity) > 256:
        raise SignatureRefused("the signed event has no id")
    return identity
