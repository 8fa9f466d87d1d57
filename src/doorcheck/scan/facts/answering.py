"""Functions by which a library answers what nobody caught: ``handleServerError``, ``app.onError``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doorcheck.scan.facts import failures
from doorcheck.scan.facts.values import ANYTHING, UNDEFINED, External, Fn, Native, Obj, Value

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator
    from doorcheck.scan.facts.state import State


def answer_as_told(ev: Evaluator, base: External, option: str, state: State, at: int, file: str) -> None:
    """Note what a library answers where something failed, if it was told so by this option where it was set up."""
    given = [value for link in base.links for value in link.arguments if isinstance(value, Obj)]
    handler = next((value.props[option] for value in given if option in value.props), None)
    if handler is not None:
        answer(ev, handler, ANYTHING, state, at, file)


def answer(ev: Evaluator, handler: Value, more: Value, state: State, at: int, file: str) -> None:
    """Note what this function answers where something failed on the way here. Its own work is none of the door's."""
    from doorcheck.scan.facts.calls import call_value  # noqa: PLC0415 - calls go to libraries and back
    from doorcheck.scan.facts.evaluator import PathEnds  # noqa: PLC0415 - the evaluator calls libraries

    written = (handler.module.path, handler.function.at) if isinstance(handler, Fn) else (file, at)
    failures.enter_handler(ev, (), *written)
    error = failures.caught(*written, ev.asides.failed)
    begun = len(ev.happenings)
    try:
        ev.asides.answer(call_value(ev, handler, (error, more), state.fork(), at, file))
    except PathEnds:
        return  # it throws what it was given, or something else
    finally:
        ev.forget(begun, len(ev.happenings), lambda _: True)


def middleware(handler: Value) -> Native:
    """A middleware that lets everything through, and answers with this function what fails behind it."""

    def run(ev: Evaluator, arguments: tuple[Value, ...], state: State, at: int, file: str) -> Value:
        from doorcheck.scan.facts.calls import call_value  # noqa: PLC0415 - calls go to libraries and back

        context, proceed = (*arguments, ANYTHING, ANYTHING)[:2]
        try:
            call_value(ev, proceed, (), state, at, file)
        finally:
            answer(ev, handler, context, state, at, file)
        return UNDEFINED

    return Native("onError", run)
