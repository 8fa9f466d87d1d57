"""Counters that an app keeps itself: comparing what was counted with a bound tells whether a call is beyond it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from doorcheck.scan.facts import limits
from doorcheck.scan.facts.memory import NOW, is_memory
from doorcheck.scan.facts.narrowing import also
from doorcheck.scan.facts.proofs import LIMITER
from doorcheck.scan.facts.requests import name_of
from doorcheck.scan.facts.values import (
    Choice,
    Const,
    Derived,
    Env,
    External,
    Input,
    Obj,
    Row,
    Session,
    Test,
    Unknown,
    Value,
    made_from,
    parts_of,
)

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator
    from doorcheck.scan.facts.state import State

ASKED = "asked"
"""The ``how`` of what a limiter of a library has counted."""
_PARTS = 60
_IN_MEMORY = "counts calls in this server's memory"
_FIXED = (Const, Env, Derived, Choice)
_COUNTS = ("count", "countdocuments", "$count", "aggregate", "zcard", "llen", "scard")
_ADDS = frozenset({"incr", "incrby", "hincrby", "eval", "evalsha", "zcard", "zcount"})
_FALLS = frozenset({"remaining", "credits", "credit", "balance", "left", "available", "decr", "decrby"})
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


@dataclass(frozen=True, slots=True)
class _Counted:
    """What is counted, and what the counter is kept by. ``falls`` where it counts down to nothing."""

    of: str
    says: str
    keys: tuple[Value, ...]
    falls: bool = False
    source: str = ""

    @property
    def memory(self) -> bool:
        return self.source == limits.MEMORY


def compared(
    ev: Evaluator, operator: str, left: Value, right: Value, test: Test, state: State, file: str, at: int
) -> Test:
    """The test, with what it says of a limit where what was counted is compared with a bound."""
    _note_amounts(ev, (left, right), file, at)
    for value, bound, more in ((left, right, ">"), (right, left, "<")):
        counted = _counted(ev, value)
        if counted is None or _is_no_bound(bound, counted):
            continue
        beyond_if_true = operator.startswith(more) is not counted.falls
        if operator == "===":
            beyond_if_true = True
        fact = limits.within(counted.of, file, at, counted.says, counted.source)
        over = limits.beyond(fact)
        ev.attempts.add(fact)
        ev.tell(limits.counting(counted.says, file, at, counted.keys), state)
        yes, no = (over, fact) if beyond_if_true else (fact, over)
        return Test(also(test.yes_branches, frozenset({yes})), also(test.no_branches, frozenset({no})), test.parts)
    return test


def _note_amounts(ev: Evaluator, sides: tuple[Value, Value], file: str, at: int) -> None:
    """Note that a number that the caller sent is compared with another."""
    for value in sides:
        if isinstance(value, Input | Derived):
            sent = [part for part in made_from(value, 12) if isinstance(part, Input)]
            ev.attempts.update(limits.within(limits.AMOUNT + name_of(part), file, at, "is compared") for part in sent)


def equal(ev: Evaluator, left: Value, right: Value, test: Test, state: State, file: str, at: int) -> Test:
    """The same for ``remaining === 0``: of what counts up, one number says nothing of those above it."""
    for value, other in ((left, right), (right, left)):
        if isinstance(other, Const) and other.value == 0 and isinstance(other.value, float):
            counted = _counted(ev, value)
            if counted is not None and counted.falls:
                return compared(ev, "===", value, other, test, state, file, at)
    return test


def _is_no_bound(bound: Value, counted: _Counted) -> bool:
    """Whether the other side is a time, or what the caller sent, or asks only if there is something at all.

    What is kept in memory may be anything: it counts where it is compared with what the code or the deployment says.
    """
    if counted.memory and not all(isinstance(part, _FIXED) for part in made_from(bound, 20)):
        return True
    if isinstance(bound, Const) and not counted.falls and bound.value in {0.0, 1.0, -1.0}:
        return True
    if any(isinstance(part, Input) for part in made_from(bound, 20)):
        return True
    return _is_time(bound)


def _counted(ev: Evaluator, value: Value) -> _Counted | None:
    if isinstance(value, Const | Input):
        return None
    parts = made_from(value, _PARTS)
    elapsed = _elapsed(value, parts)
    if elapsed is not None:
        return elapsed
    if _is_time(value):
        return None
    for part in parts:
        found = _by_part(ev, part)
        if found is not None:
            return found
    return None


def _by_part(ev: Evaluator, part: Value) -> _Counted | None:
    if isinstance(part, Row):
        return _of_row(ev, part)
    if isinstance(part, Session) and part.path and (of := _named(ev, part.path[-1])):
        return _Counted(of, f"what the caller has of {part.path[-1]} is looked at", (part,), _falls(part.path[-1]))
    if isinstance(part, Derived) and part.how == ASKED:
        return _Counted(limits.CALLS, "counts calls", part.parts, falls=True)
    entry = _entry(part)
    return (
        _Counted(limits.CALLS, "counts calls in this server's memory", entry, source=limits.MEMORY) if entry else None
    )


def _entry(part: Value) -> tuple[Value, ...]:
    """The keys by which something is looked up that this server keeps; nothing for anything else.

    A table that is looked up by a key was empty when it was made where nothing else is known of what is found.
    """
    if isinstance(part, External) and is_memory(part) and "get" in part.path:
        return tuple(argument for link in part.links for argument in link.arguments)
    if isinstance(part, Derived) and part.how == "call" and part.parts and is_memory(part.parts[0]):
        return part.parts[1:]
    if isinstance(part, Unknown) and part.fact is None and len(part.parts) == 1:
        key = part.parts[0]
        return key.parts if isinstance(key, Derived) and key.how == "key" else ()
    return ()


def _of_row(ev: Evaluator, row: Row) -> _Counted | None:
    effect = row.effect
    keys = (*effect.operands, *effect.chooses)[:20]
    last = effect.says.rsplit(".", 1)[-1].rsplit(" ", 1)[-1].lower()
    if effect.kind == "cache":
        falls = last in _FALLS or bool(row.path and _falls(row.path[-1]))
        sure = LIMITER if last in _ADDS else ""
        return _Counted(limits.CALLS, "counts calls in a store", keys, falls, sure)
    if effect.kind in {"lookup", "state"}:
        return _Counted(limits.CALLS, _IN_MEMORY, keys, source=limits.MEMORY)
    if effect.kind != "database":
        return None
    if _plain(effect.subject) in ev.knowledge.words["limiter_models"]:
        falls = bool(row.path and _falls(row.path[-1]))
        return _Counted(limits.CALLS, "counts calls in the database", keys, falls, LIMITER)
    name = next((each for each in reversed(row.path) if each not in {"[]", "length"}), "")
    of = _named(ev, name)
    if last in _COUNTS or row.path[-1:] == ("length",) or name in {"_count", "count"}:
        recent = any(isinstance(p, Derived) and p.how == NOW for each in keys for p in made_from(each, _PARTS))
        of = limits.CALLS if recent else limits.USAGE
    if not of:
        return None
    what = effect.subject or "record"
    says = f"counts every {what}" if of == limits.CALLS else f"asks what was used, by the {what}"
    own = any(isinstance(part, Session) for each in keys for part in made_from(each, _PARTS))
    return _Counted(of, says, keys, _falls(name), limits.ACCOUNT if own else "")


def _named(ev: Evaluator, name: str) -> str:
    """What a column or member of this name counts; empty where it is no counter."""
    words = _words_of(name)
    if words & ev.knowledge.words["attempt_words"]:
        return limits.CALLS
    return limits.USAGE if words & ev.knowledge.words["usage_words"] else ""


def _falls(name: str) -> bool:
    return bool(_words_of(name) & _FALLS)


@lru_cache(maxsize=2048)
def _words_of(name: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORDS.findall(name))


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def _elapsed(value: Value, parts: list[Value]) -> _Counted | None:
    """The time since something that the server keeps: who comes again within it comes too soon."""
    if not isinstance(value, Derived) or value.how != "arithmetic" or not _is_time(value.parts[0]):
        return None
    rows = [part for part in parts if isinstance(part, Row) and part.path]
    kept = [key for part in parts for key in _entry(part)]
    if not rows and not kept:
        return None
    keys = (*(each for row in rows for each in row.effect.operands), *kept)
    return _Counted(
        limits.CALLS,
        "looks at the time since the last call",
        keys[:20],
        falls=True,
        source="" if rows else limits.MEMORY,
    )


def _is_time(value: Value) -> bool:
    """Whether a value is made of the present time; a list that was sorted out by time is none."""
    queue = [value]
    for number, current in enumerate(queue):
        if isinstance(current, Derived) and current.how == NOW:
            return True
        if not isinstance(current, Test | External | Row | Obj) and number < _PARTS:
            queue.extend(parts_of(current))
    return False
