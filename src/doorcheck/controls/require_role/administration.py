"""What a door does that is an administrator's work, and what it does under a role."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from doorcheck.scan.facts import ownership
from doorcheck.scan.facts.answers import carries, given_away
from doorcheck.scan.facts.evaluator import Happening
from doorcheck.scan.facts.proofs import Facts, ProofKind
from doorcheck.scan.facts.values import Choice, Const, Effect, Env, Input, Obj, made_from
from doorcheck.scan.judging import DoorCase, taken_by_callers

_RECORDS = frozenset({"database", "account"})
_WHOLESALE = ("deletemany", "updatemany", "truncate", "drop", "delete", "update")
_MACHINES = frozenset({ProofKind.SECRET, ProofKind.SIGNATURE, ProofKind.CAPABILITY, ProofKind.CREDENTIAL})


class Work(enum.StrEnum):
    """Kinds of an administrator's work."""

    ACCOUNTS = "accounts"
    ALL_ROWS = "all-rows"
    SHARED = "shared"
    ORDINARY = "ordinary"


@dataclass(frozen=True, slots=True)
class Task:
    """One operation: what kind of work it is, and whether a role, or the lack of one, was asked for before it."""

    happening: Happening
    work: Work
    has_role: bool
    excludes: bool
    own: bool


def tasks_of(case: DoorCase) -> list[Task]:
    """The operations of a door on accounts and records, for callers who are accounts among others."""
    answers = [effect for way in case.trace.ways_out for effect in given_away([way])]
    found: dict[tuple[str, int, bool], Task] = {}
    for happening in case.trace.happenings:
        effect = happening.effect
        if effect.kind not in _RECORDS or any(fact.kind in _MACHINES for fact in happening.facts):
            continue
        if not taken_by_callers(case, happening.facts):
            continue
        if not effect.writes and not carries(answers, effect):
            continue
        task = _task(case, happening)
        found.setdefault((effect.file, effect.at, task.has_role), task)
    return list(found.values())


def _task(case: DoorCase, happening: Happening) -> Task:
    scoped = ownership.scope_of(happening.effect)
    own = scoped.own or bool(scoped.names & ownership.owned(happening.facts))
    return Task(happening, _work(case, happening.effect, own), *_role(happening.facts), own)


def _role(facts: Facts) -> tuple[bool, bool]:
    roles = [fact for fact in facts if fact.kind is ProofKind.ROLE]
    return any(fact.polarity for fact in roles), any(not fact.polarity for fact in roles)


def _work(case: DoorCase, effect: Effect, own: bool) -> Work:
    if own:
        return Work.ORDINARY
    model = case.schema.model(effect.subject, effect.file) if effect.subject else None
    names = ownership.scope_of(effect).names
    if effect.kind == "account" and effect.writes and names:
        return Work.ACCOUNTS
    if model is None:
        return Work.ORDINARY
    if _is_fixed(effect):
        return Work.ORDINARY
    if model.is_account and not _adds(effect) and (effect.writes or not effect.chooses):
        return Work.ACCOUNTS
    if effect.writes and not effect.chooses and _is_wholesale(effect):
        return Work.ALL_ROWS
    nobodys = not (model.owners or model.tenants or model.owned_through or model.is_account or model.is_tenant)
    return Work.SHARED if nobodys and effect.writes and not model.is_membership else Work.ORDINARY


def _is_fixed(effect: Effect) -> bool:
    """Whether the code or a setting says which record it is and what becomes of it: nobody has anything to choose."""
    parts = [part for value in effect.chooses for part in made_from(value)]
    fixed = bool(parts) and all(isinstance(part, Const | Env | Obj | Choice) for part in parts)
    return fixed and not any(isinstance(part, Input) for value in effect.operands for part in made_from(value))


def _is_wholesale(effect: Effect) -> bool:
    name = effect.says.rsplit(".", 1)[-1].lower()
    return name.startswith(_WHOLESALE)


def _adds(effect: Effect) -> bool:
    name = effect.says.lower()
    return any(word in name for word in ("create", "insert")) and "update" not in name
