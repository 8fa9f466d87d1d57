"""What ``new`` makes of a class, and of what is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from doorcheck.scan.facts import libraries
from doorcheck.scan.facts.calls import run_callbacks
from doorcheck.scan.facts.state import State
from doorcheck.scan.facts.values import (
    ANYTHING,
    Choice,
    Cls,
    Const,
    Derived,
    External,
    Fn,
    Obj,
    Unknown,
    Value,
)  # fmt: skip

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator, Scope

_MAX_DEEP = 20


def construct(ev: Evaluator, callee: Value, arguments: tuple[Value, ...], state: State, at: int, scope: Scope) -> Value:
    """What ``new callee(arguments)`` gives."""
    file = scope.module.path
    if isinstance(callee, Cls):
        instance = Obj({}, (), callee)
        initialise(ev, callee, instance, arguments, state, at, file)
        return instance
    if isinstance(callee, External):
        return libraries.call(ev, callee, arguments, state, at, file, scope, new=True)
    if isinstance(callee, Choice):
        for alternative in callee.alternatives:
            if isinstance(alternative.value, Cls | External):
                return construct(ev, alternative.value, arguments, state, at, scope)
    run_callbacks(ev, arguments, state, at, file, ANYTHING)
    ev.lost += bool(ev.unknowing)
    return Unknown(callee.fact if isinstance(callee, Unknown) else None, arguments)


def initialise(
    ev: Evaluator, cls: Cls, instance: Obj, arguments: Sequence[Value], state: State, at: int, file: str
) -> None:
    """Set an instance's fields and run its constructor."""
    if not _is_error(cls):
        _run_constructor(ev, cls, instance, arguments, state, at, file)
        return
    # What an error carries is made from its arguments. What its constructor makes of them is worth knowing where they
    # are literals: a status by the error's code, a message by its name.
    if all(isinstance(argument, Const) for argument in arguments) and len(ev.active) < _MAX_DEEP:
        _run_constructor(ev, cls, instance, arguments, state, at, file)
    instance.rest = (Derived("error", tuple(arguments)),)


def _run_constructor(
    ev: Evaluator, cls: Cls, instance: Obj, arguments: Sequence[Value], state: State, at: int, file: str
) -> None:
    from doorcheck.scan.facts.evaluator import Scope  # noqa: PLC0415 - the evaluator makes calls
    from doorcheck.scan.facts.expressions import evaluate  # noqa: PLC0415 - expressions hold calls and the reverse

    constructor = next((m for m in cls.definition.methods if m.name == "constructor"), None)
    if constructor is None and isinstance(cls.superclass, Cls) and len(ev.active) < _MAX_DEEP:
        initialise(ev, cls.superclass, instance, arguments, state, at, file)
    inner = Scope(cls.module, cls.parents, instance)
    for field in cls.definition.fields:
        if not field.static:
            instance.props[field.name] = (
                evaluate(ev, field.value, state, inner) if field.value is not None else ANYTHING
            )
    if constructor is not None:
        function = cls.module.summary.functions[constructor.index]
        ev.invoke(Fn(cls.module, function, cls.frame, cls.parents, instance), arguments, state, at, file, instance)


def _is_error(cls: Value | None) -> bool:
    for _ in range(8):
        if isinstance(cls, External):
            return cls.path[-1:] == ("Error",)
        if not isinstance(cls, Cls):
            return False
        cls = cls.superclass
    return False
