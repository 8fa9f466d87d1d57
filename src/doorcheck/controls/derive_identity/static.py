"""Does the door take who is calling, and what they may, from the session and not from the request?"""

from __future__ import annotations

from doorcheck.controls.derive_identity import spec
from doorcheck.controls.derive_identity.claims import Believed, believed_in
from doorcheck.controls.derive_identity.columns import Column, Source, columns_of
from doorcheck.core import Confidence, Held, Missing, NotNeeded, Severity, Unknown, Verdict, Why
from doorcheck.scan.facts import ownership
from doorcheck.scan.facts.doubts import doubt_in, given_to_unfollowed
from doorcheck.scan.facts.proofs import Fact, ProofKind, in_order
from doorcheck.scan.judging import DoorCase, not_followed, seen_effect, seen_fact
from doorcheck.scan.project.database.models import Role

_MAX_EVIDENCE = 6
_WAYS = {Role.PRIVILEGED: spec.CLIENT_ROLE, Role.OWNER: spec.CLIENT_OWNER, Role.TENANT: spec.CLIENT_TENANT}
_HELD = {
    Source.CALLER: "what says whose it is comes from the session",
    Source.CHECKED: "what was sent is compared with who is calling, or was found to be theirs",
    Source.ROLE: "the caller's own role allows what they send",
    Source.MACHINE: "the caller is a machine that proved itself",
    Source.BESIDE: "the record names its caller, or lies in what is theirs",
}


def judge(case: DoorCase) -> Verdict:
    """The verdict on one door."""
    trace = case.trace
    if trace.own_handler is not None:
        return NotNeeded(f"{trace.own_handler}, and keeps its own accounts")
    unknown = not_followed(case)
    if unknown is not None:
        return unknown
    believed = list(believed_in(case))
    if believed:
        return _believes(believed)
    columns = columns_of(case)
    chosen = [each for each in columns if each.source is Source.CLIENT and each.role in _WAYS]
    if any(each.effect.kind == "payment" for each in trace.happenings):
        chosen = [each for each in chosen if each.role is not Role.PRIVILEGED or each.is_rank]  # it is being bought
    given = given_to_unfollowed(trace) if chosen else frozenset()
    certain = [each for each in chosen if _doubt(each, given) is None]
    if certain:
        return _missing(certain)
    doubtful = [*chosen, *(each for each in columns if each.source is Source.DOUBTFUL and each.role in _WAYS)]
    if doubtful:
        return _doubtful(doubtful[0], given)
    return _held(case, columns)


def _doubt(column: Column, given: ownership.Names) -> Fact | None:
    """A call on the way that could not be followed and was given this very value: it may be the check."""
    if column.sent is None or not ownership.names_of(column.sent) & given:
        return None
    return doubt_in(column.happening.facts)


def _doubtful(column: Column, given: ownership.Names) -> Unknown:
    fact = column.doubt or _doubt(column, given)
    evidence = () if fact is None else (seen_fact(fact),)
    says = f"`{column.entry.column}` goes through a call that could not be followed before it is written"
    if column.doubt is None and fact is not None:
        says = fact.says
    return Unknown(
        Why.UNRESOLVED_CALL, says, (*evidence, seen_effect(column.happening.effect, column.happening.through))
    )


def _believes(found: list[Believed]) -> Missing:
    happening, claim = found[0].happening, found[0].claim
    seen = [seen_fact(each.claim) for each in found if each.claim.file]
    effects = [seen_effect(each.happening.effect, each.happening.through) for each in found]
    says = f"{claim.says}, and whoever says so gets to {happening.effect.says}"
    stake = Severity.CRITICAL if happening.effect.writes else Severity.HIGH
    return Missing(spec.CLAIM, says, tuple(dict.fromkeys((*seen, *effects)))[:_MAX_EVIDENCE], stake)


def _missing(found: list[Column]) -> Missing:
    worst = min(found, key=lambda each: (list(_WAYS).index(each.role), each.happening.effect.at))
    effect = worst.happening.effect
    sent = ", ".join(sorted(ownership.names_of(worst.sent))) if worst.sent is not None else "the request"
    says = f"{effect.says} writes `{worst.entry.column}` as {_spoken(sent)} has it; nothing ties it to who is calling"
    stake = Severity.HIGH
    if worst.role is Role.PRIVILEGED and worst.is_about_people:
        stake = Severity.CRITICAL
    evidence = tuple(dict.fromkeys(seen_effect(each.happening.effect, each.happening.through) for each in found))
    confidence = Confidence.HIGH if worst.entry.model is not None else Confidence.MEDIUM
    return Missing(_WAYS[worst.role], says, evidence[:_MAX_EVIDENCE], stake, confidence)


def _spoken(name: str) -> str:
    channel, _, path = name.partition(":")
    return f"{channel} {path}" if path else f"the {channel}"


def _held(case: DoorCase, columns: list[Column]) -> Verdict:
    held = [each for each in columns if each.source in _HELD]
    if held:
        facts = {fact for each in held for fact in each.because}
        seen = (
            *(seen_fact(fact) for fact in in_order(facts)[:2]),
            *(seen_effect(each.happening.effect, each.happening.through) for each in held),
        )
        says = next(says for source, says in _HELD.items() if any(each.source is source for each in held))
        return Held(says, tuple(dict.fromkeys(seen))[:_MAX_EVIDENCE])
    roles = in_order({fact for each in case.trace.happenings for fact in each.facts if fact.kind is ProofKind.ROLE})
    if roles:
        return Held("the role that decides is the caller's own", tuple(map(seen_fact, roles[:_MAX_EVIDENCE])))
    return NotNeeded("nothing that says who somebody is, or what they may, is written or decided by")
