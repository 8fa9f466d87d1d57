"""The kinds of files that can be taken, each known by its first bytes and checked to its last."""

from __future__ import annotations

import functools
import mmap
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from doorcheck.guard.uploads import containers, images

Check = Callable[[bytes | mmap.mmap], str | None]


@dataclass(frozen=True, slots=True)
class FileKind:
    """``media_type`` and ``extension`` are what a file of this kind is stored as, whatever its sender called it."""

    name: str
    media_type: str
    extension: str
    begins: re.Pattern[bytes]
    check: Check


def _kind(name: str, media_type: str, extension: str, begins: bytes, check: Check) -> FileKind:
    return FileKind(name, media_type, extension, re.compile(begins, re.DOTALL), check)


_OFFICE = "application/vnd.openxmlformats-officedocument"
PNG = _kind("PNG", "image/png", "png", rb"\x89PNG\r\n\x1a\n", images.png)
JPEG = _kind("JPEG", "image/jpeg", "jpg", rb"\xff\xd8\xff", images.jpeg)
GIF = _kind("GIF", "image/gif", "gif", rb"GIF8[79]a", images.gif)
WEBP = _kind("WebP", "image/webp", "webp", rb"RIFF.{4}WEBP", images.webp)
PDF = _kind("PDF", "application/pdf", "pdf", rb"%PDF-", containers.pdf)
ZIP = _kind("ZIP", "application/zip", "zip", rb"PK\x03\x04|PK\x05\x06", containers.archive)
DOCX = _kind(
    "DOCX",
    f"{_OFFICE}.wordprocessingml.document",
    "docx",
    rb"PK\x03\x04",
    functools.partial(containers.office, "word/"),
)
XLSX = _kind(
    "XLSX", f"{_OFFICE}.spreadsheetml.sheet", "xlsx", rb"PK\x03\x04", functools.partial(containers.office, "xl/")
)
PPTX = _kind(
    "PPTX",
    f"{_OFFICE}.presentationml.presentation",
    "pptx",
    rb"PK\x03\x04",
    functools.partial(containers.office, "ppt/"),
)
MP4 = _kind("MP4", "video/mp4", "mp4", rb".{4}ftyp", containers.film)
TEXT = _kind("text", "text/plain; charset=utf-8", "txt", rb"", containers.text)
CSV = _kind("CSV", "text/csv; charset=utf-8", "csv", rb"", containers.text)


_SIGNED = (PNG, JPEG, GIF, WEBP, PDF, ZIP, MP4)
_PLAIN = (TEXT, CSV)


def recognise(path: Path, kinds: Iterable[FileKind]) -> tuple[FileKind | None, str]:
    """The first of these kinds that this file is, and what was wrong with it as each of the others."""
    with path.open("rb") as file:
        head = file.read(32)
        if not head:
            return None, "it is empty"
        reasons = []
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            for kind in kinds:
                if not kind.begins.match(head):
                    continue
                if kind in _PLAIN and any(other.begins.match(head) for other in _SIGNED):
                    # A reader who goes by first bytes takes it for the other kind.
                    reasons.append(f"as {kind.name}: it begins like another kind")
                    continue
                wrong = kind.check(data)
                if wrong is None:
                    return kind, ""
                reasons.append(f"as {kind.name}: {wrong}")
    return None, "; ".join(reasons) or "it begins like none of the kinds that are taken"
