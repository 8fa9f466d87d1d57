"""Can another site make a signed-in browser change something through this door?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from doorcheck.controls.check_origin import spec
from doorcheck.controls.check_origin.changes import (
    Change,
    answers_get,
    by_code,
    by_get,
    changes_of,
    confidence_of,
    stake_of,
)
from doorcheck.core import Confidence, Held, Missing, NotNeeded, Severity, Unknown, Verdict, Why, Written
from doorcheck.core.door import DoorKind
from doorcheck.scan.facts.cookies import NONE, STRICT
from doorcheck.scan.facts.proofs import Fact, ProofKind, in_order
from doorcheck.scan.judging import DoorCase, DoorNote, not_followed, seen_effect, seen_fact

_MAX_EVIDENCE = 6


@dataclass(frozen=True, slots=True)
class Noted:
    """The cookies that a door sets, those by which it knows callers for whom it changes something, and what it does.

    ``checked`` is whether something tells where the request came from before each of the changes.
    """

    sets: tuple[Fact, ...]
    asks: tuple[Fact, ...]
    work: tuple[Written, ...]
    checked: bool


def judge(case: DoorCase) -> Verdict:
    """The verdict on one door."""
    trace = case.trace
    if case.door.kind is DoorKind.SERVER_ACTION:
        return _of_action(case)
    if trace.own_handler is not None:
        return NotNeeded(trace.own_handler)
    if case.door.kind is DoorKind.PROCEDURE and not case.door.methods:
        return NotNeeded("a procedure is called with JSON, which other sites may not send without being asked first")
    unknown = not_followed(case)
    if unknown is not None:
        return unknown
    changes = changes_of(case)
    if not changes:
        return _without_changes(case)
    linked = [one for one in changes if by_get(case, one)] if answers_get(case) else []
    if linked and not by_code(case):
        unchecked = [one for one in linked if not one.checks]
        return _by_get(unchecked) if unchecked else _checked(case, linked)
    if case.door.methods and {"GET", "HEAD"}.issuperset(case.door.methods):
        says = "by a link it changes only what nobody gains by: a code that is good once, or a note of its use"
        return NotNeeded(says, _effects(changes[:1]))
    known = [one for one in changes if one.proofs]
    return _sent_along(case, known) if known else _without_changes(case)


def _of_action(case: DoorCase) -> Verdict:
    """The verdict on a server action: Next.js asks where it is called from, unless it is told to let others in."""
    changes = changes_of(case)
    opened = case.allowed() if changes else ()
    if not opened:
        return NotNeeded("Next.js itself compares where a server action is called from with the host that was asked")
    pattern = opened[0]
    says = f"pages at {pattern.says}, where anybody may put one up, can call it: {changes[0].effect.says}"
    evidence = (Written(f"allowedOrigins has {pattern.says}", pattern.at), *_effects(changes))
    told = any(label and "*" not in label for label in pattern.says.split("."))
    sure = Confidence.MEDIUM if told else Confidence.LOW  # a lone * names no host at all, whatever it is meant to
    return Missing(spec.OPENED, says, evidence[:_MAX_EVIDENCE], Severity.MEDIUM, sure)


def _without_changes(case: DoorCase) -> Verdict:
    blind = next((one for one in case.trace.happenings if one.effect.kind == "unfollowed"), None)
    if blind is not None and any(fact.kind is ProofKind.SESSION for fact in blind.facts):
        return Unknown(Why.UNRESOLVED_CALL, blind.effect.says, (seen_effect(blind.effect, blind.through),))
    return NotNeeded("changes nothing for callers whom it knows by a cookie")


def _by_get(changes: list[Change]) -> Missing:
    worst = max(changes, key=lambda one: (confidence_of(one), stake_of(one.effect)))
    says = f"a link that a signed-in caller follows is enough: {worst.effect.says}"
    evidence = (*map(seen_fact, worst.proofs[:1]), *_effects([worst, *changes]))
    return Missing(
        spec.BY_GET,
        says,
        tuple(dict.fromkeys(evidence))[:_MAX_EVIDENCE],
        stake_of(worst.effect),
        confidence_of(worst),
    )


def _checked(case: DoorCase, changes: list[Change]) -> Held:
    checks = tuple(dict.fromkeys(_seen_check(case, one.checks[0]) for one in changes))
    return Held("something that only the app's own pages send is asked for before the change", checks[:_MAX_EVIDENCE])


def _seen_check(case: DoorCase, check: Fact) -> Written:
    """A check as evidence; that something has to be there has no place of its own, and stands at the door."""
    if check.file:
        return seen_fact(check)
    return Written(f"the header {check.of.partition(':')[2]} has to be sent", case.door.at)


def _sent_along(case: DoorCase, changes: list[Change]) -> Verdict:
    """The verdict on changes by a form or by fetch, which a cookie that is Lax is not sent along with."""
    if all(one.checks for one in changes):
        return _checked(case, changes)
    known = _sites(case)
    asked = _asked(changes)
    return _by_site(NotNeeded(_SILENT, tuple(map(seen_fact, asked[:1]))), asked, known, _effects(changes))


_SILENT = "nothing says of its cookie to which sites' requests it belongs, which browsers take for SameSite=Lax"


def _by_site(otherwise: Verdict, asked: Sequence[Fact], known: Sequence[Fact], work: tuple[Written, ...]) -> Verdict:
    """What the cookies by which callers are known say of other sites' requests."""
    own = [[fact for fact in known if fact.source == one.source] for one in asked]
    open_to_all = next((fact for facts in own for fact in facts if fact.of == NONE), None)
    if open_to_all is not None:
        says = "the session cookie comes with any site's requests, and nothing tells where they came from"
        evidence = (seen_fact(open_to_all), *work)
        return Missing(spec.ANY_SITE, says, evidence[:_MAX_EVIDENCE], Severity.MEDIUM, Confidence.MEDIUM)
    if own and all(own):
        seen = tuple(dict.fromkeys(seen_fact(facts[0]) for facts in own))
        return Held("the session cookie is not sent with what other sites post", seen[:_MAX_EVIDENCE])
    return otherwise


