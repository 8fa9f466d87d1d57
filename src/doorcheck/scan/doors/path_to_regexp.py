"""Path patterns such as ``/about/:path*`` into the regular expression that npm's ``path-to-regexp`` makes of them.

Version 6.3.0, which Next.js carries and Clerk's route matchers use. The source that comes out is the same text,
character by character, up to the escaping of slashes.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

_SPECIAL = re.compile(r"([.+*?=^!:${}()\[\]|/\\])")
_DELIMITERS = "/#?"
_PREFIXES = "./"
_NAME = re.compile(r"[0-9A-Za-z_]+")
_ANY_SEGMENT = r"[^\/#\?]+?"


class PathPatternError(ValueError):
    """The text is no path pattern; the message says where."""


class _Kind(enum.Enum):
    OPEN = "{"
    CLOSE = "}"
    PATTERN = "pattern"
    NAME = "name"
    CHAR = "character"
    ESCAPED = "escaped character"
    MODIFIER = "modifier"
    END = "end"


@dataclass(frozen=True, slots=True)
class _Lexeme:
    kind: _Kind
    index: int
    value: str


@dataclass(frozen=True, slots=True)
class _Key:
    """A parameter, or a group in braces: ``pattern`` is empty for braces without a parameter."""

    name: str
    prefix: str
    suffix: str
    pattern: str
    modifier: str


def path_source(pattern: str, repair_repeats: bool = False) -> str:
    """The source of the anchored regular expression for a path pattern; raises PathPatternError.

    ``repair_repeats`` puts a slash before a repeated group that has no text around it, as Next.js does where the
    library itself refuses the pattern.
    """
    tokens = _Parser(_lexemes(pattern)).tokens()
    if repair_repeats and any(_repeats_bare(token) for token in tokens):
        tokens = [_with_slash(token) for token in tokens]
    return "^" + "".join(_token_source(token) for token in tokens) + r"[\/#\?]?$"


def _repeats_bare(token: str | _Key) -> bool:
    return isinstance(token, _Key) and token.modifier in {"*", "+"} and not token.prefix and not token.suffix


def _with_slash(token: str | _Key) -> str | _Key:
    if isinstance(token, _Key) and _repeats_bare(token):
        return _Key(token.name, "/", "", token.pattern, token.modifier)
    return token


def _token_source(token: str | _Key) -> str:
    if isinstance(token, str):
        return _escaped(token)
    prefix, suffix = _escaped(token.prefix), _escaped(token.suffix)
    if not token.pattern:
        return f"(?:{prefix}{suffix}){token.modifier}"
    repeats = token.modifier in {"*", "+"}
    if prefix or suffix:
        if not repeats:
            return f"(?:{prefix}({token.pattern}){suffix}){token.modifier}"
        again = f"(?:{suffix}{prefix}(?:{token.pattern}))*"
        return f"(?:{prefix}((?:{token.pattern}){again}){suffix}){'?' if token.modifier == '*' else ''}"
    if repeats:
        raise PathPatternError(f"cannot repeat {token.name!r} without a prefix and suffix")
    return f"({token.pattern}){token.modifier}"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _lexemes(pattern: str) -> list[_Lexeme]:
    found: list[_Lexeme] = []
    at = 0
    while at < len(pattern):
        character = pattern[at]
        if character == ":":
            name = _NAME.match(pattern, at + 1)
            if not name:
                raise PathPatternError(f"missing parameter name at {at}")
            lexeme, end = _Lexeme(_Kind.NAME, at, name[0]), name.end()
        elif character == "(":
            text, end = _group(pattern, at)
            lexeme = _Lexeme(_Kind.PATTERN, at, text)
        elif character == "\\":
            if at + 1 >= len(pattern):
                raise PathPatternError(f"nothing escaped at {at}")
            lexeme, end = _Lexeme(_Kind.ESCAPED, at, pattern[at + 1]), at + 2
        else:
            lexeme, end = _Lexeme(_kind_of(character), at, character), at + 1
        found.append(lexeme)
        at = end
    return [*found, _Lexeme(_Kind.END, at, "")]


def _kind_of(character: str) -> _Kind:
    if character in "*+?":
        return _Kind.MODIFIER
    return {"{": _Kind.OPEN, "}": _Kind.CLOSE}.get(character, _Kind.CHAR)


def _group(pattern: str, start: int) -> tuple[str, int]:
    """The text between a parenthesis and its partner, and the index after it."""
    if pattern[start + 1 : start + 2] == "?":
        raise PathPatternError(f"pattern cannot start with '?' at {start + 1}")
    depth, at = 1, start + 1
    while at < len(pattern):
        character = pattern[at]
        if character == "\\":
            at += 2
            continue
        if character == "(":
            depth += 1
            if pattern[at + 1 : at + 2] != "?":
                raise PathPatternError(f"capturing groups are not allowed at {at}")
        elif character == ")":
            depth -= 1
            if depth == 0:
                break
        at += 1
    text = pattern[start + 1 : at]
    if depth:
        raise PathPatternError(f"unbalanced pattern at {start}")
    if not text:
        raise PathPatternError(f"missing pattern at {start}")
    return text, at + 1


class _Parser:
    """Lexemes into texts and keys."""

    def __init__(self, lexemes: list[_Lexeme]) -> None:
        self.lexemes = lexemes
        self.at = 0
        self.found: list[str | _Key] = []
        self.text = ""
        self.unnamed = 0

    def tokens(self) -> list[str | _Key]:
        while self.at < len(self.lexemes):
            character = self._take(_Kind.CHAR)
            name, pattern = self._take(_Kind.NAME), self._take(_Kind.PATTERN)
            if name is not None or pattern is not None:
                self._parameter(character or "", name, pattern)
                continue
            literal = character if character is not None else self._take(_Kind.ESCAPED)
            if literal is not None:
                self.text += literal
                continue
            self._flush()
            if self._take(_Kind.OPEN) is not None:
                self._braces()
            else:
                self._need(_Kind.END)
        return self.found

    def _parameter(self, prefix: str, name: str | None, pattern: str | None) -> None:
        if prefix not in _PREFIXES:
            self.text += prefix
            prefix = ""
        self._flush()
        self.found.append(
            _Key(
                name=name if name is not None else self._number(),
                prefix=prefix,
                suffix="",
                pattern=pattern if pattern is not None else self._segment(prefix),
                modifier=self._take(_Kind.MODIFIER) or "",
            )
        )

    def _braces(self) -> None:
        prefix = self._texts()
        name, pattern = self._take(_Kind.NAME) or "", self._take(_Kind.PATTERN) or ""
        suffix = self._texts()
        self._need(_Kind.CLOSE)
        self.found.append(
            _Key(
                name=name or (self._number() if pattern else ""),
                prefix=prefix,
                suffix=suffix,
                pattern=self._segment(prefix) if name and not pattern else pattern,
                modifier=self._take(_Kind.MODIFIER) or "",
            )
        )

    def _segment(self, prefix: str) -> str:
        """What a parameter without a pattern of its own matches: a segment, up to the text that came before it."""
        before = self.found[-1] if self.found else None
        text = prefix or (before if isinstance(before, str) else "")
        if isinstance(before, _Key) and not text:
            raise PathPatternError(f"no text between {before.name!r} and the parameter after it")
        if not text or any(delimiter in text for delimiter in _DELIMITERS):
            return _ANY_SEGMENT
        return rf"(?:(?!{_escaped(text)})[^\/#\?])+?"

    def _number(self) -> str:
        self.unnamed += 1
        return str(self.unnamed - 1)

    def _texts(self) -> str:
        text = ""
        while True:
            part = self._take(_Kind.CHAR)
            if part is None:
                part = self._take(_Kind.ESCAPED)
            if part is None:
                return text
            text += part

    def _flush(self) -> None:
        if self.text:
            self.found.append(self.text)
            self.text = ""

    def _take(self, kind: _Kind) -> str | None:
        if self.at < len(self.lexemes) and self.lexemes[self.at].kind is kind:
            self.at += 1
            return self.lexemes[self.at - 1].value
        return None

    def _need(self, kind: _Kind) -> None:
        if self._take(kind) is None:
            lexeme = self.lexemes[self.at]
            raise PathPatternError(f"unexpected {lexeme.kind.value} at {lexeme.index}, expected {kind.value}")
