"""What a model admits, read before the application starts."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import typing_extensions
from pydantic import BaseModel, RootModel

from doorcheck.guard.payload.names import is_privileged

MAX_DEPTH = 12
_SHAPELESS = (dict, list, set, tuple, object)


@dataclasses.dataclass(frozen=True, slots=True)
class Flaw:
    """One thing a payload leaves open, in words that say what to do."""

    says: str


def flaws_of(annotation: Any, where: str, may_set: frozenset[str]) -> Iterator[Flaw]:
    """What this annotation of an input leaves open: fields without a form, unknown fields, privileged names."""
    yield from _flaws(annotation, where, may_set, set(), 0)


def _flaws(annotation: Any, where: str, may_set: frozenset[str], seen: set[Any], depth: int) -> Iterator[Flaw]:
    if depth > MAX_DEPTH:
        yield Flaw(f"{where} is nested more than {MAX_DEPTH} deep")
        return
    annotation = _meant(annotation)
    origin = typing.get_origin(annotation)
    if origin is typing.Literal:
        return
    if origin in {typing.Union, types.UnionType} or origin is not None:
        for part in typing.get_args(annotation):
            if part not in {Ellipsis, type(None)}:
                yield from _flaws(part, where, may_set, seen, depth + 1)
    elif annotation is Any or (isinstance(annotation, type) and _shapeless(annotation)):
        yield Flaw(f"{where} takes anything: give it a model, or declare payload=raw(because=...)")
    elif isinstance(annotation, type) and (fields := _fields(annotation)) is not None:
        yield from _model_flaws(annotation, fields, where, may_set, seen, depth)


def _meant(annotation: Any) -> Any:
    """What stands behind the names and the notes of an annotation."""
    for _ in range(MAX_DEPTH):
        if isinstance(annotation, typing_extensions.TypeAliasType):
            annotation = annotation.__value__
        elif isinstance(annotation, typing.NewType):
            annotation = annotation.__supertype__
        elif typing.get_origin(annotation) is typing.Annotated:
            annotation = typing.get_args(annotation)[0]
        else:
            break
    return annotation


def _shapeless(kind: type) -> bool:
    """Whether it says that there are values in it, and not which."""
    return kind in _SHAPELESS or (kind.__module__ in {"collections", "collections.abc"} and issubclass(kind, Iterable))


def _fields(kind: type) -> list[tuple[str, Any]] | None:
    """The names by which a caller fills this model, dataclass or typed dictionary, and what each takes; else None."""
    if issubclass(kind, BaseModel):
        found = [(name, field.annotation) for name, field in kind.model_fields.items()]
        for field in kind.model_fields.values():
            found += [(alias, None) for alias in {field.alias, field.validation_alias} if isinstance(alias, str)]
        return found
    if not (dataclasses.is_dataclass(kind) or typing_extensions.is_typeddict(kind) or hasattr(kind, "_fields")):
        return None
    return list(typing_extensions.get_type_hints(kind).items())


def _model_flaws(
    model: type, fields: list[tuple[str, Any]], where: str, may_set: frozenset[str], seen: set[Any], depth: int
) -> Iterator[Flaw]:
    if model in seen:
        return
    seen.add(model)
    # A named tuple has as many values as it has names, and a root model has one and no name.
    if _config(model).get("extra") != "forbid" and not issubclass(model, tuple | RootModel):
        yield Flaw(
            f"{model.__name__} ({where}) lets unknown fields pass: derive it from doorcheck.guard.Payload, "
            "or set extra='forbid'"
        )
    for name, annotation in fields:
        yield from privileged(name, f"{model.__name__}.{name}", may_set)
        yield from _flaws(annotation, f"{model.__name__}.{name}", may_set, seen, depth + 1)


def _config(model: type) -> Mapping[str, Any]:
    if issubclass(model, BaseModel):
        return model.model_config
    found: Mapping[str, Any] = getattr(model, "__pydantic_config__", {})
    return found


def privileged(name: str, where: str, may_set: frozenset[str]) -> Iterator[Flaw]:
    """The flaw of a field that the server must derive by itself, unless the door says it may be set."""
    if is_privileged(name) and name not in may_set:
        yield Flaw(f"{where} would let the caller say it: take it from the session, or declare may_set=['{name}']")
