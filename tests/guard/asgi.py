"""A client that calls an ASGI application in this process, from a chosen address."""

from __future__ import annotations

import json as json_module
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

Application = Callable[..., Any]


@dataclass
class Answer:
    """One response. ``body_reads`` is how often the application asked for the request's body."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    set_cookies: list[str] = field(default_factory=list)
    body: bytes = b""
    body_reads: int = 0

    def json(self) -> Any:
        return json_module.loads(self.body)


@dataclass
class Client:
    """Sends requests as a server would hand them to the application."""

    app: Application
    address: str = "203.0.113.7"
    headers: dict[str, str] = field(default_factory=dict)

    async def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        body: bytes | Iterable[bytes] = b"",
        headers: dict[str, str] | None = None,
        raw_headers: list[tuple[bytes, bytes]] | None = None,
    ) -> Answer:
        sent = {"host": "testserver"} | self.headers | (headers or {})
        chunks: Iterable[bytes] = [body] if isinstance(body, bytes) else body
        if json is not None:
            chunks = [json_module.dumps(json).encode()]
            sent.setdefault("content-type", "application/json")
        path, _, query = path.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [
                *((name.lower().encode(), value.encode("latin-1")) for name, value in sent.items()),
                *(raw_headers or []),
            ],
            "client": (self.address, 50000),
            "server": ("testserver", 80),
        }
        answer = Answer()
        parts = iter(chunks)
        waiting: bytes | None = next(parts, b"")

        async def receive() -> dict[str, Any]:
            nonlocal waiting
            answer.body_reads += 1
            if waiting is None:
                return {"type": "http.disconnect"}
            part, waiting = waiting, next(parts, None)
            return {"type": "http.request", "body": part, "more_body": waiting is not None}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                for name, value in message["headers"]:
                    if name == b"set-cookie":
                        answer.set_cookies.append(value.decode())
                    answer.headers[name.decode().lower()] = value.decode("latin-1")
            elif message["type"] == "http.response.body":
                answer.body += message.get("body", b"")

        await self.app(scope, receive, send)
        return answer


@asynccontextmanager
async def started(app: Application) -> AsyncIterator[list[str]]:
    """Run the application's start and, afterwards, its end; yields what a failed start said (empty when it started)."""
    import asyncio  # noqa: PLC0415  # only here

    inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    told: list[str] = []
    settled = asyncio.Event()

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "lifespan.startup.failed":
            told.append(message.get("message", ""))
        settled.set()

    async def run() -> None:
        try:
            await app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, inbox.get, send)
        except Exception:
            settled.set()
            if not told:
                raise

    task = asyncio.create_task(run())
    await inbox.put({"type": "lifespan.startup"})
    await settled.wait()
    try:
        yield told
    finally:
        settled.clear()
        if not told:
            await inbox.put({"type": "lifespan.shutdown"})
        await task
