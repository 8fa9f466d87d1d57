"""Follows a door as a stranger would call it, and keeps what every path showed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from doorcheck.scan.facts import binding, calls, chains, names, promises, replies
from doorcheck.scan.facts.addresses import CHECKED_ADDRESS
from doorcheck.scan.facts.asides import Asides
from doorcheck.scan.facts.evaluator import BudgetExceeded, Evaluator, Exit, Happening, PathEnds
from doorcheck.scan.facts.guesses import GUESS
from doorcheck.scan.facts.limits import COUNTED
from doorcheck.scan.facts.modules import LoadedModule
from doorcheck.scan.facts.options import OptionKey
from doorcheck.scan.facts.proofs import NOTHING, Fact, Facts
from doorcheck.scan.facts.state import State
from doorcheck.scan.facts.values import (
    Alternative,
    Choice,
    Effect,
    External,
    Fn,
    Input,
    Native,
    Obj,
    Promise,
    ReplyWriter,
    Unknown,
    Value,
)  # fmt: skip
from doorcheck.scan.syntax import positions

_MAX_NESTED = 4
ASIDE = frozenset({COUNTED, GUESS, CHECKED_ADDRESS})


@dataclass(frozen=True, slots=True)
class WayOut:
    """One way a door answers: the value, what is known then, and the reads nobody had vouched for by then."""

    how: str
    value: Value
    facts: Facts
    reads: tuple[Effect, ...]
    replied: tuple[Value, ...]
    refusal: bool
    at: tuple[str, int]
    sent: Value | None = None
    """The headers that were set on this way, on whichever response; see ``replies.header_on``."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What following a door showed. ``opaque`` says why it could not be followed at all."""

    ways_out: tuple[WayOut, ...] = ()
    happenings: tuple[Happening, ...] = ()
    counted: tuple[Happening, ...] = ()
    """Where a limit counts, and where a credential is tried: no operations, but what abuse is told by."""
    attempts: frozenset[Fact] = frozenset()
    asides: Asides = field(default_factory=Asides)
    """What may fail and is not caught, and what is written to logs."""
    opaque: str | None = None
    over_budget: bool = False
    only_strangers: bool = False
    """Whether nothing was followed past the point where the caller is known: all of it took too many steps."""
    own_handler: str | None = None
    touched: frozenset[str] = field(default_factory=frozenset)
    options: frozenset[OptionKey] = field(default_factory=frozenset)


def request_arguments() -> tuple[Value, ...]:
    """What Next.js passes to a route handler."""
    return (Input("request"), Obj({"params": Promise(Input("params"))}, (Input("request"),)))


def pages_arguments() -> tuple[Value, ...]:
    """What Next.js passes to a pages-API handler."""
    return (Input("request"), ReplyWriter())


def action_arguments(value: Value) -> tuple[Value, ...]:
    """What a caller may pass to a server action: anything, for each of its parameters."""
    if isinstance(value, Fn):
        given: list[Value] = []
        for number, parameter in enumerate(value.function.parameters):
            name = getattr(parameter.pattern, "id", "")
            given.append(binding.argument_of(parameter.annotation, number, name))
        return tuple(given)
    return tuple(Input("argument", (str(number),)) for number in range(4))


def follow(ev: Evaluator, value: Value, arguments: Sequence[Value], file: str, at: int) -> Trace:
    """The trace of calling this value from outside."""
    if isinstance(value, chains.OwnHandler):
        return Trace(own_handler=value.says)
    opaque = _opaque(value)
    if opaque is not None:
        return Trace(opaque=opaque)
    ev.start()
    ev.program.touched = set()
    over_budget = False
    exits: list[Exit] = []
    try:
        exits = _exits(ev, value, arguments, file, at)
    except BudgetExceeded:
        over_budget = True
    return Trace(
        ways_out=tuple(way for exit_ in exits for way in _ways_out(exit_, _file_of(value, file))),
        happenings=tuple(one for one in ev.happenings if one.effect.kind not in ASIDE),
        counted=tuple(one for one in ev.happenings if one.effect.kind in ASIDE),
        attempts=frozenset(ev.attempts),
        asides=ev.asides,
        over_budget=over_budget,
        touched=frozenset(ev.program.touched),
        options=frozenset(ev.options.seen),
    )


