"""Which part of an address the caller chooses, with the address read as the URL standard reads it.

A text that is put together is read piece by piece: what stands before the end of the authority decides where the
address leads, what stands behind it only what is asked there. ``new URL(path, base)`` leaves its base where the path
may begin with two slashes, or with a scheme.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from doorcheck.scan.facts import hosts
from doorcheck.scan.facts.proofs import NOTHING, Fact, Facts
from doorcheck.scan.facts.provenance import marks
from doorcheck.scan.facts.values import (
    UNDEFINED,
    Arr,
    Choice,
    Const,
    Derived,
    Effect,
    External,
    Input,
    Obj,
    Promise,
    Row,
    Unknown,
    Value,
)  # fmt: skip

MAX_READINGS = 8
MAX_PIECES = 60
MAX_DEEP = 12


class Part(enum.IntEnum):
    """What of an address is chosen, the more the worse."""

    QUERY = 1
    PATH = 2
    SCHEME = 3
    LEAVES = 4
    HOST = 5
    ALL = 6


class Source(enum.Enum):
    """Who chose a piece: who calls now, somebody whose choice was stored, or a call that could not be followed."""

    SENT = "sent"
    STORED = "stored"
    UNFOLLOWED = "unfollowed"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A part of an address with what chose it. ``soft`` where it is so only if a setting ends without a slash, or if
    what stands before the app lets callers make up its own host."""

    part: Part
    value: Value
    source: Source
    facts: Facts = NOTHING
    doubt: Fact | None = None
    soft: bool = False


@dataclass(frozen=True, slots=True)
class _Hole:
    """A piece that is no constant text. ``kind``: chosen, name (encoded), path, query, fixed, server, address."""

    kind: str
    value: Value = UNDEFINED
    source: Source = Source.SENT
    doubt: Fact | None = None
    inner: tuple[Chosen, ...] = ()
    soft: bool = False


