"""What the text of a string literal stands for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from doorcheck.scan.syntax.lowering import Lowering

if TYPE_CHECKING:
    from tree_sitter import Node

_ESCAPE = re.compile(r"\\(u\{[0-9a-fA-F]{1,6}\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|\r?\n|.)", re.DOTALL)
_SIMPLE_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}


def unescape(raw: str) -> str:
    """The value of a string literal's text."""
    if "\\" not in raw:
        return raw
    return _ESCAPE.sub(_unescape_one, raw)


def _unescape_one(match: re.Match[str]) -> str:
    body = match[1]
    if body[0] in "ux" and len(body) > 1:
        code = int(body.strip("ux{}"), 16)
        return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
    if body in {"\n", "\r\n"}:
        return ""
    return _SIMPLE_ESCAPES.get(body, body)


def string_value(low: Lowering, node: Node) -> str:
    """The value of a ``string`` node."""
    return unescape(low.text(node)[1:-1])
