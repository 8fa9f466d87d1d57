"""Does what the door uses of the caller's input pass a check first?"""

from __future__ import annotations

from doorcheck.controls.validate_input import spec, ways
from doorcheck.controls.validate_input.uses import Judged, Standing, judged_uses
from doorcheck.core import Held, Missing, NotNeeded, Unknown, Verdict, Why
from doorcheck.scan.judging import DoorCase, not_followed, seen_effect

_MAX_EVIDENCE = 6


def judge(case: DoorCase) -> Verdict:
    """The verdict on one door."""
    trace = case.trace
    if trace.own_handler is not None:
        return NotNeeded(f"{trace.own_handler}, and checks what it is sent itself")
    unknown = not_followed(case)
    if unknown is not None:
        return unknown
    judged = judged_uses(case)
    raw = [one for one in judged if one.standing in {Standing.RAW, Standing.ABSENT}]
    if raw:
        return _missing(case, raw)
    doubtful = next((one for one in judged if one.standing is Standing.DOUBTFUL), None)
    if doubtful is not None:
        says = f"{ways.shown(doubtful)} goes through a call that could not be followed before it is used"
        return Unknown(Why.UNRESOLVED_CALL, says, (doubtful.evidence,))
    return _without_raw(case, judged)


def _without_raw(case: DoorCase, judged: list[Judged]) -> Verdict:
    checks = tuple(dict.fromkeys(one.by for one in judged if one.by is not None))
    if checks:
        return Held("what is used of the input passed a check", checks[:_MAX_EVIDENCE])
    if any(one.standing is Standing.SIGNED for one in judged):
        return NotNeeded("what is used comes from a sender whose signature was verified")
    if judged:
        return NotNeeded("what the caller sends is a text by which records are looked up, and nothing else")
    blind = next((each for each in case.trace.happenings if each.effect.kind == "unfollowed"), None)
    if blind is not None:
        return Unknown(Why.UNRESOLVED_CALL, blind.effect.says, (seen_effect(blind.effect, blind.through),))
    return NotNeeded("no operation uses what the caller sends")


def _missing(case: DoorCase, raw: list[Judged]) -> Missing:
    way, nearest = ways.way_of(case, raw)
    alike = [one for one in raw if ways.fits(case, one, way)]
    worst = max(alike, key=ways.stake_of)
    effects = tuple(dict.fromkeys(one.evidence for one in [worst, *raw]))
    says = ways.sentence(way, worst, alike)
    stake = ways.stake_of(worst)
    severity = None if way == spec.ACCEPTS_ANYTHING else stake
    return Missing(way, says, (*nearest, *effects)[:_MAX_EVIDENCE], severity)
