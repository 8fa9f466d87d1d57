"""What makes a door one that takes the deliveries of a machine, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

from doorcheck.core import Confidence, Written
from doorcheck.core.door import DoorKind
from doorcheck.scan.facts.deliveries import EVENT, HEADER
from doorcheck.scan.facts.proofs import Fact, ProofKind, in_order
from doorcheck.scan.facts.signatures import LINK
from doorcheck.scan.facts.values import Input, made_from
from doorcheck.scan.judging import DoorCase, seen_fact

_SEGMENTS = frozenset({"webhook", "webhooks", "hook", "hooks", "ipn"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Delivery:
    """``shown_by`` is what tells that a machine delivers here, None where only the path does."""

    shown_by: Written | None
    sure: Confidence


def delivery_of(case: DoorCase) -> Delivery | None:
    """What tells that a door takes deliveries; None where nothing does."""
    if case.door.kind is DoorKind.SERVER_ACTION:
        return None
    signed = signatures_of(case)
    headers, events = _noted(case, HEADER), _noted(case, EVENT)
    shown = [*signed, *headers, *events]
    named = named_a_webhook(case)
    if signed or headers:
        return Delivery(seen_fact(shown[0]), Confidence.HIGH)
    if events and takes_a_body(case):
        return Delivery(seen_fact(events[0]), Confidence.HIGH if named else Confidence.MEDIUM)
    if named and takes_a_body(case) and _uses_the_body(case):
        return Delivery(None, Confidence.LOW)
    return None


def signatures_of(case: DoorCase) -> list[Fact]:
    """Every signature of a request that the door checks, whatever comes of it; those of its own links are none."""
    links = {(fact.file, fact.at) for fact in case.trace.attempts if fact.kind is ProofKind.SIGNED and fact.of == LINK}
    found = (fact for fact in case.trace.attempts if fact.kind is ProofKind.SIGNATURE)
    return in_order(fact for fact in found if (fact.file, fact.at) not in links)


def named_a_webhook(case: DoorCase) -> bool:
    """Whether the door's path says that it takes webhooks."""
    return bool(_SEGMENTS.intersection((case.door.route or "").lower().replace("-", "/").split("/")))


def takes_a_body(case: DoorCase) -> bool:
    """Whether the door answers a method that comes with a body."""
    return not case.door.methods or not _SAFE.issuperset(method.upper() for method in case.door.methods)


def _noted(case: DoorCase, of: str) -> list[Fact]:
    found = (fact for fact in case.trace.attempts if fact.kind is ProofKind.DELIVERY and fact.of == of)
    return in_order(found)


def _uses_the_body(case: DoorCase) -> bool:
    """Whether something that was sent in the body reaches an operation."""
    return any(
        isinstance(part, Input) and part.channel in {"body", "form"}
        for happening in case.trace.happenings
        for operand in happening.effect.operands
        for part in made_from(operand, 60)
    )
