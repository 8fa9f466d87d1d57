"""The peer of a connection: whether it is one of the proxies that were declared, and whether it is the peer at all."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, Protocol

from doorcheck.guard.addresses.buckets import folded
from doorcheck.guard.addresses.knowledge import KNOWLEDGE

Scope = MutableMapping[str, Any]
"""What an ASGI server tells of a connection."""


class Proxies(Protocol):
    """How the client's address reaches this service; one for each way of deployment."""

    def client(self, scope: Scope, headers: dict[bytes, bytes]) -> str:
        """The client's address as text. Raises ``ValueError`` where the deployment is not as it was declared."""


class Networks:
    """Addresses from which proxies may call: CIDRs, names of networks that are known by name, and two words.

    ``unix`` is a socket of this machine that has no address; ``any`` is whoever can reach the service, for platforms
    on which nobody but the platform can, and for proxies that prove themselves by a seal. Raises ``ValueError`` for
    what is no network.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.names: tuple[str, ...] = tuple(names)
        if not self.names:
            raise ValueError("name the networks that the proxies call from, such as '10.0.0.0/8' or 'private'")
        self.unix: bool = "unix" in self.names
        self.anybody: bool = "any" in self.names
        self._networks: list[IPv4Network | IPv6Network] = []
        for name in self.names:
            if name not in {"unix", "any"}:
                self._networks += [ip_network(one) for one in KNOWLEDGE.networks.get(name, (name,))]
        self._known = lru_cache(maxsize=4096)(self._has)

    def __contains__(self, address: str) -> bool:
        return self.anybody or self._known(address)

    def _has(self, address: str) -> bool:
        found = folded(address)
        return any(found in network for network in self._networks if network.version == found.version)


@lru_cache(maxsize=4096)
def _folded_text(address: str) -> str:
    return str(folded(address))


def true_peer(scope: Scope, headers: dict[bytes, bytes]) -> str | None:
    """The peer's address, or None for a Unix socket.

    Raises ``ValueError`` where the server put an address from a header in its place, as uvicorn does with
    ``--proxy-headers``: such a peer has the port 0, which no connection has, or the port that the header gives it.
    """
    client = scope.get("client")
    if not client:
        return None
    host, port = client
    told = headers.get(b"x-forwarded-for")
    if not port or (told is not None and (f"{host}:{port}".encode() in told or f"[{host}]:{port}".encode() in told)):
        raise ValueError(
            "the server has replaced the peer by what a header says: start uvicorn with --no-proxy-headers"
        )
    return _folded_text(host)


def require_peer(scope: Scope, headers: dict[bytes, bytes], proxies: Networks) -> str | None:
    """The peer, which has to be one of these proxies; None for a Unix socket. Raises ``ValueError`` where it is not."""
    if proxies.anybody:
        return None
    peer = true_peer(scope, headers)
    if peer is None:
        if not proxies.unix:
            raise ValueError(
                "the server did not say who the peer is; over a Unix socket, declare 'unix' among the peers"
            )
        return None
    if peer not in proxies:
        raise ValueError(f"the peer {peer} is none of the proxies that were declared: {', '.join(proxies.names)}")
    return peer


class Direct:
    """Nothing stands in front: the peer of the connection is the client."""

    def client(self, scope: Scope, headers: dict[bytes, bytes]) -> str:
        """The peer's address."""
        client = scope.get("client")
        peer = _TEST_ADDRESS if client and client[0] == _TEST_CLIENT else true_peer(scope, headers)
        if peer is None:
            raise ValueError("the server did not say who the peer is")
        if (b"x-forwarded-for" in headers or b"forwarded" in headers) and peer in _PRIVATE:
            raise ValueError(
                f"{peer} forwards requests of others: declare the proxy, such as proxies=addresses.nginx()"
            )
        return peer


_PRIVATE = Networks(["private"])
_TEST_CLIENT = "testclient"
"""What Starlette's TestClient calls itself. A server writes addresses."""
_TEST_ADDRESS = "127.0.0.1"
