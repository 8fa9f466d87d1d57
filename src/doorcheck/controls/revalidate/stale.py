"""Which of what an app keeps is stale after a change."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from doorcheck.scan.doors.kept import Kept, Reading, model_name, reading_any
from doorcheck.scan.facts.evaluator import Happening
from doorcheck.scan.facts.values import Effect, External, Obj
from doorcheck.scan.facts.writes import entries_of
from doorcheck.scan.project.database.schemas import Schemas

_ADDS = re.compile(r"\b(?:create\w*|insert\w*|add)\b")
_COUNTS = frozenset({"increment", "decrement", "$inc"})


@dataclass(frozen=True, slots=True)
class Stale:
    """Something kept, the read in it that would now give something else, and the change."""

    kept: Kept
    reading: Reading
    change: Happening


def stale_of(schema: Schemas, changes: Sequence[Happening], kept: Sequence[Kept]) -> list[Stale]:
    """Everything kept that one of these changes makes stale, each with the first that does."""
    found: dict[int, Stale] = {}
    for change in changes:
        effect = change.effect
        adds = _only_adds(effect)
        if not adds and _only_counts(schema, effect):
            continue
        for each, reading in reading_any(kept, model_name(schema, effect)):
            # a record that is new is nothing that somebody found by its key
            if not (adds and reading.single):
                found.setdefault(id(each), Stale(each, reading, change))
    return list(found.values())


def _only_adds(effect: Effect) -> bool:
    links = {name for each in effect.operands if isinstance(each, External) for name in each.path[:1]}
    return _ADDS.search(effect.says) is not None and not any(name.startswith("onConflict") for name in links)


def _only_counts(schema: Schemas, effect: Effect) -> bool:
    """Whether a change only counts something up or down, such as views."""
    entries = entries_of(effect, lambda name: schema.model(name, effect.file))
    return bool(entries) and all(
        isinstance(each.value, Obj) and bool(each.value.props) and each.value.props.keys() <= _COUNTS
        for each in entries
    )
