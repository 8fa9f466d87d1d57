"""Does the door read and change only what belongs to its caller?"""

from __future__ import annotations

from doorcheck.controls.scope_to_owner import policies, references, spec
from doorcheck.controls.scope_to_owner.accounts import Noted, note, settle
from doorcheck.controls.scope_to_owner.operations import Operation, Standing, operations_of
from doorcheck.core import (
    Confidence,
    ControlId,
    Held,
    Missing,
    NotNeeded,
    Severity,
    Unknown,
    Verdict,
    Why,
    Written,
)  # fmt: skip
from doorcheck.scan.facts import ownership
from doorcheck.scan.facts.answers import carries, given_away
from doorcheck.scan.facts.doubts import doubt_in, given_to_unfollowed
from doorcheck.scan.facts.evaluator import Happening
from doorcheck.scan.facts.lookups import named_parts
from doorcheck.scan.facts.proofs import Fact, ProofKind, in_order, proven
from doorcheck.scan.facts.upkeep import notes_down
from doorcheck.scan.judging import DoorCase, not_followed, seen_effect, seen_fact
from doorcheck.scan.project.database.models import Role

__all__ = ["Noted", "judge", "note", "settle"]

_MAX_EVIDENCE = 6
_OWNERS = frozenset({"userid", "ownerid", "authorid", "createdby", "accountid", "customerid", "clerkid", "profileid"})
"""Columns that say whose record it is, where no schema says which those are."""
_CLAIMS = ("header:", "cookie:")
_EXPOSED = frozenset({"database", "storage", "file", "process", "state", "account"})
_HELD = {
    Standing.OWN: "records are chosen together with who is calling, or were checked to be theirs",
    Standing.ROLE: "records of others are touched only with a role",
    Standing.MACHINE: "the caller is a machine that proved itself, not an account among others",
}


def judge(case: DoorCase) -> Verdict:
    """The verdict on one door."""
    trace = case.trace
    if trace.own_handler is not None:
        return NotNeeded(f"{trace.own_handler}: public by nature")
    unknown = not_followed(case)
    if unknown is not None:
        return unknown
    caller = case.answered.get(ControlId.AUTHENTICATE)
    if isinstance(caller, NotNeeded):
        return NotNeeded(f"strangers are meant to reach it: {caller.says}", caller.evidence)
    if isinstance(caller, Missing) and (exposed := _exposed(case)):
        return _without_caller(caller, exposed)
    return _of_operations(case, operations_of(case))


def _exposed(case: DoorCase) -> list[Happening]:
    """What strangers reach of anybody's records, files and the like."""
    shown = given_away(way for way in case.trace.ways_out if not proven(way.facts))
    return [
        happening
        for happening in case.trace.happenings
        if happening.effect.kind in _EXPOSED
        and not proven(happening.facts)
        and (happening.effect.writes or carries(shown, happening.effect))
        and not _by_forged_identity(happening)
        and policies.callers_only(case, happening.effect) is None
    ]


def _by_forged_identity(happening: Happening) -> bool:
    """Whether the records are those of somebody the request claims to be: it is the claim that is not checked."""
    names = ownership.scope_of(happening.effect).names
    claimed = {
        fact.of.split(" < ")[0] for fact in happening.facts if fact.kind is ProofKind.WITHIN and _is_claim(fact.of)
    }
    return bool(names & claimed) or any(name.startswith(_CLAIMS) for name in names)


def _is_claim(of: str) -> bool:
    return of.rsplit(" < ", maxsplit=1)[-1].startswith(_CLAIMS)


def _without_caller(caller: Missing, exposed: list[Happening]) -> Verdict:
    if caller.way == "middleware-only":
        return NotNeeded("only middleware asks who is calling: see authenticate")
    evidence = tuple(dict.fromkeys(seen_effect(each.effect, each.through) for each in exposed))[:_MAX_EVIDENCE]
    says = f"{exposed[0].effect.says} happens for anybody, so whose it is cannot have been asked"
    return Missing(spec.NO_CALLER, says, evidence, caller.stake, caller.confidence)


def _of_operations(case: DoorCase, operations: list[Operation]) -> Verdict:
    unscoped = [each for each in operations if each.standing is Standing.UNSCOPED and not _is_upkeep(case, each)]
    if unscoped:
        stranger = _unknown_caller(case, unscoped)
        if stranger is not None:
            return stranger
        doubt = _doubt(case, unscoped)
        if doubt is not None:
            return Unknown(Why.UNRESOLVED_CALL, doubt.says, (seen_fact(doubt),))
        return _unscoped(case, unscoped)
    everybodys = [each for each in operations if each.standing is Standing.EVERYBODYS]
    if everybodys:
        return _everybodys(everybodys)
    linked = references.untied(case)
    if linked:
        return _linked(linked)
    untold = next((each for each in operations if each.standing is Standing.UNTOLD), None)
    if untold is not None:
        says = f"{untold.happening.effect.says} is left to row-level security, and no migration says what that allows"
        return Unknown(Why.UNRESOLVED_CALL, says, _evidence([untold]))
    for standing in (Standing.OWN, Standing.ROLE, Standing.MACHINE):
        found = [each for each in operations if each.standing is standing]
        if found:
            return Held(_HELD[standing], _evidence(found))
    return NotNeeded("touches no record that the caller can name")


