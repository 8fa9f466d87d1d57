"""The address of the client, which proxies tell and clients forge."""

from __future__ import annotations

from collections.abc import MutableMapping
from ipaddress import IPv6Address, ip_address
from typing import Any, Protocol

Scope = MutableMapping[str, Any]


class Proxies(Protocol):
    """How the client's address reaches this service; one for each way of deployment."""

    def client(self, scope: Scope, headers: dict[bytes, bytes]) -> str:
        """The client's address as text. Raises ``ValueError`` where the deployment is not as it was declared."""


class Direct:
    """Nothing stands in front: the peer of the connection is the client."""

    def client(self, scope: Scope, headers: dict[bytes, bytes]) -> str:  # noqa: ARG002  # the others read headers
        """The peer's address."""
        peer = scope.get("client")
        if not peer:
            raise ValueError("the server did not say who the peer is")
        return str(peer[0])


def bucket(address: str) -> str:
    """What one client counts as: an IPv4 address, or the /64 that one IPv6 subscriber has.

    IPv4 written as IPv6 (RFC 4291, 2.5.5.2) is IPv4. Raises ``ValueError`` for what is no address.
    """
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return f"{IPv6Address(int(found) >> 64 << 64)}/64"
    return str(found)
