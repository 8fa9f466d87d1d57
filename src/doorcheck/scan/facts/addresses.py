"""Where a call comes from: what the platform says of it, and what the caller does."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from doorcheck.scan.facts.values import Choice, Const, Derived, Effect, Env, Input, Obj, Value, parts_of

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator
    from doorcheck.scan.facts.state import State
    from doorcheck.scan.knowledge.rows import Address

LAST = "last"
"""The ``how`` of the last of a list: of the addresses in a header it is the one that the nearest proxy has written."""
CHECKED_ADDRESS = "address"
"""The kind of the effect by which it is told that callers are let in by their address."""
_MAX_PARTS = 200


class Word(enum.Enum):
    """Whose word it is where a call comes from."""

    CALLERS = "caller's"
    PLATFORMS = "platform's"


@dataclass(frozen=True, slots=True)
class Told:
    """By whose word an address is known, and by what in words."""

    word: Word
    says: str


def tells_where_from(ev: Evaluator, value: Input) -> bool:
    """Whether this part of the request says from which address it came, whoever wrote it there."""
    if value.channel == "address":
        return True
    name = _header(value)
    words = ev.knowledge.words
    return name in words["forwarded_headers"] or name in words["address_headers"]


def told_by(words: Mapping[str, frozenset[str]], values: Iterable[Value]) -> Told | None:
    """Whose word the address is that these values are made of; None where there is none in them.

    Of several that stand in for each other the first decides: it is there on the platform that the code is for.
    """
    for value, last in _in_order(values):
        if isinstance(value, Derived) and value.how == "lookup" and _is_configured(value):
            return Told(Word.PLATFORMS, "the header that the deployment names")
        if not isinstance(value, Input):
            continue
        if value.channel == "address":
            return Told(Word.PLATFORMS, "the address that the platform tells")
        name = _header(value)
        if name in words["address_headers"]:
            return Told(Word.PLATFORMS, f"the header {name}, which the platform sets")
        if name in words["forwarded_headers"]:
            if last:
                return Told(Word.PLATFORMS, f"the last entry of {name}, which the nearest proxy has added")
            return Told(Word.CALLERS, f"the header {name}")
    return None


def _header(value: Input) -> str:
    return value.path[0].lower() if value.channel == "header" and value.path else ""


def _is_configured(value: Derived) -> bool:
    return any(isinstance(part, Env) for part in value.parts)


def _in_order(values: Iterable[Value]) -> Iterator[tuple[Value, bool]]:
    """The values and what they are made from, in the order in which they are written, and whether it is the last of a
    list that is taken of it."""
    stack = [(value, False) for value in reversed(list(values))]
    for _ in range(_MAX_PARTS):
        if not stack:
            return
        value, last = stack.pop()
        yield value, last
        if isinstance(value, Derived) and value.how == "lookup":
            continue
        last = last or (isinstance(value, Derived) and value.how == LAST)
        stack.extend((part, last) for part in reversed(parts_of(value)))


def last_of(target: Value, name: str, arguments: tuple[Value, ...]) -> Value | None:
    """``list.pop()``, ``list.at(-1)`` of what a text was split into; None for anything else."""
    if not isinstance(target, Derived):
        return None
    first = arguments[0] if arguments else None
    from_end = name == "at" and isinstance(first, Const) and isinstance(first.value, float) and first.value < 0
    return Derived(LAST, (target,)) if from_end or (name == "pop" and not arguments) else None


def asked(ev: Evaluator, collection: Value, item: Value, state: State | None, file: str, at: int) -> None:
    """Note that callers are let in or turned away by the address that they call from."""
    if state is None or not isinstance(item, Derived | Input | Choice) or isinstance(collection, Input | Obj):
        return
    if told_by(ev.knowledge.words, (item,)) is not None:
        says = "asks for the caller's address"
        ev.tell(Effect(CHECKED_ADDRESS, writes=True, says=says, file=file, at=at, operands=(item,)), state)


def from_library(
    ev: Evaluator, row: Address, callee: Value, arguments: tuple[Value, ...], state: State, at: int, file: str
) -> Value:
    """What a library says of where a call comes from: the header that it reads first."""
    del ev, callee, arguments, state, at, file
    return Input("header", (row.header,))