def _is_upkeep(case: DoorCase, each: Operation) -> bool:
    """Whether it only writes down what another service says of a record before it is asked whose that is."""
    return notes_down(each.happening.effect) and bool(each.scoped.names & _owned_later(case, each))


def _unknown_caller(case: DoorCase, unscoped: list[Operation]) -> Unknown | None:
    """That nobody can say whose it is, where nobody can say who is calling."""
    caller = case.answered.get(ControlId.AUTHENTICATE)
    open_to_strangers = {_place(each) for each in case.trace.happenings if not proven(each.facts)}
    if not isinstance(caller, Unknown) or any(_place(each.happening) not in open_to_strangers for each in unscoped):
        return None
    return Unknown(caller.why, f"who is calling could not be told: {caller.says}", _evidence(unscoped))


def _place(happening: Happening) -> tuple[str, int]:
    return happening.effect.file, happening.effect.at


def _evidence(found: list[Operation]) -> tuple[Written, ...]:
    facts = [seen_fact(fact) for each in found for fact in each.because[:1]]
    effects = [seen_effect(each.happening.effect, each.happening.through) for each in found]
    return tuple(dict.fromkeys((*facts, *effects)))[:_MAX_EVIDENCE]


def _doubt(case: DoorCase, unscoped: list[Operation]) -> Fact | None:
    """A call on the way that could not be followed and was given the very id: it may be the check."""
    given = given_to_unfollowed(case.trace)
    found: list[Fact] = []
    for each in unscoped:
        doubt = doubt_in(each.happening.facts)
        if doubt is None or not (each.scoped.names & given):
            return None
        found.append(doubt)
    return in_order(found)[0] if found else None


def _unscoped(case: DoorCase, unscoped: list[Operation]) -> Missing:
    worst = max(unscoped, key=lambda each: (each.happening.effect.writes, -each.happening.effect.at))
    effect = worst.happening.effect
    names = ", ".join(sorted(map(_spoken, worst.scoped.names)))
    way = _way(case, worst)
    checked = in_order(fact for fact in case.trace.attempts if fact.kind is ProofKind.OWNED and fact.polarity)
    says = f"{effect.says} takes the record that {names} names; nothing ties it to the caller"
    evidence = (*_evidence([worst]), *_evidence(unscoped), *(seen_fact(fact) for fact in checked[:2]))
    stake = Severity.HIGH if effect.writes else Severity.MEDIUM
    return Missing(way, says, tuple(dict.fromkeys(evidence))[:_MAX_EVIDENCE], stake, Confidence.HIGH)


def _everybodys(found: list[Operation]) -> Missing:
    effect = found[0].happening.effect
    says = f"{effect.says} takes all records, and the database says whose each of them is"
    stake = Severity.HIGH if effect.writes else Severity.MEDIUM
    return Missing(spec.EVERYBODYS, says, _evidence(found), stake, Confidence.MEDIUM)


def _linked(found: list[references.Reference]) -> Missing:
    worst = found[0]
    effect = worst.happening.effect
    names = ", ".join(sorted(map(_spoken, worst.names)))
    says = f"{effect.says} writes which {worst.model.name} {names} names; nothing ties it to the caller"
    evidence = tuple(dict.fromkeys(seen_effect(each.happening.effect, each.happening.through) for each in found))
    return Missing(spec.LINKED, says, evidence[:_MAX_EVIDENCE], Severity.MEDIUM, Confidence.MEDIUM)


def _spoken(name: str) -> str:
    channel, _, path = name.partition(":")
    return f"{channel} {path}" if path else f"the {channel}"


def _owner_from_client(case: DoorCase, worst: Operation) -> bool:
    """Whether the column that says whose record it is is compared with what the client sent."""
    effect = worst.happening.effect
    model = case.schema.model(effect.subject, effect.file) if effect.subject else None
    for column, value in (pair for chosen in effect.chooses for pair in named_parts(chosen)):
        known = model.column(column) if model is not None else None
        owner = known is not None and bool({Role.OWNER, Role.TENANT} & known.roles)
        if (owner or (model is None and _plain(column) in _OWNERS)) and ownership.names_of(value):
            return True
    return False


def _plain(name: str) -> str:
    return name.lower().replace("_", "")


def _owned_later(case: DoorCase, each: Operation) -> ownership.Names:
    """What is known to be the caller's on a way out that leads past an operation."""
    before = each.happening.facts
    later = (way.facts for way in case.trace.ways_out if way.how == "return" and before <= way.facts)
    return frozenset(name for facts in later for name in ownership.owned(facts))


def _way(case: DoorCase, worst: Operation) -> str:
    names = worst.scoped.names
    if names & _owned_later(case, worst) and worst.happening.effect.writes:
        return spec.CHECK_AFTER
    if _owner_from_client(case, worst):
        return spec.CLIENT_OWNER
    if any(fact.kind is ProofKind.OWNED and fact.of not in names for fact in worst.happening.facts):
        return spec.OTHER_ID
    return spec.NO_OWNER
