"""Doors that switch the project's own check off: ``parse(request, schema, { skipAuth: true })``.

Told by trying: the call is followed once more without the literal, or with what other calls pass in its place. Where
that makes the called function look for a proof, the literal is what keeps it from looking. A function that itself reads
or changes data is no check: what its options choose between is what it does.
"""

from __future__ import annotations

from collections.abc import Iterator

from doorcheck.core import Door, DoorKind, Location, Written
from doorcheck.scan.doors.inventory import FoundDoor
from doorcheck.scan.facts import following, options
from doorcheck.scan.facts.evaluator import BudgetExceeded, Evaluator, PathEnds
from doorcheck.scan.facts.following import Trace
from doorcheck.scan.facts.modules import LoadedModule
from doorcheck.scan.facts.options import OptionedCall, OptionKey
from doorcheck.scan.facts.outcomes import settled_promise
from doorcheck.scan.facts.proofs import Fact
from doorcheck.scan.facts.state import State
from doorcheck.scan.facts.values import Const, Fn, Native, Value
from doorcheck.scan.syntax import ir, positions
from doorcheck.scan.syntax.walking import nodes

MAX_CALLS = 24
"""How many calls of one door are tried; the first in the files' order."""

_OFF = frozenset({"none", "public", "open", "off", "no", "anonymous", "anyone", "guest", "disabled", "skip"})
_HARMLESS = frozenset({"log", "library", "cache", "session-start", "session-end"})
_CALLABLE = (Fn, Native)


class OptOuts:
    """Answers for the doors of one scan; each call is tried once, and leaves no notes behind."""

    def __init__(self, ev: Evaluator) -> None:
        self._ev = ev
        self._known: dict[OptionKey, Written | None] = {}

    def of(self, found: FoundDoor, trace: Trace) -> Written | None:
        """The literal by which a door keeps the project's check from running, or None."""
        notes = dict(self._ev.notes)
        try:
            shown = (self._switch(call, found.door) for call in _calls_of(self._ev, found, trace)[:MAX_CALLS])
            return next((each for each in shown if each is not None), None)
        finally:
            self._ev.notes = notes

    def _switch(self, call: OptionedCall, door: Door) -> Written | None:
        if call.key not in self._known:
            self._known[call.key] = _switch_of(self._ev, call, door)
        return self._known[call.key]


def _calls_of(ev: Evaluator, found: FoundDoor, trace: Trace) -> list[OptionedCall]:
    """The calls met on following the door, and those that made what the door exports, if they pass a switch."""
    calls = [ev.options.calls[key] for key in trace.options if key in ev.options.calls]
    module = ev.program.module(found.door.file)
    if module is not None:
        calls += ev.options.at_places(found.door.file, _calls_written(module, found.door.name))
    switching = [call for call in calls if any(_is_switch(literal) for _, literal in call.key.literals)]
    return sorted(switching, key=lambda call: (call.key.file, call.key.at))


def _is_switch(literal: bool | str) -> bool:
    return isinstance(literal, bool) or literal in _OFF


def _calls_written(module: LoadedModule, name: str) -> Iterator[int]:
    """Where the expression that a module exports under this name calls something."""
    export = module.exports.get(name)
    local = export.local if export is not None else None
    let = module.variables.get(local) if local is not None else None
    written = let.value if let is not None else export.value if export is not None else None
    yield from (node.at for node in nodes(written) if isinstance(node, ir.Call))


def _switch_of(ev: Evaluator, call: OptionedCall, door: Door) -> Written | None:
    usual = _attempts(ev, call, call.arguments, door)
    wraps = options.takes_function(call.arguments)
    if usual is None or (not wraps and any(happening.effect.kind not in _HARMLESS for happening in ev.happenings)):
        return None
    for path, literal in call.key.literals:
        for other in _instead(ev, call, path, literal):
            tried = _attempts(ev, call, options.replaced(call.arguments, path, other), door)
            if tried is not None and tried - usual:
                return Written(_says(call, path, literal), _place(call))
    return None


def _instead(ev: Evaluator, call: OptionedCall, path: options.Path, literal: bool | str) -> Iterator[Value | None]:
    """What to try in a literal's place: nothing at all; for one that says no, what other calls say there."""
    if _is_switch(literal):
        yield None
    if literal is False or literal in _OFF:
        others = (value for other in ev.options.of_function(call.fn) for at, value in other.key.literals if at == path)
        yield from (Const(value) for value in dict.fromkeys(others) if value != literal)


def _attempts(ev: Evaluator, call: OptionedCall, arguments: tuple[Value, ...], door: Door) -> frozenset[Fact] | None:
    """The proofs that are looked for when this call, or what it makes, runs; None when that takes too many steps."""
    ev.start()
    made: Value | None = None
    try:
        made = settled_promise(ev.invoke(call.fn, arguments, State(), call.key.at, call.key.file))
    except PathEnds:
        pass
    except (BudgetExceeded, RecursionError):
        return None
    found = {fact for fact in ev.attempts if fact.proves}
    if options.takes_function(arguments) and isinstance(made, _CALLABLE):
        found |= {fact for fact in _followed(ev, made, call, door).attempts if fact.proves}
    return frozenset(found)


def _followed(ev: Evaluator, made: Value, call: OptionedCall, door: Door) -> Trace:
    if door.kind is DoorKind.ROUTE_HANDLER:
        arguments = following.request_arguments()
    elif door.kind is DoorKind.PAGES_API:
        arguments = following.pages_arguments()
    else:
        arguments = following.action_arguments(made)
    try:
        return following.follow(ev, made, arguments, call.key.file, call.key.at)
    except RecursionError:
        return Trace()


def _says(call: OptionedCall, path: options.Path, literal: bool | str) -> str:
    written = f'"{literal}"' if isinstance(literal, str) else str(literal).lower()
    option = f"{path[-1]}: {written}" if isinstance(path[-1], str) else f"the argument {written}"
    return f"{option} switches off the check in {call.fn.function.name or 'the function called here'}"


def _place(call: OptionedCall) -> Location:
    return Location(call.key.file, max(positions.line_of(call.key.at), 1), max(positions.column_of(call.key.at), 1))
