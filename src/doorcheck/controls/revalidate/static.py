"""Is what a door changes renewed where the app keeps it?"""

from __future__ import annotations

from collections.abc import Sequence

from doorcheck.controls.revalidate import spec
from doorcheck.controls.revalidate.renewals import Renewal, renewals_of
from doorcheck.controls.revalidate.stale import Stale, stale_of
from doorcheck.core import Confidence, Held, Missing, NotNeeded, Unknown, Verdict, Why, Written
from doorcheck.scan.doors.kept import Kept, model_name
from doorcheck.scan.facts.evaluator import Happening
from doorcheck.scan.facts.upkeep import makes_sure, notes_down
from doorcheck.scan.facts.values import Effect, Input, Row, Session, made_from
from doorcheck.scan.judging import DoorCase, asked_here, not_followed, seen_effect, taken_by_callers

_MAX_EVIDENCE = 6
SHORT = 120.0
"""After so many seconds what is kept is renewed anyway, and nobody would notice."""


def judge(case: DoorCase) -> Verdict:
    """The verdict on one door."""
    trace = case.trace
    if trace.own_handler is not None:
        return NotNeeded(f"{trace.own_handler}, and changes what it keeps itself")
    unknown = not_followed(case)
    if unknown is not None:
        return unknown
    changes = [each for each in trace.happenings if _changes(case, each) and _happens(case, each)]
    if not changes:
        return NotNeeded("it changes nothing in the database")
    renewals = renewals_of(trace.happenings)
    if any(each.renews_anything for each in renewals):
        return _held(renewals)
    kept = [each for each in case.kept() if each.seconds is None or each.seconds > SHORT]
    stale = stale_of(case.schema, changes, kept)
    left = [each for each in stale if not any(one.renews(each.kept, kept) for one in renewals)]
    if left:
        return _missing(case, left, renewals)
    if renewals:
        return _held(renewals)
    return NotNeeded("nothing that the app keeps longer than one request was read from what it changes")


def _changes(case: DoorCase, happening: Happening) -> bool:
    effect = happening.effect
    if effect.kind != "database" or not effect.writes:
        return False
    if makes_sure(effect) or notes_down(effect) or _is_settled(effect):
        return False
    name = model_name(case.schema, effect)
    plain = effect.subject.lower().replace("_", "").replace("-", "")
    return bool(name) and plain not in case.words["limiter_models"]


def _is_settled(effect: Effect) -> bool:
    """Whether an operation leaves a record as it left it the last time: what it writes comes out of the code."""
    chosen = (part for operand in effect.operands for part in made_from(operand))
    return effect.says.endswith("upsert") and not any(isinstance(part, Input | Session | Row) for part in chosen)


def _happens(case: DoorCase, happening: Happening) -> bool:
    return asked_here(case, happening.facts) and taken_by_callers(case, happening.facts)


def _held(renewals: Sequence[Renewal]) -> Held:
    shown = tuple(dict.fromkeys(seen_effect(each.effect, each.through) for each in renewals))
    return Held("what is kept of the changed data is renewed", shown[:_MAX_EVIDENCE])


def _missing(case: DoorCase, left: Sequence[Stale], renewals: Sequence[Renewal]) -> Verdict:
    worst = min(left, key=lambda each: (_confidence(each.kept) * -1, bool(each.kept.route)))
    evidence = [seen_effect(worst.change.effect, worst.change.through)]
    evidence += [Written(_told(each.kept), each.kept.at) for each in [worst, *left]]
    evidence.append(worst.reading.seen)
    shown = tuple(dict.fromkeys(evidence))[:_MAX_EVIDENCE]
    blind = next((each for each in case.trace.happenings if each.effect.kind == "unfollowed"), None)
    if blind is not None:
        says = f"{blind.effect.says}, and might renew what is kept"
        return Unknown(Why.UNRESOLVED_CALL, says, (seen_effect(blind.effect, blind.through), *shown)[:_MAX_EVIDENCE])
    changed = worst.change.effect.says
    if renewals:
        says = f"{changed}, and {worst.kept.says} from it; what is revalidated is something else"
        confidence = min(Confidence.MEDIUM, _confidence(worst.kept))
        others = tuple(seen_effect(each.effect, each.through) for each in renewals)
        return Missing(spec.OTHER, says, tuple(dict.fromkeys((*shown, *others)))[:_MAX_EVIDENCE], None, confidence)
    says = f"{changed}, and {worst.kept.says} from it; nothing is revalidated"
    way = spec.PAGE if worst.kept.route else spec.CACHED
    return Missing(way, says, shown, None, _confidence(worst.kept))


def _confidence(kept: Kept) -> Confidence:
    """How sure it is that nobody wants to wait: a time limit says that staleness is meant, a tag that it is not."""
    if kept.seconds is not None:
        return Confidence.LOW
    return Confidence.HIGH if kept.tags and not kept.route else Confidence.MEDIUM


def _told(kept: Kept) -> str:
    tags = f" under {', '.join(map(repr, kept.tags))}" if kept.tags else ""
    return f"{kept.says}{tags}" if kept.seconds is None else f"{kept.says}{tags} for {kept.seconds:g} seconds"
