"""Text from the scanned repository made harmless: nothing in it acts on a terminal or misleads a reader."""

from __future__ import annotations

import re

_UNDECODED_BYTE = range(0xDC80, 0xDD00)
_SURROGATE = re.compile("[\ud800-\udfff]")
_ACTS_IN_JSON = re.compile("[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")


def visible(text: str, *, ascii_only: bool = False, limit: int = 4000) -> str:
    r"""The text on one line with everything invisible spelt out (``\x1b``, ``\u202e``), cut after ``limit`` characters.

    With ``ascii_only`` every other character outside ASCII is spelt out too.
    """
    cut = text[:limit]
    if not cut.isprintable() or (ascii_only and not cut.isascii()):
        cut = "".join(_shown(character, ascii_only=ascii_only) for character in cut)
    if len(text) > limit:
        cut += f"... ({len(text) - limit} more characters)"
    return cut


def _shown(character: str, *, ascii_only: bool) -> str:
    # Not printable are control and format characters (bidirectional overrides, zero widths, tags), surrogates, what is
    # private or unassigned, and every space but the one.
    if character.isprintable() and (character.isascii() or not ascii_only):
        return character
    code = ord(character)
    if character in "\t\n\r":
        return {"\t": "\\t", "\n": "\\n", "\r": "\\r"}[character]
    if code in _UNDECODED_BYTE:
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def encodable(text: str) -> str:
    r"""The text with what UTF-8 cannot carry (bytes of a file name that are not UTF-8) spelt out as ``\xff``."""
    return _SURROGATE.sub(lambda match: _shown(match.group(), ascii_only=False), text)


def inert_json(document: bytes) -> bytes:
    """The same JSON document, with characters that act on a terminal or reorder a line written as JSON escapes."""
    text = document.decode()
    return _ACTS_IN_JSON.sub(lambda match: f"\\u{ord(match.group()):04x}", text).encode()
