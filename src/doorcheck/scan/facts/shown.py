"""The records that an answer shows, as they stand in it: whole, or with fields taken out or replaced on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from doorcheck.scan.facts import records
from doorcheck.scan.facts.following import WayOut
from doorcheck.scan.facts.proofs import PROVING, Facts, ProofKind
from doorcheck.scan.facts.refusals import denies
from doorcheck.scan.facts.values import (
    Arr,
    Choice,
    Derived,
    External,
    Obj,
    Promise,
    Query,
    Reply,
    Row,
    Test,
    Unknown,
    Value,
)  # fmt: skip

MAX_SEEN = 4_000
"""Parts of all answers of one door that are looked at."""
_MAX_DEPTH = 24
_PASSED_ON = frozenset({"json", "either", "element", "computed"})
_TEXTS = frozenset({"text", "string", "concat"})


_TELLING = PROVING | {ProofKind.ROLE}


def _telling(facts: Facts) -> Facts:
    """Those of the facts that say who the caller is: the others would make many of what is one to this question."""
    return frozenset([fact for fact in facts if fact.kind in _TELLING]) if facts else facts


@dataclass(frozen=True, slots=True)
class Shown:
    """A record in an answer, with who the caller is known to be there.

    ``sure`` unless what stands between the two could not be followed.
    """

    row: Row
    facts: Facts
    sure: bool
    at: tuple[str, int]


def shown_by(ways: Iterable[WayOut]) -> list[Shown]:
    """The records, and the parts of records, in the answers that these ways out give."""
    walk = _Walk()
    for way in ways:
        if way.how != "throw":
            for value in (way.value, *way.replied):
                if not denies(value):
                    walk.walk(value, _telling(way.facts), True, way.at, 0)
    return walk.found


class _Walk:
    def __init__(self) -> None:
        self.found: list[Shown] = []
        self._seen: set[tuple[int, Facts, bool]] = set()

    def walk(self, value: Value, facts: Facts, sure: bool, at: tuple[str, int], depth: int) -> None:
        """Look at one part of an answer."""
        step = _STEPS.get(type(value))
        if step is None or depth > _MAX_DEPTH:
            return
        key = id(value), facts, sure
        if key in self._seen or len(self._seen) > MAX_SEEN:
            return
        self._seen.add(key)
        if isinstance(value, Row):
            self.found.append(Shown(value, facts, sure, at))
        elif isinstance(value, Query):
            self.found.append(Shown(Row(value.effect), facts, sure, at))
        elif isinstance(value, Choice):
            for one in value.alternatives:
                if not denies(one.value):
                    self.walk(one.value, facts | _telling(one.facts), sure, at, depth + 1)
        else:
            for part, is_sure in step(value):
                self.walk(part, facts, sure and is_sure, at, depth + 1)


_Parts = Iterable[tuple[Value, bool]]


def _of_object(value: Obj) -> _Parts:
    if value.cls is not None and any(method.name == "toJSON" for method in value.cls.definition.methods):
        return  # what it answers with is its own choice
    for item in value.props.values():
        yield item, True
    if value.cls is None:
        for rest in value.rest:
            yield _beside(rest, value), True


def _beside(rest: Value, value: Obj) -> Value:
    """What was spread into an object, without the fields that are set beside it."""
    if isinstance(rest, Derived) and rest.how == "computed":
        return rest
    return records.without(rest, list(value.props)) if isinstance(rest, Row | Choice) else rest


def _of_derived(value: Derived) -> _Parts:
    if value.how in _PASSED_ON:
        for part in value.parts:
            yield part, True
    elif value.how in _TEXTS:
        for part in value.parts:
            if isinstance(part, Derived) and (part.how == "json" or part.how in _TEXTS):
                yield part, True


def _of_unknown(value: Unknown) -> _Parts:
    """One of several things, an element of a list, or what came of a call that could not be followed."""
    first, *others = value.parts or (value,)
    if value.fact is not None:
        sure = False
    else:  # the first part is the list whose method was called with functions, and the others what these gave
        sure = not isinstance(first, Row) or all(isinstance(one, Test | Row) for one in others)
    for part in value.parts:
        yield part, sure


def _of_external(value: External) -> _Parts:
    for link in value.links[-2:]:
        for argument in link.arguments:
            if isinstance(argument, Row):
                yield argument, False


_STEPS: dict[type[Value], Callable[[Any], _Parts]] = {
    Row: lambda _: (),
    Query: lambda _: (),
    Choice: lambda _: (),
    Promise: lambda value: ((value.value, True),),
    Reply: lambda value: ((value.body, True),) if value.body is not None else (),
    Arr: lambda value: ((part, True) for part in (*value.items, *value.rest)),
    Obj: _of_object,
    Derived: _of_derived,
    Unknown: _of_unknown,
    External: _of_external,
}
