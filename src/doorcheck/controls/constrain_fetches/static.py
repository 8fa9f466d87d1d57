"""Does the door call only addresses that the server knows?"""

from __future__ import annotations

from doorcheck.controls.constrain_fetches import spec
from doorcheck.controls.constrain_fetches.calls import Call, Standing, calls_of
from doorcheck.core import Confidence, Held, Missing, NotNeeded, Severity, Unknown, Verdict, Why
from doorcheck.scan.facts.destinations import Part, Source
from doorcheck.scan.facts.proofs import ProofKind, proven
from doorcheck.scan.judging import DoorCase, not_followed

_MAX_EVIDENCE = 6
_OF_PART = {
    Part.ALL: spec.AS_GIVEN,
    Part.HOST: spec.HOST_FROM_CALLER,
    Part.LEAVES: spec.PATH_LEAVES_HOST,
    Part.SCHEME: spec.PATH_FROM_CALLER,
    Part.PATH: spec.PATH_FROM_CALLER,
}
_OF_STANDING = {
    Standing.LOOSE: spec.LOOSE_ALLOW_LIST,
    Standing.NAMES_ONLY: spec.NAMES_ONLY,
    Standing.REDIRECTED: spec.FOLLOWS_REDIRECTS,
    Standing.RESOLVED_TWICE: spec.RESOLVED_TWICE,
}
_SENTENCES = {
    spec.AS_GIVEN: "the server calls the address in {what} as it is",
    spec.HOST_FROM_CALLER: "{what} is part of the host that the server calls",
    spec.PATH_LEAVES_HOST: "{what} is taken for a path, but what begins with `//` or a scheme leads to another host",
    spec.LOOSE_ALLOW_LIST: "the host in {what} is checked in a way that other hosts pass as well",
    spec.NAMES_ONLY: "of the address in {what} private ones are refused by name only: another name can point there",
    spec.FOLLOWS_REDIRECTS: "the address in {what} is checked, but where it redirects to is not",
    spec.RESOLVED_TWICE: "the name in {what} is resolved again after its address was checked",
    spec.STORED_ADDRESS: "the server calls the address in `{what}` of a record as it is",
    spec.PATH_FROM_CALLER: "{what} is part of the path that the server calls on a fixed host",
}
_ORDER = tuple(_SENTENCES)
_UNSURE = frozenset({spec.PATH_FROM_CALLER, spec.STORED_ADDRESS, spec.RESOLVED_TWICE})


def judge(case: DoorCase) -> Verdict:
    """The verdict on one door."""
    if case.trace.own_handler is not None:
        return NotNeeded(f"{case.trace.own_handler}: calls what its library calls")
    unknown = not_followed(case)
    if unknown is not None:
        return unknown
    calls = calls_of(case)
    open_ = [call for call in calls if call.standing not in {Standing.CONSTRAINED, Standing.DOUBTFUL}]
    if open_:
        return _missing(open_)
    doubtful = next((call for call in calls if call.standing is Standing.DOUBTFUL), None)
    if doubtful is not None:
        says = f"`{doubtful.name}` goes through a call that could not be followed before the address is called"
        return Unknown(
            Why.UNRESOLVED_CALL, says, tuple(each for each in (doubtful.at, doubtful.by) if each is not None)
        )
    seen = tuple(dict.fromkeys(call.by for call in calls if call.by is not None))
    if seen:
        return Held("what is chosen of an address is held to what the server knows", seen[:_MAX_EVIDENCE])
    return NotNeeded("no address that it calls is chosen by whoever calls")


def _way(call: Call) -> str:
    if call.chosen.source is Source.STORED and call.standing is Standing.OPEN:
        return spec.STORED_ADDRESS
    plain = _OF_PART[call.chosen.part]
    return plain if plain == spec.PATH_FROM_CALLER else _OF_STANDING.get(call.standing, plain)


def _missing(calls: list[Call]) -> Missing:
    worst = min(calls, key=lambda call: (_is_by_chance(call), _ORDER.index(_way(call)), proven(call.facts)))
    way = _way(worst)
    same = dict.fromkeys(call.name for call in calls if _way(call) == way)
    what = ", ".join(same) if way == spec.STORED_ADDRESS else " and ".join(f"`{name}`" for name in list(same)[:3])
    by = (worst.by,) if worst.by is not None else ()
    others = (call.at for call in calls if _way(call) == way)
    evidence = tuple(dict.fromkeys((worst.at, *by, *others)))[:_MAX_EVIDENCE]
    unsure = way in _UNSURE or _is_by_chance(worst)
    confidence = Confidence.LOW if unsure else Confidence.MEDIUM
    return Missing(way, _SENTENCES[way].format(what=what), evidence, stake=_stake(way, worst), confidence=confidence)


def _is_by_chance(call: Call) -> bool:
    """Whether it depends on something that the code does not tell: how a setting ends, who the administrators are."""
    return call.chosen.soft or _by_administrators(call)


def _by_administrators(call: Call) -> bool:
    return any(fact.kind is ProofKind.ROLE and fact.polarity for fact in call.facts)


def _stake(way: str, call: Call) -> Severity | None:
    severity = spec.SPEC.way(way).severity
    if severity is not None:
        return None
    if _by_administrators(call):
        return Severity.LOW
    return Severity.MEDIUM if proven(call.facts) else Severity.HIGH
