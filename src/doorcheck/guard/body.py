"""The body of a request, no larger and no deeper than its door allows."""

from __future__ import annotations

import re
from array import array
from collections.abc import Awaitable, Callable, MutableMapping
from itertools import accumulate
from typing import Any

from doorcheck.guard.refusals import Refusal, Refused

Message = MutableMapping[str, Any]
MAX_DEPTH = 32
_SIZE = re.compile(r"([1-9][0-9]*)\s*(B|KiB|MiB|GiB)?")
_UNITS = {None: 1, "B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
_TEXT = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_NOT_BRACKETS = bytes(sorted(set(range(256)) - set(b"[]{}")))
_STEPS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
"""One up and one down, as signed bytes."""
_LONGEST_NUMBER = 18


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
            if not declared.isdigit() or len(declared) > _LONGEST_NUMBER:
                raise Refused(Refusal.MALFORMED, "Content-Length is no number")
            if b"transfer-encoding" in headers:
                # Where one reader goes by one of them and another by the other, a request hides in a body.
                raise Refused(Refusal.MALFORMED, "both Content-Length and Transfer-Encoding (RFC 9112, 6.3)")
            if int(declared) > cap:
                raise Refused(Refusal.TOO_LARGE, f"Content-Length {int(declared)} of {cap} bytes")
        self._receive = receive
        self._cap = cap
        self._read = 0
        kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        # What has no type is read as JSON by whoever asks for JSON.
        self._json = not kind or b"json" in kind
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
                check_depth(b"".join(self._parts))
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


def check_depth(text: bytes) -> None:
    """Raises ``Refused`` for JSON of more than ``MAX_DEPTH`` nested arrays and objects (422), and for no UTF-8 (400).

    RFC 8259, 8.1 knows UTF-8 alone, but Python's reader takes UTF-16 and UTF-32 too, in which strings end elsewhere.
    """
    if text.count(b"[") + text.count(b"{") <= MAX_DEPTH:
        return
    if b"\0" in text:
        raise Refused(Refusal.MALFORMED, "JSON in another encoding than UTF-8")
    steps = array("b", _TEXT.sub(b"", text).translate(_STEPS, _NOT_BRACKETS))
    if max(accumulate(steps), default=0) > MAX_DEPTH:
        raise Refused(Refusal.INVALID, f"JSON is nested more than {MAX_DEPTH} deep")
