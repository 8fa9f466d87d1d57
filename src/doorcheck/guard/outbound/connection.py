"""Connections that are pinned to the very addresses that were checked."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence

import httpcore2

from doorcheck.guard.outbound.errors import OutboundRefused
from doorcheck.guard.outbound.internet import refusal_of

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
Allowed = Callable[[str], str | None]
MOST_ADDRESSES = 16


async def resolve(host: str, port: int) -> Sequence[str]:
    """Every address of this host, as the system's resolver tells them. Raises ``OSError``."""
    loop = asyncio.get_running_loop()
    answers = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


class CheckedBackend(httpcore2.AsyncNetworkBackend):
    """Resolves once, checks all answers, and connects to one of them: a second answer of the name is never asked for.

    The name stays what TLS and the Host header see. One refused address among the answers refuses them all, because
    which one is used is up to whoever answers for the name.
    """

    def __init__(self, resolver: Resolve = resolve, refusal: Allowed = refusal_of) -> None:
        self._inner = httpcore2.AnyIOBackend()
        self._resolve = resolver
        self._refusal = refusal

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """A connection to a checked address of this host. Raises ``OutboundRefused`` and ``httpcore2`` errors."""
        addresses = await self._addresses(host, port)
        fault: Exception | None = None
        for address in addresses:
            try:
                return await self._inner.connect_tcp(
                    address, port, timeout=timeout, local_address=local_address, socket_options=socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as failed:
                fault = failed
        raise httpcore2.ConnectError(f"none of its addresses answers: {fault}")

    async def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002
        timeout: float | None = None,  # noqa: ARG002
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore2.AsyncNetworkStream:
        """Never: a socket file is inside. Raises ``OutboundRefused``."""
        raise OutboundRefused("a unix socket is no address of the internet")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def _addresses(self, host: str, port: int) -> Sequence[str]:
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError) as fault:
            raise httpcore2.ConnectError(f"the name is not known: {type(fault).__name__}") from fault
        if not addresses:
            raise httpcore2.ConnectError("the name has no address")
        for address in addresses:
            reason = self._refusal(address)
            if reason is not None:
                raise OutboundRefused(f"{host} leads to {address}: {reason}")
        return addresses[:MOST_ADDRESSES]
