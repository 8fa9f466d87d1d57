"""Which column gets which value in a statement of SQL that inserts or updates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from doorcheck.scan.facts.values import Arr, Const, Effect, Obj, Value

MAX_TEXT = 8_000
_HOLE = "\0"
_INSERT = re.compile(r"\binsert\s+into\s+([\w.\"`\[\]]+)\s*\(([^()]*)\)\s*values\s*\(", re.IGNORECASE)
_UPDATE = re.compile(r"\bupdate\s+(?:only\s+)?([\w.\"`\[\]]+)\s+(?:as\s+\w+\s+|\w+\s+)?set\s+", re.IGNORECASE)
_AFTER_SET = re.compile(r"\b(?:where|from|returning|order\s+by|limit)\b", re.IGNORECASE)
_BOUND = re.compile(r"^(?:\$(\d+)|(\?)|(\x00)|[:@$](\w+))(?:::[\w\[\]]+)?$")
_QUOTES = re.compile(r"[\"`\[\]\s]")


def columns_of(effect: Effect) -> Iterator[tuple[str, str, Value]]:
    """The table, the column and the value of each place that is bound, in a text with places or in a tagged template.

    Expressions and statements with several rows are read as far as each stands for one bound value in the first row.
    """
    bound = _bound(effect.given)
    if bound is None:
        return
    text, values = bound
    for table, column, place in _assignments(text):
        value = _value_of(place, values)
        if value is not None:
            yield table, column, value


def _bound(given: Sequence[Value]) -> tuple[str, Sequence[Value] | Obj] | None:
    """A statement's text with its values; None where its text is not known."""
    first = given[0] if given else None
    if isinstance(first, Arr) and first.items and all(_text(item) is not None for item in first.items):
        return _HOLE.join(_text(item) or "" for item in first.items)[:MAX_TEXT], given[1:]
    if isinstance(first, Obj):
        named = first.props.get("text", first.props.get("sql"))
        values = first.props.get("values", first.props.get("args"))
        return _bound((named, *((values,) if values is not None else ()))) if named is not None else None
    text = _text(first)
    if text is None:
        return None
    values = given[1] if len(given) > 1 else None
    if isinstance(values, Arr) and not values.rest:
        return text[:MAX_TEXT], values.items
    return text[:MAX_TEXT], values if isinstance(values, Obj) else given[1:]


def _text(value: Value | None) -> str | None:
    return value.value if isinstance(value, Const) and isinstance(value.value, str) else None


def _assignments(text: str) -> Iterator[tuple[str, str, tuple[str, int]]]:
    """Table, column and what is bound there, with the number of the place among those that carry no number."""
    for found in _INSERT.finditer(text):
        columns = [_QUOTES.sub("", name) for name in found[2].split(",")]
        values = _split(text, found.end(), ")")
        for column, (place, at) in zip(columns, values, strict=False):
            yield _QUOTES.sub("", found[1]), column, (place, _number(text, at))
    for found in _UPDATE.finditer(text):
        end = _AFTER_SET.search(text, found.end())
        for pair, at in _split(text[: end.start()] if end else text, found.end(), ""):
            column, equals, place = pair.partition("=")
            if equals:
                yield _QUOTES.sub("", found[1]), _QUOTES.sub("", column), (place.strip(), _number(text, at))


def _split(text: str, start: int, closing: str) -> list[tuple[str, int]]:
    """The items between commas, each with where it ends, up to the bracket that closes them."""
    found: list[tuple[str, int]] = []
    depth, begun = 0, start
    for at in range(start, len(text)):
        letter = text[at]
        if letter == closing and depth == 0:
            return [*found, (text[begun:at].strip(), at)]
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            found.append((text[begun:at].strip(), at))
            begun = at + 1
    return [*found, (text[begun:].strip(), len(text))]


def _number(text: str, end: int) -> int:
    """How many places without a number stand before this one."""
    return max(text.count("?", 0, end), text.count(_HOLE, 0, end)) - 1


def _value_of(place: tuple[str, int], values: Sequence[Value] | Obj) -> Value | None:
    found = _BOUND.match(place[0])
    if found is None:
        return None
    if isinstance(values, Obj):
        return values.props.get(found[4]) if found[4] else None
    number = int(found[1]) - 1 if found[1] else place[1]
    return values[number] if not found[4] and 0 <= number < len(values) else None
