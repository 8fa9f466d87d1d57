"""Where a value comes from, as a set of marks: two plain values with the same marks are the same to every fact."""

from __future__ import annotations

from doorcheck.scan.facts.values import (
    Const,
    Derived,
    Env,
    External,
    Fn,
    Input,
    Row,
    Session,
    Unknown,
    Value,
    made_from,
)  # fmt: skip

MAX_PARTS = 60
_VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
_KEYED = frozenset({"createHmac", "sign"})
_HASHES = frozenset({"createHash", "digest", "hash"})

Marks = frozenset[tuple[object, ...]]


def marks(value: Value) -> Marks:
    """The caller's channels, variables, identities, records and hashes a value is made from."""
    if isinstance(value, Derived | Unknown):
        known = value.marks
        if known is None:
            known = value.marks = _marks(value)
        return known
    return _marks(value)


def _marks(value: Value) -> Marks:
    found: set[tuple[object, ...]] = set()
    for part in made_from(value, MAX_PARTS):
        mark = _mark(part)
        if mark is not None:
            found.add(mark)
    return frozenset(found)


def _mark(part: Value) -> tuple[object, ...] | None:
    if isinstance(part, Input):
        return ("input", part.channel, part.path[:1] if part.channel in {"header", "cookie", "url"} else ())
    if isinstance(part, Env):
        return ("env", part.name, part.sure)
    if isinstance(part, Session):
        return ("session", part.proof)
    if isinstance(part, Row):
        return ("row", part.effect.kind, part.effect.subject, part.found)
    if isinstance(part, Fn):
        return ("fn", part)
    if isinstance(part, Derived | Unknown):
        return _mark_of_plain(part)
    if isinstance(part, External):
        return _mark_of_external(part)
    if isinstance(part, Const) and isinstance(part.value, str):
        verb = part.value.lstrip()[:6].upper()
        return ("verb", verb) if verb.startswith(_VERBS) else None
    return None


def _mark_of_plain(part: Derived | Unknown) -> tuple[object, ...] | None:
    if isinstance(part, Unknown):
        return ("unknown", part.fact) if part.fact is not None else None
    return ("how", part.how) if part.how in {"hash", "hmac", "typeof"} else None


def _mark_of_external(part: External) -> tuple[object, ...] | None:
    if part.package == "link":
        return None
    if _KEYED & set(part.path):
        return ("how", "hmac")
    if _HASHES & set(part.path):
        return ("how", "hash")
    return ("external", part.package, part.path)
