"""Does the door stop a stranger before its first sensitive operation?"""

from __future__ import annotations

from doorcheck.controls.authenticate import configured, holes, public, ways
from doorcheck.core import Held, Missing, NotNeeded, Unknown, Verdict, Why, Written
from doorcheck.scan.facts.doubts import doubt_in
from doorcheck.scan.facts.proofs import Fact, ProofKind, in_order, proven
from doorcheck.scan.judging import DoorCase, seen_fact

_MAX_EVIDENCE = 6


def judge(case: DoorCase) -> Verdict:
    """The verdict on one door."""
    trace = case.trace
    if trace.own_handler is not None:
        return NotNeeded(f"{trace.own_handler}: public by nature")
    if trace.over_budget:
        return Unknown(Why.BUDGET, "following this door took more steps than a scan grants", ())
    if trace.opaque is not None:
        return Unknown(Why.UNRESOLVED_CALL, trace.opaque, (Written(trace.opaque, case.door.at),))
    found = holes.holes_of(case)
    if not found:
        return _without_holes(case)
    if holes.only_unconfigured(case, found):
        return _open_by_configuration(case, found)
    settings = configured.open_where(case, found)
    if settings is not None:
        return _open_by_setting(case, settings)
    reason = public.public_by_nature(case, found)
    if reason is not None:
        return reason
    doubtful = _unresolved(found)
    if doubtful is not None:
        return Unknown(Why.UNRESOLVED_CALL, doubtful.says, (seen_fact(doubtful),))
    verified = _credential_checked(case)
    if verified is not None:
        says = "a credential is verified on the way, but not seen to stand before everything that follows"
        return Unknown(Why.UNRESOLVED_CALL, says, (seen_fact(verified), *(hole.evidence for hole in found[:2])))
    return _missing(case, found)


def _attempted(case: DoorCase) -> list[Fact]:
    """Every check that the door makes, whatever comes of it."""
    found = (fact for fact in case.trace.attempts if fact.proves)
    return in_order(found)


def _credential_checked(case: DoorCase) -> Fact | None:
    """The check of a stored credential that some path passed, where no other kind of check was seen to be passed over.

    A key that is looked up and compared in several steps is easily lost between them: neither verdict would be honest.
    """
    attempts = _attempted(case)
    reached = {fact for happening in case.trace.happenings for fact in happening.facts}
    checked = [fact for fact in attempts if fact.kind is ProofKind.CREDENTIAL and fact in reached]
    return checked[0] if checked else None


def _without_holes(case: DoorCase) -> Verdict:
    proofs = holes.proofs_of(case)
    handed = holes.handed_to_strangers(case) if proofs else None
    if handed is not None:
        says = f"what strangers are answered could not be told: {handed.says}"
        return Unknown(Why.UNRESOLVED_CALL, says, (seen_fact(handed),))
    if proofs:
        return Held(ways.held_sentence(proofs), tuple(seen_fact(fact) for fact in proofs[:_MAX_EVIDENCE]))
    attempts = _attempted(case)
    if attempts and holes.always_denies(case) and any(proven(way.facts) for way in case.trace.ways_out):
        return Held(ways.held_sentence(attempts), tuple(seen_fact(fact) for fact in attempts[:_MAX_EVIDENCE]))
    doubt = holes.library_doubt(case)
    if doubt is not None:
        return doubt
    return public.session_reason(case) or NotNeeded(*public.why_nothing(case))


def _open_by_configuration(case: DoorCase, found: list[holes.Hole]) -> Held:
    """Sign-in exists and is enforced; an installation that configures no way to sign in has none."""
    proofs = holes.proofs_of(case)
    names = sorted({name for hole in found for name in holes.unset_names(hole.facts)})
    says = f"{ways.held_sentence(proofs)}, unless {', '.join(names)} are all left unset"
    return Held(says, tuple(seen_fact(fact) for fact in proofs[:_MAX_EVIDENCE]))


def _open_by_setting(case: DoorCase, settings: str) -> Held:
    """Callers are checked; a deployment may be told to let a stand-in answer for all of them."""
    proofs = holes.proofs_of(case) or _attempted(case)
    says = f"{ways.held_sentence(proofs)}, unless {settings}"
    return Held(says, tuple(seen_fact(fact) for fact in proofs[:_MAX_EVIDENCE]))


def _unresolved(found: list[holes.Hole]) -> Fact | None:
    """The call that may be the check, when every hole lies behind one that could not be followed."""
    doubts: list[Fact] = []
    for hole in found:
        doubt = doubt_in(hole.facts)
        if doubt is None or proven(hole.facts):
            return None
        doubts.append(doubt)
    return in_order(doubts)[0] if doubts else None


def _missing(case: DoorCase, found: list[holes.Hole]) -> Missing:
    worst = max(found, key=lambda hole: holes.stake_of(hole.effect))
    way, evidence = ways.way_of(case, found)
    effects = tuple(dict.fromkeys(hole.evidence for hole in found))[:_MAX_EVIDENCE]
    says = ways.missing_sentence(way, case, worst.effect)
    return Missing(way, says, (*evidence, *effects), holes.stake_of(worst.effect), holes.confidence_of(found))
