"""What a file imports and re-exports, read off its bytes without parsing it.

For questions about who uses what, asked of files that no door reaches. It may take the text of a string or a comment
for an import; what such a one names is then looked for in vain.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_CLAUSE = 6_000
"""How far before ``from "…"`` the word ``import`` is looked for; lists of names are shorter."""

_FROM = re.compile(
    rb"""\bfrom\s*["']([^"'\n]{1,300})["']|\b(?:import|require)\s*\(\s*["'`]([^"'`\n]{1,300})["'`]"""
    rb"""|\bimport\s*["']([^"'\n]{1,300})["']"""
)
_KEYWORD = re.compile(rb"(?<![\w$.])(?:import|export)(?![\w$:])")
_ONLY_TYPES = re.compile(rb"type(?=[\s{*])(?!\s*,)(?!\s+from\b)")
_COMMENT = re.compile(rb"//[^\n]*|/\*(?:[^*]|\*(?!/))*+\*/")
_NAME = re.compile(rb"[\w$]+")
_HEAD = re.compile(
    rb"""(?>[\s;\xef\xbb\xbf]++|//[^\n]*+|/\*(?:[^*]|\*(?!/))*+\*/|["']use (?!client|server)\w{1,20}["'])*+"""
    rb"""["']use (client|server)["']"""
)


@dataclass(frozen=True, slots=True)
class Link:
    """One import or re-export. ``names`` pairs what is asked for with what it is called here; ``*`` is everything."""

    specifier: str
    names: tuple[tuple[str, str], ...]
    exports: bool = False


@dataclass(frozen=True, slots=True)
class Skim:
    """A file's links, what it says at its head (``client``, ``server`` or nothing), and where its last import ends."""

    links: tuple[Link, ...]
    side: str
    body: int


def skim(source: bytes) -> Skim:
    """What ``source`` imports and re-exports; imports of types alone are left out. Time is linear in its length."""
    links: list[Link] = []
    end = body = 0
    for match in _FROM.finditer(source):
        begin, end = max(end, match.start() - MAX_CLAUSE), match.end()
        called, bare = match.group(2), match.group(3)
        if called is not None:
            links.append(Link(_text(called), (("*", "*"),)))
            continue
        link = Link(_text(bare), ()) if bare is not None else _clause(source[begin : match.start()], match.group(1))
        if link is not None:
            links.append(link)
            body = end
    head = _HEAD.match(source)
    return Skim(tuple(links), _text(head.group(1)) if head is not None else "", body)


def _clause(before: bytes, specifier: bytes) -> Link | None:
    """The names between ``import`` or ``export`` and ``from``; None where there is no such word or only types."""
    starts = [match.start() for match in _KEYWORD.finditer(before)]
    if not starts:
        return None
    start = starts[-1]
    words = _COMMENT.sub(b" ", before[start + 6 :]).strip()
    if _ONLY_TYPES.match(words) is not None:
        return None
    exports = before.startswith(b"export", start)
    outside, brace, inside = words.partition(b"{")
    names = [pair for part in outside.split(b",") for pair in _outside(part, exports=exports)]
    listed = inside.rpartition(b"}")[0]
    names += [pair for part in listed.split(b",") for pair in _inside(part)] if brace else []
    if not names and listed.strip():
        return None
    return Link(_text(specifier), tuple(names), exports)


def _outside(part: bytes, *, exports: bool) -> list[tuple[str, str]]:
    """A default import, or ``* as all``."""
    found = [_text(word) for word in _NAME.findall(part)]
    if b"*" in part:
        return [("*", found[-1] if found else "*")]
    return [("default", found[-1])] if found and not exports else []


def _inside(part: bytes) -> list[tuple[str, str]]:
    """``name``, ``name as other``; nothing for ``type Name``."""
    found = [_text(word) for word in _NAME.findall(part)]
    if not found or (found[0] == "type" and len(found) > 1 and found[1] != "as"):
        return []
    return [(found[0], found[-1])]


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
