"""Does the door verify who sent a delivery before it acts on it?"""

from __future__ import annotations

from doorcheck.controls.verify_webhooks import spec, ways
from doorcheck.controls.verify_webhooks.deliveries import Delivery, delivery_of, named_a_webhook, signatures_of
from doorcheck.core import Confidence, Held, Missing, NotNeeded, Severity, Unknown, Verdict, Why, Written
from doorcheck.core.door import DoorKind
from doorcheck.scan.facts.doubts import doubt_in
from doorcheck.scan.facts.evaluator import Happening
from doorcheck.scan.facts.proofs import PROVING, Fact, ProofKind, in_order, proven, settings_in
from doorcheck.scan.facts.signatures import AS_PARSED, FALLBACK_KEY, KNOWN_KEY, PLAINLY
from doorcheck.scan.judging import DoorCase, asked_here, not_followed, seen_effect, seen_fact

_MAX_EVIDENCE = 6
_OF_MACHINES = PROVING - {ProofKind.SESSION}
_OF_PEOPLE = frozenset({ProofKind.SESSION, ProofKind.CREDENTIAL, ProofKind.TOKEN})
_STAKES = {
    "database": Severity.HIGH,
    "account": Severity.HIGH,
    "payment": Severity.HIGH,
    "process": Severity.CRITICAL,
    "file": Severity.HIGH,
    "storage": Severity.HIGH,
    "session-start": Severity.HIGH,
    "job": Severity.MEDIUM,
    "mail": Severity.MEDIUM,
    "model": Severity.MEDIUM,
    "outbound": Severity.MEDIUM,
}
"""What a forged delivery may do, and how bad that is."""


def judge(case: DoorCase) -> Verdict:
    """The verdict on one door."""
    trace = case.trace
    if case.door.kind is DoorKind.SERVER_ACTION:
        return NotNeeded("a server action is called by the app's own pages")
    if trace.own_handler is not None:
        return NotNeeded(trace.own_handler)
    delivery = delivery_of(case)
    # what is reached past the proof is of no account here, so a door that was followed for strangers alone will do
    unknown = None if trace.only_strangers and not trace.over_budget else not_followed(case)
    if unknown is not None and (delivery is not None or named_a_webhook(case)):
        return unknown
    if delivery is None:
        return NotNeeded("takes no deliveries: it reads no sender's signature and no event")
    work = [one for one in trace.happenings if _counts(case, one)]
    if not any(not proven(one.facts) for one in work):
        return _verified(case, delivery, work)
    unproven = [one for one in work if not proven(one.facts)]
    settings = _settings(unproven) if signatures_of(case) else []
    if settings:
        says = f"{_held_sentence(case, signatures_of(case))}, unless {settings[0].says}"
        return Held(says, _shown(signatures_of(case)))
    if ways.asks_the_sender(case, unproven):
        return NotNeeded("takes what happened from the provider itself, not from the delivery", _effects(unproven[:1]))
    doubtful = [doubt_in(one.facts) for one in unproven]
    if all(doubtful) and doubtful[0] is not None:
        return Unknown(Why.UNRESOLVED_CALL, doubtful[0].says, (seen_fact(doubtful[0]),))
    given = ways.given_the_signature(case)
    if given is not None and not signatures_of(case):
        return Unknown(Why.UNRESOLVED_CALL, f"{given.effect.says}, which may check it", _effects([given]))
    return _missing(case, delivery, unproven)


def _counts(case: DoorCase, one: Happening) -> bool:
    """Whether this is work that a forged delivery would set off."""
    plain = one.effect.subject.lower().replace("_", "").replace("-", "")
    if one.effect.kind not in _STAKES or not one.effect.writes or not asked_here(case, one.facts):
        return False
    return one.effect.kind != "database" or plain not in case.words["limiter_models"]


def _settings(unproven: list[Happening]) -> list[Fact]:
    """What must be configured for deliveries to pass unverified; none where some pass whatever is configured."""
    found = [settings_in(one.facts) for one in unproven]
    return in_order(found[0]) if all(found) else []


