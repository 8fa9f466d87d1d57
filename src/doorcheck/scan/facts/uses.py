"""What of the caller's input reaches an operation, in which place, and in which form."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
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


class Place(enum.StrEnum):
    """Where in an operation a value stands."""

    KEY = "key"
    FIELD = "field"
    RANGE = "range"
    PATH = "path"
    ADDRESS = "address"
    COMMAND = "command"
    QUERY = "query"
    PATTERN = "pattern"

    __hash__ = str.__hash__  # it is asked for with every use


class Form(enum.StrEnum):
    """What is known of a value by the way it was made: ``PARSED`` came out of a text that was parsed."""

    AS_SENT = "as sent"
    TEXT = "text"
    PARSED = "parsed"

    __hash__ = str.__hash__


class Use(NamedTuple):
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
    if not facts:
        return list(uses)
    return [
        Use(input_, place, form, known | facts, as_record, doubt, unique)
        for input_, place, form, known, as_record, doubt, unique in uses
    ]


@lru_cache(maxsize=2048)
def _uses_of(effect: Effect, operands: tuple[Value, ...], given: tuple[Value, ...], *, plain: bool) -> tuple[Use, ...]:
    """Kept, because several controls ask it of every path to an operation. A query gets more operands by and by."""
    del operands, given
    found: dict[Use, None] = {}
    for place, value, as_record in operands_of(effect):
        if not _may_carry_input(value):
            continue
        at = _At(place, Form.AS_SENT, NOTHING, as_record, effect.kind == "database")
        walk = _Walk(plain=plain)
        _walk(value, at, walk)
        uses = walk.found
        if effect.unique and place is Place.KEY and len({id(use.input) for use in uses}) == 1:
            uses = [use._replace(unique=True) for use in uses]
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


class _Walk:
    """A walk through one operand: at most MAX_NODES values are looked at, each once for every way in which it stands.

    With ``plain`` nobody asks what is known or doubted where a value stands.
    """

    __slots__ = ("found", "left", "plain", "standing")

    def __init__(self, *, plain: bool) -> None:
        self.plain = plain
        self.left = MAX_NODES
        self.found: list[Use] = []
        self.standing: dict[_At, tuple[_At, set[int]]] = {}

    def spend(self, value: Value, at: _At) -> bool:
        """Whether a value that stands like this is to be looked at: it is new, and not too many came before it."""
        known = self.standing.get(at)
        if known is None:
            known = self.standing[at] = (at, set())
        seen = known[1]
        if id(value) in seen:
            return False
        seen.add(id(value))
        self.left -= 1
        return self.left > 0


def _walk(value: Value, at: _At, walk: _Walk) -> None:
    if walk.left <= 1:
        return
    kind = type(value)
    step = _WALKS.get(kind)
    if step is not None and (kind not in _MARKED or _may_carry_input(value)) and walk.spend(value, at):
        step(value, at, walk)


def _walk_input(value: Input, at: _At, walk: _Walk) -> None:
    walk.found.append(Use(value, at.place, at.form, at.facts, at.as_record, at.doubt))


def _walk_list(value: Arr, at: _At, walk: _Walk) -> None:
    for item in value.items:
        _walk(item, at, walk)
    for item in value.rest:
        _walk(item, at, walk)


def _walk_choice(value: Choice, at: _At, walk: _Walk) -> None:
    for one in value.alternatives:
        known = at if walk.plain or one.facts <= at.facts else at._replace(facts=at.facts | one.facts)
        _walk(one.value, known, walk)


def _walk_promise(value: Promise, at: _At, walk: _Walk) -> None:
    _walk(value.value, at, walk)


def _walk_unknown(value: Unknown, at: _At, walk: _Walk) -> None:
    inner = at if walk.plain or at.doubt is not None or value.fact is None else at._replace(doubt=value.fact)
    for part in value.parts:
        _walk(part, inner, walk)


def _walk_object(value: Obj, at: _At, walk: _Walk) -> None:
    if at.form is Form.PARSED:
        at = at._replace(form=Form.AS_SENT)  # what is parsed is an answer; these are what was asked for it
    of_columns = at.place is Place.FIELD and at.names_columns
    plain = _changed(at, at.place, as_record=False, nesting=False)
    for name, item in value.props.items():
        inner = plain
        if name in _NESTING or (of_columns and (name in _NESTED_RECORDS or name in _CONNECTS)):
            record = of_columns and name in _NESTED_RECORDS and (name != "data" or at.nesting)
            place = Place.KEY if of_columns and name in _CONNECTS else at.place
            inner = _changed(at, place, as_record=record, nesting=name in _NESTING)
        _walk(item, inner, walk)
    for rest in value.rest:
        _walk(rest, at, walk)


def _changed(at: _At, place: Place, *, as_record: bool, nesting: bool) -> _At:
    """The same standing in this place."""
    if at.place is place and at.as_record == as_record and at.nesting == nesting:
        return at
    return at._replace(place=place, as_record=as_record, nesting=nesting)


def _walk_derived(value: Derived, at: _At, walk: _Walk) -> None:
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
        at = _changed(at, at.place, as_record=False, nesting=at.nesting)
    for part in value.parts:
        _walk(part, at, walk)


def _walk_external(value: External, at: _At, walk: _Walk) -> None:
    if is_hash(value) or not value.links:
        return
    for link in value.links[-6:]:
        place = at.place
        if value.package == "js" and link.name == "RegExp":
            place = Place.PATTERN
        elif link.name == "raw" and at.place in {Place.KEY, Place.FIELD, Place.QUERY}:
            place = Place.QUERY
        elif at.place is Place.QUERY and _is_template(link.arguments):
            place = Place.KEY
        inner = _changed(at, place, as_record=False, nesting=at.nesting)
        for argument in link.arguments:
            _walk(argument, inner, walk)


def _is_template(arguments: tuple[Value, ...]) -> bool:
    """Whether a call is a tagged template: its texts come first, and what stands between them is bound, not pasted."""
    first = arguments[0] if arguments else None
    return isinstance(first, Arr) and all(isinstance(item, Const) for item in first.items)


_MARKED = frozenset({Derived, Unknown, External})
"""These keep their marks, so that it costs little to ask for them."""
_WALKS: dict[type[Value], Callable[[Any, _At, _Walk], None]] = {
    Input: _walk_input,
    Obj: _walk_object,
    Arr: _walk_list,
    Choice: _walk_choice,
    Promise: _walk_promise,
    Derived: _walk_derived,
    Unknown: _walk_unknown,
    External: _walk_external,
}
