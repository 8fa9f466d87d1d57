"""A file on its way in: multipart, counted while it streams, written to a private folder and looked at there."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

from starlette.requests import Request

from doorcheck.guard.body import parse_size
from doorcheck.guard.refusals import Refusal, Refused
from doorcheck.guard.uploads.kinds import FileKind, recognise
from doorcheck.guard.uploads.storage import Storage, Stored

MOST_FIELDS = 20
MOST_TEXT = 64 * 1024
_PIECE = 256 * 1024


@dataclass(frozen=True, slots=True)
class Received:
    """The file, stored, and the text fields that came with it."""

    file: Stored
    fields: dict[str, str]


class Uploads:
    """Takes one file a request, in the field ``file``, of one of these kinds and no larger than ``most``.

    What the sender says of the file's name and type is not read.
    """

    def __init__(
        self, storage: Storage, *, kinds: Iterable[FileKind], most: str | int = "5MiB", name: str = "file"
    ) -> None:
        self._storage = storage
        self._kinds = tuple(kinds)
        self._most = parse_size(most)
        self._name = name
        if not self._kinds:
            raise ValueError("say which kinds of files are taken")

    async def receive(self, request: Request) -> Received:
        """The file of this request, stored under a name of ours.

        Raises ``Refused``: 400 for what is no multipart form with one file, 413 for one that is too large, 415 for a
        kind that is not taken, 503 where it cannot be stored.
        """
        path = self._storage.incoming / secrets.token_hex(16)
        try:
            form = _Form(path, self._name, self._most)
            try:
                await _read(request, form)
            finally:
                form.close()
            if not form.size:
                raise Refused(Refusal.MEDIA_TYPE, "the file is empty")
            kind, wrong = await asyncio.to_thread(recognise, path, self._kinds)
            if kind is None:
                raise Refused(Refusal.MEDIA_TYPE, f"the file is not taken: {wrong}")
            stored = Stored(
                f"{secrets.token_urlsafe(16)}.{kind.extension}",
                kind.name,
                kind.media_type,
                form.size,
                form.digest.hexdigest(),
            )
            await self._storage.keep(path, stored)
        except OSError as fault:
            raise Refused(Refusal.UNAVAILABLE, f"the file cannot be stored: {type(fault).__name__}") from fault
        finally:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
        return Received(stored, form.fields)


async def _read(request: Request, form: _Form) -> None:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not boundary:
        raise Refused(Refusal.MEDIA_TYPE, "an upload is a multipart form")
    try:
        parser = MultipartParser(boundary, form.callbacks())
        async for piece in request.stream():
            parser.write(piece)
            if form.waiting >= _PIECE:
                await asyncio.to_thread(form.flush)
        parser.finalize()
    except FormParserError as fault:
        raise Refused(Refusal.MALFORMED, "the form cannot be read") from fault
    await asyncio.to_thread(form.flush)
    if not form.whole:
        raise Refused(Refusal.MALFORMED, "there is not one file in the form, or it ends too early")


@dataclass(slots=True)
class _Form:
    """What the parser of one form writes to. Nothing of it grows with the size of the file."""

    path: Path
    name: str
    most: int
    size: int = 0
    fields: dict[str, str] = field(default_factory=dict)
    files: int = 0
    ended: bool = False
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)
    _descriptor: int = -1
    _buffer: bytearray = field(default_factory=bytearray)
    _text: bytearray = field(default_factory=bytearray)
    _header: bytearray = field(default_factory=bytearray)
    _value: bytearray = field(default_factory=bytearray)
    _disposition: bytes = b""
    _field: str | None = None

    @property
    def waiting(self) -> int:
        return len(self._buffer)

    @property
    def whole(self) -> bool:
        return self.files == 1 and self.ended

    def callbacks(self) -> MultipartCallbacks:
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._header.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
            "on_header_end": self._header_end,
            "on_headers_finished": self._open,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def flush(self) -> None:
        if self._buffer:
            if self._descriptor < 0:
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0)
                self._descriptor = os.open(self.path, flags, 0o600)
            view = memoryview(bytes(self._buffer))
            while view:
                view = view[os.write(self._descriptor, view) :]
            self._buffer.clear()

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _begin(self) -> None:
        self._disposition = b""
        self._field = None
        self._text.clear()

    def _header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = bytes(self._value)
        self._header.clear()
        self._value.clear()

    def _open(self) -> None:
        _, options = parse_options_header(self._disposition)
        name = options.get(b"name", b"").decode("utf-8", "replace")
        if name == self.name:
            self.files += 1
            if self.files > 1:
                raise Refused(Refusal.MALFORMED, "more than one file")
            return
        if b"filename" in options or len(self.fields) >= MOST_FIELDS or name in self.fields:
            raise Refused(Refusal.MALFORMED, "a file or a field that is not asked for")
        self._field = name[:200]

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._field is not None:
            if len(self._text) + end - start > MOST_TEXT:
                raise Refused(Refusal.TOO_LARGE, f"a field has more than {MOST_TEXT} bytes")
            self._text.extend(data[start:end])
            return
        self.size += end - start
        if self.size > self.most:
            raise Refused(Refusal.TOO_LARGE, f"the file has more than {self.most} bytes")
        self.digest.update(data[start:end])
        self._buffer.extend(data[start:end])

    def _end(self) -> None:
        if self._field is not None:
            self.fields[self._field] = self._text.decode("utf-8", "replace")

    def _finish(self) -> None:
        self.ended = True