def follow_door(ev: Evaluator, value: Value, arguments: Sequence[Value], file: str, at: int) -> Trace:
    """The trace of a door; of what only strangers reach, where all that it does takes more steps than are granted."""
    trace = follow(ev, value, arguments, file, at)
    if not trace.over_budget:
        return trace
    # outcomes that leave something out are no facts about their functions, and other doors must not recall them
    ev.only_strangers, memo, ev.memo = True, ev.memo, {}
    try:
        return replace(follow(ev, value, arguments, file, at), only_strangers=True)
    finally:
        ev.only_strangers, ev.memo = False, memo


def _opaque(value: Value) -> str | None:
    if isinstance(value, Unknown):
        return value.fact.says if value.fact is not None else "this export could not be followed"
    if isinstance(value, External):
        name = ".".join(part for part in value.path if part != "()") or value.package
        return f"the handler is made by {name} of {value.package}, which doorcheck does not know"
    callable_ = Fn | Native | Choice | chains.Procedure
    return None if isinstance(value, callable_) else "this export is made in a way that could not be followed"


def _exits(ev: Evaluator, value: Value, arguments: Sequence[Value], file: str, at: int) -> list[Exit]:
    state = State()
    if isinstance(value, Fn):
        ev.active.append(id(value.function))
        try:
            exits = ev.exits_of(value, arguments, state, value.this)
        finally:
            ev.active.pop()
    else:
        try:
            result = calls.call_value(ev, value, arguments, state, at, file)
        except PathEnds as end:
            return [Exit("throw", end.value, state, at, end.refusal)]
        exits = [Exit("return", result, state, at)]
    for exit_ in exits:
        exit_.value = promises.awaited_value(ev, exit_.value, exit_.state, exit_.at, file)
    return exits


def _file_of(value: Value, file: str) -> str:
    """The file in which a handler's own ways out are: a wrapper's handler stands in the wrapper's."""
    return value.module.path if isinstance(value, Fn) else file


def _ways_out(exit_: Exit, file: str) -> list[WayOut]:
    state = exit_.state
    value = exit_.value.value if isinstance(exit_.value, Promise) else exit_.value
    alternatives = _alternatives(value, NOTHING, state, 0)
    return [
        WayOut(
            exit_.how,
            one.value,
            state.facts | one.facts,
            tuple(state.reads.values()),
            tuple(state.replied),
            exit_.refusal,
            (file, exit_.at),
            replies.sent(state),
        )
        for one in alternatives
    ]


def _alternatives(value: Value, facts: Facts, state: State, depth: int) -> list[Alternative]:
    """The single values an answer may be, each with what is known then."""
    if not isinstance(value, Choice) or depth > _MAX_NESTED:
        return [Alternative(value, facts)]
    kept = state.keep.get(value.id)
    found: list[Alternative] = []
    for number, one in enumerate(value.alternatives):
        if kept is None or number in kept:
            found.extend(_alternatives(one.value, facts | one.facts, state, depth + 1))
    return found


def handler_value(ev: Evaluator, module: LoadedModule, name: str) -> Value:
    """The value a module exports as a handler; unknown when making it takes more steps than one door is granted."""
    ev.start()
    try:
        value = names.export_value(ev, module, name)
    except (BudgetExceeded, RecursionError):
        return Unknown(
            ev.blind(module.path, positions.pack(0, 0), f"making the export {name} takes too many steps to follow")
        )
    return value.value if isinstance(value, Promise) else value


def is_callable_export(value: Value) -> bool:
    """Whether an export of a server-action file is something a client can call."""
    if isinstance(value, Native | chains.Procedure | Choice | Fn):
        return True
    if isinstance(value, External):
        return bool(value.path)
    return isinstance(value, Unknown)
