"""Headers to which each proxy appends the address it was called from, read from the right.

What a client sends stands on the left of what the first proxy appends, and is never read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from doorcheck.guard.addresses.buckets import LONGEST, read_address
from doorcheck.guard.addresses.evidence import Evidence
from doorcheck.guard.addresses.peers import Networks, Scope

MOST_PROXIES = 16
"""How many entries are read at most."""

_LONGEST_ELEMENT = 512


@lru_cache(maxsize=4096)
def read_entry(entry: bytes) -> str:
    """An entry of ``X-Forwarded-For``. Raises ``ValueError`` for what is no address."""
    return read_address(entry.decode("latin-1"))


def read_element(element: bytes) -> str:
    """The ``for`` of one element of ``Forwarded`` (RFC 7239, section 4). ``ValueError`` where it is no address."""
    if len(element) > _LONGEST_ELEMENT:
        raise ValueError("an element of Forwarded that is longer than any proxy writes")
    found: list[str] = []
    for pair in element.decode("latin-1").split(";"):
        name, equals, value = pair.strip(" \t").partition("=")
        if not equals:
            raise ValueError("an element of Forwarded without a value")
        if name.lower() == "for":
            found.append(value[1:-1] if len(value) > 2 and value[0] == value[-1] == '"' else value)
    if len(found) != 1 or len(found[0]) > LONGEST:
        raise ValueError("an element of Forwarded without one client")
    return read_address(found[0])


@dataclass(frozen=True, slots=True)
class Hops:
    """So many proxies, each of which has appended one entry: the client is the entry that the farthest one wrote.

    ``between`` are the proxies whose entries are passed over on the way; None where the nearest one wrote them all.
    """

    header: bytes
    read: Callable[[bytes], str]
    evidence: Evidence
    hops: int
    between: Networks | None = None

    def client(self, scope: Scope, headers: dict[bytes, bytes]) -> str:
        """The client's address. Raises ``ValueError`` where the deployment is not as it was declared."""
        peer = self.evidence.require(scope, headers)
        told = headers.get(self.header)
        if told is None:
            return self.evidence.probe(peer, self.header)
        entries = told.rsplit(b",", self.hops)[-self.hops :]
        if len(entries) < self.hops:
            raise ValueError(
                f"{len(entries)} proxies have written {self.header.decode()}, and {self.hops} were declared"
            )
        if self.between is not None:
            for entry in entries[1:]:
                passed = self.read(entry)
                if passed not in self.between:
                    raise ValueError(f"{passed} called the nearest proxy, and is none of those that were declared")
        return self.read(entries[0])


@dataclass(frozen=True, slots=True)
class Walk:
    """Proxies in these networks, however many: the client is the first entry from the right that is none of them."""

    header: bytes
    read: Callable[[bytes], str]
    evidence: Evidence
    proxies: Networks

    def client(self, scope: Scope, headers: dict[bytes, bytes]) -> str:
        """The client's address. Raises ``ValueError`` where the deployment is not as it was declared."""
        peer = self.evidence.require(scope, headers)
        told = headers.get(self.header)
        if told is None:
            return self.evidence.probe(peer, self.header)
        for entry in reversed(told.rsplit(b",", MOST_PROXIES)[-MOST_PROXIES:]):
            address = self.read(entry)
            if address not in self.proxies:
                return address
        raise ValueError(f"{self.header.decode()} has proxies that were declared, and no client")


@dataclass(frozen=True, slots=True)
class Stated:
    """One header with one address, which the platform writes over whatever the client sent."""

    header: bytes
    evidence: Evidence

    def client(self, scope: Scope, headers: dict[bytes, bytes]) -> str:
        """The client's address. Raises ``ValueError`` where the deployment is not as it was declared."""
        peer = self.evidence.require(scope, headers)
        told = headers.get(self.header)
        if told is None:
            return self.evidence.probe(peer, self.header)
        return read_entry(told)
