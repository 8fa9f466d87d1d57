"""Which sensitive columns the records in a door's answers bring along."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from doorcheck.scan.facts.brought import Brought, brought_by
from doorcheck.scan.facts.ownership import scope_of
from doorcheck.scan.facts.shown import Shown, shown_by
from doorcheck.scan.facts.values import Effect, Obj, Row, Value, made_from
from doorcheck.scan.judging import DoorCase
from doorcheck.scan.project.database.models import Model
from doorcheck.scan.project.database.naming import plain

_MAX_PARTS = 80


@dataclass(frozen=True, slots=True)
class Answered:
    """A record in an answer, with what it brings along. ``model`` is None where no schema speaks of it.

    ``held_back`` when its model has sensitive columns that stay behind; ``sure`` when the code says all of it.
    """

    shown: Shown
    effect: Effect
    model: Model | None
    brought: tuple[Brought, ...] = ()
    held_back: bool = False
    sure: bool = True


def answered_with(case: DoorCase) -> list[Answered]:
    """The records in the answers of a door."""
    here = {(each.effect.file, each.effect.at) for each in case.trace.happenings}
    found: list[Answered] = []
    for shown in shown_by(case.trace.ways_out):
        effect = shown.row.effect
        if effect.kind != "database":
            continue
        if (effect.file, effect.at) not in here:
            # a function gives the same for all records that are chosen alike, so this may stand for one of this door's
            effect = next(_alike(case, effect), effect)
        found.append(_answered(case, shown, effect))
    return found


def _alike(case: DoorCase, effect: Effect) -> Iterator[Effect]:
    for each in case.trace.happenings:
        other = each.effect
        if (other.kind, other.subject) == (effect.kind, effect.subject) and scope_of(other) == scope_of(effect):
            yield other


def _answered(case: DoorCase, shown: Shown, effect: Effect) -> Answered:
    found = brought_by(case.schema, shown.row, effect)
    return Answered(shown, effect, found.model, found.brought, found.held_back, shown.sure and found.sure)


def names_sensitive(case: DoorCase, subject: str) -> bool:
    """Whether the door itself names a sensitive column of records that no schema speaks of: it reads or writes it."""
    words = case.words["sensitive_columns"]
    return bool(subject) and any(
        plain(name) in words
        for each in case.trace.happenings
        for operand in each.effect.operands
        for name in _named_in(operand, subject, each.effect)
    )


def _named_in(operand: Value, subject: str, effect: Effect) -> Iterator[str]:
    for part in made_from(operand, _MAX_PARTS):
        if isinstance(part, Row) and part.effect.subject == subject:
            yield from part.path[-1:]
        elif isinstance(part, Obj) and effect.subject == subject and effect.writes:
            yield from part.props
