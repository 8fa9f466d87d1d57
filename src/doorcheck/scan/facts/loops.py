"""Loops over lists that the code itself writes down: they are followed turn by turn, and none is left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from doorcheck.scan.facts import binding
from doorcheck.scan.facts.evaluator import Exit
from doorcheck.scan.facts.state import State, merge
from doorcheck.scan.facts.values import Arr, Const, Value
from doorcheck.scan.syntax import ir

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator, Scope

MAX_TURNS = 4
_Body = Callable[[list[State], list[Exit]], list[State]]


def turns_of(items: Value) -> tuple[Value, ...]:
    """The elements of a list of which each is known, where there are few; nothing where they are not."""
    few = isinstance(items, Arr) and not items.rest and len(items.items) <= MAX_TURNS
    return items.items if few and isinstance(items, Arr) else ()


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
