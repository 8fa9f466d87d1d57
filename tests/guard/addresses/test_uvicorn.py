"""A real uvicorn, which by default replaces the peer by what a header says to it from this machine."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from uvicorn import Config, Server

from doorcheck.guard import NOTHING, Guard, addresses, current, public, raw, shared
from doorcheck.guard.addresses import Proxies


@contextmanager
def _served(proxies: Proxies, *, proxy_headers: bool, trusted: str | None = None) -> Iterator[int]:
    guard = Guard(proxies=proxies)

    @guard.door(
        caller=public(because="says nothing but the caller's own address"),
        payload=NOTHING,
        resource=shared(because="nobody's"),
        returns=raw(because="an address"),
    )
    async def whoami(request: Request) -> PlainTextResponse:
        return PlainTextResponse(current().address)

    app = Starlette(routes=[Route("/", whoami)])
    guard.protect(app)
    config = Config(
        app, port=0, log_config=None, lifespan="on", proxy_headers=proxy_headers, forwarded_allow_ips=trusted
    )
    server = Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            until = time.monotonic() + 20
            while not server.started and time.monotonic() < until:
                time.sleep(0.01)
            assert server.started
            yield int(listening.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join()


def _asked(port: int, forwarded: str | None) -> tuple[int, str]:
    header = f"X-Forwarded-For: {forwarded}\r\n" if forwarded else ""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(f"GET / HTTP/1.1\r\nHost: x\r\n{header}Connection: close\r\n\r\n".encode())
        answer = b""
        while part := connection.recv(65536):
            answer += part
    head, _, body = answer.decode().partition("\r\n\r\n")
    return int(head.split()[1]), body


def test_with_proxy_headers_off_the_entry_of_the_proxy_is_the_client() -> None:
    with _served(addresses.nginx(), proxy_headers=False) as port:
        assert _asked(port, "198.51.100.99, 203.0.113.7") == (200, "203.0.113.7")
        assert _asked(port, None)[0] == 503


@pytest.mark.parametrize("forged", ["198.51.100.99", "198.51.100.99:4711", "[2001:db8::1]:4711"])
@pytest.mark.parametrize("trusted", [None, "*"])
@pytest.mark.parametrize("proxies", [addresses.direct(), addresses.nginx(), addresses.hops(1, peers=["0.0.0.0/0"])])
def test_with_proxy_headers_on_a_header_chooses_no_address(forged: str, trusted: str | None, proxies: Proxies) -> None:
    with _served(proxies, proxy_headers=True, trusted=trusted) as port:
        assert _asked(port, forged)[0] == 503


def test_without_a_proxy_the_peer_is_the_client() -> None:
    with _served(addresses.direct(), proxy_headers=False) as port:
        assert _asked(port, None) == (200, "127.0.0.1")
        assert _asked(port, "198.51.100.99")[0] == 503
