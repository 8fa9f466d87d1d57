"""Standard Webhooks, as Svix, Clerk, Resend, OpenAI and others sign (https://www.standardwebhooks.com)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from doorcheck.guard.webhooks.signature import (
    MOST_SIGNATURES,
    SHORTEST_SECRET,
    TOLERANCE,
    Delivery,
    SignatureRefused,
    any_equal,
    header,
    secrets_of,
    sha256_mac,
    timely,
)


class StandardWebhook:
    """Secrets as their sender shows them: ``whsec_…`` (symmetric, v1) or ``whpk_…`` (Ed25519 public key, v1a).

    ``prefix`` is that of the headers: ``webhook``, or ``svix`` for senders that use the older names.
    """

    def __init__(
        self,
        secrets: str | Iterable[str],
        *,
        prefix: str = "webhook",
        tolerance: float = TOLERANCE,
        name: str = "standard",
    ) -> None:
        self.name = name
        self._prefix = prefix
        self._tolerance = tolerance
        self._keys: list[bytes] = []
        self._public: list[Ed25519PublicKey] = []
        for secret in secrets_of(secrets):
            self._add(secret)

    def _add(self, secret: str) -> None:
        kind, _, text = secret.rpartition("_")
        try:
            key = base64.b64decode(text, validate=True)
        except binascii.Error as fault:
            raise ValueError("a secret of Standard Webhooks is base64") from fault
        if kind == "whpk":
            self._public.append(Ed25519PublicKey.from_public_bytes(key))
        elif kind not in {"", "whsec"}:
            raise ValueError("a secret of Standard Webhooks begins with 'whsec_' or 'whpk_'")
        elif len(key) < SHORTEST_SECRET:
            raise ValueError(f"a secret of Standard Webhooks has at least {SHORTEST_SECRET} bytes")
        else:
            self._keys.append(key)

    def verify(self, headers: Mapping[bytes, bytes], body: bytes, now: float) -> Delivery:
        """The delivery by its ``webhook-id``. Raises ``SignatureRefused``."""
        identity = header(headers, f"{self._prefix}-id")
        stamp = header(headers, f"{self._prefix}-timestamp")
        timely(stamp, now, self._tolerance)
        if not identity or len(identity) > 256 or "." in identity:
            raise SignatureRefused("the id is empty, too long, or has a dot in it")
        symmetric: list[bytes] = []
        asymmetric: list[bytes] = []
        for one in header(headers, f"{self._prefix}-signature").split(" ")[:MOST_SIGNATURES]:
            version, _, text = one.partition(",")
            if version in {"v1", "v1a"}:
                (symmetric if version == "v1" else asymmetric).append(_decoded(text))
        signed = f"{identity}.{stamp}.".encode()
        expected = [sha256_mac(key, signed, body) for key in self._keys]
        if not any_equal(expected, symmetric) and not self._signed(asymmetric, signed + body):
            raise SignatureRefused("no signature holds")
        return Delivery(identity)

    def _signed(self, signatures: list[bytes], text: bytes) -> bool:
        for key in self._public:
            for signature in signatures:
                try:
                    key.verify(signature, text)
                except InvalidSignature:
                    continue
                return True
        return False


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as fault:
        raise SignatureRefused("a signature is no base64") from fault
