"""GitHub's signatures (https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from doorcheck.guard.webhooks.signature import (
    Delivery,
    SignatureRefused,
    any_equal,
    header,
    secrets_of,
    sha256_mac,
)


class GitHubWebhook:
    """``X-Hub-Signature-256`` over the body alone. The older SHA-1 header is not looked at.

    GitHub signs neither a time nor an id, so that a delivery is known again by what it says.
    """

    name = "github"

    def __init__(self, secrets: str | Iterable[str]) -> None:
        self._keys = [secret.encode() for secret in secrets_of(secrets)]

    def verify(self, headers: Mapping[bytes, bytes], body: bytes, now: float) -> Delivery:  # noqa: ARG002
        """The delivery by a digest of its body. Raises ``SignatureRefused``."""
        kind, _, text = header(headers, "x-hub-signature-256").partition("=")
        if kind != "sha256":
            raise SignatureRefused("the signature is of another kind")
        if not any_equal([sha256_mac(key, body).hex().encode() for key in self._keys], [text.encode()]):
            raise SignatureRefused("no signature holds")
        return Delivery(hashlib.sha256(body).hexdigest())
