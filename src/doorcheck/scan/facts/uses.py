"""What of the caller's input reaches an operation, in which place, and in which form."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

from doorcheck.scan.facts.proofs import NOTHING, Fact, Facts, ProofKind
from doorcheck.scan.facts.provenance import MAX_MARKS, is_hash, marks
from doorcheck.scan.facts.requests import name_of
from doorcheck.scan.facts.values import (
    Arr,
    Choice,
    Const,
    Derived,
    Effect,
    External,
    Input,
    Obj,
    Promise,
    Unknown,
    Value,
)  # fmt: skip

MAX_NODES = 600


class Place(enum.Enum):
    """Where in an operation a value stands."""

    KEY = "key"
    FIELD = "field"
    RANGE = "range"
    PATH = "path"
    ADDRESS = "address"
    COMMAND = "command"
    QUERY = "query"
    PATTERN = "pattern"


class Form(enum.Enum):
    """What is known of a value by the way it was made: ``PARSED`` came out of a text that was parsed."""

    AS_SENT = "as sent"
    TEXT = "text"
    PARSED = "parsed"


@dataclass(frozen=True, slots=True)
class Use:
    """A part of the request in an operation. ``as_record`` when it is a record by itself, and not one named field."""

    input: Input
    place: Place
    form: Form = Form.AS_SENT
    facts: Facts = NOTHING
    as_record: bool = False
    doubt: Fact | None = None
    unique: bool = False
    """Whether it is the unique key by which a record is looked up, of which the library checks the type."""


class _At(NamedTuple):
    place: Place
    form: Form = Form.AS_SENT
    facts: Facts = NOTHING
    as_record: bool = False
    names_columns: bool = False
    nesting: bool = False
    doubt: Fact | None = None


_BY_NAME = {
    "where": Place.KEY,
    "cursor": Place.KEY,
    "having": Place.KEY,
    "filter": Place.KEY,
    "take": Place.RANGE,
    "skip": Place.RANGE,
    "limit": Place.RANGE,
    "offset": Place.RANGE,
    "orderBy": Place.RANGE,
    "order": Place.RANGE,
    "data": Place.FIELD,
    "create": Place.FIELD,
    "update": Place.FIELD,
    "upsert": Place.FIELD,
    "connectOrCreate": Place.FIELD,
    "createMany": Place.FIELD,
    "set": Place.FIELD,
    "values": Place.FIELD,
}
_NESTED_RECORDS = frozenset({"create", "update", "upsert", "createMany", "data", "$set", "$setOnInsert", "$push"})
_NESTING = _NESTED_RECORDS - {"data"} | {"updateMany"}
"""What a relation's ``data`` stands in; anywhere else it is a column of that name."""
_CONNECTS = frozenset({"connect", "disconnect", "where"})
_LINKS = {
    **dict.fromkeys(
        ("where", "andWhere", "having", "eq", "neq", "match", "in", "is", "contains", "on", "and"), Place.KEY
    ),
    **dict.fromkeys(("limit", "offset", "range", "orderBy", "sort", "skip", "order"), Place.RANGE),
    **dict.fromkeys(("set", "values", "insert", "update", "upsert", "onConflictDoUpdate", "doUpdateSet"), Place.FIELD),
    "or": Place.QUERY,
    "raw": Place.QUERY,
}
_RAW_QUERIES = frozenset({"$queryRawUnsafe", "$executeRawUnsafe", "unsafe", "raw", "query", "execute"})
_WRITES_FIRST = frozenset({"create", "insert", "save", "values", "set", "upsert", "add"})
_LISTS = frozenset({"findMany", "find", "count", "aggregate", "groupBy", "all"})
_ADDRESSES = frozenset({"url", "baseURL", "uri", "nextUrl"})
_BY_KEY = frozenset({"get", "getex", "hget", "hgetall"})
_TEXTS = frozenset({"params", "query", "header", "cookie"})
_NOTHING_LEFT = frozenset({"key", "number", "length", "arithmetic", "typeof", "xor", "hash", "hmac", "error", "unary"})


def uses_of(effect: Effect, facts: Facts) -> list[Use]:
    """Every part of the request that reaches this operation, with what is known on the way."""
    uses = _uses_of(effect, effect.operands, effect.given, plain=False)
    return [replace(use, facts=use.facts | facts) for use in uses] if facts else list(uses)


