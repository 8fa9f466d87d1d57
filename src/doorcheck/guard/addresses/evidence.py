"""Why a header about the client may be believed: who the peer is, where the service runs, what only a proxy knows."""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass, field

from doorcheck.guard.addresses.peers import Networks, Scope, require_peer


@dataclass(frozen=True, slots=True)
class Seal:
    """A header with a secret that a proxy adds, by which a request past the proxy is told apart.

    Raises ``ValueError`` for a secret of fewer than 16 characters.
    """

    header: str
    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) < 16:
            raise ValueError("a seal is a secret of at least 16 characters")

    def require(self, headers: dict[bytes, bytes]) -> None:
        """Raises ``ValueError`` unless the request has the seal."""
        told = headers.get(self.header.lower().encode(), b"")
        if not hmac.compare_digest(told, self.secret.encode()):
            raise ValueError(f"the request lacks the seal {self.header}: it came past the proxy that was declared")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What has to hold before a header is read.

    ``variable`` is an environment variable that the platform sets; ``probes`` says that the platform's own health
    checks come without the header, which are then counted by the peer's address.
    """

    peers: Networks
    variable: str = ""
    seal: Seal | None = None
    probes: bool = False

    def require(self, scope: Scope, headers: dict[bytes, bytes]) -> str | None:
        """The peer's address where it is known. Raises ``ValueError`` where something does not hold."""
        if self.variable and self.variable not in os.environ:
            raise ValueError(f"the service does not run where it was declared to: {self.variable} is not set")
        peer = require_peer(scope, headers, self.peers)
        if self.seal is not None:
            self.seal.require(headers)
        return peer

    def probe(self, peer: str | None, header: bytes) -> str:
        """The address of a request without the header. Raises ``ValueError`` unless the platform itself sends such."""
        if self.probes and peer is not None:
            return peer
        raise ValueError(f"there is no {header.decode()}: the request came past the proxy that was declared")
