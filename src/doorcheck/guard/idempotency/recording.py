"""An answer that is held back until it is kept, and is sent again later."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]

UNREPEATABLE = b"-"
"""In the place of an answer that was too large to be kept."""

MAX_ANSWER = 128 * 1024
"""The most bytes of an answer that is kept, headers and body."""

REPLAYED = (b"idempotent-replayed", b"true")


class Recorder:
    """Holds an answer back until it is whole; one that is too large is let through from there on."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._held: list[Message] = []
        self._start: Message = {}
        self._body: list[bytes] = []
        self._size = 0
        self._streams = False
        self.status: int = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = dict(message)
            self.status = message["status"]
            self._size += sum(len(name) + len(value) + 8 for name, value in message.get("headers", ()))
        elif message["type"] == "http.response.body":
            self._size += len(message.get("body", b""))
            self._body.append(message.get("body", b""))
        if self._streams:
            await self._send(message)
            return
        self._held.append(message)
        if self._size > MAX_ANSWER:
            self._streams = True
            self._body.clear()
            await self.release()

    def answer(self) -> bytes:
        """The answer as bytes, without its cookies, or ``UNREPEATABLE``."""
        if self._streams:
            return UNREPEATABLE
        headers = [
            [name.decode("latin-1"), value.decode("latin-1")]
            for name, value in self._start.get("headers", ())
            if name.lower() != b"set-cookie"
        ]
        head = json.dumps([self.status, headers], separators=(",", ":")).encode()
        return head + b"\n" + b"".join(self._body)

    async def release(self) -> None:
        """Send what was held back."""
        held, self._held = self._held, []
        for message in held:
            await self._send(message)


async def repeat(answer: bytes, send: Send) -> None:
    """Send an answer that was kept, marked as repeated."""
    head, _, body = answer.partition(b"\n")
    status, headers = json.loads(head)
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    await send({"type": "http.response.start", "status": status, "headers": [*pairs, REPLAYED]})
    await send({"type": "http.response.body", "body": body})
