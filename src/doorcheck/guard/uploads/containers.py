"""Whether bytes are one document, archive, film or text of a kind, and what it would unpack to (CWE-409, CWE-22)."""

from __future__ import annotations

import codecs
import io
import mmap
import re
import stat
import zipfile

Bytes = bytes | mmap.mmap
MOST_ENTRIES = 10_000
MOST_UNPACKED = 256 * 1024 * 1024
MOST_RATIO = 100
_MARKUP = re.compile(rb"(?i)\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|body|script|svg|iframe|\?xml|\?php|!--)")
_PIECE = 1 << 20


def pdf(data: Bytes) -> str | None:
    """What is wrong with this as a PDF, or None (ISO 32000-2, 7.5). What is compressed in it is not looked into."""
    if not re.match(rb"%PDF-[12]\.[0-9]", data[:16]):
        return "it says no version"
    tail = data[max(0, len(data) - 1024) :]
    end = tail.rfind(b"%%EOF")
    if end < 0:
        return "it has no end"
    if tail[end + 5 :].strip(b"\r\n\t \0"):
        return "there is something behind its end"
    return "it starts programs" if re.search(rb"/(?:Launch|JavaScript|JS)\b", data) else None


def archive(data: Bytes) -> str | None:
    """What is wrong with this as a ZIP, or None. Nothing is unpacked: what it would come to is read from it."""
    try:
        # A copy in memory of at most what one upload may have.
        with zipfile.ZipFile(io.BytesIO(data[:])) as found:
            entries = found.infolist()
            end = data.rfind(b"PK\x05\x06")
            if end + 22 + len(found.comment) != len(data):
                return "there is something behind its end"
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as fault:
        return f"it cannot be read ({type(fault).__name__})"
    if len(entries) > MOST_ENTRIES:
        return f"it has more than {MOST_ENTRIES} entries"
    for entry in entries:
        wrong = _entry(entry)
        if wrong:
            return wrong
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MOST_UNPACKED or unpacked > MOST_RATIO * max(len(data), 4096):
        return f"it would unpack to {unpacked} bytes"
    return None


def _entry(entry: zipfile.ZipInfo) -> str | None:
    name = entry.orig_filename.replace("\\", "/")
    if name.startswith("/") or ".." in name.split("/") or "\0" in name or re.match(r"[A-Za-z]:", name):
        return "an entry would be unpacked elsewhere"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "an entry is a link"
    return "an entry is encrypted" if entry.flag_bits & 1 else None


def office(folder: str, data: Bytes) -> str | None:
    """What is wrong with this as an Office document with its parts in ``folder``, or None (ECMA-376). No macros."""
    wrong = archive(data)
    if wrong:
        return wrong
    with zipfile.ZipFile(io.BytesIO(data[:])) as found:
        names = found.namelist()
    if "[Content_Types].xml" not in names or not any(name.startswith(folder) for name in names):
        return "it is another kind of archive"
    return "it has macros" if any("vbaproject" in name.lower() for name in names) else None


def film(data: Bytes) -> str | None:
    """What is wrong with this as an MP4, or None (ISO/IEC 14496-12, 4.2): its boxes fill it to the last byte."""
    place, described = 0, False
    for _ in range(MOST_ENTRIES):
        if place == len(data):
            return None if described else "nothing in it is a film"
        length = int.from_bytes(data[place : place + 4], "big")
        if length == 1:
            length = int.from_bytes(data[place + 8 : place + 16], "big")
        if length < 8 or place + length > len(data) or not data[place + 4 : place + 8].isalnum():
            return "a box ends behind the file"
        described |= data[place + 4 : place + 8] in {b"moov", b"moof"}
        place += length
    return "it has too many boxes"


def text(data: Bytes) -> str | None:
    """What is wrong with this as plain text in UTF-8, or None."""
    if _MARKUP.match(data[:512]):
        return "it is a page"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for place in range(0, len(data), _PIECE):
            piece = decoder.decode(data[place : place + _PIECE], final=place + _PIECE >= len(data))
            if re.search(r"[\0-\x08\x0b\x0c\x0e-\x1f\x7f]", piece):
                return "it has signs that no text has"
    except UnicodeDecodeError:
        return "it is no UTF-8"
    return None
