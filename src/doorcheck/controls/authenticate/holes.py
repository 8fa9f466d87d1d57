"""Holes: sensitive operations that a stranger reaches, and answers that hand a stranger what was read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from doorcheck.core import Confidence, Severity, Unknown, Verdict, Why, Written
from doorcheck.scan.facts import values
from doorcheck.scan.facts.answers import rows_in
from doorcheck.scan.facts.following import WayOut
from doorcheck.scan.facts.lookups import identity_in
from doorcheck.scan.facts.proofs import Fact, Facts, ProofKind, in_order, proven
from doorcheck.scan.facts.refusals import denies
from doorcheck.scan.facts.values import (
    Arr,
    Const,
    Derived,
    Effect,
    External,
    Input,
    Obj,
    Value,
    made_from,
)
from doorcheck.scan.judging import DoorCase, seen_effect

SENSITIVE = frozenset(
    {"database", "outbound", "file", "mail", "model", "payment", "process", "storage", "job", "account", "state"}
)
_STAKES = {
    "process": Severity.CRITICAL,
    "account": Severity.CRITICAL,
    "payment": Severity.HIGH,
    "database": Severity.HIGH,
    "storage": Severity.HIGH,
    "file": Severity.HIGH,
    "job": Severity.MEDIUM,
    "mail": Severity.MEDIUM,
    "model": Severity.MEDIUM,
    "outbound": Severity.MEDIUM,
    "state": Severity.MEDIUM,
    "library": Severity.MEDIUM,
}
_DOUBTFUL = frozenset({"library", "unfollowed"})
_DESTRUCTIVE = ("delete", "remove", "destroy", "drop", "updateMany", "execute")


@dataclass(frozen=True, slots=True)
class Hole:
    """An operation a stranger reaches, or a read whose result a stranger is given."""

    effect: Effect
    facts: Facts
    evidence: Written


def holes_of(case: DoorCase) -> list[Hole]:
    """Every hole of a door, in the order in which the code reaches them."""
    found: list[Hole] = []
    for happening in case.trace.happenings:
        effect = happening.effect
        if _counts_calls(case, effect) or not (effect.writes and _sensitive(effect)):
            continue
        if not proven(happening.facts) and not _scoped(effect):
            found.append(Hole(effect, happening.facts, seen_effect(effect, happening.through)))
    for way in case.trace.ways_out:
        found.extend(_leaks(way))
    return found


def _counts_calls(case: DoorCase, effect: Effect) -> bool:
    """Whether an operation is a limiter's own, which stands before any check so that it can refuse."""
    plain = effect.subject.lower().replace("_", "").replace("-", "")
    return effect.kind == "database" and plain in case.words["limiter_models"]


def _sensitive(effect: Effect) -> bool:
    """State made on first use (a client, a controller) is nobody's; state set to a value or to nothing is."""
    if effect.kind != "state":
        return effect.kind in SENSITIVE
    return all(isinstance(value, Const | Arr | Derived | Input) or _literal(value) for value in effect.operands)


def _literal(value: Value) -> bool:
    return (
        isinstance(value, Obj) and value.cls is None and not any(isinstance(v, External) for v in value.props.values())
    )


def _leaks(way: WayOut) -> list[Hole]:
    """What this answer gives away to a caller who has proved nothing."""
    if proven(way.facts) or way.how == "throw":
        return []
    answers = [value for value in (way.value, *way.replied) if not denies(value)]
    reads = [effect for effect in way.reads if effect.kind in SENSITIVE and not _scoped(effect)]
    if not answers or not reads:
        return []
    # facts about functions hold for every record of a kind, so what an answer carries is known by kind and model
    carried = {(effect.kind, effect.subject) for answer in answers for effect in rows_in(answer)}
    leaked = [effect for effect in reads if (effect.kind, effect.subject) in carried]
    return [Hole(effect, way.facts, seen_effect(effect)) for effect in leaked]


def _scoped(effect: Effect) -> bool:
    """Whether the operation names the caller's identity in its predicate, so that nobody's identity finds nothing."""
    if effect.weak:
        return False
    for operand in effect.operands:
        if isinstance(operand, Obj) and "where" in operand.props and identity_in(operand.props["where"]):
            return True
        link = operand.links[-1] if isinstance(operand, External) and operand.links else None
        if link is not None and link.name in {"where", "eq", "match"} and any(map(identity_in, link.arguments)):
            return True
    return False


