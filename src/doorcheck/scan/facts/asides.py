"""What is noted beside a door's happenings: what may have failed where, and what was written to a log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from doorcheck.scan.facts.provenance import marks
from doorcheck.scan.facts.values import ANYTHING, UNDEFINED, Effect, External, Value, made_from

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator, Exit
    from doorcheck.scan.facts.state import State
    from doorcheck.scan.knowledge.rows import Log

Failure = Effect | Value
"""What a failure comes of: an operation, whose library throws what it likes, or what the code itself throws."""
MAX_FAILURES = 40
MAX_LOGGED = 400
_TELLING = frozenset({"input", "env", "session", "row"})
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
    """``failed`` may arrive at the innermost ``try``; ``logged`` are the calls of logs. Both keep their order."""

    failed: dict[Failure, None] = field(default_factory=dict)
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

    def take(self, others: Asides, through: _Through) -> None:
        """Note what following a function once has shown, here where it is called."""
        if others.failed:
            self.fail(others.failed)
        for key, each in others.logged.items():
            if key not in self.logged and len(self.logged) < MAX_LOGGED:
                self.logged[key] = Logged(each.file, each.at, each.values, through + each.through)


def _is_telling(value: Value) -> bool:
    return any(mark[0] in _TELLING for mark in marks(value)) or any(
        _is_environment(part) for part in made_from(value, 40)
    )


def _is_environment(value: Value) -> bool:
    return getattr(value, "path", None) == ("process", "env")


def write(
    ev: Evaluator, row: Log, callee: External, arguments: tuple[Value, ...], state: State, at: int, file: str
) -> Value:
    """What a log's own call gives: nothing that anybody heeds."""
    del row, callee, state
    ev.asides.log(arguments, at, file, tuple(ev.stack))
    return ANYTHING
