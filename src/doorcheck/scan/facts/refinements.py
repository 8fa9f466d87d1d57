"""What the functions say of a value that a schema asks about it: ``z.string().refine((url) => isKnown(url))``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doorcheck.scan.facts import hosts, requests
from doorcheck.scan.facts.bounds import Aspect, fact_about, matched, names_in
from doorcheck.scan.facts.proofs import NOTHING, Fact, Facts, ProofKind
from doorcheck.scan.facts.state import State
from doorcheck.scan.facts.truth import certain, truth
from doorcheck.scan.facts.values import ANYTHING, Arr, Branch, External, Fn, Input, Link, Obj, Promise, Test, Value

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator

MAX_DEEP = 4
MAX_UNION = 12
_ASKS = frozenset({"refine", "check", "test", "custom"})
_SIZES = frozenset({"max", "maxSize"})
_KINDS = frozenset({"mime", "mimeType", "type"})


def learned(ev: Evaluator, schema: Value, given: Value, state: State, at: int, file: str) -> Facts:
    """What is known of what was given once the schema let it through, by what the schema's own functions ask."""
    if not isinstance(schema, External) or not schema.links:
        return NOTHING
    begun = len(ev.happenings)
    found: set[Fact] = set()
    _gather(ev, schema, given, state, (at, file), 0, found)
    ev.forget(begun, len(ev.happenings), lambda _: True)
    return frozenset(found)


def _gather(
    ev: Evaluator, schema: External, given: Value, state: State, place: tuple[int, str], depth: int, found: set[Fact]
) -> None:
    if depth > MAX_DEEP:
        return
    for link in schema.links:
        if (link.name in _SIZES | _KINDS and _of_file(schema)) or (link.name in _SIZES and "string" in schema.path):
            aspect = Aspect.SIZE if link.name in _SIZES else Aspect.KIND
            says = (
                "its size is limited by a schema" if link.name in _SIZES else "its claimed type is checked by a schema"
            )
            found.update(fact_about(aspect, name, place[1], place[0], says) for name in names_in(given))
        for argument in link.arguments[:3]:
            if hosts.pattern_of(argument) is not None and isinstance(argument, External):
                found |= _matched(argument, given, place)
            elif isinstance(argument, Fn) and link.name in _ASKS:
                found |= _said(ev, argument, given, state, place)
            elif isinstance(argument, External) and argument.links:
                _gather(ev, argument, given, state, place, depth + 1, found)
            elif isinstance(argument, Arr):
                found |= _of_union(ev, argument, given, state, place, depth)
            elif isinstance(argument, Obj) and argument.cls is None:
                _of_members(ev, link, argument, given, state, place, depth, found)


def _of_union(ev: Evaluator, union: Arr, given: Value, state: State, place: tuple[int, str], depth: int) -> Facts:
    """What is known whichever of several schemas it was: of a field, by each of them that has it."""
    each: list[tuple[Facts, set[str]]] = []
    for schema in union.items[:MAX_UNION]:
        known: set[Fact] = set()
        if not isinstance(schema, External):
            return NOTHING
        _gather(ev, schema, given, state, place, depth + 1, known)
        each.append((frozenset(known), _fields_of(schema)))
    told = {fact for known, _ in each for fact in known}
    return frozenset(
        fact
        for fact in told
        if all(fact in known or fact.of.rsplit(".", 1)[-1] not in fields for known, fields in each)
    )


def _fields_of(schema: External) -> set[str]:
    objects = (argument for link in schema.links for argument in link.arguments if isinstance(argument, Obj))
    return {name for each in objects for name in each.props}


def _of_members(
    ev: Evaluator,
    link: Link,
    members: Obj,
    given: Value,
    state: State,
    place: tuple[int, str],
    depth: int,
    found: set[Fact],
) -> None:
    del link
    for name, member in members.props.items():
        if isinstance(member, External) and member.links:
            _gather(ev, member, _member(given, name), state, place, depth + 1, found)


def _member(given: Value, name: str) -> Value:
    given = given.value if isinstance(given, Promise) else given
    if isinstance(given, Input):
        return requests.member_of(given, name)
    return given.props.get(name, ANYTHING) if isinstance(given, Obj) else ANYTHING


def _said(ev: Evaluator, function: Fn, given: Value, state: State, place: tuple[int, str]) -> Facts:
    """What the value is known to be where the function says yes to it."""
    if not names_in(given):
        return NOTHING
    answer = ev.call_back(function, (given, ANYTHING), state.fork(), *place)
    yes, _ = truth(answer.value if isinstance(answer, Promise) else answer)
    return frozenset(fact for fact in certain(yes) if fact.kind is ProofKind.BOUNDED)


def _matched(pattern: External, given: Value, place: tuple[int, str]) -> Facts:
    """What a pattern lets through that a schema asks of a text."""
    test = matched(Test((Branch(),), (), ()), pattern, given, place[1], place[0])
    return frozenset(fact for branch in test.yes_branches for fact in branch.facts)


def _of_file(schema: External) -> bool:
    """Whether this is a schema of a file."""
    named = {part.lower() for part in schema.path}
    return bool(named & {"file", "blob", "instanceof", "instance"})
