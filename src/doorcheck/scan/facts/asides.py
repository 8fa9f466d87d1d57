"""What is noted beside a door's happenings: what may have failed where, and what was written to a log."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeGuard

from doorcheck.scan.facts.shapes import settled_within
from doorcheck.scan.facts.values import (
    ANYTHING,
    UNDEFINED,
    Derived,
    Effect,
    Env,
    External,
    Input,
    Obj,
    Row,
    Session,
    Value,
    made_from,
)  # fmt: skip
from doorcheck.scan.knowledge.rows import Callback

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator, Exit
    from doorcheck.scan.facts.state import State
    from doorcheck.scan.knowledge.rows import Log

Failure = Effect | Value
"""What a failure comes of: an operation, whose library throws what it likes, or what the code itself throws."""
MAX_FAILURES = 40
MAX_LOGGED = 400
_MAX_PARTS = 60
_TELLING = (Input, Env, Session, Row, External)
_APART = frozenset({"waitUntil", "allSettled"})
"""Methods of the platform that hand on no failure of the promises they are given."""
_MADE = frozenset({"number", "call", "arithmetic"})
_REDACTS = frozenset({"redact", "maskValuesOfKeys", "maskValuesRegEx"})
"""Options by which a library for logs leaves out what it is told to."""
_Through = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Logged:
    """One call of a log. ``values`` is empty where nothing of it comes from a caller, a record or the environment."""

    file: str
    at: int
    values: tuple[Value, ...]
    through: _Through = ()


@dataclass(slots=True)
class Asides:
    """``failed`` may arrive at the innermost ``try``, ``answered`` is what a library is told to answer what nobody
    caught, ``logged`` are the calls of logs. All keep their order."""

    failed: dict[Failure, None] = field(default_factory=dict)
    answered: dict[Value, None] = field(default_factory=dict)
    logged: dict[tuple[str, int, tuple[Value, ...]], Logged] = field(default_factory=dict)

    def fail(self, failures: Iterable[Failure]) -> None:
        """Note what may have failed."""
        for each in failures:
            if each is not UNDEFINED and len(self.failed) < MAX_FAILURES:
                self.failed[each] = None

    def begin(self) -> dict[Failure, None]:
        """Enter a ``try``; gives what ``end`` wants back."""
        outer, self.failed = self.failed, {}
        return outer

    def end(self, outer: dict[Failure, None], exits: Iterable[Exit]) -> tuple[Failure, ...]:
        """Leave a ``try``: what may have failed in it, with what its exits throw."""
        self.fail(exit_.value for exit_ in exits if exit_.how == "throw")
        failed, self.failed = tuple(self.failed), outer
        return failed

    def log(self, values: tuple[Value, ...], at: int, file: str, through: _Through) -> None:
        """Note what is written to a log; of a call that is given nothing of interest only that there is one."""
        told = values if any(_is_telling(value) for value in values) else ()
        if len(self.logged) < MAX_LOGGED:
            self.logged.setdefault((file, at, told), Logged(file, at, told, through))

    def answer(self, value: Value) -> None:
        """Note what is answered where something failed."""
        if len(self.answered) < MAX_FAILURES:
            self.answered[value] = None

    def take(self, others: Asides, through: _Through) -> None:
        """Note what following a function once has shown, here where it is called."""
        if others.failed:
            self.fail(others.failed)
        for value in others.answered:
            self.answer(value)
        for key, each in others.logged.items():
            if key not in self.logged and len(self.logged) < MAX_LOGGED:
                self.logged[key] = Logged(each.file, each.at, each.values, through + each.through)


@contextlib.contextmanager
def _apart(ev: Evaluator) -> Iterator[None]:
    failed = dict(ev.asides.failed)
    try:
        yield
    finally:
        ev.asides.failed = failed


_AS_USUAL = contextlib.nullcontext()


def kept_apart(ev: Evaluator, called: Value, name: str) -> contextlib.AbstractContextManager[None]:
    """Keep what fails in this call, or in what it is given, where it is: ``waitUntil(…)``, ``Promise.allSettled(…)``.

    ``name`` is the method, or ``()`` where the value itself is called.
    """
    if name in _APART or (name == "()" and isinstance(called, External) and _is_apart(ev, called)):
        return _apart(ev)
    return _AS_USUAL


def _is_apart(ev: Evaluator, called: External) -> bool:
    row = ev.knowledge.match(called.package, (*called.path, "()")) if called.package != "js" else None
    return isinstance(row, Callback) and row.apart


def _is_telling(value: Value) -> bool:
    """Whether there is more in it than fixed texts and errors."""
    parts = made_from(value, _MAX_PARTS)
    return any(isinstance(part, _TELLING) or (isinstance(part, Derived) and part.how in _MADE) for part in parts)


def written(ev: Evaluator, arguments: tuple[Value, ...], state: State, at: int, file: str) -> Value:
    """Note what the code writes to a log. What that gives, nobody heeds."""
    ev.asides.log(tuple(settled_within(value, state) for value in arguments), at, file, tuple(ev.stack))
    return ANYTHING


def write(
    ev: Evaluator, row: Log, callee: External, arguments: tuple[Value, ...], state: State, at: int, file: str
) -> Value:
    """What a library's log does; one that was told to leave something out is trusted to do so."""
    del row
    redacts = any(
        _REDACTS & value.props.keys() for link in callee.links for value in link.arguments if _is_options(value)
    )
    return written(ev, () if redacts else arguments, state, at, file)


def _is_options(value: Value) -> TypeGuard[Obj]:
    return isinstance(value, Obj)
