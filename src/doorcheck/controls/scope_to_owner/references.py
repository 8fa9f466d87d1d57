"""Records that a door points at: columns that lead to a tenant's record, and take their value from the client."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from doorcheck.scan.facts import ownership
from doorcheck.scan.facts.doubts import given_to_unfollowed
from doorcheck.scan.facts.evaluator import Happening
from doorcheck.scan.facts.following import Trace
from doorcheck.scan.facts.ownership import Names
from doorcheck.scan.facts.proofs import Facts, ProofKind
from doorcheck.scan.facts.values import Choice, Derived, Effect, Input, Promise, Value
from doorcheck.scan.facts.writes import Entry, entries_of
from doorcheck.scan.judging import DoorCase, asked_here
from doorcheck.scan.project.database.models import Column, Model, Role
from doorcheck.scan.project.database.naming import plain

_PLACES = frozenset({Role.OWNER, Role.TENANT, Role.ACTOR})
_IDS = ("id", "uuid")
_SAME = frozenset({"text", "string", "number"})
_MAX_DEPTH = 6
_TYING = frozenset({ProofKind.OWNED, ProofKind.WITHIN})
_LETS_IN = frozenset({ProofKind.SECRET, ProofKind.SIGNATURE, ProofKind.CAPABILITY, ProofKind.CREDENTIAL})


@dataclass(frozen=True, slots=True)
class Reference:
    """A column that points at a record of ``model``, as the parts of the request in ``names`` have it."""

    happening: Happening
    column: str
    model: Model
    names: Names


def untied(case: DoorCase) -> list[Reference]:
    """The references to tenants' records that the client chose, and that nothing ties to the caller.

    What the door looks up anywhere together with who is calling, or compares with another record, counts as tied, and
    so does what a call was given that could not be followed: whether all of it was found is not asked here.
    """
    found = list(_chosen(case))
    if not found:
        return []
    tied = _looked_up(case.trace) | _made_here(case) | given_to_unfollowed(case.trace)
    return [each for each in found if not each.names & tied]


def _chosen(case: DoorCase) -> Iterator[Reference]:
    for happening in case.trace.happenings:
        effect = happening.effect
        if effect.kind != "database" or not effect.writes or not asked_here(case, happening.facts):
            continue
        for entry in _entries(case, effect):
            model = _pointed_at(case, entry, effect.file)
            if model is None:
                continue
            for sent, facts in _sent(entry.value, happening.facts | entry.facts, 0):
                names = ownership.names_of(sent)
                if names and not _vouched(facts, names):
                    yield Reference(happening, entry.column, model, names)


def _entries(case: DoorCase, effect: Effect) -> list[Entry]:
    return entries_of(effect, lambda name: case.schema.model(name, effect.file))


def _pointed_at(case: DoorCase, entry: Entry, file: str) -> Model | None:
    """The model at which a column points, where its records are a tenant's and it is not by it that one tells whose.

    What belongs to a person is often there for others to point at, as comments do at posts. Names that people give
    things, such as a domain or the client id of an app, are told to others to be used.
    """
    column = entry.model.column(entry.column) if entry.model is not None else None
    if entry.model is None or column is None or not column.references or column.implied or column.roles & _PLACES:
        return None
    if not _is_id(column.name) or _held_together(entry.model, column):
        return None
    model = case.schema.model(column.references, file)
    if model is None or model.is_account or model.is_tenant or model.column(column.name) is not None:
        return None
    in_tenant = bool(model.tenants) or any(chain.end is Role.TENANT for chain in model.owned_through)
    return model if in_tenant else None


def _held_together(model: Model, column: Column) -> bool:
    """Whether the foreign key itself asks for more than the id, as with ``fields: [listId, teamId]``."""
    return any(column.name in each.columns and len(each.columns) > 1 for each in model.relations)


def _is_id(name: str) -> bool:
    return plain(name).endswith(_IDS)


def _sent(value: Value, facts: Facts, depth: int) -> Iterator[tuple[Input, Facts]]:
    """The parts of the request that a value may be just as they came, each with what is known then."""
    if isinstance(value, Input):
        yield value, facts
    elif depth > _MAX_DEPTH:
        return
    elif isinstance(value, Choice):
        for one in value.alternatives:
            yield from _sent(one.value, facts | one.facts, depth + 1)
    elif isinstance(value, Promise):
        yield from _sent(value.value, facts, depth + 1)
    elif isinstance(value, Derived) and value.how in _SAME and len(value.parts) == 1:
        yield from _sent(value.parts[0], facts, depth + 1)


def _vouched(facts: Facts, names: Names) -> bool:
    if names & ownership.owned_if_sent(facts):
        return True
    return any(fact.kind in _LETS_IN or (fact.kind is ProofKind.ROLE and not fact.of) for fact in facts)


def _looked_up(trace: Trace) -> Names:
    """The parts of the request that choose records together with who is calling, or that are compared with others."""
    found: set[str] = set()
    for happening in trace.happenings:
        scoped = ownership.scope_of(happening.effect)
        if scoped.own or scoped.names & ownership.owned_if_sent(happening.facts):
            found |= scoped.names
    return frozenset(found) | {name for fact in trace.attempts if fact.kind in _TYING for name in fact.of.split(" < ")}


def _made_here(case: DoorCase) -> Names:
    """The parts of the request that name records which this door makes."""
    found: set[str] = set()
    for happening in case.trace.happenings:
        effect = happening.effect
        if effect.kind == "database" and effect.writes and not effect.chooses:
            for entry in _entries(case, effect):
                column = entry.model.column(entry.column) if entry.model is not None else None
                if column is not None and (column.key or column.unique) and not column.references:
                    found |= ownership.names_of(entry.value)
    return frozenset(found)
