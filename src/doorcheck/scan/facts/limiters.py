"""Limiters of libraries: what their answers say of a call."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from doorcheck.scan.facts import counters, limits
from doorcheck.scan.facts.proofs import LIMITER, Fact
from doorcheck.scan.facts.state import State, new_choice
from doorcheck.scan.facts.values import (
    ANYTHING,
    Alternative,
    Branch,
    Const,
    Derived,
    Effect,
    External,
    Native,
    Obj,
    Promise,
    Test,
    Value,
)

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator
    from doorcheck.scan.knowledge.rows import Limiter


def ask(
    ev: Evaluator, row: Limiter, callee: External, arguments: tuple[Value, ...], state: State, at: int, file: str
) -> Value:
    """What asking a limiter gives."""
    source = limits.MEMORY if row.memory else LIMITER
    fact = limits.within(row.counts, file, at, row.says, source)
    ev.attempts.add(fact)
    name = ".".join([part for part in callee.path if part not in {"()", "default"}][-2:])
    effect = Effect("limiter", writes=False, says=f"limiter {name}", file=file, at=at, operands=_keys(row, arguments))
    ev.happen(effect, state)
    if row.throws:
        limits.throw_beyond(ev, (limits.beyond(fact),), state)
        value: Value = Derived("call", (callee, *arguments))
    elif row.within or row.beyond or row.words or row.left:
        value = _answer(row, fact, (callee, *arguments))
    else:
        value = _told(fact, arguments)
    return Promise(value) if row.promise else value


def _keys(row: Limiter, arguments: tuple[Value, ...]) -> tuple[Value, ...]:
    return arguments if row.key is not None else ()


def _told(fact: Fact, parts: tuple[Value, ...], *, within: bool = True) -> Test:
    """A boolean that is true for a call within the limit, or for one beyond it."""
    yes, no = Branch(frozenset({fact})), Branch(frozenset({limits.beyond(fact)}))
    return Test((yes,), (no,), parts) if within else Test((no,), (yes,), parts)


def _answer(row: Limiter, fact: Fact, parts: tuple[Value, ...]) -> Obj:
    """An object with members that tell; whatever else it has is made of the call."""
    props: dict[str, Value] = {}
    for path in row.within:
        _put(props, path, _told(fact, parts))
    for path in row.beyond:
        _put(props, path, _told(fact, parts, within=False))
    for path in row.left:
        _put(props, path, Derived(counters.ASKED, parts))
    for each in row.words:
        path, _, word = each.partition("=")
        over = Alternative(Const(word), frozenset({limits.beyond(fact)}))
        _put(props, path, new_choice([over, Alternative(Derived("call", ()), frozenset({fact}))]))
    return Obj(props, (Derived("call", parts),))


def _put(props: dict[str, Value], path: str, value: Value) -> None:
    """Put a value where a path of members leads to; the last of them may be called."""
    *before, last = path.split(".")
    for name in before:
        inner = props.get(name)
        if not isinstance(inner, Obj):
            inner = props[name] = Obj({}, (ANYTHING,))
        props = inner.props
    if last.endswith("()"):
        props[last.removesuffix("()")] = Native(last, _giving(value))
    else:
        props[last] = value


def _giving(value: Value) -> Callable[..., Value]:
    def give(ev: Evaluator, arguments: tuple[Value, ...], state: State, at: int, file: str) -> Value:
        del ev, arguments, state, at, file
        return value

    return give
