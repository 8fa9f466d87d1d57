"""The body of a request, no larger and no deeper than its door allows."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from doorcheck.guard.refusals import Refusal, Refused

Message = MutableMapping[str, Any]
MAX_DEPTH = 32
_SIZE = re.compile(r"([1-9][0-9]*)\s*(B|KiB|MiB|GiB)?")
_UNITS = {None: 1, "B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*"?', re.DOTALL)


def parse_size(text: str | int) -> int:
    """``5MiB``, ``64 KiB`` or a number as bytes; ``ValueError`` for anything else."""
    if isinstance(text, int):
        if text < 0:
            raise ValueError(f"{text} is no size")
        return text
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no size: write it as '5MiB' or '64 KiB'")
    return int(found[1]) * _UNITS[found[2]]


class Capped:
    """Receives a body and refuses it as soon as it is known to be too large (413) or, as JSON, too deep (422)."""

    __slots__ = ("_cap", "_json", "_parts", "_read", "_receive")

    def __init__(self, receive: Callable[[], Awaitable[Message]], headers: dict[bytes, bytes], cap: int) -> None:
        declared = headers.get(b"content-length")
        if declared is not None:
            if not declared.isdigit():
                raise Refused(Refusal.MALFORMED, "Content-Length is no number")
            if int(declared) > cap:
                raise Refused(Refusal.TOO_LARGE, f"Content-Length {int(declared)} of {cap} bytes")
        self._receive = receive
        self._cap = cap
        self._read = 0
        kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        self._json = kind == b"application/json" or kind.endswith(b"+json")
        self._parts: list[bytes] = []

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] != "http.request":
            return message
        body = message.get("body", b"")
        self._read += len(body)
        if self._read > self._cap:
            raise Refused(Refusal.TOO_LARGE, f"more than {self._cap} bytes were sent")
        if self._json:
            self._parts.append(body)
            if not message.get("more_body", False):
                if too_deep(b"".join(self._parts)):
                    raise Refused(Refusal.INVALID, f"JSON is nested more than {MAX_DEPTH} deep")
                self._parts.clear()
        return message


class Replayed:
    """Receives a body that was read before, as one part; after it, what the server says."""

    __slots__ = ("_body", "_receive")

    def __init__(self, body: bytes, receive: Callable[[], Awaitable[Message]]) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


async def read_whole(receive: Callable[[], Awaitable[Message]]) -> bytes:
    """The whole body. Raises ``Refused`` as the cap does, and (400) where the caller goes before the end."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Refused(Refusal.MALFORMED, "the caller went away in the middle of the body")
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def too_deep(text: bytes) -> bool:
    """Whether a JSON text opens more than ``MAX_DEPTH`` arrays and objects inside each other."""
    if text.count(b"[") + text.count(b"{") <= MAX_DEPTH:
        return False
    depth = 0
    for sign in re.findall(rb"[\[\]{}]", _TEXT.sub(b"", text)):
        depth += 1 if sign in b"[{" else -1
        if depth > MAX_DEPTH:
            return True
    return False
