"""What a model admits, read before the application starts."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

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
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        yield from _flaws(typing.get_args(annotation)[0], where, may_set, seen, depth)
    elif origin is typing.Literal:
        return
    elif origin in {typing.Union, types.UnionType} or origin is not None:
        for part in typing.get_args(annotation):
            if part not in {Ellipsis, type(None)}:
                yield from _flaws(part, where, may_set, seen, depth + 1)
    elif annotation is Any or annotation in _SHAPELESS:
        yield Flaw(f"{where} takes anything: give it a model, or declare payload=raw(because=...)")
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from _model_flaws(annotation, where, may_set, seen, depth)


def _model_flaws(
    model: type[BaseModel], where: str, may_set: frozenset[str], seen: set[Any], depth: int
) -> Iterator[Flaw]:
    if model in seen:
        return
    seen.add(model)
    if model.model_config.get("extra") != "forbid":
        yield Flaw(
            f"{model.__name__} ({where}) lets unknown fields pass: derive it from doorcheck.guard.Payload, "
            "or set extra='forbid'"
        )
    for name, field in model.model_fields.items():
        yield from privileged(name, f"{model.__name__}.{name}", may_set)
        yield from _flaws(field.annotation, f"{model.__name__}.{name}", may_set, seen, depth + 1)


def privileged(name: str, where: str, may_set: frozenset[str]) -> Iterator[Flaw]:
    """The flaw of a field that the server must derive by itself, unless the door says it may be set."""
    if is_privileged(name) and name not in may_set:
        yield Flaw(f"{where} would let the caller say it: take it from the session, or declare may_set=['{name}']")
