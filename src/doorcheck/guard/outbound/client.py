"""The client: what may be asked for, how far a redirect leads, and how much of an answer is read."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

import httpcore2

from doorcheck.guard.outbound.connection import CheckedBackend
from doorcheck.guard.outbound.errors import OutboundFailed, OutboundRefused

_STANDARD_PORTS = {"http": 80, "https": 443}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# What another origin is told too. Every other header may hold a key, whatever its name is.
_PLAIN_HEADERS = frozenset({"accept", "accept-language", "content-type", "user-agent"})
_FRAMING = frozenset({"connection", "content-length", "host", "transfer-encoding", "upgrade"})
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63}){0,126}")


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer that was read whole. ``url`` is where it came from in the end; header names are in lower case."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class _Place:
    scheme: str
    host: str
    port: int
    target: str

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port


class SafeClient:
    """Asks hosts of the public internet, over HTTPS unless more is allowed.

    ``hosts`` are the only ones that may be asked (None: any); ``ports`` the only ports; ``most`` the bytes of an
    answer that are read; ``seconds`` the time for one request with its redirects; ``redirects`` how many are followed,
    to another origin with no headers but those that say what is asked for. The environment's proxies are not used:
    they would look names up on their own. Answers are not decompressed.
    """

    def __init__(
        self,
        *,
        hosts: Iterable[str] | None = None,
        schemes: Iterable[str] = ("https",),
        ports: Iterable[int] = (443,),
        most: int = 10 * 1024 * 1024,
        seconds: float = 10.0,
        redirects: int = 3,
        backend: CheckedBackend | None = None,
    ) -> None:
        self._hosts = None if hosts is None else frozenset(_host(host) for host in hosts)
        self._schemes = frozenset(schemes)
        if not self._schemes <= _STANDARD_PORTS.keys():
            raise ValueError("schemes are 'https' and 'http'")
        self._ports = frozenset(ports)
        self._most = most
        self._seconds = seconds
        self._redirects = redirects
        self._pool = httpcore2.AsyncConnectionPool(network_backend=backend or CheckedBackend(), keepalive_expiry=5.0)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()

    async def fetch(self, url: str) -> bytes:
        """The body of a GET that answers 200. Raises ``OutboundRefused`` and ``OutboundFailed``."""
        answer = await self.request("GET", url)
        if answer.status != 200:
            raise OutboundFailed(f"answered {answer.status}")
        return answer.body

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, content: bytes = b""
    ) -> Fetched:
        """One request and its redirects, each checked as the first.

        Raises ``OutboundRefused`` where it may not go, ``OutboundFailed`` for everything that goes wrong on the way.
        """
        try:
            async with asyncio.timeout(self._seconds):
                return await self._follow(method, url, dict(headers or {}), content)
        except TimeoutError as fault:
            raise OutboundFailed(f"no answer in {self._seconds:g} s") from fault
        except (httpcore2.NetworkError, httpcore2.TimeoutException, httpcore2.ProtocolError) as fault:
            raise OutboundFailed(f"{type(fault).__name__}: {fault}") from fault

    async def _follow(self, method: str, url: str, headers: dict[str, str], content: bytes) -> Fetched:
        first = place = self._place(url)
        for _ in range(self._redirects + 1):
            answer = await self._once(method, url, place, headers, content)
            location = answer.headers.get("location")
            if answer.status not in _REDIRECTS or location is None:
                return answer
            url = urljoin(url, location)
            place = self._place(url)
            if place.origin != first.origin:
                headers = {name: value for name, value in headers.items() if name.lower() in _PLAIN_HEADERS}
            if answer.status == 303 or (answer.status in {301, 302} and method == "POST"):
                method, content = "GET", b""
        raise OutboundRefused(f"more than {self._redirects} redirects")

    async def _once(self, method: str, url: str, place: _Place, headers: Mapping[str, str], content: bytes) -> Fetched:
        standard = place.port == _STANDARD_PORTS[place.scheme]
        shown = f"[{place.host}]" if ":" in place.host else place.host
        sent = {name.lower(): value for name, value in headers.items() if name.lower() not in _FRAMING} | {
            "host": shown if standard else f"{shown}:{place.port}",
            "accept-encoding": "identity",
        }
        if content or method not in {"GET", "HEAD"}:
            sent["content-length"] = str(len(content))
        request = httpcore2.Request(
            method,
            httpcore2.URL(
                scheme=place.scheme.encode(),
                host=place.host.encode("ascii"),
                port=place.port,
                target=place.target.encode("ascii"),
            ),
            headers=_encoded(sent),
            content=content,
            extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), self._seconds)},
        )
        response = await self._pool.handle_async_request(request)
        try:
            found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
            if found.get("content-encoding", "identity") != "identity":
                raise OutboundRefused("the answer is compressed, which was not asked for")
            body = b""
            async for part in response.aiter_stream():
                body += part
                if len(body) > self._most:
                    raise OutboundFailed(f"the answer has more than {self._most} bytes")
            return Fetched(response.status, url, found, body)
        finally:
            await response.aclose()

    def _place(self, url: str) -> _Place:
        try:
            parts = urlsplit(url)
            port = parts.port
            host = _host(parts.hostname or "")
        except (ValueError, UnicodeError) as fault:
            raise OutboundRefused(f"no address: {fault}") from fault
        if parts.scheme not in self._schemes:
            raise OutboundRefused(f"the scheme {parts.scheme[:20]!r} is not allowed")
        if not host:
            raise OutboundRefused("the address has no host")
        if parts.username is not None or parts.password is not None:
            raise OutboundRefused("the address carries credentials")
        if port is None:
            port = _STANDARD_PORTS[parts.scheme]
        if port not in self._ports:
            raise OutboundRefused(f"port {port} is not allowed")
        if self._hosts is not None and host not in self._hosts:
            raise OutboundRefused(f"{host[:100]} is not among the hosts that may be asked")
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if not target.isascii() or any(sign <= " " for sign in target):
            raise OutboundRefused("the address has characters that must be escaped")
        return _Place(parts.scheme, host, port, target)


def _host(name: str) -> str:
    """A host name in its one form: lower case, IDNA, without the final dot. ``ValueError`` for what is none."""
    name = name.rstrip(".").lower()
    if not name.isascii():
        name = name.encode("idna").decode("ascii")
    if name and _NAME.fullmatch(name) is None:
        # IPv6, without the name of an interface of this machine.
        return str(IPv6Address("" if "%" in name else name))
    return name


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    try:
        return [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]
    except UnicodeEncodeError as fault:
        raise OutboundRefused("a header has characters that no header can have") from fault
