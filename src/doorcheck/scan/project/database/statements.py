"""SQL cut into statements and tokens, whatever its dialect. Time is linear in its length.

Written here because the libraries that parse SQL leave policies and ``DO`` blocks unparsed, give up a whole file for
one statement they do not know, and take longer to load than most repositories take to scan.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MAX_TOKENS = 20_000
"""Tokens read of one statement; a table of a thousand columns has fewer."""

_SPECIAL = re.compile(r"--|/\*|['\"`;]|\$(?:[A-Za-z_]\w*)?\$")
_TOKEN = re.compile(
    r"(?P<word>[A-Za-z_\u0080-\uffff][\w$]*)|(?P<number>\d[\w.]*)|(?P<mark>::|[^\s\w'\"`$])|(?P<special>['\"`$])"
)
_ESCAPING = re.compile(r"(?:[^'\\]|\\.|'')*'", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Token:
    """A token; ``kind`` is word, name (a quoted one), string, number or mark. Words are in lower case."""

    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement's text, without what stands before it, and the line it begins on."""

    text: str
    line: int


def statements(text: str) -> Iterator[Statement]:
    """The statements of a file, in order; an unclosed quote or comment swallows what is left."""
    pieces: list[str] = []
    start = position = counted = 0
    line = 1
    while found := _SPECIAL.search(text, position):
        mark = found[0]
        position = found.end()
        if mark in ("--", "/*"):
            pieces.append(text[start : found.start()])
            position = _behind(text, position, "\n" if mark == "--" else "*/")
            # As many lines as were there, so that what follows keeps its place.
            pieces.append("\n" * text.count("\n", found.start(), position) or " ")
            start = position
        elif mark == ";":
            pieces.append(text[start : found.start()])
            if made := _statement("".join(pieces), line):
                yield made
            line += text.count("\n", counted, position)
            counted, pieces, start = position, [], position
        else:
            position = _after_quoted(text, found.start(), mark, position)
    pieces.append(text[start:])
    if made := _statement("".join(pieces), line):
        yield made


def tokens_of(text: str) -> list[Token]:
    """The tokens of one statement, comments left out already."""
    found: list[Token] = []
    position = 0
    while len(found) < MAX_TOKENS and (match := _TOKEN.search(text, position)):
        kind, start, position = str(match.lastgroup), match.start(), match.end()
        content = match[0].lower() if kind == "word" else match[0]
        if kind == "special":
            dollar = _SPECIAL.match(text, start)
            opening = dollar[0] if dollar is not None else match[0]
            if opening == "$":
                continue
            position = _after_quoted(text, start, opening, start + len(opening))
            content = text[start + len(opening) : max(position - len(opening), start + len(opening))]
            kind = "string" if opening[0] in "'$" else "name"
        found.append(Token(kind, content, start, position))
    return found


def _statement(text: str, line: int) -> Statement | None:
    bare = text.lstrip()
    if not bare:
        return None
    return Statement(bare, line + text.count("\n", 0, len(text) - len(bare)))


def _behind(text: str, position: int, end: str) -> int:
    found = text.find(end, position)
    return len(text) if found < 0 else found + len(end)


def _after_quoted(text: str, start: int, mark: str, position: int) -> int:
    """Where what a quote opens at ``start`` ends; a doubled quote inside reads as two quoted texts side by side."""
    if mark == "'" and start and text[start - 1] in "eE" and not text[start - 2 : start - 1].isalnum():
        found = _ESCAPING.match(text, position)
        return found.end() if found is not None else len(text)
    return _behind(text, position, mark)