def _sites(case: DoorCase) -> list[Fact]:
    return in_order(fact for fact in case.trace.attempts if fact.kind is ProofKind.COOKIE)


def _asked(changes: list[Change]) -> list[Fact]:
    """One fact for each cookie or library by which callers are known."""
    return list({fact.source: fact for one in changes if not one.checks for fact in one.proofs}.values())


def _effects(changes: Sequence[Change]) -> tuple[Written, ...]:
    return tuple(dict.fromkeys(seen_effect(one.effect, one.happening.through) for one in changes))[:_MAX_EVIDENCE]


def note(case: DoorCase) -> Noted:
    """What the doors beside this one need of it, and it of them: where a cookie is set that another door reads."""
    changes = changes_of(case) if case.door.kind is not DoorKind.SERVER_ACTION else []
    checked = bool(changes) and all(one.checks for one in changes)
    return Noted(tuple(_sites(case)), tuple(_asked(changes)), _effects(changes), checked)


def settle(verdict: Verdict, own: DoorNote, doors: Sequence[DoorNote]) -> Verdict:
    """The verdict in the light of the doors that set the cookie."""
    if not isinstance(own.noted, Noted) or own.noted.checked or not own.noted.asks:
        return verdict
    known = [fact for each in doors if isinstance(each.noted, Noted) for fact in each.noted.sets]
    if isinstance(verdict, NotNeeded) and verdict.says == _SILENT:
        return _by_site(verdict, own.noted.asks, known, own.noted.work)
    if isinstance(verdict, Missing) and verdict.way == spec.BY_GET:
        strict = [next((f for f in known if f.source == one.source), None) for one in own.noted.asks]
        if all(fact is not None and fact.of == STRICT for fact in strict):
            seen = tuple(seen_fact(fact) for fact in strict if fact is not None)
            return Held("the session cookie is not even sent with a link from another site", seen)
    return verdict
