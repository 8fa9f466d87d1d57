"""Signed tokens, believed by a pinned algorithm and a key of the kind that belongs to it (RFC 7515, RFC 8725)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from doorcheck.guard.errors import GuardError
from doorcheck.guard.sessions.compact import decode, read_header, split
from doorcheck.guard.sessions.credentials import SessionRefused
from doorcheck.guard.sessions.json_object import read_object

Key: TypeAlias = OctKey | RSAKey | ECKey | OKPKey

FITS: dict[str, tuple[type[Key], str | None]] = {
    "HS256": (OctKey, None),
    "HS384": (OctKey, None),
    "HS512": (OctKey, None),
    "RS256": (RSAKey, None),
    "RS384": (RSAKey, None),
    "RS512": (RSAKey, None),
    "PS256": (RSAKey, None),
    "PS384": (RSAKey, None),
    "PS512": (RSAKey, None),
    "ES256": (ECKey, "P-256"),
    "ES384": (ECKey, "P-384"),
    "ES512": (ECKey, "P-521"),
    "EdDSA": (OKPKey, "Ed25519"),
    "Ed25519": (OKPKey, "Ed25519"),
}
"""Which kind of key an algorithm is checked with (RFC 7518 section 3, RFC 8037, RFC 9864)."""

SYMMETRIC = frozenset({"HS256", "HS384", "HS512"})


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed token taken apart. Nothing in it is to be believed before ``verify_signature``."""

    algorithm: str
    kid: str | None
    header: dict[str, Any]
    claims: dict[str, Any]
    content: bytes
    signature: bytes


def known_algorithms(names: frozenset[str]) -> frozenset[str]:
    """The names, if signatures of all of them can be verified and they do not mix secret with public keys.

    Raises ``GuardError`` otherwise: a key set that may hold both is what algorithm confusion needs (CVE-2015-9235).
    """
    unknown = names - FITS.keys()
    if unknown or not names:
        raise GuardError(f"no algorithm that is verified here: {', '.join(sorted(unknown)) or 'none was named'}")
    if names & SYMMETRIC and names - SYMMETRIC:
        raise GuardError("one key cannot be both a shared secret and a public key: name HS* or the others, not both")
    return names


def read_jws(token: str, algorithms: frozenset[str]) -> Signed:
    """A compact token whose header names one of these algorithms. Raises ``SessionRefused`` for anything else."""
    first, payload, signature = split(token, 3)
    header = read_header(first)
    algorithm, kid = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in algorithms:
        raise SessionRefused(f"the token is not signed with {' or '.join(sorted(algorithms))}")
    if kid is not None and (not isinstance(kid, str) or not 0 < len(kid) <= 256):
        raise SessionRefused("the token names its key in no readable way")
    return Signed(algorithm, kid, header, read_object(decode(payload)), first + b"." + payload, decode(signature))


def fits(key: Key, algorithm: str) -> bool:
    """Whether a key is of the kind and the curve that the algorithm asks for, and was not published for another."""
    kind, curve = FITS[algorithm]
    if not isinstance(key, kind) or key.alg not in {None, algorithm}:
        return False
    return curve is None or (isinstance(key, ECKey | OKPKey) and key.curve_name == curve)


def verify_signature(signed: Signed, key: Key) -> None:
    """Raises ``SessionRefused`` unless the signature was made with this key."""
    if not fits(key, signed.algorithm):
        raise SessionRefused("the key is of another kind than the token says")
    try:
        held = JWSRegistry.algorithms[signed.algorithm].verify(signed.content, signed.signature, key)
    except (JoseError, ValueError):
        held = False
    if held is not True:
        raise SessionRefused("the signature does not hold")
