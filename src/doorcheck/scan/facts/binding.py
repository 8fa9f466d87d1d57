"""Giving variables their values: parameters, patterns and assignments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from doorcheck.scan.facts import assigning, members, records
from doorcheck.scan.facts.modules import LoadedModule
from doorcheck.scan.facts.proofs import NOTHING
from doorcheck.scan.facts.state import State, either, new_choice
from doorcheck.scan.facts.truth import certain, nullness
from doorcheck.scan.facts.values import (
    ABSENT,
    ANYTHING,
    UNDEFINED,
    Alternative,
    Arr,
    Const,
    Derived,
    External,
    Fn,
    Input,
    Obj,
    Promise,
    Unknown,
    Value,
)  # fmt: skip
from doorcheck.scan.syntax import ir

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator, Scope


def bind_parameters(
    ev: Evaluator, function: ir.Function, arguments: Sequence[Value], state: State, scope: Scope
) -> None:
    """Bind a call's arguments; a missing one takes its default, or what its type says, or stays undefined."""
    from doorcheck.scan.facts.expressions import evaluate  # noqa: PLC0415 - expressions hold functions and the reverse

    for position, parameter in enumerate(function.parameters):
        if parameter.rest:
            bind(ev, parameter.pattern, Arr(tuple(arguments[position:])), state, scope)
            break
        value = arguments[position] if position < len(arguments) else UNDEFINED
        if isinstance(value, Obj) and isinstance(parameter.pattern, ir.PatternObject):
            value = _with_absences(value, parameter.pattern)
        if value is UNDEFINED and parameter.default is not None:
            value = evaluate(ev, parameter.default, state, scope)
        if isinstance(value, Unknown) and value.fact is None:
            value = by_annotation(ev, parameter.annotation) or value
        bind(ev, parameter.pattern, value, state, scope)


def _with_absences(value: Obj, pattern: ir.PatternObject) -> Obj:
    """An object as its receiver takes it apart: what it does not have is really not there."""
    if value.rest or value.cls is not None:
        return value
    missing = {p.key: ABSENT for p in pattern.properties if isinstance(p.key, str) and p.key not in value.props}
    return Obj({**value.props, **missing}) if missing else value


def by_annotation(ev: Evaluator, annotation: str) -> Value | None:
    """What a type annotation alone says of a value."""
    known = ev.knowledge.types.get(annotation.strip())
    return External(known[0], known[1]) if known is not None else None


def bind(ev: Evaluator, pattern: ir.Pattern, value: Value, state: State, scope: Scope) -> None:
    """Bind the names of a pattern in the innermost frame."""
    if isinstance(pattern, ir.PatternName):
        if scope.frames:
            state.write(scope.frames[0], pattern.id, value)
    elif isinstance(pattern, ir.PatternDefault):
        bind(ev, pattern.pattern, _or_default(ev, value, pattern.default, state, scope), state, scope)
    elif isinstance(pattern, ir.PatternObject):
        _bind_object(ev, pattern, value, state, scope)
    elif isinstance(pattern, ir.PatternArray):
        _bind_array(ev, pattern, value, state, scope)
    else:
        assign(ev, pattern, value, state, scope)


def _or_default(ev: Evaluator, value: Value, default: ir.Expression, state: State, scope: Scope) -> Value:
    from doorcheck.scan.facts.expressions import evaluate  # noqa: PLC0415 - expressions hold patterns and the reverse

    there, absent = nullness(value, state)
    if isinstance(value, Const) and value.value is None:
        return value
    if not absent:
        return value
    other = evaluate(ev, default, state, scope)
    if not there:
        return other
    return new_choice([Alternative(value, certain(there)), Alternative(other, NOTHING)])


def _bind_object(ev: Evaluator, pattern: ir.PatternObject, value: Value, state: State, scope: Scope) -> None:
    value = value.value if isinstance(value, Promise) else value
    taken: list[str] = []
    for prop in pattern.properties:
        if isinstance(prop.key, str):
            taken.append(prop.key)
            part = members.member(ev, value, prop.key, state, scope, 0)
        else:
            part = Derived("member", (value,))
        bind(ev, prop.pattern, part, state, scope)
    if pattern.rest is not None:
        rest = records.without(value, taken)
        bind(ev, pattern.rest, rest, state, scope)


def _bind_array(ev: Evaluator, pattern: ir.PatternArray, value: Value, state: State, scope: Scope) -> None:
    value = value.value if isinstance(value, Promise) else value
    for position, part in enumerate(pattern.items):
        if part is not None:
            bind(ev, part, members.item(ev, value, position, state), state, scope)
    if pattern.rest is not None:
        rest = Arr(value.items[len(pattern.items) :], value.rest) if isinstance(value, Arr) else value
        bind(ev, pattern.rest, rest, state, scope)


def assign(ev: Evaluator, pattern: ir.Pattern, value: Value, state: State, scope: Scope) -> None:
    """Assign to existing variables or to a member of an object."""
    if isinstance(pattern, ir.PatternName):
        _assign_name(ev, pattern.id, value, state, scope)
    elif isinstance(pattern, ir.PatternTarget):
        assigning.assign_member(ev, pattern.target, value, state, scope)
    elif isinstance(pattern, ir.PatternObject):
        for prop in pattern.properties:
            key = prop.key if isinstance(prop.key, str) else ""
            assign(ev, prop.pattern, members.member(ev, value, key, state, scope, 0), state, scope)
    elif isinstance(pattern, ir.PatternArray):
        for position, part in enumerate(pattern.items):
            if part is not None:
                assign(ev, part, members.item(ev, value, position, state), state, scope)
    elif isinstance(pattern, ir.PatternDefault):
        assign(ev, pattern.pattern, value, state, scope)


def _assign_name(ev: Evaluator, name: str, value: Value, state: State, scope: Scope) -> None:
    for frame in scope.frames:
        variables = ev.frame(state, frame)
        if variables is not None and name in variables:
            state.write(frame, name, value)
            return
    _assign_module_variable(scope.module, name, value)


def _assign_module_variable(module: LoadedModule, name: str, value: Value) -> None:
    """A module's own state outlives the request: it may hold what it began with or what was assigned."""
    if name not in module.variables:
        return
    current = module.constants.get(name)
    if isinstance(current, Const) or current is None:
        module.constants[name] = value if isinstance(value, External | Fn) else Unknown()
    elif isinstance(current, External | Fn | Unknown):
        return
    elif isinstance(current, Value):
        module.constants[name] = either(current, ANYTHING)


def argument_of(annotation: str, position: int, name: str) -> Input:
    """What a server action's parameter receives from its caller."""
    channel = "form" if "FormData" in annotation else "argument"
    return Input(channel, () if channel == "form" else (name or str(position),))
