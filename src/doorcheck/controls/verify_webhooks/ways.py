"""Which way the check of a delivery goes missing, and the sentences that say so."""

from __future__ import annotations

from collections.abc import Sequence

from doorcheck.controls.verify_webhooks import spec
from doorcheck.controls.verify_webhooks.deliveries import signatures_of
from doorcheck.core import Written
from doorcheck.scan.facts.evaluator import Happening
from doorcheck.scan.facts.following import WayOut
from doorcheck.scan.facts.proofs import Fact, ProofKind, in_order, proven
from doorcheck.scan.facts.refusals import denies
from doorcheck.scan.facts.values import Effect, Env, Input, Row, Value, made_from
from doorcheck.scan.judging import DoorCase, seen_fact, seen_note

_NOTES = (
    (ProofKind.NOT_AWAITED, spec.NOT_AWAITED),
    (ProofKind.CAUGHT, spec.SWALLOWED),
    (ProofKind.UNSET_SECRET, spec.FAIL_OPEN),
)
_SENTENCES = {
    spec.NO_SIGNATURE: "whoever sends it an event is believed: {effect}",
    spec.FAIL_OPEN: "where the secret is not configured, whoever sends it an event is believed: {effect}",
    spec.SKIPPED: "a delivery without a signature is not checked at all: {effect}",
    spec.IGNORED: "the signature is checked, but what comes of it stops nobody: {effect}",
    spec.AFTER: "the signature is checked after the work: {effect}",
    spec.SWALLOWED: "when the check fails, its failure is caught and the work goes on: {effect}",
    spec.NOT_AWAITED: "the check is not awaited, so it always passes: {effect}",
}


def sentence(way: str, effect: Effect) -> str:
    """What is wrong, in one sentence."""
    return _SENTENCES[way].format(effect=effect.says)


def way_of(case: DoorCase, unproven: Sequence[Happening]) -> tuple[str, tuple[Written, ...]]:
    """The way in which a delivery gets past the check, with what shows it."""
    attempts = _attempts(case)
    facts = {fact for one in unproven for fact in one.facts}
    for kind, way in _NOTES:
        note = next((fact for fact in in_order(facts) if fact.kind is kind and fact.polarity), None)
        if note is not None and (attempts or kind is not ProofKind.UNSET_SECRET):
            return way, (seen_note(note, case), *map(seen_fact, attempts[:1]))
    if not attempts:
        return spec.NO_SIGNATURE, ()
    evidence = tuple(map(seen_fact, attempts[:2]))
    if _only_if_sent(case, facts):
        return spec.SKIPPED, evidence
    later = {fact for way in _successes(case) for fact in way.facts}
    if any(fact in later for fact in attempts) and all(proven(way.facts) for way in _successes(case)):
        return spec.AFTER, evidence
    return spec.IGNORED, evidence


def _only_if_sent(case: DoorCase, unproven: set[Fact]) -> bool:
    """Whether a delivery is let through for want of a header, or turned away only where it came with one."""
    if any(fact.kind is ProofKind.SENT and not fact.polarity and fact.of.startswith("header") for fact in unproven):
        return True
    refusing = [way for way in case.trace.ways_out if way.how == "throw" or denies(way.value)]
    return any(
        fact.kind is ProofKind.ASKED_FOR and fact.of.startswith("header") and fact not in unproven
        for way in refusing
        for fact in way.facts
    )


def _attempts(case: DoorCase) -> list[Fact]:
    """What the door checks of a delivery: its signature, or a secret that came with it."""
    secrets = (fact for fact in case.trace.attempts if fact.kind in {ProofKind.SECRET, ProofKind.TOKEN})
    return [*signatures_of(case), *in_order(secrets)]


def _successes(case: DoorCase) -> list[WayOut]:
    answers = [way for way in case.trace.ways_out if way.how == "return"]
    return [way for way in answers if not any(map(denies, (way.value, *way.replied)))]


_ASKED = frozenset({"payment", "outbound"})


def asks_the_sender(case: DoorCase, unproven: Sequence[Happening]) -> bool:
    """Whether the door takes of a delivery no more than an id, by which it asks the provider what has happened.

    What is written then comes of the provider's answer and not of the delivery.
    """
    asked = [
        one.effect
        for one in case.trace.happenings
        if one.effect.kind in _ASKED and not one.effect.writes and any(map(_sent, one.effect.operands))
    ]
    if not asked:
        return False
    writes = [one.effect for one in unproven if one.effect.kind != "outbound"]
    return bool(writes) and all(_answered(effect) for effect in writes)


def _sent(value: Value) -> bool:
    return any(isinstance(part, Input) for part in made_from(value, 60))


def _answered(effect: Effect) -> bool:
    """Whether an operation's data come from what another service answered, and none from the caller but its key."""
    parts = [part for value in effect.operands for part in made_from(value, 120)]
    return any(isinstance(part, Row) and part.effect.kind in _ASKED for part in parts)


_UNFOLLOWED = frozenset({"library", "unfollowed", "outbound"})


def given_the_signature(case: DoorCase) -> Happening | None:
    """The call that nobody could follow and that was given a header, or the secret, with what was sent: the check?"""
    for one in case.trace.happenings:
        if one.effect.kind in _UNFOLLOWED:
            parts = [part for value in one.effect.operands for part in made_from(value, 80)]
            headers = any(
                isinstance(part, Input) and part.channel in {"header", "headers", "request"} for part in parts
            )
            body = any(isinstance(part, Input) and part.channel in {"body", "request"} for part in parts)
            if headers or (body and any(isinstance(part, Env) for part in parts)):
                return one
    return None
