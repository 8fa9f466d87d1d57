"""What is true of one function, whoever calls it, by name: deduced by calling it with arguments nobody knows."""

from __future__ import annotations

import enum
from collections.abc import Sequence

from doorcheck.scan.facts import binding, names
from doorcheck.scan.facts.calls import call_value
from doorcheck.scan.facts.evaluator import BudgetExceeded, Evaluator, PathEnds
from doorcheck.scan.facts.following import Trace, WayOut, follow, request_arguments
from doorcheck.scan.facts.modules import LoadedModule
from doorcheck.scan.facts.outcomes import settled_promise
from doorcheck.scan.facts.proofs import Facts, ProofKind, proven
from doorcheck.scan.facts.refusals import denies
from doorcheck.scan.facts.state import State
from doorcheck.scan.facts.values import (
    ANYTHING,
    Const,
    Fn,
    Native,
    Promise,
    Reply,
    Session,
    Unknown,
    Value,
    made_from,
)  # fmt: skip

_HARMLESS = frozenset({"cache", "limiter", "telemetry", "library"})
_MAX_PARAMETERS = 4


class FactName(enum.StrEnum):
    """Each is a sentence about a function."""

    STOPS_WITHOUT_SESSION = "StopsWithoutSession"
    """It comes back only for a caller who has proved something; otherwise it throws, redirects or ends the request."""
    REFUSES_WITHOUT_SESSION = "RefusesWithoutSession"
    """A caller who has proved nothing gets a refusal back: a 401, an error, nothing."""
    RETURNS_SESSION_OR_NULL = "ReturnsSessionOrNull"
    """It comes back either way; what it gives tells whether there is a session."""
    CALLS_ITS_HANDLER_AFTER_STOP = "CallsItsHandlerAfterStop"
    """The function it is given, or the one it makes of it, runs only for a proven caller."""
    CALLS_ITS_HANDLER_FOR_ANYONE = "CallsItsHandlerForAnyone"
    """The function it is given also runs for strangers."""
    REACHES_SINK = "ReachesSink"
    """Something sensitive happens in it, or in what it calls."""
    OPAQUE = "Opaque"
    """What it does hangs on a call that could not be followed."""


def facts_of(ev: Evaluator, module: LoadedModule, function_name: str) -> frozenset[FactName]:
    """The facts of a function of this module: a named one anywhere in it, or an export.

    A name that stands for no function of the repository is Opaque. Raises nothing.
    """
    value = _function(ev, module, function_name)
    if not isinstance(value, Fn):
        return frozenset({FactName.OPAQUE})
    plain = follow(ev, value, _unknown_arguments(value), module.path, value.function.at)
    found = _about_answers(plain) | _about_handler(ev, value)
    if any(one.effect.kind not in _HARMLESS for one in plain.happenings):
        found.add(FactName.REACHES_SINK)
    if plain.opaque is not None or plain.over_budget or _hangs_on_unknown(plain):
        found.add(FactName.OPAQUE)
    return frozenset(found)


def _function(ev: Evaluator, module: LoadedModule, name: str) -> Value:
    if name in module.functions or name in module.variables:
        value = names.module_value(ev, module, name)
        if isinstance(value, Fn):
            return value
    if name in module.exports or name in module.reexports:
        return names.export_value(ev, module, name)
    inner = next((function for function in module.summary.functions if function.name == name), None)
    return Fn(module, inner) if inner is not None else ANYTHING


def _unknown_arguments(fn: Fn) -> tuple[Value, ...]:
    given: list[Value] = []
    for number, parameter in enumerate(fn.function.parameters):
        given.append(binding.argument_of(parameter.annotation, number, getattr(parameter.pattern, "id", "")))
    return tuple(given)


def _about_answers(trace: Trace) -> set[FactName]:
    """What its ways back say of the caller."""
    back = [way for way in trace.ways_out if way.how == "return"]
    unproven = [way for way in back if not proven(way.facts)]
    if not any(fact.proves for fact in trace.attempts):
        return set()
    if not unproven:
        return {FactName.STOPS_WITHOUT_SESSION}
    if all(_is_reply_of_refusal(way) for way in unproven):
        return {FactName.REFUSES_WITHOUT_SESSION}
    if all(_tells_absence(way) for way in unproven):
        return {FactName.RETURNS_SESSION_OR_NULL}
    return set()


def _is_reply_of_refusal(way: WayOut) -> bool:
    """A refusal that is more than nothing: a Response with an error's status, an object that says error."""
    value = way.value.value if isinstance(way.value, Promise) else way.value
    said = [one for one in (value, *way.replied) if not isinstance(one, Const)]
    return bool(said) and all(denies(one) for one in said) and (isinstance(value, Reply) or not _empty(value))


def _empty(value: Value) -> bool:
    return isinstance(value, Const) and not value.value


def _tells_absence(way: WayOut) -> bool:
    value = way.value.value if isinstance(way.value, Promise) else way.value
    return denies(value) or any(isinstance(part, Session) and not part.sure for part in made_from(value, 40))


def _about_handler(ev: Evaluator, fn: Fn) -> set[FactName]:
    """Whether a parameter is called, by it or by the function it returns, and what was known then."""
    found: set[FactName] = set()
    for position in range(min(len(fn.function.parameters), _MAX_PARAMETERS)):
        known = _known_when_called(ev, fn, position)
        if known and all(proven(facts) for facts in known):
            found.add(FactName.CALLS_ITS_HANDLER_AFTER_STOP)
        elif known:
            found.add(FactName.CALLS_ITS_HANDLER_FOR_ANYONE)
    return found


def _known_when_called(ev: Evaluator, fn: Fn, position: int) -> Sequence[Facts]:
    """What was known each time the argument at this position was called."""
    known: list[Facts] = []

    def handler(ev: Evaluator, arguments: tuple[Value, ...], state: State, at: int, file: str) -> Value:
        del ev, arguments, at, file
        known.append(state.facts)
        return ANYTHING

    arguments = [*_unknown_arguments(fn)]
    arguments[position] = Native("handler", handler)
    ev.start()
    state = State()
    at, file = fn.function.at, fn.module.path
    try:
        made = settled_promise(call_value(ev, fn, arguments, state, at, file))
        if not known and isinstance(made, Fn):
            call_value(ev, made, request_arguments(), state, at, file)
    except (BudgetExceeded, PathEnds):
        pass
    return known


def _hangs_on_unknown(trace: Trace) -> bool:
    """Whether every way back lies behind a call that nobody could follow."""
    back = [way for way in trace.ways_out if way.how == "return"]
    return bool(back) and all(
        any(fact.kind is ProofKind.UNRESOLVED for fact in way.facts)
        or (isinstance(way.value, Unknown) and way.value.fact is not None)
        for way in back
    )
