"""What a server makes once, on first use, and keeps: static members of classes and properties of the global object."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from doorcheck.scan.facts.proofs import proven
from doorcheck.scan.facts.values import Choice, Cls, Effect, External, Fn, Input, Obj, Row, Value, made_from
from doorcheck.scan.syntax import ir

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator

_MAX_NODES = 20_000


def begins_empty(cls: Cls, name: str) -> bool:
    """Whether a static member is nothing until the class itself makes it, in one of its own methods.

    One that somebody else hands in may be there from the start.
    """
    declared = next((field for field in cls.definition.fields if field.name == name and field.static), None)
    if declared is None or declared.value is not None:
        return False
    made = [node.value for node in _assignments(cls) if _assigns(node, cls, name)]
    return bool(made) and not any(isinstance(value, ir.Name) for value in made)


def _assignments(cls: Cls) -> Iterator[ir.Assign]:
    functions = cls.module.summary.functions
    queue: list[object] = [functions[method.index].body for method in cls.definition.methods]
    for _ in range(_MAX_NODES):
        if not queue:
            return
        node = queue.pop()
        if isinstance(node, ir.Assign):
            yield node
        if isinstance(node, ir.Node):
            queue.extend(getattr(node, field) for field in node.__struct_fields__)
        elif isinstance(node, list):
            queue.extend(node)


def _assigns(node: ir.Assign, cls: Cls, name: str) -> bool:
    target = node.target.target if isinstance(node.target, ir.PatternTarget) else None
    if not isinstance(target, ir.Member) or target.property != name:
        return False
    owner = target.object
    return isinstance(owner, ir.This) or (isinstance(owner, ir.Name) and owner.id == cls.definition.name)


def is_kept(value: Value) -> bool:
    """Whether this is a client or a service that a server keeps, and no data that callers share."""
    if isinstance(value, Choice):
        return all(is_kept(one.value) for one in value.alternatives)
    return isinstance(value, External | Fn) or (isinstance(value, Obj) and value.cls is not None)


def tells_first_use(ev: Evaluator, test: Value) -> bool:
    """Whether a condition asks if something the server keeps is there yet."""
    kept = {id(value) for value in ev.program.kept.values()}
    return any(
        id(part) in kept or (isinstance(part, Row) and part.effect.kind == "state") for part in made_from(test, 60)
    )


def excuse(ev: Evaluator, begun: int) -> None:
    """Forget what setting up what the server keeps has done, where nothing of it came from the caller.

    It happens once, whoever calls first, and always in the same way.
    """
    recent = ev.happenings[begun:]
    if any(
        one.effect.kind == "state" and one.effect.writes and all(map(is_kept, one.effect.operands)) for one in recent
    ):
        ev.forget(begun, len(ev.happenings), lambda one: not proven(one.facts) and not _from_caller(one.effect))


def _from_caller(effect: Effect) -> bool:
    return any(isinstance(part, Input) for operand in effect.operands for part in made_from(operand, 120))
