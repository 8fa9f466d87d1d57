"""Which of the values that reach a query choose its records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doorcheck.scan.facts.provenance import marks
from doorcheck.scan.facts.state import State
from doorcheck.scan.facts.values import (
    UNDEFINED,
    Alternative,
    Choice,
    Const,
    Derived,
    External,
    Fn,
    Input,
    Obj,
    Unknown,
    Value,
    made_from,
)  # fmt: skip

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator
    from doorcheck.scan.knowledge import rows

_OPTIONS = ("where", "filter")
_RELATIONS = ("with", "include", "select", "columns")
_LINKS = frozenset(
    {
        "where", "andWhere", "whereIn", "whereRef", "having", "eq", "in", "match", "filter", "or", "contains",
        "containedBy", "overlaps", "equals", "is", "like", "ilike", "innerJoin", "leftJoin", "rightJoin", "fullJoin",
        "doc", "key", "wheres",
    }
)  # fmt: skip
_READS = ("find", "count", "aggregate", "groupBy")
_NEW = ("create", "insert", "save", "add", "bulkCreate")
_MAX_DEPTH = 4


def of_call(row: rows.Sink, callee: External, arguments: tuple[Value, ...]) -> tuple[Value, ...]:
    """What chooses the records of an operation that is one call, and of the links before it."""
    before = tuple(
        argument
        for link in callee.links
        if link.name in _LINKS
        for argument in link.arguments
        if not _is_label(argument)
    )
    if _creates(callee, arguments):
        return ()
    if row.chooses == "all" or row.kind == "account":
        return (*before, *arguments)
    if row.chooses == "first" or row.kind == "cache":
        return (*before, *arguments[:1])
    reads = _called(callee).startswith(_READS)
    found = [asked for argument in arguments if (asked := _asked_for(argument, reads, 0)) is not None]
    return (*before, *found)


def _asked_for(options: Value, reads: bool, depth: int) -> Value | None:
    """The predicate among an operation's options, however they were put together; None where there is none.

    Options of a read that could not be followed stand for their predicate: whatever they were made of may be in it.
    """
    if isinstance(options, Obj) and depth < _MAX_DEPTH:
        own = next((options.props[name] for name in _OPTIONS if name in options.props), None)
        spread = (_asked_for(each, reads, depth + 1) for each in reversed(options.rest))
        return own if own is not None else next((each for each in spread if each is not None), None)
    if isinstance(options, Choice) and depth < _MAX_DEPTH:
        each_way = [(_asked_for(one.value, reads, depth + 1), one.facts) for one in options.alternatives]
        if all(asked is None for asked, _ in each_way):
            return None
        return Choice(options.id, tuple(Alternative(asked or UNDEFINED, facts) for asked, facts in each_way))
    return options if reads and isinstance(options, Unknown | Derived | Input) else None


def _called(callee: External) -> str:
    """The name of the operation itself."""
    return next((part for part in reversed(callee.path) if part != "()"), "")


def _creates(callee: External, arguments: tuple[Value, ...]) -> bool:
    """Whether an operation makes records and chooses none."""
    name = _called(callee)
    text = next((mark[1] for value in arguments[:1] for mark in marks(value) if mark[0] == "verb"), "")
    return name.startswith(_NEW) or text == "INSERT"


def of_link(name: str, arguments: tuple[Value, ...]) -> tuple[Value, ...]:
    """What a further link of a query chooses by: ``.where(…)``, ``.eq("user_id", id)``."""
    return tuple(argument for argument in arguments if not _is_label(argument)) if name in _LINKS else ()


def _is_label(value: Value) -> bool:
    return isinstance(value, Const)


def spelled_out(
    ev: Evaluator, arguments: tuple[Value, ...], state: State, at: int, file: str, link: str = ""
) -> tuple[Value, ...]:
    """The arguments, each predicate that is written as a function replaced by what it gives.

    ``where: (table, { eq }) => eq(table.id, id)`` and ``.where((eb) => eb("id", "=", id))``.
    """
    return tuple(
        _asked(ev, value, state, at, file)
        if isinstance(value, Fn) and link in _LINKS
        else _options(ev, value, state, at, file, 0)
        for value in arguments
    )


def _options(ev: Evaluator, value: Value, state: State, at: int, file: str, depth: int) -> Value:
    if not isinstance(value, Obj) or value.cls is not None or depth > _MAX_DEPTH:
        return value
    changed: dict[str, Value] = {}
    for name in (*_OPTIONS, *_RELATIONS):
        inner = value.props.get(name)
        if isinstance(inner, Fn) and name in _OPTIONS:
            changed[name] = _asked(ev, inner, state, at, file)
        elif isinstance(inner, Obj) and name in _RELATIONS:
            props = {key: _options(ev, each, state, at, file, depth + 1) for key, each in inner.props.items()}
            if any(props[key] is not each for key, each in inner.props.items()):
                changed[name] = Obj(props, inner.rest)
    return Obj({**value.props, **changed}, value.rest) if changed else value


def _asked(ev: Evaluator, function: Fn, state: State, at: int, file: str) -> Value:
    table = External("link", ("table",))
    operators = External("link", ("operators",))
    return ev.call_back(function, (table, operators), state, at, file)


def only_selects(row: rows.Sink, arguments: tuple[Value, ...]) -> bool:
    """Whether the SQL text of a raw query begins with a read."""
    if row.kind != "database" or not arguments:
        return False
    text = next(
        (str(part.value) for part in made_from(arguments[0], 6) if isinstance(part, Const) and _is_text(part)), ""
    )
    return text.lstrip("( \n\t\r").upper().startswith(("SELECT", "WITH", "SHOW", "EXPLAIN"))


def _is_text(value: Value) -> bool:
    return isinstance(value, Const) and isinstance(value.value, str) and bool(value.value.strip())
