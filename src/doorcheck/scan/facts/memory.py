"""What a server knows by itself: the present time, and what it keeps in its own memory from call to call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doorcheck.scan.facts.values import Derived, External, Value

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator
    from doorcheck.scan.facts.state import State

NOW, MAP, LEAST = "now", "map", "least"
"""The present time, a map that begins empty, and a part of a number that is no more than another. Each is the ``how``
of a Derived."""
_CACHES = frozenset({"lru-cache", "quick-lru", "node-cache", "memory-cache", "@isaacs/ttlcache", "tiny-lru"})


def date(ev: Evaluator, arguments: tuple[Value, ...], state: State, at: int, file: str) -> Value:
    """``new Date()``, ``Date.now()``; a number or a date where one is given."""
    del ev, state, at, file
    return Derived("number" if arguments else NOW, arguments)


def least(ev: Evaluator, arguments: tuple[Value, ...], state: State, at: int, file: str) -> Value:
    """``Math.min(number, 100)``: a number that is no more than another."""
    del ev, state, at, file
    return Derived("number", (*arguments, Derived(LEAST, ())))


def new_map(ev: Evaluator, arguments: tuple[Value, ...], state: State, at: int, file: str) -> Value:
    """``new Map()``."""
    del ev, state, at, file
    return Derived("call" if arguments else MAP, arguments)


def is_memory(value: Value) -> bool:
    """Whether this is what a server keeps for itself, in a map or a cache of its own."""
    if isinstance(value, External):
        return value.package in _CACHES
    return isinstance(value, Derived) and value.how == MAP
