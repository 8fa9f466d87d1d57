"""Texts by which records are looked up, though the caller may not have sent them."""

from __future__ import annotations

from collections.abc import Iterator

from doorcheck.scan.facts import ownership
from doorcheck.scan.facts.proofs import NOTHING, TYPED, Facts, ProofKind
from doorcheck.scan.facts.provenance import marks
from doorcheck.scan.facts.requests import name_of
from doorcheck.scan.facts.uses import Place, Use, looks_up_many
from doorcheck.scan.facts.values import Choice, Derived, Effect, Input, Obj, Promise, Value

_OPTIONAL = frozenset({"query", "header", "cookie"})
_MAX_DEPTH = 4


def keys_that_may_be_absent(effect: Effect, facts: Facts) -> list[Use]:
    """What was never asked whether it is there, where a library drops the condition or matches what has no value.

    Only of operations that are about one record, or change some, and that are not the caller's own anyway: in a list,
    a condition that falls away is often meant to.
    """
    if effect.kind != "database" or not effect.weak or (looks_up_many(effect) and not effect.writes):
        return []
    predicates = [value for value in effect.chooses if isinstance(value, Obj | Choice)]
    if any(mark[0] in {"session", "row"} for value in predicates for mark in marks(value)):
        return []
    found = (use for value in predicates for use in _keys(value, facts, 0))
    return [use for use in found if not _is_there(use)]


def _keys(value: Value, facts: Facts, depth: int) -> Iterator[Use]:
    """The parts of the request that stand in a predicate by themselves, or as a number."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, Obj):
        for item in value.props.values():
            yield from _keys(item, facts, depth + 1)
    elif isinstance(value, Choice):
        for one in value.alternatives:
            yield from _keys(one.value, facts | one.facts, depth + 1)
    elif isinstance(value, Promise):
        yield from _keys(value.value, facts, depth + 1)
    elif isinstance(value, Derived) and value.how == "number" and value.parts:
        yield from _keys(value.parts[0], facts, depth + 1)
    elif isinstance(value, Input) and value.channel in _OPTIONAL and value.path:
        yield Use(value, Place.KEY, facts=facts or NOTHING)


def _is_there(use: Use) -> bool:
    if use.input.check is not None and use.input.check.counts:
        return True
    name = name_of(use.input)
    sent = ownership.name_of(use.input)
    for fact in use.facts:
        if fact.kind in {ProofKind.SENT, ProofKind.ASKED_FOR} and fact.of == sent:
            return True  # or known not to be there, and then it is meant
        if fact.kind is ProofKind.CHECKED and fact.of in {name, TYPED + name}:
            return True
    return False
