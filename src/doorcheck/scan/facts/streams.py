"""Streams and promises that are made by hand: what comes out of them is what their functions put in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doorcheck.scan.facts.collecting import records_in
from doorcheck.scan.facts.state import State
from doorcheck.scan.facts.values import ANYTHING, UNDEFINED, Fn, Native, Obj, Unknown, Value

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator


def made(ev: Evaluator, arguments: tuple[Value, ...], state: State, at: int, file: str) -> Value:
    """``new ReadableStream({ start(controller) { … } })``, ``new Promise((resolve) => …)``.

    It is made of what the functions give back, and of the records they hand to ``enqueue`` or ``resolve``.
    """
    parts: list[Value] = []

    def take(ev: Evaluator, given: tuple[Value, ...], state: State, at: int, file: str) -> Value:
        del ev, state, at, file
        parts.extend(value for value in given[:1] if records_in(value))
        return UNDEFINED

    taking = Native("takes what comes out", take)
    controller = Obj({"enqueue": taking}, (ANYTHING,))
    for value in arguments:
        if isinstance(value, Obj):
            for name, fn in value.props.items():
                given = (ANYTHING, controller) if name == "transform" else (controller, ANYTHING)
                if isinstance(fn, Fn):
                    parts.append(ev.call_back(fn, given, state, at, file))
        elif isinstance(value, Fn):
            parts.append(ev.call_back(value, (taking, ANYTHING), state, at, file))
    return Unknown(None, tuple(parts))
