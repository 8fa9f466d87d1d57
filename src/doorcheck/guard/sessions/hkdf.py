"""Keys derived from a secret (HKDF with SHA-256, RFC 5869), and the name of a key (RFC 7638)."""

from __future__ import annotations

import hashlib
from typing import Literal

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc.util import urlsafe_b64encode


def derive(secret: bytes, *, salt: str, info: str, length: int) -> bytes:
    """A key of ``length`` bytes."""
    return HKDF(SHA256(), length, salt.encode(), info.encode()).derive(secret)


def thumbprint(key: bytes, digest: Literal["sha256", "sha512"]) -> str:
    """The RFC 7638 thumbprint of a symmetric key, which the front ends write as ``kid``."""
    encoded = urlsafe_b64encode(key).decode()
    document = f'{{"k":"{encoded}","kty":"oct"}}'
    return urlsafe_b64encode(hashlib.new(digest, document.encode()).digest()).decode()
