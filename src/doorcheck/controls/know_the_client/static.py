"""Are callers told apart by an address that they cannot choose?"""

from __future__ import annotations

from doorcheck.controls.know_the_client import spec
from doorcheck.core import Confidence, Held, Missing, NotNeeded, Severity, Verdict, Written
from doorcheck.scan.facts.addresses import CHECKED_ADDRESS, Told, Word, told_by
from doorcheck.scan.facts.evaluator import Happening
from doorcheck.scan.facts.guesses import GUESS
from doorcheck.scan.facts.limits import COUNTED
from doorcheck.scan.judging import DoorCase, asked_here, not_followed, seen_effect

_MAX_EVIDENCE = 6
_KEYED = frozenset({"limiter", COUNTED, CHECKED_ADDRESS})


def judge(case: DoorCase) -> Verdict:
    """The verdict on one door."""
    if case.trace.own_handler is not None:
        return NotNeeded(f"{case.trace.own_handler}, which tell their callers apart themselves")
    unknown = not_followed(case)
    if unknown is not None:
        return unknown
    keyed = list(_keyed(case))
    chosen = [(one, told) for one, told in keyed if told.word is Word.CALLERS]
    if chosen:
        return _missing(case, chosen)
    if keyed:
        seen = tuple(dict.fromkeys(_seen(one) for one, _ in keyed))
        return Held(f"callers are told apart by {keyed[0][1].says}", seen[:_MAX_EVIDENCE])
    return NotNeeded("nothing here depends on the address of a caller")


def _keyed(case: DoorCase) -> list[tuple[Happening, Told]]:
    """What tells callers apart by where they call from, and by whose word."""
    found: list[tuple[Happening, Told]] = []
    for happening in (*case.trace.counted, *case.trace.happenings):
        if happening.effect.kind in _KEYED and asked_here(case, happening.facts):
            told = told_by(case.words, happening.effect.operands)
            if told is not None:
                found.append((happening, told))
    return found


def _seen(happening: Happening) -> Written:
    return seen_effect(happening.effect, happening.through)


def _missing(case: DoorCase, chosen: list[tuple[Happening, Told]]) -> Missing:
    happening, told = chosen[0]
    what = "let in" if happening.effect.kind == CHECKED_ADDRESS else "counted"
    says = f"callers are {what} by {told.says}, which they set themselves unless the platform writes it anew"
    tried = [one for one in case.trace.counted if one.effect.kind == GUESS]
    evidence = tuple(dict.fromkeys([*(_seen(one) for one, _ in chosen), *(_seen(one) for one in tried[:1])]))
    serious = (bool(tried) and not _counts_otherwise(case)) or happening.effect.kind == CHECKED_ADDRESS
    stake = Severity.MEDIUM if serious else None
    return Missing(spec.CHOSEN_ADDRESS, says, evidence[:_MAX_EVIDENCE], stake, Confidence.MEDIUM)


def _counts_otherwise(case: DoorCase) -> bool:
    """Whether some limit is kept by something else, such as the account that is tried."""
    counting = (one for one in (*case.trace.counted, *case.trace.happenings) if one.effect.kind in {"limiter", COUNTED})
    return any(told_by(case.words, one.effect.operands) is None for one in counting if one.effect.operands)
