"""The fields of a document schema: ``new Schema({ author: { type: Schema.Types.ObjectId, ref: "User" } })``."""

from __future__ import annotations

from dataclasses import replace

from doorcheck.scan.facts.values import Arr, Const, External, Obj, Value
from doorcheck.scan.project.database.models import Column

_KEY = Column("_id", "_id", "objectid", unique=True, key=True)
_SHAPES = ("type", "ref", "required", "unique", "default", "enum")


def document_columns(schema: Value) -> tuple[Column, ...]:
    """The fields of a schema, its key first; none when the code does not say."""
    first = schema.links[0].arguments[:1] if isinstance(schema, External) and schema.links else (schema,)
    if not first or not isinstance(first[0], Obj):
        return ()
    fields = first[0].props
    key = () if "_id" in fields else (_KEY,)
    found = (*key, *(_column(name, value) for name, value in fields.items()))
    return tuple(replace(each, hidden=True) for each in found) if _is_rewritten(schema) else found


def _is_rewritten(schema: Value) -> bool:
    """Whether the schema says itself what becomes of a document that is answered with: ``toJSON: { transform }``."""
    given = schema.links[0].arguments[1:2] if isinstance(schema, External) and schema.links else ()
    options = given[0].props.get("toJSON") if given and isinstance(given[0], Obj) else None
    return isinstance(options, Obj) and "transform" in options.props


def _is_hidden(value: Value | None) -> bool:
    return isinstance(value, Const) and value.value is False


def _column(name: str, value: Value) -> Column:
    many = False
    if isinstance(value, Arr):
        many, value = True, value.items[0] if value.items else value
    if not isinstance(value, Obj):
        return Column(name, name, _type(value), optional=True, many=many)
    if not any(word in value.props for word in _SHAPES):
        return Column(name, name, "object", optional=True, many=many)
    kind = value.props.get("type")
    inner = value
    if isinstance(kind, Arr):
        many, kind = True, kind.items[0] if kind.items else kind
    if isinstance(kind, Obj):
        inner, kind = kind, kind.props.get("type")
    return Column(
        name,
        name,
        _type(kind),
        optional=not _is_true(value.props.get("required")),
        many=many,
        unique=_is_true(value.props.get("unique")),
        key=name == "_id",
        hidden=_is_hidden(value.props.get("select")),
        references=_text(value.props.get("ref")) or _text(inner.props.get("ref")),
    )


def _type(value: Value | None) -> str:
    names = [part for part in value.path if part != "()"] if isinstance(value, External) else []
    return names[-1].lower() if names else ""


def _text(value: Value | None) -> str:
    return value.value if isinstance(value, Const) and isinstance(value.value, str) else ""


def _is_true(value: Value | None) -> bool:
    if isinstance(value, Arr):
        value = value.items[0] if value.items else None
    return isinstance(value, Const) and value.value is True
