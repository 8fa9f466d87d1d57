"""Whether bytes are one image of a kind from the first byte to the last, and of a size that can be decoded.

A file with something behind its end may be a page, a script or an archive to another reader (CWE-434). Sources: PNG
(ISO/IEC 15948), JPEG (ITU-T T.81), GIF89a, WebP (RFC 9649).
"""

from __future__ import annotations

import mmap

MOST_PIXELS = 100_000_000
MOST_PARTS = 100_000
Bytes = bytes | mmap.mmap


def png(data: Bytes) -> str | None:
    """What is wrong with this as a PNG, or None."""
    place = 8
    for number in range(MOST_PARTS):
        if place + 12 > len(data):
            return "it ends before its end chunk"
        length = int.from_bytes(data[place : place + 4], "big")
        kind = data[place + 4 : place + 8]
        if not kind.isalpha():
            return "a chunk has no name"
        if number == 0:
            if kind != b"IHDR" or length != 13:
                return "it does not begin with its header"
            wrong = _pixels(
                int.from_bytes(data[place + 8 : place + 12], "big"),
                int.from_bytes(data[place + 12 : place + 16], "big"),
            )
            if wrong:
                return wrong
        place += 12 + length
        if kind == b"IEND":
            return None if length == 0 and place == len(data) else "there is something behind its end"
    return "it has too many chunks"


def gif(data: Bytes) -> str | None:
    """What is wrong with this as a GIF, or None."""
    if len(data) < 14:
        return "it ends in its header"
    wrong = _pixels(int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little"))
    if wrong:
        return wrong
    place = 13 + _colours(data[10])
    for _ in range(MOST_PARTS):
        if place >= len(data):
            return "it ends before its trailer"
        sign = data[place]
        if sign == 0x3B:
            return None if place + 1 == len(data) else "there is something behind its end"
        if sign == 0x2C and place + 10 < len(data):
            place = _after_blocks(data, place + 11 + _colours(data[place + 9]))
        elif sign == 0x21:
            place = _after_blocks(data, place + 2)
        else:
            return "a block is of no known kind"
    return "it has too many blocks"


def _colours(packed: int) -> int:
    """Bytes of a colour table (GIF89a, section 18)."""
    return 3 << ((packed & 7) + 1) if packed & 0x80 else 0


def _after_blocks(data: Bytes, place: int) -> int:
    while place < len(data) and data[place]:
        place += 1 + data[place]
    return place + 1


def jpeg(data: Bytes) -> str | None:
    """What is wrong with this as a JPEG, or None."""
    place, sized = 2, False
    for _ in range(MOST_PARTS):
        if place + 2 > len(data) or data[place] != 0xFF:
            return "a segment does not begin with a marker"
        marker = data[place + 1]
        if marker == 0xFF:
            place += 1
            continue
        if marker == 0xD9:
            if place + 2 != len(data):
                return "there is something behind its end"
            return None if sized else "it has no frame"
        length = int.from_bytes(data[place + 2 : place + 4], "big")
        if length < 2 or place + 2 + length > len(data):
            return "a segment ends behind the file"
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            sized = True
            height = int.from_bytes(data[place + 5 : place + 7], "big")
            wrong = _pixels(int.from_bytes(data[place + 7 : place + 9], "big"), height)
            if wrong:
                return wrong
        place += 2 + length
        if marker == 0xDA:
            place = _after_scan(data, place)
    return "it has too many segments"


def _after_scan(data: Bytes, place: int) -> int:
    """Where the coded data of a scan ends: at a marker that is neither a stuffed byte nor a restart (T.81, B.1.1.5)."""
    while True:
        place = data.find(b"\xff", place)
        if place < 0 or place + 1 >= len(data):
            return len(data)
        following = data[place + 1]
        if following != 0 and not 0xD0 <= following <= 0xD7:
            return place
        place += 2


def webp(data: Bytes) -> str | None:
    """What is wrong with this as a WebP, or None."""
    if int.from_bytes(data[4:8], "little") + 8 != len(data):
        return "it says another length than it has"
    place = 12
    for number in range(MOST_PARTS):
        if place == len(data):
            return None if number else "it has no picture"
        if place + 8 > len(data):
            return "a chunk ends behind the file"
        kind = data[place : place + 4]
        if number == 0 and kind not in {b"VP8 ", b"VP8L", b"VP8X"}:
            return "it does not begin with a picture"
        length = int.from_bytes(data[place + 4 : place + 8], "little")
        place += 8 + length + (length & 1)
        if place > len(data):
            return "a chunk ends behind the file"
    return "it has too many chunks"


def _pixels(width: int, height: int) -> str | None:
    if not width or not height:
        return "it has no size"
    return f"it has more than {MOST_PIXELS} pixels" if width * height > MOST_PIXELS else None
