"""The response on its way out: completed with headers, and stripped of what a stranger is not told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from doorcheck.guard.headers import ResponseHeaders
from doorcheck.guard.passage import Passage
from doorcheck.guard.problems import document
from doorcheck.guard.problems import headers as problem_headers
from doorcheck.guard.refusals import Refusal

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]


class Reply:
    """Sends a response on. A body of 5xx that the guard did not write is replaced by a problem document."""

    __slots__ = ("_headers", "_id", "_replaced", "_send", "finished", "passage", "started", "status")

    def __init__(self, send: Send, headers: ResponseHeaders, request_id: str) -> None:
        self._send = send
        self._headers = headers
        self._id = request_id
        self._replaced = False
        self.passage: Passage | None = None
        self.started: bool = False
        self.finished: bool = False
        self.status: int = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            status = message["status"]
            headers = list(message.get("headers", ()))
            if status >= 500:
                # What the application says of its own faults is for its log.
                self._replaced = True
                refusal = Refusal.UNAVAILABLE if status == 503 else Refusal.FAULT
                await self.problem(refusal, None, [pair for pair in headers if pair[0].lower() == b"retry-after"])
                return
            self._begin(status, headers)
            message["headers"] = headers
        elif self._replaced:
            return
        elif message["type"] == "http.response.body" and not message.get("more_body", False):
            self.finished = True
        await self._send(message)

    async def problem(
        self, refusal: Refusal, retry_after: float | None = None, more: Iterable[tuple[bytes, bytes]] = ()
    ) -> None:
        """Answer with the problem document of this refusal; ``more`` are headers to add."""
        body = document(refusal, self._id)
        headers = [*problem_headers(refusal, len(body), retry_after), *more]
        self._begin(refusal.status, headers)
        await self._send({"type": "http.response.start", "status": refusal.status, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})
        self.finished = True

    async def redirect(self, location: str) -> None:
        """Send the caller to another page of this site (RFC 9110, 15.4.4)."""
        headers = [(b"location", location.encode("ascii", "ignore")), (b"content-length", b"0")]
        self._begin(303, headers)
        await self._send({"type": "http.response.start", "status": 303, "headers": headers})
        await self._send({"type": "http.response.body", "body": b""})
        self.finished = True

    def _begin(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        self.started = True
        self.status = status
        nonce = None if self.passage is None else self.passage.nonce
        self._headers.complete(headers, self._id.encode(), nonce)
