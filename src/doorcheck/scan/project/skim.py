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
_KEYWORD = re.compile(rb"\b(import|export)(?![\w$])")
_COMMENT = re.compile(rb"//[^\n]*|/\*(?:[^*]|\*(?!/))*+\*/")
_NAME = re.compile(rb"[\w$]+")
_HEAD = re.compile(rb"""(?>[\s;\xef\xbb\xbf]+|//[^\n]*+|/\*(?:[^*]|\*(?!/))*+\*/|["']use (?!client)\w{1,20}["'])*+["']use client["']""")


@dataclass(frozen=True, slots=True)
class Link:
    """One import or re-export. ``names`` pairs what is asked for with what it is called here; ``*`` is everything."""

    specifier: str
    names: tuple[tuple[str, str], ...]
    exports: bool = False


@dataclass(frozen=True, slots=True)
class Skim:
    """A file's links, and whether it says ``use client``."""

    links: tuple[Link, ...]
    client: bool


def skim(source: bytes) -> Skim:
    """What ``source`` imports and re-exports; imports of types alone are left out. Time is linear in its length."""
    links: list[Link] = []
    end = 0
    for match in _FROM.finditer(source):
        begin, end = max(end, match.start() - MAX_CLAUSE), match.end()
        called, bare = match.group(2), match.group(3)
        if called is not None:
            links.append(Link(_text(called), (("*", "*"),)))
        elif bare is not None:
            links.append(Link(_text(bare), ()))
        else:
            link = _clause(source[begin : match.start()], _text(match.group(1)))
            if link is not None:
                links.append(link)
    return Skim(tuple(links), _HEAD.match(source) is not None)


def _clause(before: bytes, specifier: str) -> Link | None:
    keyword = None
    for keyword in _KEYWORD.finditer(before):  # noqa: B007 - the last one is meant
        pass
    if keyword is None:
        return None
    exports = keyword.group(1) == b"export"
    words = _COMMENT.sub(b" ", before[keyword.end() :]).replace(b"\n", b" ").strip()
    if re.match(rb"type(?=[\s{*])(?!\s*,)", words):
        return None
    outside, brace, inside = words.partition(b"{")
    names: list[tuple[str, str]] = []
    for part in outside.split(b","):
        names.extend(_outside(part, exports=exports))
    for part in inside.rpartition(b"}")[0].split(b",") if brace else ():
        names.extend(_inside(part))
    if not names and brace and inside.strip(b"} \t"):
        return None
    return Link(specifier, tuple(names), exports)


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
