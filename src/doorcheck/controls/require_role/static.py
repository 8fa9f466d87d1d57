"""Does the door ask for a role before an administrator's work?"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from doorcheck.controls.require_role import spec
from doorcheck.controls.require_role.administration import Task, Work, tasks_of
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
from doorcheck.core.door import Door, DoorKind
from doorcheck.scan.facts import ownership
from doorcheck.scan.facts.doubts import doubt_in
from doorcheck.scan.facts.proofs import Fact, ProofKind, in_order
from doorcheck.scan.facts.upkeep import makes_sure, notes_down
from doorcheck.scan.facts.values import Effect
from doorcheck.scan.judging import DoorCase, DoorNote, not_followed, seen_effect, seen_fact

_MAX_EVIDENCE = 6
_MIN_SIBLINGS = 2
_MOST = 0.66
_SAYS = {
    Work.ACCOUNTS: "works on other people's accounts",
    Work.ALL_ROWS: "changes all records there are",
    Work.SHARED: "changes what everybody shares",
}


class Noted(msgspec.Struct, frozen=True, array_like=True):
    """What the doors beside one need to know of it: what it changes under a role, and what without one.

    Each is a model and a verb with the place of the check that lets the caller near: members of a team and partners of
    it come in by different checks, and need not be asked for the same roles.
    """

    asks: bool
    with_role: list[str]
    without_role: list[str]


def judge(case: DoorCase) -> Verdict:
    """The verdict on one door, as far as it can be said without the doors beside it."""
    trace = case.trace
    if trace.own_handler is not None:
        return NotNeeded(f"{trace.own_handler}: public by nature")
    unknown = not_followed(case)
    if unknown is not None:
        return unknown
    caller = case.answered.get(ControlId.AUTHENTICATE)
    if isinstance(caller, NotNeeded):
        return NotNeeded(f"strangers are meant to reach it: {caller.says}", caller.evidence)
    tasks = tasks_of(case)
    open_to_all = [task for task in tasks if not task.has_role and task.work in {Work.ACCOUNTS, Work.ALL_ROWS}]
    if open_to_all:
        return _missing(open_to_all, caller)
    under_role = [task for task in tasks if task.has_role]
    if under_role:
        return Held("asks for the caller's role before it works on others' records", _evidence(under_role))
    return NotNeeded("does nothing that only some accounts may do")


def _missing(tasks: list[Task], caller: Verdict | None) -> Verdict:
    effect = tasks[0].happening.effect
    if isinstance(caller, Missing):
        says = f"{effect.says} {_SAYS[tasks[0].work]}, and happens for anybody"
        return Missing(spec.NO_CALLER, says, _evidence(tasks), caller.stake, caller.confidence)
    doubt = _doubt(tasks)
    if doubt is not None:
        return Unknown(Why.UNRESOLVED_CALL, doubt.says, (seen_fact(doubt),))
    way = spec.ONE_VALUE if all(task.excludes for task in tasks) else spec.ANY_ACCOUNT
    says = f"{effect.says} {_SAYS[tasks[0].work]}, and any signed-in account may do it"
    stake = Severity.HIGH if effect.writes else Severity.MEDIUM
    return Missing(way, says, _evidence(tasks), stake, Confidence.HIGH if effect.writes else Confidence.MEDIUM)


def _doubt(tasks: list[Task]) -> Fact | None:
    """The call that may be the check, where each of the operations lies behind one that could not be followed."""
    doubts = [doubt_in(task.happening.facts) for task in tasks]
    found = [doubt for doubt in doubts if doubt is not None]
    return in_order(found)[0] if len(found) == len(doubts) else None


def _evidence(tasks: list[Task]) -> tuple[Written, ...]:
    roles = in_order({fact for task in tasks for fact in task.happening.facts if fact.kind is ProofKind.ROLE})
    effects = [seen_effect(task.happening.effect, task.happening.through) for task in tasks]
    return tuple(dict.fromkeys((*(seen_fact(fact) for fact in roles[:2]), *effects)))[:_MAX_EVIDENCE]


def note(case: DoorCase) -> Noted:
    """What the judgement of the doors beside this one needs."""
    written = (task for task in tasks_of(case) if task.happening.effect.writes)
    tasks = [task for task in written if not _of_credentials(case, task) and not _is_upkeep(task.happening.effect)]
    with_role = {key for task in tasks if task.has_role for key in _keys(task)}
    ordinary = [
        task for task in tasks if not task.has_role and (task.work is not Work.ORDINARY or _within_tenant(task))
    ]
    without = {key for task in ordinary for key in _keys(task)}
    return Noted(bool(with_role), sorted(with_role), sorted(without - with_role))


def _is_upkeep(effect: Effect) -> bool:
    return makes_sure(effect) or notes_down(effect)


def _of_credentials(case: DoorCase, task: Task) -> bool:
    """Whether it is about the tokens and sessions by which callers prove who they are."""
    plain = task.happening.effect.subject.lower().replace("_", "").replace("-", "")
    return any(word in plain for word in case.words["credential_models"])


def _within_tenant(task: Task) -> bool:
    """Whether the record is the caller's only by way of something that others belong to as well."""
    scoped = ownership.scope_of(task.happening.effect)
    return not scoped.own and bool(scoped.names & ownership.owned(task.happening.facts))