_Piece = str | _Hole
_FIXED = _Hole("fixed")
_SERVER = _Hole("server")
_Reading = tuple[tuple[_Piece, ...], Facts]
_HARMLESS = frozenset(
    {"key", "number", "length", "arithmetic", "typeof", "xor", "hash", "hmac", "unary", "error", "lookup of"}
)
_ADDRESS_OPTIONS = ("url", "uri", "href")
_BASE_OPTIONS = ("baseURL", "baseUrl", "prefixUrl", "prefix")
_JOINING = frozenset({"path", "node:path", "url-join", "proper-url-join"})
_AUTHORITY = ("href", "host", "hostname", "origin")
_OWN_HOST = frozenset({"host", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port", "origin", "referer"})
"""Headers that say where the caller found this very app."""
_BEGIN = re.compile(r"[\x00-\x20]*[a-zA-Z][a-zA-Z0-9+.\-]*:[/\\]*")
_WORD = re.compile(r"[\x00-\x20]*[a-zA-Z][a-zA-Z0-9+.\-]*")


def of_effect(effect: Effect) -> list[Chosen]:
    """What is chosen of the address that an operation calls."""
    given = effect.given or effect.operands
    if not given:
        return []
    others = [value for value in (*given[1:2], *effect.operands[:4]) if isinstance(value, Obj)]
    base = next((value.props[name] for value in others for name in _BASE_OPTIONS if name in value.props), None)
    return chosen_in(given[0], base)


def chosen_in(address: Value, base: Value | None = None) -> list[Chosen]:
    """What is chosen of an address, the worst first; ``base`` is what a client puts before one that has no host."""
    found = _based(address, base, 0) if base is not None else [c for r in _readings(address, 0) for c in _read(r)]
    return sorted(dict.fromkeys(found), key=lambda each: (-each.part, each.soft))


def _based(address: Value, base: Value | None, depth: int) -> list[Chosen]:
    """``new URL(address, base)``."""
    found: list[Chosen] = []
    absolute = True
    for reading in _readings(address, depth + 1):
        found += _read(reading, based=base is not None)
        begin = reading[0][0] if reading[0] else ""
        absolute = absolute and isinstance(begin, str) and bool(_BEGIN.match(begin))
    if base is not None and not absolute:
        found += [each for r in _readings(base, depth + 1) for each in _read(r) if each.part >= Part.SCHEME]
    return found


def _readings(value: Value, depth: int) -> list[_Reading]:
    """The ways in which a value may read as a text, each with what is known then."""
    if depth > MAX_DEEP:
        return [((_SERVER,), NOTHING)]
    if isinstance(value, Promise):
        return _readings(value.value, depth + 1)
    if isinstance(value, Choice):
        each = [
            (pieces, facts | one.facts)
            for one in value.alternatives[:MAX_READINGS]
            if not _is_nothing(one.value)
            for pieces, facts in _readings(one.value, depth + 1)
        ]
        return each[:MAX_READINGS] or [((), NOTHING)]
    if isinstance(value, Unknown) and value.fact is None and value.parts:
        each = [reading for part in value.parts[:4] for reading in _readings(part, depth + 1)]
        return each[:MAX_READINGS]
    if isinstance(value, Derived):
        return _of_derived(value, depth)
    if isinstance(value, Obj):
        return _of_object(value, depth)
    if isinstance(value, External) and value.package in _JOINING and value.links and value.path[-1:] == ("()",):
        return _joined(list(value.links[-1].arguments), "/", depth)
    if isinstance(value, Arr):
        return _joined([*value.items, *value.rest], ",", depth)
    return [((_piece(value),), NOTHING)]


def _piece(value: Value) -> _Piece:
    if isinstance(value, Const):
        return value.value if isinstance(value.value, str) else "" if _is_nothing(value) else "0"
    if isinstance(value, Input):
        return _of_input(value)
    if isinstance(value, Row):
        return _Hole("chosen", value, Source.STORED)
    if isinstance(value, Unknown | External) and any(mark[0] == "input" for mark in marks(value)):
        return _Hole("chosen", value, Source.UNFOLLOWED, value.fact if isinstance(value, Unknown) else None)
    return _SERVER


def _of_input(value: Input) -> _Hole:
    if value.channel == "url":
        return _Hole("own", value)
    if value.channel == "query" and not value.path:
        return _Hole("query", value)
    if value.channel in {"method", "address"}:
        return _FIXED
    if value.channel == "header" and value.path and value.path[-1].lower() in _OWN_HOST:
        return _Hole("chosen", value, soft=True)
    return _Hole("chosen", value)


def _is_nothing(value: Value) -> bool:
    return isinstance(value, Const) and (value.value is None or value.value is UNDEFINED.value)


def _of_derived(value: Derived, depth: int) -> list[_Reading]:
    how, parts = value.how, value.parts
    if how in _HARMLESS or not parts:
        return [((_FIXED if how in _HARMLESS else _SERVER,), NOTHING)]
    if how == "url":
        inner = tuple(_based(parts[0], parts[1] if len(parts) > 1 else None, depth + 1))
        return [((_Hole("address", inner=inner),), NOTHING)]
    if how in {"encoded", "json"}:
        return [((_Hole("name", value),), NOTHING)]
    if how in {"pathname", "search"}:
        return [((replace(piece, kind="path" if how == "pathname" else "query"),), NOTHING) for piece in _holes(value)]
    if how == "text" and len(parts) > 1:
        return _joined(list(parts), "", depth)
    if how == "string":
        return [((_FIXED,), NOTHING)] if _is_cleaned(parts) else _readings(parts[0], depth + 1)
    if how in {"call", "lookup"}:
        return _of_call(value, depth)
    return _readings(parts[0], depth + 1)


def _holes(value: Derived) -> list[_Hole]:
    """What was chosen of the address of which this is the path."""
    found = [_Hole("path", each.value, each.source, each.doubt) for each in chosen_in(value.parts[0])]
    return found[:2] or [_FIXED]


def _is_cleaned(parts: tuple[Value, ...]) -> bool:
    """``text.replace(/[^a-z]/g, "")``: nothing is left that means anything to an address."""
    read = hosts.pattern_of(parts[1]) if len(parts) > 1 else None
    return read is not None and hosts.takes_out_slashes(*read)


def _of_call(value: Derived, depth: int) -> list[_Reading]:
    """``list.join("/")``; of other calls, what they were called on, or their first argument."""
    first, *others = value.parts
    if isinstance(first, Arr):
        between = others[0].value if others and isinstance(others[0], Const) else ""
        return _joined([*first.items, *first.rest], str(between), depth) if others else [((_SERVER,), NOTHING)]
    if isinstance(first, External):
        return [((_piece(first),), NOTHING)]
    return _readings(first, depth + 1)


def _of_object(value: Obj, depth: int) -> list[_Reading]:
    """Options with the address among them, a request that the code made, or a URL of which parts were set."""
    named = next((value.props[name] for name in ("*request",) if name in value.props), None)
    if named is not None:
        return _readings(value.props.get("url", UNDEFINED), depth + 1)
    if value.rest and value.cls is None:
        return [((_Hole("address", inner=tuple(_with_parts_set(value, depth))),), NOTHING)]
    address = next((value.props[name] for name in _ADDRESS_OPTIONS if name in value.props), None)
    base = next((value.props[name] for name in _BASE_OPTIONS if name in value.props), None)
    if address is not None:
        return [((_Hole("address", inner=tuple(_based(address, base, depth + 1))),), NOTHING)]
    host = value.props.get("hostname", value.props.get("host"))
    if host is not None:
        path = value.props.get("path", UNDEFINED)
        return _joined([Const("https://"), host, Const("/"), path], "", depth)
    return [((_SERVER,), NOTHING)]


def _with_parts_set(value: Obj, depth: int) -> Iterator[Chosen]:
    """``url.pathname = …``: a part that is set is chosen by whoever chose it; with the host, where it leads is set."""
    settled = any(name in value.props for name in _AUTHORITY)
    for each in _based(value.rest[-1], None, depth + 1):
        yield replace(each, part=Part.PATH) if settled and each.part > Part.SCHEME else each
    for name, part in (("href", Part.ALL), ("host", Part.HOST), ("hostname", Part.HOST), ("pathname", Part.PATH)):
        if name in value.props:
            for pieces, facts in _readings(value.props[name], depth + 1):
                holes = (piece for piece in pieces if isinstance(piece, _Hole) and piece.kind in {"chosen", "name"})
                yield from (_made(hole, part, facts) for hole in holes)


def _joined(values: list[Value], between: str, depth: int) -> list[_Reading]:
    """The readings of texts one after the other."""
    found: list[_Reading] = [((), NOTHING)]
    for number, value in enumerate(values):
        each = _readings(value, depth + 1)
        before: tuple[_Piece, ...] = (between,) if between and number else ()
        found = [
            ((*pieces, *before, *more)[:MAX_PIECES], known | facts) for pieces, known in found for more, facts in each
        ][:MAX_READINGS]
    return found


class _Reader:
    """Reads the pieces of one address from the left."""

    def __init__(self, facts: Facts, *, based: bool) -> None:
        self.facts = facts
        self.based = based
        self.at = "start"
        self.text = ""
        self.begun = False
        self.found: list[Chosen] = []

    def take(self, piece: _Piece, following: str) -> None:
        """One piece more; ``following`` is the text right behind it."""
        if isinstance(piece, str):
            self._text(piece)
        elif piece.kind == "address":
            self.found += [replace(each, facts=each.facts | self.facts) for each in piece.inner]
            self.at = "path"
        elif self.at == "start":
            self._begin(piece, following)
        else:
            self._go_on(piece)

    def _text(self, text: str) -> None:
        if self.at == "server":
            if text.startswith("://"):
                self.at, text = "authority", text[3:]
            elif text:
                self.at = "path"
        elif self.at == "scheme":
            _, found, text = text.partition("://")
            self.at = "authority" if found else "scheme"
        elif self.at == "start":
            self.text += text
            text = self._settle()
        if self.at == "authority":
            text = text if self.begun else text.lstrip("/\\")
            self.begun = self.begun or bool(text)
            self.at = "path" if re.search(r"[/\\?#]", text) else "authority"
        if self.at == "path" and re.search(r"[?#]", text):
            self.at = "query"

    def _settle(self) -> str:
        """Where the text from the beginning stands: in the authority, behind it, or still before either; what of it is
        behind the scheme."""
        head = _BEGIN.match(self.text) or re.match(r"[\x00-\x20]*[/\\]{2}", self.text)
        if head is not None:
            self.at = "authority"
            return self.text[head.end() :]
        plain = self.text.strip()
        if len(plain) > 1 and (plain[0] in "/\\?#" or re.search(r"[/?#]", plain)):
            self.at = "path"
        return plain

    def _begin(self, hole: _Hole, following: str) -> None:
        text = self.text.strip()
        if hole.kind in {"server", "fixed", "own"}:
            self.at = "path" if hole.kind == "own" or text.startswith(("/", "\\")) else "server"
        elif hole.kind in {"path", "query"}:
            self._add(hole, Part.LEAVES if hole.kind == "path" and self.based else Part.PATH)
            self.at = "path"
        elif hole.kind == "name":
            self.at = "scheme" if following.startswith(":") else "path"
        elif following.startswith(":") or _WORD.fullmatch(text):
            self._add(hole, Part.SCHEME)
            self.at = "scheme"
            self.text = ""
        else:
            part = Part.ALL if not text and not self.based else Part.LEAVES if text in {"", "/", "\\"} else Part.PATH
            relative = part is Part.LEAVES and not self.based
            self._add(hole, Part.PATH if relative else part)
            self.at = "path"

    def _go_on(self, hole: _Hole) -> None:
        if hole.kind in {"path", "query", "own"}:
            if hole.kind != "own":
                self._add(hole, Part.PATH if hole.kind == "path" and self.at != "query" else Part.QUERY)
            self.at = "query" if self.at == "query" or hole.kind == "query" else "path"
        elif hole.kind in {"chosen", "name"}:
            self.begun = True
            if self.at == "authority" or (self.at == "server" and hole.kind == "chosen"):
                self._add(hole, Part.HOST, soft=self.at == "server")
            elif hole.kind == "chosen":
                self._add(hole, Part.PATH if self.at == "path" else Part.QUERY)
            if self.at == "server":
                self.at = "path"

    def _add(self, hole: _Hole, part: Part, *, soft: bool = False) -> None:
        self.found.append(_made(hole, part, self.facts, soft=soft))


def _made(hole: _Hole, part: Part, facts: Facts, *, soft: bool = False) -> Chosen:
    return Chosen(part, hole.value, hole.source, facts, hole.doubt, soft or hole.soft)


def _read(reading: _Reading, *, based: bool = False) -> Iterable[Chosen]:
    pieces, facts = reading
    reader = _Reader(facts, based=based)
    for number, piece in enumerate(pieces):
        after = next((each for each in pieces[number + 1 : number + 2] if isinstance(each, str)), "")
        reader.take(piece, after)
    return reader.found
