"""Loops over lists in which the code puts what it was sent: they are followed turn by turn, and none is left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from doorcheck.scan.facts import binding, texts
from doorcheck.scan.facts.evaluator import Exit
from doorcheck.scan.facts.provenance import marks
from doorcheck.scan.facts.state import State, merge
from doorcheck.scan.facts.values import Arr, Const, Value
from doorcheck.scan.syntax import ir

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator, Scope

MAX_TURNS = 4
_Body = Callable[[list[State], list[Exit]], list[State]]


def turns_of(items: Value) -> tuple[Value, ...]:
    """The elements of a list into which the code put what the caller sent, or of an object's entries; nothing where
    there are many, or others.

    What is known of each part of the request depends on its own turn: of other lists, one turn tells enough.
    """
    if not isinstance(items, Arr) or items.rest:
        return ()
    if texts.are_entries(items.items):
        return items.items
    if len(items.items) > MAX_TURNS:
        return ()
    sent = any(mark[0] == "input" for item in items.items for mark in marks(item))
    return items.items if sent else ()


def followed(
    ev: Evaluator,
    pattern: ir.Pattern,
    turns: tuple[Value, ...],
    state: State,
    scope: Scope,
    exits: list[Exit],
    body: _Body,
) -> list[State]:
    """The paths that come out of a loop over these elements, one turn after the other."""
    current, left = [state], list[State]()
    for turn in turns:
        for each in current:
            binding.bind(ev, pattern, turn, each, scope)
        own: list[Exit] = []
        current = body(merge(current), own)
        exits.extend(exit_ for exit_ in own if exit_.how != "jump")
        for exit_ in own:
            if exit_.how == "jump":
                (left if _is_break(exit_) else current).append(exit_.state)
        if not current:
            break
    return [*left, *current]


def _is_break(exit_: Exit) -> bool:
    return isinstance(exit_.value, Const) and exit_.value.value == "break"


def adds_up_differences(body: list[ir.Statement]) -> bool:
    """Whether a loop compares byte by byte, as in ``difference |= a[i] ^ b[i]``: of no bytes nothing would be known."""
    steps = (
        each.expression for each in body if isinstance(each, ir.Evaluate) and isinstance(each.expression, ir.Assign)
    )
    return any(
        step.operator == "|=" and isinstance(step.value, ir.Binary) and step.value.operator == "^" for step in steps
    )
