"""Calls that are made for a log alone: nobody heeds what they give, only what they do on the way.

``console.log(format(user))``: where a function does nothing at all, whatever plain data it is given, then it is not
followed again for every text and record that somebody logs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from doorcheck.scan.facts.caught import Caught
from doorcheck.scan.facts.proofs import ProofKind
from doorcheck.scan.facts.secret_names import is_secret
from doorcheck.scan.facts.shapes import CONTEXT_FRAME
from doorcheck.scan.facts.state import State
from doorcheck.scan.facts.values import (
    ANYTHING,
    Arr,
    Choice,
    Const,
    Derived,
    Env,
    External,
    Fn,
    Input,
    Obj,
    Promise,
    Reply,
    Row,
    Session,
    Test,
    Unknown,
    Value,
    made_from,
)  # fmt: skip
from doorcheck.scan.knowledge.rows import Log, Sink

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator, Outcome

UNHEEDED = "unheeded"
"""The ``how`` of what such a call gives: something made of what it was given."""
MAX_PARTS = 200
MAX_DEEP = 20
_OF_DATA = frozenset(
    {ProofKind.OWNED, ProofKind.ROLE, ProofKind.WITHIN, ProofKind.CHECKED, ProofKind.CLAIMED, ProofKind.SENT}
    | {ProofKind.ASKED_FOR, ProofKind.METHOD, ProofKind.BOUNDED, ProofKind.LIMITED, ProofKind.ERROR}
)
"""Tests of what is known already: of those on which nothing hangs but what is logged, nobody has to know."""
_PLAIN = (Caught, Const, Obj, Arr, Choice, Promise, Derived, Unknown, Input, Env, Session, Row, Reply, Test)


def is_log(ev: Evaluator, target: Value, name: str) -> bool:
    """Whether a method only writes down what it is given: the console's, or that of a library for telemetry."""
    if not isinstance(target, External):
        return False
    if target.package == "js":
        return target.path == ("console",)
    row = ev.knowledge.match(target.package, (*target.path, name, "()"))
    return isinstance(row, Log) or (isinstance(row, Sink) and row.kind == "telemetry")


def given(ev: Evaluator, fn: Fn, arguments: Sequence[Value], state: State) -> Value | None:
    """What a call for a log gives, known only by what it was made of; None where the call has to be followed."""
    if (
        _holds_secret(ev, fn, arguments)
        or not _may_be_quiet(ev, fn, state)
        or not all(_is_plain(ev, argument) for argument in arguments)
    ):
        return None
    outcome = _given_anything(ev, fn, len(arguments))
    if outcome is None or not _does_nothing(outcome):
        return None
    if outcome.throws:
        ev.may_throw(state)
    ev.program.touched |= outcome.touched
    ev.options.seen |= outcome.options
    made = Derived(UNHEEDED, tuple(arguments))
    return Promise(made) if fn.function.is_async else made


def _holds_secret(ev: Evaluator, fn: Fn, arguments: Sequence[Value]) -> bool:
    """Whether something by the name of a secret is handed over, or known to a closure: what becomes of it is worth
    knowing."""
    known = [value for frame in fn.parents for value in ev.captured.get(frame, {}).values()]
    return any(
        isinstance(part, Input | Row | Session) and bool(part.path) and is_secret(ev.knowledge.words, part.path[-1])
        for value in (*arguments, *known)
        for part in made_from(value, MAX_PARTS)
    )


def holds_code(ev: Evaluator, value: Value) -> bool:
    """Whether a value that cannot be called as it stands may have something in it that can."""
    if isinstance(value, Fn | External):
        return False
    return any(not is_data(ev, part) for part in made_from(value, MAX_PARTS))


def _may_be_quiet(ev: Evaluator, fn: Fn, state: State) -> bool:
    live = any(frame in state.frames for frame in fn.parents) or bool(state.frames.get(CONTEXT_FRAME))
    near = len(ev.active) < MAX_DEEP and id(fn.function) not in ev.active
    return near and not live and fn.this is None and not fn.function.generator


def _is_plain(ev: Evaluator, value: Value) -> bool:
    parts = made_from(value, MAX_PARTS)
    return len(parts) < MAX_PARTS and all(is_data(ev, part) for part in parts)


def is_data(ev: Evaluator, value: Value) -> bool:
    """Whether a value by itself, whatever is in it, is no code and has no methods but those that the language gives."""
    if isinstance(value, Obj):
        return value.cls is None
    if isinstance(value, Unknown):
        return value.fact is None  # what could not be followed may be anything
    if isinstance(value, External):
        return value.package in {"js", "link"} or ev.knowledge.pure(value.package)
    return isinstance(value, _PLAIN)


def _given_anything(ev: Evaluator, fn: Fn, count: int) -> Outcome | None:
    """The outcome of a function of which no argument is known; None where something in it could not be followed."""
    key = "unheeded", id(fn.function), fn.module.path, fn.parents, count
    known = ev.of_unknown.get(key)
    if known is not None:
        return known
    lost, met = ev.lost, (ev.cycles, ev.route_questions)
    # what is kept of the functions called on the way says whether something was lost in them, and so is kept apart
    ev.unknowing, ev.memo, memo = ev.unknowing + 1, ev.of_unknown, ev.memo
    ev.active.append(id(fn.function))
    try:
        outcome = ev.outcome_of(fn, [ANYTHING] * count, None)
    finally:
        ev.active.pop()
        ev.unknowing, ev.memo = ev.unknowing - 1, memo
    if (ev.cycles, ev.route_questions) != met:
        ev.of_unknown.clear()
        return None
    outcome.lost = ev.lost != lost
    ev.of_unknown[key] = outcome
    return outcome


def _does_nothing(outcome: Outcome) -> bool:
    refuses = any(isinstance(failed, Value) for failed in outcome.asides.failed)
    asked = any(fact.kind not in _OF_DATA for fact in outcome.attempts)
    told = outcome.happenings or asked or outcome.reads or refuses or outcome.common or outcome.asides.logged
    return outcome.returns and not told and not outcome.lost
