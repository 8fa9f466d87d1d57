"""The operations of a door on somebody's records, and what each of them owes to the caller."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from doorcheck.controls.scope_to_owner import policies
from doorcheck.scan.doors.pages import key_of
from doorcheck.scan.facts import ownership
from doorcheck.scan.facts.answers import carried_by, carries
from doorcheck.scan.facts.apart import sent_instead
from doorcheck.scan.facts.evaluator import Happening
from doorcheck.scan.facts.ownership import Scoped
from doorcheck.scan.facts.proofs import Fact, Facts, ProofKind, in_order, proven
from doorcheck.scan.facts.upkeep import makes_sure
from doorcheck.scan.facts.values import Const, Effect, External, Obj, Value, made_from
from doorcheck.scan.judging import DoorCase, taken_by_callers

RECORDS = frozenset({"database", "storage", "account"})
_MACHINES = frozenset({ProofKind.SECRET, ProofKind.SIGNATURE, ProofKind.CAPABILITY, ProofKind.CREDENTIAL})
_AUTHORITY = frozenset({ProofKind.OWNED, ProofKind.WITHIN, ProofKind.ROLE})
CARRIED = ("header:", "cookie:", "headers:", "cookies:", "address:", "url:")
"""Parts of a request that name no record: they carry who is calling, or where from."""
_COUNTING = frozenset({"count", "countdocuments", "estimateddocumentcount"})
_VISIBILITY = frozenset({"published", "ispublished", "public", "ispublic", "visibility", "status", "publishedat"})


class Standing(enum.Enum):
    """How an operation stands to the caller."""

    OWN = "own"
    ROLE = "role"
    MACHINE = "machine"
    PUBLIC = "public"
    UNSCOPED = "unscoped"
    EVERYBODYS = "everybodys"
    NOBODYS = "nobodys"
    UNTOLD = "untold"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, how its records are chosen, how it stands, and the facts that say so."""

    happening: Happening
    scoped: Scoped
    standing: Standing
    because: tuple[Fact, ...] = ()


def operations_of(case: DoorCase) -> list[Operation]:
    """The operations on records, each once for every standing it has.

    A change is judged where it happens, a read where its result is given away: what comes between may be the check.
    """
    found: dict[tuple[str, int, Standing], Operation] = {}
    answers = [each for way in case.trace.ways_out if proven(way.facts) for each in carried_by(way)]
    for happening in case.trace.happenings:
        effect = happening.effect
        if effect.kind not in RECORDS or not taken_by_callers(case, happening.facts) or makes_sure(effect):
            continue
        known = [happening.facts] if effect.writes else _when_given_away(answers, happening)
        for facts in known:
            for operation in _ways(case, happening, facts):
                found.setdefault((effect.file, effect.at, operation.standing), operation)
    return list(found.values())


def _when_given_away(answers: Sequence[tuple[Effect, Facts]], happening: Happening) -> list[Facts]:
    """What is known on each way out that carries the result of a read."""
    reached = _authority(happening.facts)
    known = dict.fromkeys(facts for given, facts in answers if carries([given], happening.effect))
    return [facts | reached for facts in known]


def _authority(facts: Facts) -> Facts:
    return frozenset(fact for fact in facts if fact.kind in _AUTHORITY)


def _named(names: ownership.Names) -> frozenset[str]:
    return frozenset(name for name in names if not name.startswith(CARRIED))


def _ways(case: DoorCase, happening: Happening, known: Facts) -> Iterator[Operation]:
    """The operation as a whole, and where the client's own id may stand for what is the caller's, that way alone."""
    whole = _judged(case, happening, known, ownership.scope_of(happening.effect))
    yield whole
    if whole.standing is Standing.OWN:
        apart = (_judged(case, happening, known | facts, scoped) for scoped, facts in sent_instead(happening.effect))
        yield from (each for each in apart if each.standing is Standing.UNSCOPED)


