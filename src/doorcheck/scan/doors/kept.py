"""What an app keeps longer than one request: the data that cached functions and pages made beforehand have read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from doorcheck.core import Location, Written
from doorcheck.scan.facts.evaluator import Evaluator
from doorcheck.scan.facts.following import Trace
from doorcheck.scan.facts.values import Effect
from doorcheck.scan.project.database.naming import singular
from doorcheck.scan.project.database.schemas import Schemas
from doorcheck.scan.syntax import positions


class Reading(msgspec.Struct, frozen=True, array_like=True):
    """One read of a model. ``single`` where it finds at most the one record of a key, which no other record changes."""

    model: str
    single: bool
    seen: Written


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """A result that is handed out again. ``says`` names it, ``route`` is a page's URL pattern, empty for a function.

    ``tags`` are those by which it can be thrown away, None where they are not all constant. ``seconds`` is after how
    long it is made anew, None where that never happens by itself.
    """

    says: str
    at: Location
    reads: tuple[Reading, ...]
    route: str = ""
    tags: tuple[str, ...] | None = ()
    seconds: float | None = None


def model_name(schema: Schemas, effect: Effect) -> str:
    """The model an operation is about, as the schema calls it; its own word where no schema speaks of it."""
    if not effect.subject:
        return ""
    model = schema.model(effect.subject, effect.file)
    return model.name if model is not None else singular(effect.subject)


def readings(ev: Evaluator, trace: Trace) -> tuple[Reading, ...]:
    """What was read of the database."""
    effects = {id(each.effect): each.effect for each in trace.happenings if _is_read(each.effect)}
    found = (_reading(ev.schema, effect) for effect in effects.values())
    return tuple(dict.fromkeys(each for each in found if each.model))


def _is_read(effect: Effect) -> bool:
    return effect.kind == "database" and not effect.writes


def _reading(schema: Schemas, effect: Effect) -> Reading:
    at = Location(effect.file, *_line_and_column(effect.at))
    return Reading(model_name(schema, effect), effect.unique, Written(effect.says, at))


def place(file: str, at: int) -> Location:
    """A location from a file and a packed position."""
    return Location(file, *_line_and_column(at))


def _line_and_column(at: int) -> tuple[int, int]:
    return max(positions.line_of(at), 1), max(positions.column_of(at), 1)


def reading_any(kept: Iterable[Kept], model: str) -> Iterator[tuple[Kept, Reading]]:
    """What is kept of this model, with the first read of it in each."""
    for each in kept:
        reading = next((one for one in each.reads if one.model == model), None)
        if reading is not None:
            yield each, reading
