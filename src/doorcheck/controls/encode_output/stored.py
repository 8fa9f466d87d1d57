"""What a door stores as it was sent, and a page shows as HTML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from doorcheck.scan.doors.raw import Raw
from doorcheck.scan.facts.evaluator import Happening
from doorcheck.scan.facts.markup import Part, parts_of_text
from doorcheck.scan.facts.proofs import ProofKind
from doorcheck.scan.facts.values import Input
from doorcheck.scan.facts.writes import Entry, entries_of
from doorcheck.scan.judging import DoorCase, asked_here
from doorcheck.scan.project.database.naming import plain, singular

_MACHINES = frozenset({ProofKind.SECRET, ProofKind.SIGNATURE})


@dataclass(frozen=True, slots=True)
class Stored:
    """A column that gets something of the request, with what stands in it and the places that show it as HTML."""

    happening: Happening
    column: str
    part: Part
    raw: Raw

    @property
    def for_role(self) -> bool:
        """Whether only callers with a role come this far."""
        return any(fact.kind is ProofKind.ROLE and fact.polarity for fact in self.happening.facts)


def stored_for_html(case: DoorCase) -> list[Stored]:
    """What this door stores of the request where a page shows it as HTML."""
    written = [(each, entry) for each in _writes(case) for entry in _entries(case, each)]
    sent = [
        (each, entry, part)
        for each, entry in written
        for part in parts_of_text(entry.value, each.facts | entry.facts)
        if isinstance(part.value, Input)
    ]
    if not sent:
        return []
    shown = {(raw.model, raw.column): raw for raw in reversed(case.raw())}
    found = []
    for each, entry, part in sent:
        name = entry.model.name if entry.model is not None else singular(entry.subject)
        raw = shown.get((plain(name), plain(entry.column)))
        if raw is not None:
            found.append(Stored(each, entry.column, part, raw))
    return found


def _writes(case: DoorCase) -> Iterator[Happening]:
    for each in case.trace.happenings:
        machine = any(fact.kind in _MACHINES for fact in each.facts)
        if each.effect.kind == "database" and each.effect.writes and not machine and asked_here(case, each.facts):
            yield each


def _entries(case: DoorCase, happening: Happening) -> list[Entry]:
    file = happening.effect.file
    return entries_of(happening.effect, lambda name: case.schema.model(name, file))
