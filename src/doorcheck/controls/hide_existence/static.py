"""Does the door answer for somebody else's record as for one that does not exist?"""

from __future__ import annotations

from collections.abc import Iterator

from doorcheck.controls.hide_existence import spec
from doorcheck.controls.hide_existence.refusals import Says, said_by
from doorcheck.core import ControlId, Held, Missing, NotNeeded, Unknown, Verdict, Why, Written
from doorcheck.scan.facts import ownership
from doorcheck.scan.facts.following import WayOut
from doorcheck.scan.facts.proofs import Fact, ProofKind, in_order, proven
from doorcheck.scan.facts.refusals import denies
from doorcheck.scan.facts.uses import found_by
from doorcheck.scan.facts.values import Effect
from doorcheck.scan.judging import DoorCase, asked_here, not_followed, place, seen_effect, seen_fact

_MAX_EVIDENCE = 6
_UNSEEN = "how what is not there is answered could not be seen"
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
    ways = [way for way in ways if proven(way.facts)] or ways  # how strangers are turned away tells nothing of a record
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
    return _alike(case, ways, refused)


def _refusing(way: WayOut) -> list[Fact]:
    """The facts by which a way out knows that the record is somebody else's, and was not found to be the caller's."""
    mine = ownership.owned(way.facts)
    found = [fact for fact in way.facts if fact.kind is ProofKind.OWNED and not fact.polarity and fact.of not in mine]
    return in_order(found)


def _is_looked_up(case: DoorCase, name: str) -> bool:
    """Whether a record is looked up by it before anybody asks whose it is: only that tells whether there is one."""
    return any(True for _ in _lookups(case, name))


def _lookups(case: DoorCase, name: str) -> Iterator[Effect]:
    for each in case.trace.happenings:
        if each.effect.kind in _RECORDS and not each.effect.writes and name not in ownership.owned(each.facts):
            scoped = ownership.scope_of(each.effect)
            if name in scoped.names and not scoped.own:
                yield each.effect


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


def _alike(case: DoorCase, ways: list[WayOut], refused: list[tuple[WayOut, Fact]]) -> Verdict:
    """Whether what is not there was seen to be answered like what is somebody else's."""
    if isinstance(case.answered.get(ControlId.SCOPE_TO_OWNER), Missing):
        return NotNeeded("records of others are not refused at all: see scope-to-owner")
    unseen = next((fact for way, fact in refused if not _has_twin(case, ways, way, fact)), None)
    if unseen is not None:
        return NotNeeded(_UNSEEN, (seen_fact(unseen),))
    if refused:
        seen = tuple(dict.fromkeys(seen_fact(fact) for _, fact in refused))
        return Held("what is somebody else's is answered like what is not there", seen[:_MAX_EVIDENCE])
    return _in_one(case, ways)


def _has_twin(case: DoorCase, ways: list[WayOut], way: WayOut, fact: Fact) -> bool:
    """Whether there is a way out for what is not there that answers alike, or the record is never asked for alone."""
    if not _knows_there_is_one(case, way, fact.of):
        return True
    says = said_by(way)
    return any(
        other.at == way.at or (said_by(other) is says and says is not Says.NOTHING)
        for other in ways
        if all(each.of != fact.of for each in other.facts if each.kind is ProofKind.OWNED)
    )


def _knows_there_is_one(case: DoorCase, way: WayOut, name: str) -> bool:
    """Whether a way out is for what is there alone, as far as one can tell; ``record?.userId !== me`` is for both."""
    lookups = list(_lookups(case, name))
    seen = [facts for effect in lookups if (facts := found_by(effect))]
    return bool(lookups) and (len(seen) < len(lookups) or any(facts & way.facts for facts in seen))


def _in_one(case: DoorCase, ways: list[WayOut]) -> Verdict:
    """The verdict where no way out is for what is somebody else's alone."""
    scoped = [each for each in case.trace.happenings if each.effect.kind in _RECORDS and _is_own_by_name(each.effect)]
    own = in_order(fact for fact in case.trace.attempts if fact.kind is ProofKind.OWNED and fact.polarity)
    if own and all(_refused_together(case, ways, fact.of) for fact in own):
        return Held("what is somebody else's is answered like what is not there", tuple(map(seen_fact, own[:2])))
    unseen = [fact for fact in own if _is_looked_up(case, fact.of)]
    if unseen:
        return NotNeeded(_UNSEEN, tuple(map(seen_fact, unseen[:2])))
    if scoped:
        seen = tuple(dict.fromkeys(seen_effect(each.effect, each.through) for each in scoped))
        return Held("the record is asked for together with its owner: there is one answer", seen[:_MAX_EVIDENCE])
    return NotNeeded("no record that the caller names is refused")


def _refused_together(case: DoorCase, ways: list[WayOut], name: str) -> bool:
    """Whether one and the same answer turns away who names what is somebody else's and who names what is not there."""
    if not _is_looked_up(case, name):
        return False
    others = [way for way in ways if name not in ownership.owned(way.facts)]
    said = {said_by(way) for way in others} & {Says.ABSENT, Says.FORBIDDEN}
    return len(said) == 1 or (not said and any(denies(way.value) for way in others))


def _is_own_by_name(effect: Effect) -> bool:
    scoped = ownership.scope_of(effect)
    return scoped.own and bool(scoped.names)