@lru_cache(maxsize=2048)
def _uses_of(effect: Effect, operands: tuple[Value, ...], given: tuple[Value, ...], *, plain: bool) -> tuple[Use, ...]:
    """Kept, because several controls ask it of every path to an operation. A query gets more operands by and by."""
    del operands, given
    found: dict[Use, None] = {}
    for place, value, as_record in operands_of(effect):
        if not _may_carry_input(value):
            continue
        at = _At(place, Form.AS_SENT, NOTHING, as_record, effect.kind == "database")
        uses = list(_walk(value, at, _Budget(plain=plain)))
        if effect.unique and place is Place.KEY and len({id(use.input) for use in uses}) == 1:
            uses = [replace(use, unique=True) for use in uses]
        found.update(dict.fromkeys(uses))
    return tuple(found)


def _may_carry_input(value: Value) -> bool:
    known = marks(value)
    return len(known) > MAX_MARKS or any(mark[0] == "input" for mark in known)


def found_by(effect: Effect) -> Facts:
    """What finding a record says of the texts it was looked up by: they are what the server keeps."""
    if effect.writes or looks_up_many(effect) or not (effect.kind == "database" or _is_kept(effect)):
        return NOTHING
    return frozenset(
        Fact(ProofKind.CHECKED, effect.file, effect.at, "a record was found by it", of=name_of(use.input))
        for use in _uses_of(effect, effect.operands, effect.given, plain=True)
        if use.place is Place.KEY
        and (use.input.check is None or not use.input.check.counts)
        and (use.unique or (use.input.channel in _TEXTS and use.input.path))
    )


def looks_up_many(effect: Effect) -> bool:
    """Whether an operation gives a list of records, or counts them."""
    return method_of(effect) in _LISTS


def _is_kept(effect: Effect) -> bool:
    """Whether this asks a store for what it keeps under one key."""
    return effect.kind == "cache" and method_of(effect).lower() in _BY_KEY


def method_of(effect: Effect) -> str:
    """The name of the call that an operation is."""
    return effect.says.rsplit(".", 1)[-1].rsplit(" ", 1)[-1]


def operands_of(effect: Effect) -> Iterator[tuple[Place, Value, bool]]:
    """What reaches an operation, each with its place and whether it is written as a record by itself."""
    given = effect.given or tuple(value for value in effect.operands if not _is_link(value))
    place_of = _OF_KIND.get(effect.kind, _of_other)
    for position, value in enumerate(given):
        yield from place_of(effect, position, value)
    for value in effect.operands:
        if isinstance(value, External) and _is_link(value):
            place = _LINKS.get(value.links[0].name, Place.KEY)
            for position, argument in enumerate(value.links[0].arguments):
                yield place, argument, place is Place.FIELD and position == 0


def _is_link(value: Value) -> bool:
    return isinstance(value, External) and value.package == "link" and bool(value.links)


def _of_database(effect: Effect, position: int, value: Value) -> Iterator[tuple[Place, Value, bool]]:
    method = method_of(effect)
    if method in _RAW_QUERIES and position == 0:
        yield Place.QUERY, value, False
    elif isinstance(value, Obj) and value.props.keys() & _BY_NAME.keys() and not method.startswith(("insert", "save")):
        for name, item in value.props.items():
            place = _BY_NAME.get(name, Place.KEY)
            yield place, item, place is Place.FIELD
        for rest in value.rest:
            yield Place.KEY, rest, False
    elif not effect.writes:
        yield Place.KEY, value, False
    elif method.lower().startswith(tuple(_WRITES_FIRST)) or method == "update":
        yield Place.FIELD, value, position == 0
    elif position == 1 and not method.lower().startswith(("delete", "remove")):
        yield Place.FIELD, value, True
    else:
        yield Place.KEY, value, False


def _of_file(effect: Effect, position: int, value: Value) -> Iterator[tuple[Place, Value, bool]]:
    del effect
    yield Place.PATH if position == 0 else Place.FIELD, value, False


def _of_call(effect: Effect, position: int, value: Value) -> Iterator[tuple[Place, Value, bool]]:
    if position > 0 or effect.subject != "fetch":
        yield Place.FIELD, value, False
    elif isinstance(value, Obj) and value.props.keys() & _ADDRESSES:
        for name, item in value.props.items():
            yield Place.ADDRESS if name in _ADDRESSES else Place.FIELD, item, False
    else:
        yield Place.ADDRESS, value, False


def _of_process(effect: Effect, position: int, value: Value) -> Iterator[tuple[Place, Value, bool]]:
    del effect, position
    yield Place.COMMAND, value, False


def _of_other(effect: Effect, position: int, value: Value) -> Iterator[tuple[Place, Value, bool]]:
    yield Place.KEY if position == 0 and not effect.writes else Place.FIELD, value, False


_OF_KIND = {
    "database": _of_database,
    "file": _of_file,
    "storage": _of_file,
    "fetch": _of_call,
    "outbound": _of_call,
    "process": _of_process,
}


