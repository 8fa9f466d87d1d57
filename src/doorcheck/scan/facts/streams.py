"""Streams and promises that are made by hand: what comes out of them is what their functions put in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doorcheck.scan.facts import limits
from doorcheck.scan.facts.collecting import records_in
from doorcheck.scan.facts.proofs import Fact
from doorcheck.scan.facts.state import State
from doorcheck.scan.facts.values import (
    ANYTHING,
    UNDEFINED,
    Const,
    Derived,
    External,
    Fn,
    Input,
    Native,
    Obj,
    Row,
    Session,
    Unknown,
    Value,
    made_from,
)  # fmt: skip

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

    rejected: set[Fact] = set()

    def reject(ev: Evaluator, given: tuple[Value, ...], state: State, at: int, file: str) -> Value:
        del ev, given, at, file
        rejected.update(limits.exceeded(state.facts))
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
            parts.append(ev.call_back(value, (taking, Native("rejects", reject)), state, at, file))
    limits.throw_beyond(ev, rejected, state)
    return Unknown(None, tuple(parts))


def buffer(ev: Evaluator, arguments: tuple[Value, ...], state: State, at: int, file: str) -> Value:
    """``Buffer.from(…)``: of a text in base64 the bytes that were sent in it."""
    del ev, state, at, file
    coded = len(arguments) > 1 and isinstance(arguments[1], Const) and arguments[1].value in {"base64", "base64url"}
    return Derived("text", (Derived("bytes", arguments[:1]),) if coded else arguments)


_MAX_PARTS = 80


def body_in(value: Value) -> Input | None:
    """The body, where a text was put together from the chunks of its stream and from nothing else.

    None where a library had a hand in it: what comes out of a decryption is not what was sent.
    """
    parts = made_from(value, _MAX_PARTS)
    sent = [part for part in parts if isinstance(part, Input)]
    others = any(isinstance(part, Row | Session | External) for part in parts)
    if others or not sent or not all(_is_of_body(part) for part in sent):
        return None
    return Input("body")


def _is_of_body(part: Input) -> bool:
    return part.channel == "body" and all(name in _CHUNKS for name in part.path)


_CHUNKS = frozenset({"[]", "value"})
