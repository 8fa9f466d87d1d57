"""The client against servers on loopback, which it reaches only where a test lets it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest

from doorcheck.guard.outbound import OutboundFailed, OutboundRefused, SafeClient, refusal_of
from doorcheck.guard.outbound.connection import CheckedBackend

Answering = Callable[[str, dict[str, str]], bytes]


@dataclass
class Server:
    """A server of one test. ``seen`` has the request lines and headers, ``connections`` how often it was reached."""

    port: int = 0
    connections: int = 0
    seen: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://server.example.test:{self.port}"


@asynccontextmanager
async def serving(answering: Answering) -> AsyncIterator[Server]:
    state = Server()
    served: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        state.connections += 1
        task = asyncio.current_task()
        assert task is not None
        served.add(task)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            line, *lines = head.strip().split("\r\n")
            headers = {name.lower(): value for name, _, value in (one.partition(": ") for one in lines)}
            state.seen.append((line, headers))
            writer.write(answering(line, headers))
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    state.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield state
    await asyncio.gather(*served)


def answer(status: str = "200 OK", body: bytes = b"hello", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", "connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def to(*addresses: str) -> Callable[[str, int], Awaitable[Sequence[str]]]:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return addresses

    return resolve


def loopback_allowed(address: str) -> str | None:
    return None if address == "127.0.0.1" else refusal_of(address)


def reaching(server: Server, **options: object) -> SafeClient:
    """A client for which loopback, and nothing else inside, is of the internet."""
    backend = CheckedBackend(to("127.0.0.1"), loopback_allowed)
    return SafeClient(schemes=["http"], ports=[server.port], backend=backend, **options)  # type: ignore[arg-type]


async def refused(client: SafeClient, url: str) -> str:
    with pytest.raises(OutboundRefused) as raised:
        await client.request("GET", url)
    return str(raised.value)


def test_an_answer_comes_back_whole() -> None:
    async def run() -> None:
        async with serving(lambda line, headers: answer()) as server, reaching(server) as client:
            fetched = await client.request("POST", f"{server.url}/a?b=c", headers={"X-One": "1"}, content=b"{}")
            assert (fetched.status, fetched.body) == (200, b"hello")
            line, headers = server.seen[0]
            assert line == "POST /a?b=c HTTP/1.1"
            assert headers["host"] == f"server.example.test:{server.port}"
            assert headers["x-one"] == "1"

    asyncio.run(run())


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::1]", "[::ffff:127.0.0.1]", "0"],
)
def test_loopback_is_refused_in_every_spelling(host: str) -> None:
    async def run() -> None:
        async with serving(lambda line, headers: answer()) as server:
            async with SafeClient(schemes=["http"], ports=[server.port]) as client:
                with pytest.raises((OutboundRefused, OutboundFailed)):
                    await client.request("GET", f"http://{host}:{server.port}/")
            assert server.connections == 0

    asyncio.run(run())


def test_one_inside_address_among_the_answers_refuses_the_host() -> None:
    async def run() -> None:
        async with serving(lambda line, headers: answer()) as server:
            backend = CheckedBackend(to("1.1.1.1", "127.0.0.1"))
            async with SafeClient(schemes=["http"], ports=[server.port], backend=backend) as client:
                said = await refused(client, f"{server.url}/")
            assert "loopback" in said
            assert server.connections == 0

    asyncio.run(run())


def test_a_name_is_resolved_once_so_that_a_second_answer_never_counts() -> None:
    """DNS rebinding: the first answer is harmless, every later one leads inside."""

    async def run() -> None:
        asked: list[str] = []

        async def rebinding(host: str, port: int) -> Sequence[str]:
            asked.append(host)
            return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

        async with serving(lambda line, headers: answer()) as server:
            backend = CheckedBackend(rebinding, loopback_allowed)
            async with SafeClient(schemes=["http"], ports=[server.port], backend=backend) as client:
                assert (await client.request("GET", f"{server.url}/")).status == 200
                assert asked == ["server.example.test"]
                assert "169.254.169.254" in await refused(client, f"{server.url}/")

    asyncio.run(run())


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]:{port}/",
        "https://server.example.test/",
        "http://server.example.test:22/",
        "file:///etc/passwd",
        "gopher://server.example.test/",
        "//user:secret@server.example.test:{port}/",
    ],
)
def test_a_redirect_is_checked_as_the_first_request(location: str) -> None:
    async def run() -> None:
        ports: list[int] = []

        def redirecting(line: str, headers: dict[str, str]) -> bytes:
            return answer("302 Found", b"", f"location: {location.format(port=ports[0])}")

        async with serving(redirecting) as server:
            ports.append(server.port)

            async def resolver(host: str, port: int) -> Sequence[str]:
                return ["127.0.0.1"] if host == "server.example.test" else [host]

            backend = CheckedBackend(resolver, loopback_allowed)
            async with SafeClient(schemes=["http"], ports=[server.port, 80], backend=backend) as client:
                await refused(client, f"{server.url}/")
            assert server.connections == 1

    asyncio.run(run())


def test_redirects_come_to_an_end() -> None:
    async def run() -> None:
        async with serving(lambda line, headers: answer("302 Found", b"", "location: /again")) as server:
            async with reaching(server, redirects=2) as client:
                assert await refused(client, f"{server.url}/") == "more than 2 redirects"
            assert len(server.seen) == 3

    asyncio.run(run())


SENT = {"Authorization": "Bearer s", "X-API-Key": "s", "Cookie": "s=1", "Accept": "text/plain"}


def test_credentials_do_not_follow_a_redirect_to_another_host() -> None:
    async def run() -> None:
        ports: list[int] = []

        def redirecting(line: str, headers: dict[str, str]) -> bytes:
            if line.startswith("GET /first"):
                return answer("307 Temporary", b"", f"location: http://other.example.test:{ports[0]}/second")
            return answer()

        async with serving(redirecting) as server:
            ports.append(server.port)
            async with reaching(server) as client:
                await client.request("GET", f"{server.url}/first", headers=SENT)
            assert server.seen[0][1]["authorization"] == "Bearer s"
            assert server.seen[0][1]["x-api-key"] == "s"
            assert not {"authorization", "x-api-key", "cookie"} & server.seen[1][1].keys()
            assert server.seen[1][1]["accept"] == "text/plain"

    asyncio.run(run())


@pytest.mark.parametrize(
    "url",
    [
        "https://a\0b.example.test/",
        "https://exa mple.test/",
        "https://[2606:4700::1111%25eth0]/",
        "https://a;b/",
        "https://%31%32%37.0.0.1/",
        "https://good.example.test\\.evil.example.test/",
    ],
)
def test_what_is_no_name_of_a_host_is_not_looked_up(url: str) -> None:
    asked: list[str] = []

    async def resolver(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"]

    async def run() -> None:
        async with SafeClient(backend=CheckedBackend(resolver, loopback_allowed)) as client:
            await refused(client, url)

    asyncio.run(run())
    assert asked == []


@pytest.mark.parametrize("header", [{"x-\u00e9": "1"}, {"x": "\u65e5"}])
def test_a_header_that_cannot_be_one_is_not_sent(header: dict[str, str]) -> None:
    async def run() -> None:
        async with serving(lambda line, headers: answer()) as server, reaching(server) as client:
            with pytest.raises(OutboundRefused, match="no header can have"):
                await client.request("GET", f"{server.url}/", headers=header)
            assert server.connections == 0

    asyncio.run(run())


def test_how_a_request_is_framed_is_not_the_callers() -> None:
    async def run() -> None:
        async with serving(lambda line, headers: answer()) as server, reaching(server) as client:
            framing = {"Transfer-Encoding": "chunked", "Content-Length": "500", "Host": "evil.example.test"}
            await client.request("GET", f"{server.url}/", headers=framing)
            assert server.seen[0][1].keys().isdisjoint({"transfer-encoding", "content-length"})
            assert server.seen[0][1]["host"].startswith("server.example.test")

    asyncio.run(run())


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (answer(body=b"x" * 5000), "more than 4096 bytes"),
        (b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + b"x" * 5000, "more than 4096 bytes"),
        (b"no http at all\r\n\r\n", "ProtocolError"),
    ],
)
def test_an_answer_without_end_is_cut(reply: bytes, says: str) -> None:
    async def run() -> None:
        async with serving(lambda line, headers: reply) as server, reaching(server, most=4096) as client:
            with pytest.raises(OutboundFailed, match=says):
                await client.request("GET", f"{server.url}/")

    asyncio.run(run())


def test_a_compressed_answer_is_refused_because_nobody_asked_for_it() -> None:
    async def run() -> None:
        async with serving(lambda line, headers: answer("200 OK", b"\x1f\x8b", "content-encoding: gzip")) as server:
            async with reaching(server) as client:
                assert "compressed" in await refused(client, f"{server.url}/")
            assert server.seen[0][1]["accept-encoding"] == "identity"

    asyncio.run(run())


def test_a_server_that_does_not_answer_is_waited_for_only_so_long() -> None:
    async def run() -> None:
        served: list[asyncio.Task[None]] = []

        async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            served.append(task)
            await reader.read()
            writer.close()
            await writer.wait_closed()

        listening = await asyncio.start_server(silent, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        async with listening, reaching(Server(port), seconds=0.2) as client:
            with pytest.raises(OutboundFailed):
                await client.request("GET", f"http://server.example.test:{port}/")
        await asyncio.gather(*served)

    asyncio.run(run())


def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with serving(lambda line, headers: answer()) as server, serving(lambda line, headers: answer()) as proxy:
            for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
                monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
            async with reaching(server) as client:
                assert (await client.request("GET", f"{server.url}/")).status == 200
            assert (server.connections, proxy.connections) == (1, 0)

    asyncio.run(run())


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "https://example.com:8443/",
        "https://user@example.com/",
        "https:///path",
        "https://example.com/ with space",
        "https://example.com/\r\nX: y",
        "//example.com/",
        "https://[::1/",
        "https://example.com:port/",
        "",
    ],
)
def test_what_is_no_plain_https_address_is_refused_before_a_name_is_looked_up(url: str) -> None:
    async def run() -> None:
        async def never(host: str, port: int) -> Sequence[str]:
            raise AssertionError("looked up")

        async with SafeClient(backend=CheckedBackend(never)) as client:
            await refused(client, url)

    asyncio.run(run())


def test_only_listed_hosts_are_asked() -> None:
    async def run() -> None:
        async with SafeClient(hosts=["API.Example.com."], backend=CheckedBackend(to("10.0.0.1"))) as client:
            assert "not among the hosts" in await refused(client, "https://other.example.com/")
            assert "private" in await refused(client, "https://api.example.com/")

    asyncio.run(run())
