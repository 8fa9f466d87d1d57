"""Operations that happen because the request says that its caller may."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from doorcheck.scan.facts import ownership
from doorcheck.scan.facts.answers import carries, given_away
from doorcheck.scan.facts.evaluator import Happening
from doorcheck.scan.facts.following import WayOut
from doorcheck.scan.facts.proofs import Fact, Facts, ProofKind, in_order
from doorcheck.scan.facts.refusals import denies
from doorcheck.scan.facts.values import Promise, Reply, Value
from doorcheck.scan.judging import DoorCase, asked_here

_SENSITIVE = frozenset({"database", "storage", "account", "file", "process"})
_VOUCHING = frozenset({ProofKind.ROLE, ProofKind.SECRET, ProofKind.SIGNATURE, ProofKind.CREDENTIAL})
_MALFORMED = frozenset({400, 405, 422})


@dataclass(frozen=True, slots=True)
class Believed:
    """An operation, and the claim by which it was let through."""

    happening: Happening
    claim: Fact


def believed_in(case: DoorCase) -> Iterator[Believed]:
    """The operations that only those reach who claim something, where who does not is turned away."""
    shown = given_away(case.trace.ways_out)
    for happening in case.trace.happenings:
        effect = happening.effect
        if effect.kind not in _SENSITIVE or not (effect.writes or carries(shown, effect)):
            continue
        if _vouched(happening.facts) or not asked_here(case, happening.facts):
            continue
        used = {name for operand in effect.operands for name in ownership.names_of(operand)}
        for claim in _claims(happening.facts):
            if claim.of.partition("=")[0] not in used and _turns_away(case, claim):
                yield Believed(happening, claim)


def _vouched(facts: Facts) -> bool:
    return any(fact.kind in _VOUCHING for fact in facts)


def _claims(facts: Facts) -> list[Fact]:
    found = [fact for fact in facts if fact.kind is ProofKind.CLAIMED and fact.polarity]
    return in_order(found)


def _turns_away(case: DoorCase, claim: Fact) -> bool:
    """Whether every way out without the claim is a refusal, and not one of what is malformed."""
    without = [way for way in case.trace.ways_out if claim not in way.facts]
    denied = [way for way in without if any(_is_contrary(fact, claim) for fact in way.facts)]
    return bool(without) and all(map(_refuses, without)) and not any(map(_is_malformed, denied))


def _is_contrary(fact: Fact, claim: Fact) -> bool:
    return fact.kind is ProofKind.CLAIMED and not fact.polarity and (fact.of, fact.at) == (claim.of, claim.at)


def _refuses(way: WayOut) -> bool:
    if way.refusal or way.how == "throw":
        return True
    replies = _replies(way)
    return all(denies(value) for value in replies) if replies else denies(way.value)


def _is_malformed(way: WayOut) -> bool:
    return any(reply.status in _MALFORMED for reply in _replies(way))


def _replies(way: WayOut) -> list[Reply]:
    return [value for value in map(_settled, (way.value, *way.replied)) if isinstance(value, Reply)]


def _settled(value: Value) -> Value:
    return value.value if isinstance(value, Promise) else value