def _verified(case: DoorCase, delivery: Delivery, work: list[Happening]) -> Verdict:
    """The verdict where everything that is done has a proof behind it."""
    signed = signatures_of(case)
    reached = in_order({fact for one in work for fact in one.facts if fact.kind in _OF_MACHINES})
    if _is_cut(case):
        reached = in_order({*reached, *(fact for fact in case.trace.attempts if fact.kind in _OF_MACHINES)})
    if not work and not signed and not (_is_cut(case) and reached):
        return NotNeeded("does nothing that a forged delivery could set off")
    signs_in = any(fact.kind in _OF_PEOPLE for one in work for fact in one.facts)
    if work and (not reached or (signs_in and delivery.shown_by is None)):
        return NotNeeded("what it does, it does for callers who are signed in or hold a key of their own")
    known = _known_key(case, signed)
    if known is not None:
        always = known.of == KNOWN_KEY
        evidence = (seen_fact(known), *_shown(signed), *_effects(work))[:_MAX_EVIDENCE]
        says = f"{known.says}: whoever reads the code can sign a delivery"
        sure = min(delivery.sure, Confidence.HIGH if always else Confidence.MEDIUM)
        return Missing(spec.KNOWN_KEY, says, evidence, Severity.HIGH if always else Severity.MEDIUM, sure)
    proofs = [fact for fact in reached if fact in signed] or signed or reached
    return Held(_held_sentence(case, proofs), _shown(proofs))


def _is_cut(case: DoorCase) -> bool:
    """Whether a door was not followed past the point where its caller has proved who they are."""
    return case.trace.only_strangers


def _known_key(case: DoorCase, signed: list[Fact]) -> Fact | None:
    """What tells that a key of these signatures is known to whoever reads the code.

    A door may make other keyed hashes as well: only one with the variable of a signature, or at its place, is its key.
    """
    for fact in _notes(case, FALLBACK_KEY):
        if any(fact.source in one.says or (fact.file, fact.at) == (one.file, one.at) for one in signed):
            return fact
    return next((fact for fact in _notes(case, KNOWN_KEY) if any(one.file == fact.file for one in signed)), None)


def _held_sentence(case: DoorCase, proofs: list[Fact]) -> str:
    if not any(fact.kind is ProofKind.SIGNATURE for fact in proofs):
        return "deliveries need a secret that the sender knows, though nothing ties it to what is sent"
    said = "the sender's signature is verified before anything is done"
    if _notes(case, AS_PARSED):
        said += ", over what JSON.stringify makes of the parsed body: one that is spelled otherwise is refused"
    if _notes(case, PLAINLY):
        said += ", with === where timingSafeEqual belongs"
    return said


def _notes(case: DoorCase, of: str) -> list[Fact]:
    return in_order(fact for fact in case.trace.attempts if fact.kind is ProofKind.SIGNED and fact.of == of)


def _missing(case: DoorCase, delivery: Delivery, unproven: list[Happening]) -> Missing:
    worst = max(unproven, key=lambda one: _STAKES[one.effect.kind])
    way, evidence = ways.way_of(case, unproven)
    told = (delivery.shown_by,) if delivery.shown_by is not None and not evidence else ()
    says = ways.sentence(way, worst.effect)
    shown = tuple(dict.fromkeys((*told, *evidence, *_effects([worst, *unproven]))))
    return Missing(way, says, shown[:_MAX_EVIDENCE], _STAKES[worst.effect.kind], delivery.sure)


def _effects(found: list[Happening]) -> tuple[Written, ...]:
    return tuple(dict.fromkeys(seen_effect(one.effect, one.through) for one in found))


def _shown(facts: list[Fact]) -> tuple[Written, ...]:
    return tuple(dict.fromkeys(map(seen_fact, facts)))[:_MAX_EVIDENCE]
