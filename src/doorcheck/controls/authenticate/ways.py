"""Which way the check goes missing, and the sentences that say so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from doorcheck.controls.authenticate import spec
from doorcheck.controls.authenticate.holes import Hole
from doorcheck.core import Written
from doorcheck.scan.facts.following import WayOut
from doorcheck.scan.facts.proofs import Fact, ProofKind, in_order, proven
from doorcheck.scan.facts.refusals import denies
from doorcheck.scan.facts.values import UNDEFINED, Effect
from doorcheck.scan.judging import DoorCase, seen_fact, seen_note

_UNSET = ProofKind.UNSET_SECRET
_NOTES = (
    (ProofKind.NOT_AWAITED, spec.NOT_AWAITED),
    (ProofKind.UNSET_SECRET, spec.FAIL_OPEN),
    (ProofKind.CAUGHT, spec.SWALLOWED),
)
_HOW = {
    ProofKind.SESSION: "a session",
    ProofKind.TOKEN: "a verified token",
    ProofKind.SECRET: "a shared secret",
    ProofKind.SIGNATURE: "a verified signature",
    ProofKind.CREDENTIAL: "a verified credential",
    ProofKind.CAPABILITY: "a secret link or code",
}
_SENTENCES = {
    spec.NO_CHECK: "anyone can reach this: {effect}",
    spec.IGNORED_ABSENCE: "who is calling is looked at, but for nobody the work goes on too: {effect}",
    spec.CHECK_AFTER: "the check comes after the work: {effect}",
    spec.SWALLOWED: "when the check fails, its failure is caught and the work goes on: {effect}",
    spec.FAIL_OPEN: "the check is skipped when the secret is not configured: {effect}",
    spec.NOT_AWAITED: "the check is not awaited, so it always passes: {effect}",
    spec.PAGE_ONLY: "only the page that shows it checks, the action itself does not: {effect}",
    spec.FORGEABLE: "what is checked is something the client can make up: {effect}",
}


def held_sentence(proofs: Sequence[Fact]) -> str:
    """What stops strangers."""
    kinds = dict.fromkeys(_HOW.get(fact.kind, "a check") for fact in proofs)
    return f"stops without {' or '.join(kinds)}"


def missing_sentence(way: str, case: DoorCase, effect: Effect) -> str:
    """What is wrong, in one sentence."""
    if way == spec.MIDDLEWARE_ONLY:
        return f"only the middleware checks ({case.shield.says}), the door itself does not: {effect.says}"
    sentence = _SENTENCES[way].format(effect=effect.says)
    if case.shield.says and not case.shield.stops:
        return f"{sentence}; {case.shield.says}"
    return sentence


def way_of(case: DoorCase, found: list[Hole]) -> tuple[str, tuple[Written, ...]]:
    """The way in which the check is missing, with what shows it."""
    for kind, way in _NOTES:
        note = next((one for one in _notes(found, kind) if kind is not _UNSET or _compared(case, one)), None)
        if note is not None:
            return way, (seen_note(note, case),)
    return _way_without_note(case, found)


def _way_without_note(case: DoorCase, found: list[Hole]) -> tuple[str, tuple[Written, ...]]:
    attempts = in_order(fact for fact in case.trace.attempts if fact.proves)
    if attempts:
        later = _proved_later(case, attempts)
        way = spec.CHECK_AFTER if later else spec.IGNORED_ABSENCE
        return way, tuple(seen_fact(fact) for fact in (later or attempts)[:2])
    forged = _notes(found, ProofKind.FORGEABLE)
    if forged:
        return spec.FORGEABLE, (seen_note(forged[0], case),)
    if case.shield.stops:
        evidence = (Written(case.shield.says, case.shield.at),) if case.shield.at is not None else ()
        return spec.MIDDLEWARE_ONLY, evidence
    if case.rendered_by is not None:
        return spec.PAGE_ONLY, (case.rendered_by,)
    return spec.NO_CHECK, ()


def _notes(found: Iterable[Hole], kind: ProofKind) -> list[Fact]:
    return in_order({f for hole in found for f in hole.facts if f.kind is kind and f.polarity})


def _compared(case: DoorCase, note: Fact) -> bool:
    """Whether the variable that is not set is the very secret the door compares with."""
    name = note.file.removeprefix("env:")
    return any(name in fact.says for fact in case.trace.attempts)


def _proved_later(case: DoorCase, attempts: list[Fact]) -> list[Fact]:
    """Proofs that every successful answer has behind it, so that the hole can only lie before them."""
    successes = [way for way in case.trace.ways_out if way.how == "return" and proven(way.facts)]
    strangers = [way for way in case.trace.ways_out if way.how == "return" and not proven(way.facts)]
    if not successes or not all(denies(one) for way in strangers for one in (way.value, *way.replied)):
        return []
    if any(_says_nothing(way) for way in strangers) and all(_says_nothing(way) for way in successes):
        return []
    reached = {fact for way in successes for fact in way.facts if fact.proves}
    return [fact for fact in attempts if fact in reached]


def _says_nothing(way: WayOut) -> bool:
    return way.value is UNDEFINED and not way.replied
