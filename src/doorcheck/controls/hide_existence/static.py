"""Does the door answer for somebody else's record as for one that does not exist?"""

from __future__ import annotations

from doorcheck.controls.hide_existence import spec
from doorcheck.controls.hide_existence.refusals import Says, said_by
from doorcheck.core import Held, Missing, NotNeeded, Unknown, Verdict, Why, Written
from doorcheck.scan.facts import ownership
from doorcheck.scan.facts.following import WayOut
from doorcheck.scan.facts.proofs import Fact, ProofKind
from doorcheck.scan.facts.values import Effect
from doorcheck.scan.judging import DoorCase, asked_here, not_followed, place, seen_effect, seen_fact

_MAX_EVIDENCE = 6
_RECORDS = frozenset({"database", "storage"})


def judge(case: DoorCase) -> Verdict:
    """The verdict on one door."""
    trace = case.trace
    if trace.own_handler is not None:
        return NotNeeded(f"{trace.own_handler}: public by nature")
    unknown = not_followed(case)
    if unknown is not None:
        return unknown
    ways = [way for way in trace.ways_out if asked_here(case, way.facts)]
    refused = [(way, fact) for way in ways for fact in _refusing(way)]
    for way, fact in refused:
        if said_by(way) is not Says.FORBIDDEN or not _is_looked_up(case, fact.of):
            continue
        if (absent := _absent(ways, fact.of)) is not None:
            return _missing(case, way, fact, absent)
    untold = next(((way, fact) for way, fact in refused if said_by(way) is Says.UNTOLD), None)
    if untold is not None:
        says = "what the refusal says comes out of a call that could not be followed"
        return Unknown(Why.UNRESOLVED_CALL, says, (seen_fact(untold[1]),))
    return _held(case, [fact for _, fact in refused])


def _refusing(way: WayOut) -> list[Fact]:
    """The facts by which a way out knows that the record is somebody else's."""
    found = [fact for fact in way.facts if fact.kind is ProofKind.OWNED and not fact.polarity]
    return sorted(found, key=lambda fact: (fact.file, fact.at, fact.of))


def _is_looked_up(case: DoorCase, name: str) -> bool:
    """Whether a record is looked up by it before anybody asks whose it is: only that tells whether there is one."""
    for each in case.trace.happenings:
        if each.effect.kind in _RECORDS and not each.effect.writes and name not in ownership.owned(each.facts):
            scoped = ownership.scope_of(each.effect)
            if name in scoped.names and not scoped.own:
                return True
    return False


def _absent(ways: list[WayOut], name: str) -> WayOut | None:
    """A way out that says that there is no such record, and knows nothing of whose it is."""
    for way in ways:
        about = {fact.of for fact in way.facts if fact.kind is ProofKind.OWNED}
        if name not in about and said_by(way) is Says.ABSENT:
            return way
    return None


def _missing(case: DoorCase, way: WayOut, fact: Fact, absent: WayOut) -> Missing:
    del case
    channel, _, path = fact.of.partition(":")
    named = f"{channel} {path}" if path else f"the {channel}"
    says = f"who asks for what {named} names learns whether it exists: somebody else's is refused in other words"
    answered = Written("refuses what is not the caller's", place(*way.at))
    unfound = Written("answers what is not there", place(*absent.at))
    return Missing(spec.CONFIRMS, says, tuple(dict.fromkeys((seen_fact(fact), answered, unfound)))[:_MAX_EVIDENCE])


def _held(case: DoorCase, refused: list[Fact]) -> Verdict:
    if refused:
        seen = tuple(dict.fromkeys(map(seen_fact, refused)))
        return Held("what is somebody else's is answered like what is not there", seen[:_MAX_EVIDENCE])
    scoped = [each for each in case.trace.happenings if each.effect.kind in _RECORDS and _is_own_by_name(each.effect)]
    if scoped:
        seen = tuple(dict.fromkeys(seen_effect(each.effect, each.through) for each in scoped))
        return Held("the record is asked for together with its owner: there is one answer", seen[:_MAX_EVIDENCE])
    own = sorted(
        {fact for fact in case.trace.attempts if fact.kind is ProofKind.OWNED and fact.polarity},
        key=lambda one: (one.file, one.at, one.of),
    )
    if own:
        return Held("what is somebody else's is answered like what is not there", tuple(map(seen_fact, own[:2])))
    return NotNeeded("no record that the caller names is refused")


def _is_own_by_name(effect: Effect) -> bool:
    scoped = ownership.scope_of(effect)
    return scoped.own and bool(scoped.names)
