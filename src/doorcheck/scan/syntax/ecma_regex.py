"""JavaScript regular expressions, as ``new RegExp(source)`` reads them without the ``u`` and ``v`` flags.

Reads everything a path pattern uses. Back references, octal and control escapes are refused rather than guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from doorcheck.scan.syntax.ecma_nodes import (
    ANY,
    Alternatives,
    Budget,
    Characters,
    Edge,
    Literal,
    Look,
    Node,
    Repeat,
    Run,
    Sequence,
    WordEdge,
)

MAX_SOURCE = 4096
_MAX_DEPTH = 40
_QUANTIFIER = re.compile(r"\{(\d{1,9})(?:(,)(\d{1,9})?)?\}")
_GROUP_NAME = re.compile(r"<[A-Za-z_$][\w$]*>", re.ASCII)
_TWO_DIGITS = re.compile(r"[0-9a-fA-F]{2}")
_FOUR_DIGITS = re.compile(r"[0-9a-fA-F]{4}")
_DIGITS = (("0", "9"),)
_WORD = (("0", "9"), ("A", "Z"), ("_", "_"), ("a", "z"))
_SPACE = (("\t", "\r"), *((c, c) for c in " \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff"), ("\u2000", "\u200a"))
_SETS = {"d": _DIGITS, "w": _WORD, "s": _SPACE}
_CONTROLS = {"f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


class RegexError(ValueError):
    """The source is no regular expression, or one that is not read here; the message says which part."""


@dataclass(frozen=True, slots=True)
class Regex:
    """A regular expression. ``root`` is its tree."""

    source: str
    root: Node
    ignore_case: bool = False

    def search(self, text: str, budget: Budget) -> bool:
        """Whether the expression matches anywhere in the text; raises BudgetSpentError when that takes too long."""
        run = Run(text, budget, self.ignore_case)
        return bool(self.root.ends(run, run.everywhere))


def compile_regex(source: str, ignore_case: bool = False) -> Regex:
    """The expression with this source; raises RegexError."""
    if len(source) > MAX_SOURCE:
        raise RegexError(f"longer than {MAX_SOURCE} characters")
    reader = _Reader(source)
    root = reader.alternatives(0)
    if reader.at < len(source):
        raise RegexError("unmatched )")
    return Regex(source, root, ignore_case)


class _Reader:
    """A recursive descent over the source; ``at`` is the next character."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0

    def alternatives(self, depth: int) -> Node:
        if depth > _MAX_DEPTH:
            raise RegexError("groups nested too deeply")
        options = [self._sequence(depth)]
        while self._take("|"):
            options.append(self._sequence(depth))
        return options[0] if len(options) == 1 else Alternatives(tuple(options))

    def _sequence(self, depth: int) -> Node:
        parts: list[Node] = []
        while self.at < len(self.source) and self.source[self.at] not in "|)":
            part = self._quantified(self._atom(depth))
            before = parts[-1] if parts else None
            if isinstance(part, Literal) and isinstance(before, Literal):
                parts[-1] = Literal(before.text + part.text)
            else:
                parts.append(part)
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _quantified(self, part: Node) -> Node:
        bounds = self._quantifier()
        if bounds is None:
            return part
        if isinstance(part, Edge | WordEdge) or (isinstance(part, Look) and part.behind):
            raise RegexError("nothing to repeat")
        least, most = bounds
        if most is not None and most < least:
            raise RegexError("numbers out of order in quantifier")
        self._take("?")
        return Repeat(part, least, most)

    def _quantifier(self) -> tuple[int, int | None] | None:
        for sign, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._take(sign):
                return bounds
        found = _QUANTIFIER.match(self.source, self.at)
        if not found:
            return None
        self.at = found.end()
        least = int(found[1])
        if found[3]:
            return least, int(found[3])
        return least, None if found[2] else least

    def _atom(self, depth: int) -> Node:
        if self._quantifier() is not None:
            raise RegexError("nothing to repeat")
        character = self._next()
        if character == "(":
            return self._group(depth)
        if character == "[":
            return self._class()
        if character == "\\":
            return self._escape()
        if character in "^$":
            return Edge(end=character == "$")
        return ANY if character == "." else Literal(character)

    def _group(self, depth: int) -> Node:
        look: tuple[bool, bool] | None = None
        if self._take("?"):
            for sign, meaning in (
                ("=", (False, False)),
                ("!", (True, False)),
                ("<=", (False, True)),
                ("<!", (True, True)),
            ):
                if self._take(sign):
                    look = meaning
                    break
            else:
                self._group_head()
        body = self.alternatives(depth + 1)
        if not self._take(")"):
            raise RegexError("unterminated group")
        # A group may be repeated even where all it holds is an edge, which alone may not.
        return Sequence((body,)) if look is None else Look(body, negated=look[0], behind=look[1])

    def _group_head(self) -> None:
        if self._take(":"):
            return
        name = _GROUP_NAME.match(self.source, self.at)
        if not name:
            raise RegexError("invalid group")
        self.at = name.end()

    def _escape(self) -> Node:
        character = self._next()
        if character in "bB":
            return WordEdge(negated=character == "B")
        if character.lower() in _SETS:
            return Characters(_SETS[character.lower()], negated=character.isupper())
        return Literal(self._literal_escape(character))

    def _literal_escape(self, character: str) -> str:
        if character in "123456789kc" or (character == "0" and self.source[self.at : self.at + 1].isdigit()):
            raise RegexError(f"\\{character} is not read")
        if character == "0":
            return "\0"
        if character in "xu":
            digits = (_TWO_DIGITS if character == "x" else _FOUR_DIGITS).match(self.source, self.at)
            if digits:
                self.at = digits.end()
                return chr(int(digits[0], 16))
        return _CONTROLS.get(character, character)

    def _class(self) -> Node:
        negated = self._take("^")
        ranges: list[tuple[str, str]] = []
        while not self._take("]"):
            low = self._class_atom()
            if self.source[self.at : self.at + 1] == "-" and self.source[self.at + 1 : self.at + 2] not in {"]", ""}:
                self.at += 1
                high = self._class_atom()
                if isinstance(low, str) and isinstance(high, str):
                    if low > high:
                        raise RegexError("range out of order in character class")
                    ranges.append((low, high))
                    continue
                ranges.append(("-", "-"))
                ranges += _as_ranges(high)
            ranges += _as_ranges(low)
        return Characters(tuple(ranges), negated)

    def _class_atom(self) -> str | tuple[tuple[str, str], ...]:
        character = self._next()
        if character != "\\":
            return character
        escaped = self._next()
        if escaped == "b":
            return "\b"
        if escaped.lower() in _SETS:
            ranges = _SETS[escaped.lower()]
            return _complement(ranges) if escaped.isupper() else ranges
        return self._literal_escape(escaped)

    def _next(self) -> str:
        if self.at >= len(self.source):
            raise RegexError("unexpected end")
        self.at += 1
        return self.source[self.at - 1]

    def _take(self, text: str) -> bool:
        if self.source.startswith(text, self.at):
            self.at += len(text)
            return True
        return False


def _as_ranges(atom: str | tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return ((atom, atom),) if isinstance(atom, str) else atom


def _complement(ranges: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    low = 0
    for first, last in sorted(ranges):
        if ord(first) > low:
            found.append((chr(low), chr(ord(first) - 1)))
        low = ord(last) + 1
    return (*found, (chr(low), chr(0x10FFFF)))
