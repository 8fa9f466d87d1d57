"""Members of values, as they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doorcheck.scan.facts import first_use, records
from doorcheck.scan.facts.collecting import collect, replace_variable
from doorcheck.scan.facts.cuts import SOME
from doorcheck.scan.facts.members import GLOBAL_OBJECTS
from doorcheck.scan.facts.proofs import Fact, Facts, configured
from doorcheck.scan.facts.shapes import settled
from doorcheck.scan.facts.state import State, new_choice
from doorcheck.scan.facts.values import (
    Alternative,
    Choice,
    Cls,
    Const,
    Derived,
    Effect,
    External,
    Input,
    Obj,
    Row,
    Unknown,
    Value,
)
from doorcheck.scan.syntax import ir

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator, Scope


def assign_member(ev: Evaluator, target: ir.Expression, value: Value, state: State, scope: Scope) -> None:
    """``a.b = value``. The variable gets a changed copy, so that other paths keep theirs; instances change in place."""
    from doorcheck.scan.facts.expressions import evaluate  # noqa: PLC0415 - expressions hold members and the reverse

    if not isinstance(target, ir.Member):
        if isinstance(target, ir.Index):
            collect(ev, target.object, evaluate(ev, target.object, state, scope), "set", (value,), state, scope)
        return
    if isinstance(target.object, ir.Name) and target.object.id in GLOBAL_OBJECTS and scope.frames:
        _keep(ev, target, value, state, scope)
        return
    owner = settled(evaluate(ev, target.object, state, scope), state)
    if isinstance(owner, External) and owner.package == "js" and owner.path[-1:] in _GLOBAL and scope.frames:
        _keep(ev, target, value, state, scope)
        return
    if isinstance(owner, Row):
        _put_into(ev, owner, target, value, state, scope)
        if isinstance(target.object, ir.Name) and isinstance(value, Const) and not value.value:
            replace_variable(ev, target.object.id, records.without(owner, [target.property]), state, scope)
    if isinstance(owner, Cls):
        owner.statics[target.property] = _one_of(ev, owner, target, value, scope)
    elif isinstance(owner, Obj) and owner.cls is not None:
        owner.props[target.property] = value
    elif isinstance(target.object, ir.Name) and (changed := _with_property(owner, target.property, value)) is not owner:
        replace_variable(ev, target.object.id, changed, state, scope)


def delete_member(ev: Evaluator, target: ir.Expression, state: State, scope: Scope) -> None:
    """``delete record.field``: the variable holds what is left."""
    from doorcheck.scan.facts.expressions import evaluate  # noqa: PLC0415 - expressions hold members and the reverse

    if not isinstance(target, ir.Member | ir.Index) or not isinstance(target.object, ir.Name):
        return
    owner = settled(evaluate(ev, target.object, state, scope), state)
    key = Const(target.property) if isinstance(target, ir.Member) else evaluate(ev, target.key, state, scope)
    name = key.value if isinstance(key, Const) and isinstance(key.value, str) else SOME
    left = records.without(owner, [name])
    if left is not owner and not (isinstance(owner, Obj) and owner.cls is not None):
        replace_variable(ev, target.object.id, left, state, scope)


def _put_into(ev: Evaluator, row: Row, target: ir.Member, value: Value, state: State, scope: Scope) -> None:
    """A field of something found is set: of shared state at once, of a record when it is saved."""
    from doorcheck.scan.facts.libraries import assign_to_record  # noqa: PLC0415 - libraries read members

    if row.effect.kind != "state":
        assign_to_record(ev, row, Obj({target.property: value}))
        return
    says = "changes the server's shared state"
    ev.happen(Effect("state", writes=True, says=says, file=scope.module.path, at=target.at, operands=(value,)), state)


_GLOBAL = frozenset((name,) for name in GLOBAL_OBJECTS)


def _keep(ev: Evaluator, target: ir.Member, value: Value, state: State, scope: Scope) -> None:
    """Something is put on the global object: data that callers share, or a client for the next call to find."""
    if first_use.is_kept(value):
        ev.program.kept.setdefault(target.property, value)
    says = f"changes the server's shared {target.property}"
    ev.happen(Effect("state", writes=True, says=says, file=scope.module.path, at=target.at, operands=(value,)), state)


def _one_of(ev: Evaluator, owner: Cls, target: ir.Member, value: Value, scope: Scope) -> Value:
    """What a class holds once it was given several things: which of them, its configuration decides at run time."""
    current = owner.statics.get(target.property)
    if not isinstance(current, Obj | Choice) or not isinstance(value, Obj) or current is value:
        return value
    held = [one.value for one in current.alternatives] if isinstance(current, Choice) else [current]
    kinds = [one.cls.definition if isinstance(one, Obj) and one.cls is not None else None for one in held]
    if value.cls is None or value.cls.definition in kinds:
        return current
    unsettled = ev.blind(scope.module.path, target.at, "which of several implementations is used is configured")
    setting = f"static:{scope.module.path}:{owner.definition.name}.{target.property}"
    return new_choice([Alternative(one, _picked(one, setting, unsettled)) for one in (*held, value)])


def _picked(instance: Value, setting: str, unsettled: Fact) -> Facts:
    """What is known where this instance is the one in use."""
    name = instance.cls.definition.name if isinstance(instance, Obj) and instance.cls is not None else ""
    return frozenset({unsettled, configured(setting, name, f"{name} is the one configured")})


def _with_property(owner: Value, name: str, value: Value) -> Value:
    """The owner with one property more; one set on something from outside, such as ``req.user``, is kept beside it."""
    if isinstance(owner, Obj) and owner.cls is None:
        return Obj({**owner.props, name: value}, owner.rest)
    if isinstance(owner, Choice):
        each = tuple(Alternative(_with_property(one.value, name, value), one.facts) for one in owner.alternatives)
        changed = any(new.value is not old.value for new, old in zip(each, owner.alternatives, strict=True))
        return Choice(owner.id, each) if changed else owner
    return Obj({name: value}, (owner,)) if isinstance(owner, Input | External | Derived | Unknown) else owner
