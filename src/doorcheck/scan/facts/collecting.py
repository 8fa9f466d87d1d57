"""Lists, maps and objects that are filled step by step: what a record is put into holds it from then on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from doorcheck.scan.facts import replies
from doorcheck.scan.facts.built import filled
from doorcheck.scan.facts.provenance import Marks, marks
from doorcheck.scan.facts.state import State, new_choice
from doorcheck.scan.facts.values import (
    Alternative,
    Arr,
    Choice,
    Derived,
    Input,
    Obj,
    Unknown,
    Value,
)  # fmt: skip
from doorcheck.scan.syntax import ir

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator, Scope

ADDING = frozenset({"push", "unshift", "add", "set", "append", "splice"})
_OF_LISTS = frozenset({"push", "unshift", "splice"})
_MAX_KEPT = 8
YIELDED = "*yielded"
"""The variable of a generator's frame that holds what it has yielded; no name in source code is like it."""


def collect(
    ev: Evaluator, node: ir.Expression, owner: Value, name: str, given: Sequence[Value], state: State, scope: Scope
) -> None:
    """``list.push(record)``, ``map.set(key, record)``, ``object[key] = record``: the variable gets a fuller copy.

    Only records are kept, and what the caller sent: what an answer gives away is told by them, and what is used.
    """
    if isinstance(node, ir.Member) and node.property == "headers" and _set_header(ev, node, name, given, state, scope):
        return
    fuller = filled(owner, name, given)
    if fuller is None and (fuller := replies.filled(owner, name, tuple(given))) is not None:
        replies.note_if_answered(state, given[0], given[1])
    if fuller is None:
        added = [value for value in given if kept_of(value)]
        fuller = _with(owner, name, added) if added else None
    if fuller is None:
        return
    if isinstance(node, ir.Name):
        replace_variable(ev, node.id, fuller, state, scope)
    elif isinstance(node, ir.Member) and isinstance(node.object, ir.Name | ir.This):
        _replace_member(ev, node, fuller, state, scope)


def _set_header(ev: Evaluator, node: ir.Member, name: str, given: Sequence[Value], state: State, scope: Scope) -> bool:
    """``response.headers.set(name, value)``: the response gets it, and the path remembers that one did."""
    from doorcheck.scan.facts.expressions import evaluate  # noqa: PLC0415 - expressions hold calls and the reverse

    holder = evaluate(ev, node.object, state, scope)
    if len(given) != 2 or isinstance(holder, Input) or (isinstance(holder, Obj) and not replies.is_onward(holder)):
        return False
    replies.note(state, given[0], given[1])
    changed = replies.with_headers(holder, name, tuple(given))
    if changed is not None and isinstance(node.object, ir.Name):
        replace_variable(ev, node.object.id, changed, state, scope)
    return True


def keep_yielded(ev: Evaluator, value: Value, state: State, scope: Scope) -> None:
    """What a generator yields is what looping over it gives."""
    frame = scope.frames[0] if scope.frames else None
    variables = ev.frame(state, frame) if frame is not None else None
    if frame is None or variables is None or not kept_of(value):
        return
    held = variables.get(YIELDED, Arr(()))
    fuller = _with(held, "push", [value])
    if fuller is not None:
        state.write(frame, YIELDED, fuller)


def records_in(value: Value) -> Marks:
    """The marks of the records that a value is made from."""
    return frozenset(mark for mark in marks(value) if mark[0] == "row")


def kept_of(value: Value) -> Marks:
    """The marks of the records, and of the parts of the request, that a value is made from."""
    return frozenset(mark for mark in marks(value) if mark[0] in {"row", "input"})


def _with(owner: Value, name: str, added: list[Value]) -> Value | None:
    """The collection with what was added; None where it is none, or holds the like already."""
    held = kept_of(owner)
    fresh = [value for value in added if not kept_of(value) <= held]
    if not fresh:
        return None
    if isinstance(owner, Arr) and len(owner.rest) < _MAX_KEPT:
        return Arr(owner.items, (*owner.rest, *fresh))
    if isinstance(owner, Obj) and owner.cls is None and len(owner.rest) < _MAX_KEPT:
        return Obj(owner.props, (*owner.rest, *fresh))
    if isinstance(owner, Choice):
        return _with_each(owner, name, fresh)
    if isinstance(owner, Derived) and owner.how == "call":
        return Derived("call", (owner, *fresh))  # new Map(), new Set()
    if isinstance(owner, Unknown | Derived) and name in _OF_LISTS:
        return Unknown(owner.fact if isinstance(owner, Unknown) else None, (owner, *fresh))
    return None


def _with_each(owner: Choice, name: str, added: list[Value]) -> Value:
    each = [Alternative(_with(one.value, name, added) or one.value, one.facts) for one in owner.alternatives]
    return new_choice(each)


def replace_variable(ev: Evaluator, name: str, value: Value, state: State, scope: Scope) -> None:
    """Set the nearest variable of this name, on this path alone."""
    for frame in scope.frames:
        variables = ev.frame(state, frame)
        if variables is not None and name in variables:
            state.write(frame, name, value)
            return


def _replace_member(ev: Evaluator, node: ir.Member, value: Value, state: State, scope: Scope) -> None:
    from doorcheck.scan.facts.expressions import evaluate  # noqa: PLC0415 - expressions hold members and the reverse

    holder = evaluate(ev, node.object, state, scope)
    if not isinstance(holder, Obj):
        return
    if holder.cls is not None:
        holder.props[node.property] = value
    elif isinstance(node.object, ir.Name):
        replace_variable(ev, node.object.id, Obj({**holder.props, node.property: value}, holder.rest), state, scope)
