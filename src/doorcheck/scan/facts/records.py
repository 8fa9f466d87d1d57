"""What is left of a record, or of an object made from it, when fields are taken out; and what copies it as it is."""

from __future__ import annotations

from collections.abc import Sequence

from doorcheck.scan.facts import requests
from doorcheck.scan.facts.values import Alternative, Choice, Input, Obj, Row, Value

KEEPING = frozenset({"toObject", "toJSON", "slice", "reverse", "toReversed", "flat", "lean"})
"""Methods that give a record or a list of them back, with every field that was in it."""


def without(value: Value, names: Sequence[str]) -> Value:
    """The value without these fields; the value itself where nothing is known of them."""
    if isinstance(value, Obj):
        props = {name: item for name, item in value.props.items() if name not in names}
        return Obj(props, tuple(without(rest, names) if isinstance(rest, Row) else rest for rest in value.rest))
    if isinstance(value, Row):
        return value.at(value.path, value.cut.taking(value.path, names))
    if isinstance(value, Choice):
        if not any(isinstance(one.value, Row) for one in value.alternatives):
            return value
        each = (
            Alternative(without(one.value, names) if isinstance(one.value, Row) else one.value, one.facts)
            for one in value.alternatives
        )
        return Choice(value.id, tuple(each))
    return requests.without(value, names) if isinstance(value, Input) else value
