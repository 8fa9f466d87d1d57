"""Does the door answer with more of a record than the client needs?"""

from __future__ import annotations

from collections.abc import Sequence

from doorcheck.controls.return_less import spec
from doorcheck.controls.return_less.columns import Answered, answered_with, names_sensitive
from doorcheck.controls.return_less.weight import Audience, Weighed, answers_machine, weighed
from doorcheck.core import Held, Missing, NotNeeded, Unknown, Verdict, Why, Written
from doorcheck.scan.judging import DoorCase, asked_here, not_followed, place, seen_effect

_MAX_EVIDENCE = 6
_MAX_NAMED = 4
_WHOSE = {
    Audience.OWN: "",
    Audience.ADMIN: "",
    Audience.OTHERS: ", whoever's it is",
    Audience.STRANGERS: " to anyone",
}


def judge(case: DoorCase) -> Verdict:
    """The verdict on one door."""
    if case.trace.own_handler is not None:
        return NotNeeded(f"{case.trace.own_handler}: what it answers is its library's choice")
    unknown = not_followed(case)
    if unknown is not None:
        return unknown
    answered = [one for one in answered_with(case) if _is_shown(case, one)]
    found = [
        each
        for one in answered
        if one.sure
        for brought in one.brought
        if (each := weighed(case, one, brought)) is not None
    ]
    if found:
        return _missing(case, found)
    doubtful = next((one for one in answered if not one.sure and _would_matter(case, one)), None)
    if doubtful is not None:
        return _unknown(case, doubtful)
    held = [one for one in answered if one.held_back and one.model is not None]
    if held:
        seen = tuple(dict.fromkeys(_seen(case, one) for one in held))
        return Held("what is sensitive in these records stays behind", seen[:_MAX_EVIDENCE])
    return NotNeeded("no record with sensitive columns is answered with")


def _is_shown(case: DoorCase, one: Answered) -> bool:
    return asked_here(case, one.shown.facts) and not answers_machine(one.shown.facts)


def _would_matter(case: DoorCase, one: Answered) -> bool:
    """Whether what could not be followed stands between a client and a column that is not for it."""
    if one.model is None:
        return names_sensitive(case, one.effect.subject)
    return any(weighed(case, one, brought) is not None for brought in one.brought)


def _unknown(case: DoorCase, one: Answered) -> Unknown:
    subject = one.effect.subject
    if one.model is None:
        says = f"a record of {subject} is answered with, with no schema that says which columns it has"
    else:
        says = f"which columns of {subject} are left in the answer could not be followed"
    return Unknown(Why.UNRESOLVED_CALL, says, (_seen(case, one),))


def _seen(case: DoorCase, one: Answered) -> Written:
    """The operation that brought the record, with the calls that lead to it."""
    for each in case.trace.happenings:
        if each.effect is one.effect:
            return seen_effect(one.effect, each.through)
    return seen_effect(one.effect)


def _missing(case: DoorCase, found: list[Weighed]) -> Missing:
    worst = max(found, key=lambda each: (each.confidence > 0, each.severity, each.confidence, not each.brought.named))
    named = worst.brought.named
    alike = [each for each in found if each.answered is worst.answered and each.brought.model is worst.brought.model]
    way = spec.NAMED if named else spec.WHOLE
    names = list(dict.fromkeys(each.brought.column.name for each in sorted(alike, key=lambda each: -each.severity)))
    columns, model, whose = _listed(names), worst.brought.model, _WHOSE[worst.audience]
    if named:
        says = f"{columns} of {model.name} {'is' if len(names) == 1 else 'are'} selected and answered with{whose}"
    else:
        says = f"a whole record of {model.name} is answered with{whose}, {columns} among its columns"
    seen = [_seen(case, worst.answered), Written("the answer carries it", place(*worst.answered.shown.at))]
    others = dict.fromkeys(_seen(case, each.answered) for each in found if each.answered is not worst.answered)
    evidence = tuple(dict.fromkeys((*seen, *others)))[:_MAX_EVIDENCE]
    return Missing(way, says, evidence, worst.severity, worst.confidence)


def _listed(names: Sequence[str]) -> str:
    each = [f"`{name}`" for name in names]
    if len(each) > _MAX_NAMED:
        return f"{', '.join(each[:_MAX_NAMED])} and {len(each) - _MAX_NAMED} more"
    return each[0] if len(each) == 1 else f"{', '.join(each[:-1])} and {each[-1]}"
