"""Which columns an operation writes, and which value each of them gets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from doorcheck.scan.facts import sql_writes
from doorcheck.scan.facts.checks import Kind
from doorcheck.scan.facts.proofs import NOTHING, Facts
from doorcheck.scan.facts.requests import element_of, member_of
from doorcheck.scan.facts.uses import Place, operands_of
from doorcheck.scan.facts.values import Arr, Choice, Effect, Input, Obj, Promise, Unknown, Value
from doorcheck.scan.project.database.models import Model

MAX_ENTRIES = 200
_MAX_DEPTH = 8
_CHANGES = frozenset({"$set", "$setOnInsert", "$push", "$addToSet"})
_CONNECTS = frozenset({"connect", "connectOrCreate"})
_MAKES = frozenset({"create", "createMany", "update", "updateMany", "upsert", "data"})
_NESTING = _CONNECTS | _MAKES | {"disconnect", "delete", "deleteMany", "set"}

ModelOf = Callable[[str], Model | None]


@dataclass(frozen=True, slots=True)
class Entry:
    """One column that is written. ``facts`` hold where this value is the one.

    ``record`` tells the records of one operation apart, ``within`` are those in whose writing this one's is nested.
    ``model`` is None where no schema speaks of it, and ``subject`` then what the code calls it.
    """

    subject: str
    model: Model | None
    column: str
    value: Value
    record: int
    facts: Facts = NOTHING
    within: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Record:
    subject: str
    model: Model | None
    number: int
    facts: Facts = NOTHING
    without: frozenset[str] = frozenset()
    within: tuple[int, ...] = ()
    depth: int = 0


class _Numbers:
    """Counts the records of one operation."""

    __slots__ = ("last",)

    def __init__(self) -> None:
        self.last = 0

    def next(self) -> int:
        self.last += 1
        return self.last


def entries_of(effect: Effect, model_of: ModelOf) -> list[Entry]:
    """Every column that this operation names in what it writes, at most MAX_ENTRIES of them.

    What a schema let through counts with the fields that the schema names; what nobody named is not told.
    """
    found: list[Entry] = []
    for entry in _entries(effect, model_of):
        found.append(entry)
        if len(found) >= MAX_ENTRIES:
            break
    return found


def _entries(effect: Effect, model_of: ModelOf) -> Iterator[Entry]:
    for table, column, value in sql_writes.columns_of(effect):
        yield Entry(table, model_of(table), column, value, 0)
    numbers = _Numbers()
    model = model_of(effect.subject) if effect.subject else None
    for place, value, _ in operands_of(effect):
        if place is Place.FIELD:
            record = _Record(effect.subject, model, numbers.next())
            yield from _record(_updated(value), record, numbers, model_of)


def _updated(value: Value) -> Value:
    """Of ``onConflictDoUpdate({ target, set })`` what is set."""
    if isinstance(value, Obj) and "target" in value.props and "set" in value.props:
        return value.props["set"]
    return value


def _record(value: Value, at: _Record, numbers: _Numbers, model_of: ModelOf) -> Iterator[Entry]:
    """The columns of what is written as one record or as a list of them."""
    if at.depth > _MAX_DEPTH:
        return
    inner = replace(at, depth=at.depth + 1)
    if isinstance(value, Obj):
        yield from _object(value, inner, numbers, model_of)
    elif isinstance(value, Input):
        yield from _let_through(value, inner, numbers, model_of)
    else:
        for one, facts, is_another in _records_in(value):
            number = numbers.next() if is_another else at.number
            yield from _record(one, replace(inner, number=number, facts=at.facts | facts), numbers, model_of)


def _records_in(value: Value) -> Iterator[tuple[Value, Facts, bool]]:
    """The records that a value may be, with what is known then, and whether each is one more beside the others."""
    if isinstance(value, Arr):
        for item in (*value.items, *value.rest):
            yield item, NOTHING, True
    elif isinstance(value, Choice):
        for one in value.alternatives:
            yield one.value, one.facts, False
    elif isinstance(value, Promise):
        yield value.value, NOTHING, False
    elif isinstance(value, Unknown):
        for part in value.parts:
            if isinstance(part, Obj | Arr | Choice):
                yield part, NOTHING, False


def _let_through(value: Input, at: _Record, numbers: _Numbers, model_of: ModelOf) -> Iterator[Entry]:
    """The fields of something sent that its schema names."""
    shape = value.check.shape if value.check is not None and not value.check.cast else None
    if shape is None:
        return
    if shape.kind is Kind.LIST:
        yield from _record(element_of(value), at, numbers, model_of)
    for name, _ in shape.members or ():
        if name not in at.without:
            yield Entry(at.subject, at.model, name, member_of(value, name), at.number, at.facts, at.within)


def _object(value: Obj, at: _Record, numbers: _Numbers, model_of: ModelOf) -> Iterator[Entry]:
    for name, item in value.props.items():
        if name in at.without:
            continue
        if name in _CHANGES:
            yield from _record(item, at, numbers, model_of)
        elif (nested := _nesting(item)) is not None and not _is_column(at.model, name):
            yield from _related(name, nested, at, numbers, model_of)
        else:
            only = item.props["set"] if isinstance(item, Obj) and item.props.keys() == {"set"} else item
            yield Entry(at.subject, at.model, name, only, at.number, at.facts, at.within)
    spread = replace(at, without=at.without | value.props.keys())
    for rest in value.rest:
        yield from _record(rest, spread, numbers, model_of)


def _nesting(value: Value) -> Obj | None:
    """What is written into a relation: ``{ connect: { id } }``, ``{ create: [...] }``."""
    if isinstance(value, Choice):
        inner = [found for one in value.alternatives if (found := _nesting(one.value)) is not None]
        return inner[0] if len(inner) == 1 else None
    is_nested = isinstance(value, Obj) and bool(value.props) and value.props.keys() <= _NESTING
    return value if is_nested and isinstance(value, Obj) and value.props.keys() != {"set"} else None


def _is_column(model: Model | None, name: str) -> bool:
    return model is not None and model.relation(name) is None and model.column(name) is not None


def _related(name: str, nested: Obj, at: _Record, numbers: _Numbers, model_of: ModelOf) -> Iterator[Entry]:
    """The columns that a nested write sets: in this record by connecting it, in others by making them."""
    relation = at.model.relation(name) if at.model is not None else None
    model = model_of(relation.model) if relation is not None else None
    for operation, item in nested.props.items():
        if operation in _CONNECTS:
            key = item.props.get("where") if operation == "connectOrCreate" and isinstance(item, Obj) else item
            yield from _connected(name, key, at, relation.columns if relation is not None else None)
        if operation == "connectOrCreate" and isinstance(item, Obj) and "create" in item.props:
            item = item.props["create"]  # noqa: PLW2901 - what is made where nothing was found
        elif operation not in _MAKES:
            continue
        for made in _made(item):
            child = _Record(relation.model if relation is not None else name, model, numbers.next(), at.facts)
            child = replace(child, within=(*at.within, at.number), depth=at.depth)
            yield from _record(made, child, numbers, model_of)


def _made(item: Value) -> Iterator[Value]:
    """The records in a nested write: what stands below ``data``, ``create`` and ``update``, or the item itself."""
    items = item.items + item.rest if isinstance(item, Arr) else (item,)
    for one in items:
        if not isinstance(one, Obj):
            yield one
            continue
        inner = [one.props[key] for key in ("data", "create", "update") if key in one.props]
        yield from inner or (one,)


def _connected(name: str, key: Value | None, at: _Record, columns: tuple[str, ...] | None) -> Iterator[Entry]:
    """The column that connecting a record sets, if it is this record's own."""
    if not isinstance(key, Obj) or columns == ():
        return
    column = columns[0] if columns else f"{name}Id"
    for value in list(key.props.values())[:1]:
        yield Entry(at.subject, at.model, column, value, at.number, at.facts, at.within)