def _judged(case: DoorCase, happening: Happening, known: Facts, scoped: Scoped) -> Operation:
    effect = happening.effect
    unsent = frozenset(fact.of for fact in known if fact.kind is ProofKind.SENT and not fact.polarity)
    # what was not sent names nothing, unless it is then left out of what is asked for
    names = _named(scoped.names if effect.weak else scoped.names - unsent)
    mine = ownership.owned(known) if effect.weak else ownership.owned_if_sent(known)
    if scoped.own or scoped.names & mine:
        facts = (fact for fact in known if fact.kind is ProofKind.OWNED and fact.of in scoped.names)
        return Operation(happening, scoped, Standing.OWN, tuple(in_order(facts)))
    # a login service keeps the accounts of all tenants together: a role in one of them opens none of the others'
    elsewhere = effect.kind == "account" and bool(names)
    roles = tuple(
        fact for fact in known if fact.kind is ProofKind.ROLE and fact.polarity and not (elsewhere and fact.of)
    )
    if roles:
        return Operation(happening, scoped, Standing.ROLE, tuple(in_order(roles)))
    machines = tuple(fact for fact in known if fact.kind in _MACHINES)
    if machines:
        return Operation(happening, scoped, Standing.MACHINE, tuple(in_order(machines)))
    if (fact := policies.callers_only(case, effect)) is not None:
        return Operation(happening, scoped, Standing.OWN, (fact,))
    if not effect.writes and (key_of(effect) in case.shown_publicly or _asks_for_public(effect.chooses)):
        return Operation(happening, scoped, Standing.PUBLIC)
    belongs = _belongs_to_somebody(case, happening)
    if policies.says_nothing(case, effect) and belongs is not False:
        return Operation(happening, scoped, Standing.UNTOLD)
    if names:
        return Operation(happening, scoped, Standing.NOBODYS if belongs is False else Standing.UNSCOPED)
    if belongs and not _of_accounts(case, happening) and not effect.chooses and not _adds(effect) and _shows(effect):
        return Operation(happening, scoped, Standing.EVERYBODYS)
    return Operation(happening, scoped, Standing.NONE)


def _belongs_to_somebody(case: DoorCase, happening: Happening) -> bool | None:
    """Whether the database's own schema says whose such a record is; None where no schema speaks of it."""
    effect = happening.effect
    model = case.schema.model(effect.subject, effect.file) if effect.subject else None
    if model is None:
        return None
    own = model.owners or model.tenants or model.owned_through
    return bool(own) or model.is_account or model.is_tenant or model.is_membership


def _of_accounts(case: DoorCase, happening: Happening) -> bool:
    """Whether it is about accounts themselves: who may list or change them all is a question of roles."""
    model = case.schema.model(happening.effect.subject, happening.effect.file)
    return model is not None and model.is_account


def _shows(effect: Effect) -> bool:
    """Whether it gives records, or changes them, and not only how many there are."""
    return effect.writes or effect.says.rsplit(".", 1)[-1].lower() not in _COUNTING


def _adds(effect: Effect) -> bool:
    """Whether an operation only makes new records."""
    return effect.writes and not any(word in effect.says for word in ("delete", "update", "truncate", "remove"))


def _asks_for_public(chooses: tuple[Value, ...]) -> bool:
    """Whether a predicate asks for what is published."""
    for value in chooses:
        if isinstance(value, Obj):
            for name, item in value.props.items():
                if name.lower().replace("_", "") in _VISIBILITY and isinstance(item, Const) and item.value:
                    return True
        for part in made_from(value, 60):
            if isinstance(part, External) and part.links and _compares_visibility(part):
                return True
    return False


def _compares_visibility(predicate: External) -> bool:
    link = predicate.links[-1]
    if len(link.arguments) < 2:
        return False
    column, value = link.arguments[:2]
    name = column.path[-1] if isinstance(column, External) and column.path else getattr(column, "value", "")
    is_visibility = isinstance(name, str) and name.lower().replace("_", "") in _VISIBILITY
    return is_visibility and isinstance(value, Const) and bool(value.value)