class _Budget:
    """How many nodes of one operand are looked at, each once for every way in which it stands there.

    With ``plain`` nobody asks what is known where a value stands.
    """

    __slots__ = ("left", "plain", "seen")

    def __init__(self, *, plain: bool) -> None:
        self.plain = plain
        self.left = MAX_NODES
        self.seen: set[tuple[int, _At]] = set()

    def spend(self, value: Value, at: _At) -> bool:
        key = id(value), at
        if key in self.seen:
            return False
        self.seen.add(key)
        self.left -= 1
        return self.left > 0


def _walk(value: Value, at: _At, budget: _Budget) -> Iterator[Use]:
    step = _WALKS.get(type(value))
    kept = isinstance(value, Derived | Unknown | External)  # these keep their marks
    if step is not None and (not kept or _may_carry_input(value)) and budget.spend(value, at):
        yield from step(value, at, budget)


def _walk_input(value: Input, at: _At, budget: _Budget) -> Iterator[Use]:
    del budget
    yield Use(value, at.place, at.form, at.facts, at.as_record, at.doubt)


def _walk_list(value: Arr, at: _At, budget: _Budget) -> Iterator[Use]:
    for item in (*value.items, *value.rest):
        yield from _walk(item, at, budget)


def _walk_choice(value: Choice, at: _At, budget: _Budget) -> Iterator[Use]:
    for one in value.alternatives:
        known = at if budget.plain or not one.facts else at._replace(facts=at.facts | one.facts)
        yield from _walk(one.value, known, budget)


def _walk_promise(value: Promise, at: _At, budget: _Budget) -> Iterator[Use]:
    yield from _walk(value.value, at, budget)


def _walk_unknown(value: Unknown, at: _At, budget: _Budget) -> Iterator[Use]:
    inner = at._replace(doubt=at.doubt or value.fact)
    for part in value.parts:
        yield from _walk(part, inner, budget)


def _walk_object(value: Obj, at: _At, budget: _Budget) -> Iterator[Use]:
    if at.form is Form.PARSED:
        at = at._replace(form=Form.AS_SENT)  # what is parsed is an answer; these are what was asked for it
    for name, item in value.props.items():
        record = at.place is Place.FIELD and at.names_columns and name in _NESTED_RECORDS
        record = record and (name != "data" or at.nesting)
        place = Place.KEY if at.place is Place.FIELD and at.names_columns and name in _CONNECTS else at.place
        yield from _walk(item, at._replace(as_record=record, place=place, nesting=name in _NESTING), budget)
    for rest in value.rest:
        yield from _walk(rest, at, budget)


def _walk_derived(value: Derived, at: _At, budget: _Budget) -> Iterator[Use]:
    if value.how in _NOTHING_LEFT or (value.how == "call" and any(map(is_hash, value.parts))):
        return
    alone = value.parts[0] if len(value.parts) == 1 else None
    if value.how in {"text", "string"} and not (isinstance(alone, Input) and not alone.path):
        at = at._replace(form=Form.TEXT, as_record=False)
    elif value.how == "encoded":
        at = at._replace(form=Form.TEXT, as_record=False, place=Place.FIELD if at.place is Place.ADDRESS else at.place)
    elif value.how == "parse":
        at = at._replace(form=Form.PARSED)
    elif value.how not in {"element", "member"}:
        at = at._replace(as_record=False)
    for part in value.parts:
        yield from _walk(part, at, budget)


def _walk_external(value: External, at: _At, budget: _Budget) -> Iterator[Use]:
    if is_hash(value) or not value.links:
        return
    at = at._replace(as_record=False)
    for link in value.links[-6:]:
        place = at.place
        if value.package == "js" and link.name == "RegExp":
            place = Place.PATTERN
        elif link.name == "raw" and at.place in {Place.KEY, Place.FIELD, Place.QUERY}:
            place = Place.QUERY
        elif at.place is Place.QUERY and _is_template(link.arguments):
            place = Place.KEY
        for argument in link.arguments:
            yield from _walk(argument, at._replace(place=place), budget)


def _is_template(arguments: tuple[Value, ...]) -> bool:
    """Whether a call is a tagged template: its texts come first, and what stands between them is bound, not pasted."""
    first = arguments[0] if arguments else None
    return isinstance(first, Arr) and all(isinstance(item, Const) for item in first.items)


_WALKS: dict[type[Value], Callable[[Any, _At, _Budget], Iterator[Use]]] = {
    Input: _walk_input,
    Obj: _walk_object,
    Arr: _walk_list,
    Choice: _walk_choice,
    Promise: _walk_promise,
    Derived: _walk_derived,
    Unknown: _walk_unknown,
    External: _walk_external,
}
