"""Where a value comes from, as a set of marks: two plain values with the same marks are the same to every fact."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from doorcheck.scan.facts.caught import Caught
from doorcheck.scan.facts.values import (
    HOST,
    Cls,
    Const,
    Derived,
    Env,
    External,
    Fn,
    Input,
    Native,
    Obj,
    Row,
    Session,
    Unknown,
    Value,
    parts_of,
)  # fmt: skip

MAX_MARKS = 40
MAX_DEPTH = 12
_VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
_SHORTEST = min(map(len, _VERBS))
_HASHES = frozenset({"createHash", "digest", "hash"})
_KEYED = frozenset({"createHmac", "hmac", "HmacSHA1", "HmacSHA256", "HmacSHA384", "HmacSHA512"})
"""Functions of node:crypto, @noble/hashes and crypto-js."""

Marks = frozenset[tuple[object, ...]]
_NONE: Marks = frozenset()


def marks(value: Value, depth: int = 0) -> Marks:
    """The caller's channels, variables, identities, records and hashes a value is made from."""
    kind = type(value)
    if kind in _CACHING:
        known: Marks | None = value.marks  # type: ignore[attr-defined]
        if known is None:
            known = _gathered(value, depth)
            if depth < MAX_DEPTH:
                value.marks = known  # type: ignore[attr-defined]
        return known
    if kind is Const:
        return _mark_of_constant(value)
    return _gathered(value, depth)


def record_mark(row: Row) -> tuple[object, ...]:
    """What a record is of: two of one kind and model that were chosen alike are the same to whoever follows them."""
    return row.effect.kind, row.effect.subject, row.named, row.own


def _gathered(value: Value, depth: int) -> Marks:
    of = _MARK.get(type(value))
    own = of(value) if of is not None else None
    parts = parts_of(value)
    if not parts or depth > MAX_DEPTH:
        return frozenset((own,)) if own is not None else _NONE
    found: set[tuple[object, ...]] = set() if own is None else {own}
    for part in parts:
        of_part = marks(part, depth + 1)
        if of_part:
            found |= of_part
            if len(found) > MAX_MARKS:
                break
    return frozenset(found) if found else _NONE


def _mark_of_constant(value: Value) -> Marks:
    text = value.value if isinstance(value, Const) else None
    if not isinstance(text, str) or len(text) < _SHORTEST:
        return _NONE
    verb = text.lstrip()[:6].upper()
    return frozenset((("verb", verb),)) if verb.startswith(_VERBS) else _NONE


def _mark_of_input(value: Input) -> tuple[object, ...]:
    return "input", value.channel, value.path, value.check


def _mark_of_external(value: External) -> tuple[object, ...] | None:
    if value.package == "link":
        return None
    if value.sure and value.links:
        return "schema", *((link.file, link.at) for link in value.links)  # two of one form need not be the same
    if _KEYED & set(value.path) or value.path[-3:] == ("subtle", "sign", "()"):
        return ("how", "hmac")
    if _HASHES & set(value.path):
        return ("how", "hash")
    return None


def is_hash(value: Value) -> bool:
    """Whether this value itself came out of a hash, and not only a part of it."""
    of = _MARK.get(type(value))
    return of is not None and of(value) in _HASHED


_TOLD = frozenset({"hash", "hmac", "typeof", HOST, "bytes", "pathname", "last", "map", "asked", "least"})


def _mark_of_begin(value: Derived) -> tuple[object, ...] | None:
    """Of a text that is put together: whether what follows its beginning can still say where an address leads."""
    first = value.parts[0] if value.how == "text" and len(value.parts) > 1 else None
    text = first.value if isinstance(first, Const) else None
    if not isinstance(text, str) or not text.startswith(("http", "/")):
        return None
    return "begins", text == "/", text.count("/") > 2


_HASHED = (("how", "hash"), ("how", "hmac"))
_CACHING = frozenset({Derived, Unknown, External})
_MARK: dict[type[Value], Callable[[Any], tuple[object, ...] | None]] = {
    Input: _mark_of_input,
    Env: lambda value: ("env", value.name, value.sure),
    Session: lambda value: ("session", value.proof),
    Row: lambda value: ("row", *record_mark(value), value.found),
    Fn: lambda value: ("fn", value),
    Native: lambda value: ("code", value),
    Cls: lambda value: ("code", value),
    Obj: lambda value: ("code", value) if value.cls is not None else None,
    Unknown: lambda value: ("unknown", value.fact) if value.fact is not None else None,
    Derived: lambda value: ("how", value.how) if value.how in _TOLD else _mark_of_begin(value),
    External: _mark_of_external,
    Caught: lambda value: value.mark,
}
