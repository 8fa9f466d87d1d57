"""Slack's signatures (https://docs.slack.dev/authentication/verifying-requests-from-slack)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from doorcheck.guard.webhooks.signature import (
    TOLERANCE,
    Delivery,
    SignatureRefused,
    any_equal,
    header,
    secrets_of,
    sha256_mac,
    timely,
)


class SlackWebhook:
    """``X-Slack-Signature: v0=…`` over version, time and body."""

    name = "slack"

    def __init__(self, secrets: str | Iterable[str], *, tolerance: float = TOLERANCE) -> None:
        self._keys = [secret.encode() for secret in secrets_of(secrets)]
        self._tolerance = tolerance

    def verify(self, headers: Mapping[bytes, bytes], body: bytes, now: float) -> Delivery:
        """The delivery by its signature, which has the time in it. Raises ``SignatureRefused``."""
        stamp = header(headers, "x-slack-request-timestamp")
        timely(stamp, now, self._tolerance)
        presented = header(headers, "x-slack-signature")
        signed = f"v0:{stamp}:".encode()
        expected = [b"v0=" + sha256_mac(key, signed, body).hex().encode() for key in self._keys]
        if not any_equal(expected, [presented.encode()]):
            raise SignatureRefused("no signature holds")
        return Delivery(presented)
