"""The messages of a websocket, none larger than its door allows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
TOO_BIG = 1009
"""RFC 6455, 7.4.1."""


class CappedMessages:
    """Receives messages, and ends the connection at the first with more than ``cap`` bytes (1009)."""

    __slots__ = ("_cap", "_closed", "_receive", "_send")

    def __init__(
        self, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]], cap: int
    ) -> None:
        self._receive = receive
        self._send = send
        self._cap = cap
        self._closed = False

    async def receive(self) -> Message:
        """The next message, or that the caller is gone."""
        if self._closed:
            return {"type": "websocket.disconnect", "code": TOO_BIG}
        message = await self._receive()
        if message["type"] == "websocket.receive" and self._too_big(message):
            self._closed = True
            await self._send({"type": "websocket.close", "code": TOO_BIG})
            return {"type": "websocket.disconnect", "code": TOO_BIG}
        return message

    async def send(self, message: Message) -> None:
        """Send a message, unless the connection was ended."""
        if not self._closed:
            await self._send(message)

    def _too_big(self, message: Message) -> bool:
        text = message.get("text")
        if text is None:
            return len(message.get("bytes") or b"") > self._cap
        # A character has one to four bytes.
        return len(text) > self._cap or (4 * len(text) > self._cap and len(text.encode()) > self._cap)
