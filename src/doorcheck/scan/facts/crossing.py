"""What is in a value that browsers are sent: sessions, secrets of the deployment, records."""

from __future__ import annotations

from collections.abc import Iterator

from doorcheck.scan.facts import records
from doorcheck.scan.facts.values import (
    Arr,
    Choice,
    Derived,
    Env,
    Obj,
    Promise,
    Query,
    Row,
    Session,
    Test,
    Unknown,
    Value,
)

_MAX_PARTS = 300
_MAX_DEPTH = 12
_PASSED_ON = frozenset({"json", "either"})
_TEXTS = frozenset({"text", "string", "concat"})


def parts_sent(value: Value) -> Iterator[Session | Env | Row | Query]:
    """What stands in a value as it is; a test of something, or a number made from it, tells next to nothing of it.

    What came of a call that could not be followed is left out: it may be any part of what the call was given.
    """
    queue: list[tuple[Value, int]] = [(value, 0)]
    seen: set[int] = set()
    while queue and len(seen) < _MAX_PARTS:
        current, depth = queue.pop()
        if id(current) in seen or depth > _MAX_DEPTH:
            continue
        seen.add(id(current))
        if isinstance(current, Session | Env | Row | Query):
            yield current
        elif not isinstance(current, Unknown) or _is_element(current):
            queue.extend((part, depth + 1) for part in reversed(_parts_of(current)))


def _is_element(value: Unknown) -> bool:
    """Whether this is one of the records that a list holds, whichever of them was looked for."""
    first, *others = value.parts or (value,)
    return value.fact is None and isinstance(first, Row) and all(isinstance(one, Test | Row) for one in others)


def _parts_of(value: Value) -> list[Value]:
    if isinstance(value, Obj):
        return [] if value.cls is not None else [*value.props.values(), *_beside(value)]
    if isinstance(value, Arr):
        return [*value.items, *value.rest]
    if isinstance(value, Choice):
        return [one.value for one in value.alternatives]
    if isinstance(value, Promise):
        return [value.value]
    if isinstance(value, Unknown):
        return list(value.parts)
    if isinstance(value, Derived) and value.how in _PASSED_ON:
        return list(value.parts)
    if isinstance(value, Derived) and value.how in _TEXTS:
        return [part for part in value.parts if isinstance(part, Env | Derived | Choice)]
    return []


def _beside(value: Obj) -> list[Value]:
    """What was spread into an object, without the fields that are set beside it."""
    names = list(value.props)
    return [records.without(rest, names) if isinstance(rest, Row | Choice) else rest for rest in value.rest]
