"""Calls that could not be followed, and what they were given: one of them may be the check."""

from __future__ import annotations

from doorcheck.scan.facts import ownership
from doorcheck.scan.facts.following import Trace
from doorcheck.scan.facts.ownership import Names
from doorcheck.scan.facts.proofs import Fact, Facts, ProofKind, in_order

_UNFOLLOWED = frozenset({"unfollowed", "library"})


def given_to_unfollowed(trace: Trace) -> Names:
    """The parts of the request that some call was given which could not be followed."""
    return frozenset(
        name
        for happening in trace.happenings
        if happening.effect.kind in _UNFOLLOWED
        for operand in happening.effect.operands
        for name in ownership.names_of(operand)
    )


def doubt_in(facts: Facts) -> Fact | None:
    """The first call on a path that could not be followed; None where all could."""
    doubts = [fact for fact in facts if fact.kind is ProofKind.UNRESOLVED]
    return in_order(doubts)[0] if doubts else None