def proofs_of(case: DoorCase) -> list[Fact]:
    """What proved the caller wherever something sensitive happened, or else on the answers that succeed."""
    found: set[Fact] = set()
    for happening in case.trace.happenings:
        if happening.effect.kind in SENSITIVE:
            found.update(fact for fact in happening.facts if fact.proves)
    for way in case.trace.ways_out:
        if way.how == "return" and not denies(way.value):
            found.update(fact for fact in way.facts if fact.proves)
    found.update(fact for h in case.trace.happenings if _scoped(h.effect) for fact in _scoping(h.effect))
    return in_order(found)


def _scoping(effect: Effect) -> Facts:
    return frozenset(fact for operand in effect.operands for fact in identity_in(operand))


def unset_names(facts: Facts) -> list[str]:
    """The environment variables that are not set on a path."""
    unset = ProofKind.UNSET_SECRET
    return [fact.file.removeprefix("env:") for fact in facts if fact.kind is unset and fact.polarity]


def only_unconfigured(case: DoorCase, found: list[Hole]) -> bool:
    """Whether strangers pass only where no way of signing in is configured at all: several variables, all unset."""
    if not all(len(set(unset_names(hole.facts))) > 1 for hole in found):
        return False
    return any(fact.kind in {ProofKind.SESSION, ProofKind.TOKEN} for fact in proofs_of(case))


def always_denies(case: DoorCase) -> bool:
    """Whether no way out gives a stranger anything."""
    return all(proven(way.facts) or way.how == "throw" or denies(way.value) for way in case.trace.ways_out)


def library_doubt(case: DoorCase) -> Verdict | None:
    """A door that only calls packages nobody described: it may do anything."""
    calls = [h for h in case.trace.happenings if h.effect.kind in _DOUBTFUL and not proven(h.facts)]
    if not calls:
        return None
    effect = calls[0].effect
    says = effect.says if effect.kind == "unfollowed" else f"{effect.says}, which doorcheck does not know"
    return Unknown(Why.UNRESOLVED_CALL, says, (seen_effect(effect),))


def handed_to_strangers(case: DoorCase) -> Fact | None:
    """The call into a package nobody described whose result is in an answer that some path gives to strangers."""
    calls = [happening for happening in case.trace.happenings if happening.effect.kind == "library"]
    reached = {(one.effect.file, one.effect.at) for one in calls if _open_everywhere(one.facts)}
    for way in case.trace.ways_out:
        if way.how != "return" or not reached or not _open_everywhere(way.facts):
            continue
        for answer in (value for value in (way.value, *way.replied) if not denies(value)):
            unfollowed = [part.fact for part in made_from(answer) if isinstance(part, values.Unknown)]
            fact = next((fact for fact in unfollowed if fact is not None and (fact.file, fact.at) in reached), None)
            if fact is not None:
                return fact
    return None


def _open_everywhere(facts: Facts) -> bool:
    """Whether a path is a stranger's in every deployment, not only in one that chose another way to sign in."""
    return not proven(facts) and not any(fact.kind is ProofKind.CONFIGURED and fact.polarity for fact in facts)


def stake_of(effect: Effect) -> Severity:
    """How bad it is that a stranger reaches this."""
    severity = _STAKES.get(effect.kind, Severity.HIGH)
    if not effect.writes and effect.kind in {"database", "storage", "file", "state"}:
        return Severity.HIGH if effect.kind != "state" else Severity.MEDIUM
    if effect.writes and effect.kind in {"database", "storage", "file"}:
        return Severity.CRITICAL if any(word in effect.says for word in _DESTRUCTIVE) else severity
    return severity


def confidence_of(found: Iterable[Hole]) -> Confidence:
    """High when nothing on the way was left unfollowed."""
    return Confidence.HIGH if any(not _doubtful(hole) for hole in found) else Confidence.MEDIUM


def _doubtful(hole: Hole) -> bool:
    return any(not fact.proves and fact.kind.value == "unresolved" for fact in hole.facts)
