"""Is what one call may use up bounded, and what one account may?"""

from __future__ import annotations

from doorcheck.controls.cap_usage import amounts, spec
from doorcheck.core import Confidence, Held, Missing, NotNeeded, Severity, Verdict
from doorcheck.scan.facts import limits
from doorcheck.scan.facts.evaluator import Happening
from doorcheck.scan.facts.proofs import Fact, Facts, ProofKind, proven
from doorcheck.scan.judging import DoorCase, asked_here, not_followed, seen_effect, seen_fact

_MAX_EVIDENCE = 6
_MACHINES = frozenset({ProofKind.SECRET, ProofKind.SIGNATURE})


def judge(case: DoorCase) -> Verdict:
    """The verdict on one door."""
    if case.trace.own_handler is not None:
        return NotNeeded(f"{case.trace.own_handler}, which use up nothing by the call")
    unknown = not_followed(case)
    if unknown is not None:
        return unknown
    happenings = [one for one in case.trace.happenings if _counts(case, one)]
    chosen = _chosen(case, happenings)
    if chosen is not None:
        return chosen
    answers = [one for one in happenings if one.effect.kind == "model" and amounts.is_answer(one.effect)]
    if answers:
        return _of_answers(answers)
    metered = [one for one in happenings if one.effect.kind == "model"]
    if metered:
        seen = tuple(dict.fromkeys(seen_effect(one.effect, one.through) for one in metered))
        return Held("what a model is asked for is of a size that the code gives", seen[:_MAX_EVIDENCE])
    return NotNeeded("nothing here is paid for by its size, and no list is as long as the caller likes")


def _counts(case: DoorCase, happening: Happening) -> bool:
    if not asked_here(case, happening.facts):
        return False
    return not any(
        fact.kind in _MACHINES or (fact.kind is ProofKind.ROLE and fact.polarity and not fact.of)
        for fact in happening.facts
    )


def _chosen(case: DoorCase, happenings: list[Happening]) -> Missing | None:
    for happening in happenings:
        effect = happening.effect
        if effect.kind != "model" and (effect.kind != "database" or effect.writes):
            continue
        found = amounts.chosen_number(case, effect)
        if found is not None:
            name, given = found
            where = f"{given.channel} {'.'.join(given.path)}".strip()
            stranger = not proven(happening.facts)
            stake = Severity.MEDIUM if stranger and effect.kind == "model" else None
            says = f"the caller chooses {name}, by the {where}, and nothing bounds it"
            seen = (seen_effect(effect, happening.through),)
            return Missing(spec.CHOSEN_AMOUNT, says, seen, stake, Confidence.MEDIUM)
    return None


def _of_answers(answers: list[Happening]) -> Verdict:
    free = [one for one in answers if not _ceilings(one.facts)]
    unbounded = [one for one in free if amounts.bound_of_answer(one.effect) is None]
    if unbounded:
        seen = tuple(dict.fromkeys(seen_effect(one.effect, one.through) for one in unbounded))
        sure = not any(amounts.hides_options(one.effect) for one in unbounded)
        says = "nothing bounds how long a model's answer may get, nor what an account may use of it"
        confidence = Confidence.MEDIUM if sure else Confidence.LOW
        return Missing(spec.UNBOUNDED_ANSWER, says, seen[:_MAX_EVIDENCE], None, confidence)
    unlimited = [one for one in free if not limits.passed(one.facts, limits.CALLS)]
    if unlimited:
        seen = tuple(dict.fromkeys(seen_effect(one.effect, one.through) for one in unlimited))
        says = "a model's answer is bounded, and how many there may be is not"
        return Missing(spec.NO_CEILING, says, seen[:_MAX_EVIDENCE], None, Confidence.LOW)
    return _held(answers)


def _held(answers: list[Happening]) -> Held:
    kept = [fact for one in answers for fact in _limits(one.facts)]
    seen = tuple(dict.fromkeys([*map(seen_fact, kept), *(seen_effect(one.effect, one.through) for one in answers)]))
    if any(_ceilings(one.facts) for one in answers):
        return Held("what an account may use of the model has a ceiling", seen[:_MAX_EVIDENCE])
    return Held("a model's answer is bounded, and so is how often it is asked", seen[:_MAX_EVIDENCE])


def _ceilings(facts: Facts) -> list[Fact]:
    """The limits on what one account uses: of what it is granted, or of the records that it has made lately."""
    recent = [fact for fact in limits.passed(facts, limits.CALLS) if fact.source == limits.ACCOUNT]
    return limits.passed(facts, limits.USAGE) or recent


def _limits(facts: Facts) -> list[Fact]:
    return _ceilings(facts)[:1] or limits.passed(facts, limits.CALLS)[:1]
