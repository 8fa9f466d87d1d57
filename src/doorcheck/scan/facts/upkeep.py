"""Writes that nobody chose: they keep a record as it ought to be, whoever asks for it."""

from __future__ import annotations

from collections.abc import Iterator

from doorcheck.scan.facts import ownership
from doorcheck.scan.facts.values import Const, Effect, Input, Obj, Row, Value, made_from

_WRITTEN = ("data", "update", "create")


def makes_sure(effect: Effect) -> bool:
    """Whether an operation only makes sure that there is a record: one that is there stays as it is, and a new one is
    like all others, but for what it is looked up by."""
    for options in _options(effect):
        update, create = options.props.get("update"), options.props.get("create")
        if isinstance(update, Obj) and not update.props and not update.rest and isinstance(create, Obj):
            named = ownership.names_of(options.props["where"])
            return all(ownership.name_of(part) in named for part in made_from(create) if isinstance(part, Input))
    return False


def notes_down(effect: Effect) -> bool:
    """Whether an operation writes down what another service answered, and nothing that the caller sent but what names
    the record."""
    values = list(_written(effect))
    parts = [part for value in values for part in made_from(value)]
    answered = any(isinstance(part, Row) and part.effect.kind != "database" for part in parts)
    named = {name for options in _options(effect) for name in ownership.names_of(options.props["where"])}
    sent = any(isinstance(part, Input) and ownership.name_of(part) not in named for part in parts)
    chosen = sent or any(isinstance(value, Const) for value in values)
    return answered and not chosen


def _options(effect: Effect) -> Iterator[Obj]:
    if effect.kind == "database" and effect.writes:
        yield from (value for value in effect.operands if isinstance(value, Obj) and "where" in value.props)


def _written(effect: Effect) -> Iterator[Value]:
    for options in _options(effect):
        for name in _WRITTEN:
            data = options.props.get(name)
            if isinstance(data, Obj):
                yield from (*data.props.values(), *data.rest)
            elif data is not None:
                yield data