def _keys(task: Task) -> set[str]:
    effect, facts = task.happening.effect, task.happening.facts
    checks = [fact for fact in facts if fact.kind is ProofKind.OWNED and fact.polarity]
    places = {f"{fact.file}:{fact.at}" for fact in checks or facts if fact.proves or fact.kind is ProofKind.OWNED}
    return {f"{effect.subject.lower()} {_verb(effect.says)} {place}" for place in places}


def _verb(says: str) -> str:
    name = says.rsplit(".", 1)[-1].lower()
    return next((verb for verb in ("delete", "create", "insert", "upsert", "update") if verb in name), name)


def settle(verdict: Verdict, own: DoorNote, doors: Sequence[DoorNote]) -> Verdict:
    """The verdict in the light of the doors beside it: where most of them ask for a role, this one should."""
    if not isinstance(verdict, NotNeeded) or not isinstance(own.noted, Noted) or not own.noted.without_role:
        return verdict
    others = [each for each in doors if each.door.id != own.door.id and isinstance(each.noted, Noted)]
    siblings = _same_work(own.noted, others) or _same_area(own.door, others)
    if siblings is None:
        return verdict
    names = ", ".join(each.door.id for each in siblings[:2])
    evidence = tuple(Written(f"{each.door.id} asks for a role", each.door.at) for each in siblings[:_MAX_EVIDENCE])
    says = f"it changes {own.noted.without_role[0].split(' ')[0]} for any signed-in account; {names} ask for a role"
    return Missing(spec.LESS_THAN_SIBLINGS, says, evidence, Severity.MEDIUM, Confidence.MEDIUM)


def _same_work(noted: Noted, others: Sequence[DoorNote]) -> list[DoorNote] | None:
    """The doors that do the same to the same model under a role, where that is what most doors do."""
    for model in noted.without_role:
        asking = [each for each in others if model in each.noted.with_role]
        free = [each for each in others if model in each.noted.without_role]
        if len(asking) >= _MIN_SIBLINGS and len(asking) >= _MOST * (len(asking) + len(free)):
            return asking
    return None


def _same_area(door: Door, others: Sequence[DoorNote]) -> list[DoorNote] | None:
    """The doors of the same area that change something, where most of them ask for a role."""
    area = _area(door)
    beside = [each for each in others if _area(each.door) == area and (each.noted.asks or each.noted.without_role)]
    asking = [each for each in beside if each.noted.asks]
    return asking if len(asking) > _MIN_SIBLINGS and len(asking) >= _MOST * (len(beside) + 1) else None


def _area(door: Door) -> tuple[str, ...]:
    """What doors that lie together have in common: the beginning of their paths, their router, their folder."""
    if door.kind is DoorKind.PROCEDURE:
        return (door.app, *door.id.split(" ", 1)[-1].split(".")[:-1])
    if door.route is not None:
        parts = [part for part in door.route.split("/") if part and part != "api" and not _is_version(part)]
        return (door.app, *parts[:1])
    return (door.app, door.file.rpartition("/")[0])


def _is_version(part: str) -> bool:
    return len(part) < 4 and part[:1] == "v" and part[1:].isdigit()
