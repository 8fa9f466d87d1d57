"""Keys that signatures are verified with: the ones known beforehand, and what any source of keys is."""

from __future__ import annotations

from typing import Protocol

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from doorcheck.guard.errors import GuardError
from doorcheck.guard.sessions.credentials import SessionRefused
from doorcheck.guard.sessions.jws import FITS, SYMMETRIC, Key, fits, known_algorithms
from doorcheck.guard.sessions.secrets import read_secret

_SMALLEST_RSA = 2048


class KeySource(Protocol):
    """Where the key of a token is found. The algorithms are fixed when it is made."""

    @property
    def algorithms(self) -> frozenset[str]:
        """The algorithms that its keys are for."""

    async def key(self, kid: str | None, algorithm: str) -> Key:
        """The key of this name for this algorithm.

        Raises ``SessionRefused`` where there is none and ``SessionUnavailable`` where it cannot tell.
        """


class SharedSecret:
    """One secret that both sides have, for HS256 (or HS384, HS512)."""

    __slots__ = ("_key", "algorithms")

    algorithms: frozenset[str]

    def __init__(self, secret: str, algorithm: str = "HS256", *, called: str = "the secret") -> None:
        if algorithm not in SYMMETRIC:
            raise GuardError(f"{algorithm!r} is no algorithm of a shared secret: {', '.join(sorted(SYMMETRIC))}")
        self.algorithms = frozenset({algorithm})
        try:
            self._key = OctKey.import_key(read_secret(secret, called))
        except ValueError:
            raise GuardError(f"{called} is a public key: use PublicKey for it") from None

    async def key(self, kid: str | None, algorithm: str) -> Key:  # noqa: ARG002  # one key answers to every name
        """The secret, whatever the token calls it."""
        return require_fit(self._key, algorithm)


class PublicKey:
    """One public key in PEM, for one algorithm such as RS256, ES256 or EdDSA."""

    __slots__ = ("_key", "algorithms")

    algorithms: frozenset[str]

    def __init__(self, pem: str, algorithm: str) -> None:
        self.algorithms = known_algorithms(frozenset({algorithm}))
        kind = FITS[algorithm][0]
        if kind is OctKey:
            raise GuardError(f"{algorithm} has no public key: use SharedSecret")
        try:
            # An environment variable often has its line ends written out.
            key = kind.import_key(pem.replace("\\n", "\n").encode())
        except (JoseError, ValueError, TypeError):
            raise GuardError(f"this is no public key in PEM for {algorithm}") from None
        if key.is_private:
            raise GuardError("this is a private key: whoever verifies sessions must not be able to make them")
        if not fits(key, algorithm) or not strong(key):
            raise GuardError(f"this key does not fit {algorithm}, or is too short for it")
        self._key: Key = key

    async def key(self, kid: str | None, algorithm: str) -> Key:  # noqa: ARG002  # one key answers to every name
        """The key, whatever the token calls it."""
        return require_fit(self._key, algorithm)


def strong(key: Key) -> bool:
    """Whether an RSA key has at least 2048 bits (NIST SP 800-131A); keys of other kinds have one size."""
    return not isinstance(key, RSAKey) or key.raw_value.key_size >= _SMALLEST_RSA


def public_key(document: object) -> tuple[str, Key] | None:
    """The name and the key of one entry of a key set (RFC 7517), or None for one that signs no session here.

    Secret keys, encryption keys, keys without a name and short ones are not taken, and of a key that was published
    with its private half only the public one is.
    """
    if not isinstance(document, dict) or document.get("use", "sig") != "sig":
        return None
    kid, alg, kind = document.get("kid"), document.get("alg"), document.get("kty")
    if not isinstance(kid, str) or not 0 < len(kid) <= 256 or not (alg is None or isinstance(alg, str)):
        return None
    members = {"RSA": ("n", "e"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x")}.get(str(kind))
    if members is None or not all(isinstance(document.get(name), str) for name in members):
        return None
    bare: dict[str, str | list[str]] = {"kty": str(kind), **{name: document[name] for name in members}}
    if alg is not None:
        bare["alg"] = alg
    if kind == "RSA" and len(document["n"]) * 6 < _SMALLEST_RSA:
        return None
    try:
        key = _import(str(kind), bare)
        return (kid, key) if strong(key) else None
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def _import(kind: str, bare: dict[str, str | list[str]]) -> Key:
    if kind == "RSA":
        return RSAKey.import_key(bare)
    if kind == "EC":
        return ECKey.import_key(bare)
    return OKPKey.import_key(bare)


def require_fit(key: Key | None, algorithm: str) -> Key:
    """The key, if it was found and is for this algorithm. Raises ``SessionRefused``."""
    if key is None or not fits(key, algorithm):
        raise SessionRefused("the token names a key that its issuer does not publish for it")
    return key
