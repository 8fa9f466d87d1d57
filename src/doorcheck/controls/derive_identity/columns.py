"""The columns a door writes that say whose a record is or what its holder may, and where their values come from."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass, replace

from doorcheck.scan.facts import ownership
from doorcheck.scan.facts.evaluator import Happening
from doorcheck.scan.facts.proofs import IF_SENT, Fact, Facts, ProofKind, in_order
from doorcheck.scan.facts.upkeep import makes_sure
from doorcheck.scan.facts.values import Choice, Derived, External, Input, Promise, Row, Session, Unknown, Value
from doorcheck.scan.facts.writes import Entry, entries_of
from doorcheck.scan.judging import DoorCase, Words, asked_here
from doorcheck.scan.project.database.models import Role
from doorcheck.scan.project.database.naming import plain, singular

_PLACES = frozenset({Role.OWNER, Role.TENANT, Role.ACTOR})
_MACHINES = frozenset({ProofKind.SECRET, ProofKind.SIGNATURE, ProofKind.CAPABILITY, ProofKind.CREDENTIAL})
_PASSED_ON = frozenset({"text", "string", "number", "element", "member", "call"})
_UNSENT = frozenset({"request", "address", "url", "method"})
_MAX_DEPTH = 6


class Source(enum.Enum):
    """Where a value comes from, as far as the caller is concerned."""

    CALLER = "the caller's identity"
    CHECKED = "checked"
    ROLE = "allowed by a role"
    MACHINE = "sent by a machine"
    BESIDE = "beside the caller"
    CLIENT = "chosen by the client"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class Column:
    """One value of a column that matters: what the column says, and where the value comes from."""

    happening: Happening
    entry: Entry
    role: Role
    source: Source
    sent: Input | None = None
    because: tuple[Fact, ...] = ()
    doubt: Fact | None = None
    is_rank: bool = False
    """Whether it says what its holder may, and not what they bought."""

    @property
    def is_about_people(self) -> bool:
        """Whether the record is an account or a tenant by itself."""
        model = self.entry.model
        return model is not None and (model.is_account or model.is_tenant)


@dataclass(frozen=True, slots=True)
class _Origin:
    value: Input | Session | Row
    facts: Facts
    doubt: Fact | None = None


def columns_of(case: DoorCase) -> list[Column]:
    """Every value of a column that matters, of all that the door writes."""
    found: list[Column] = []
    for happening in case.trace.happenings:
        effect = happening.effect
        if effect.kind != "database" or not effect.writes or not asked_here(case, happening.facts):
            continue
        if makes_sure(effect):
            continue
        file = effect.file
        entries = entries_of(effect, lambda name, file=file: case.schema.model(name, file))  # type: ignore[misc]
        roles = [(entry, role) for entry in entries for role in _roles_of(entry, case.words)]
        for entry, role in roles:
            is_rank = plain(entry.column) in case.words["rank_columns"]
            judged = _judged(happening, entry, role, [each for each, _ in roles], entries)
            found.extend(replace(column, is_rank=is_rank) for column in judged)
    return found


def _roles_of(entry: Entry, words: Words) -> Iterator[Role]:
    """What a column says: as the schema has it, by its name where there is none."""
    model = entry.model
    if model is not None and model.columns:
        column = model.column(entry.column)
        yield from sorted(column.roles & (_PLACES | {Role.PRIVILEGED}), key=lambda role: role.value) if column else ()
        return
    name = plain(entry.column)
    if name in words["owner_columns"]:
        yield Role.OWNER
    elif name in words["tenant_columns"]:
        yield Role.TENANT
    elif name in words["rank_columns"] and _of_people(entry.subject, words):
        yield Role.PRIVILEGED


def _of_people(subject: str, words: Words) -> bool:
    name = singular(subject)
    known = words["account_models"] | words["profile_models"] | words["tenant_models"]
    return name in known or any(part in name for part in words["membership_parts"])


def _judged(
    happening: Happening, entry: Entry, role: Role, placing: list[Entry], entries: list[Entry]
) -> Iterator[Column]:
    for origin in _origins(entry.value, happening.facts | entry.facts, 0):
        value = origin.value
        if isinstance(value, Session) or (isinstance(value, Row) and value.own):
            yield Column(happening, entry, role, Source.CALLER)
        elif isinstance(value, Input):
            source, because = _of_sent(happening, entry, role, origin, placing, entries)
            yield Column(happening, entry, role, source, value, because, origin.doubt)


def _of_sent(
    happening: Happening, entry: Entry, role: Role, origin: _Origin, placing: list[Entry], entries: list[Entry]
) -> tuple[Source, tuple[Fact, ...]]:
    """Where a value that the client sent stands: who vouches for it, if anybody does."""
    known = origin.facts
    names = ownership.names_of(origin.value)
    mine = ownership.owned_if_sent(known)
    if names & mine and role is not Role.PRIVILEGED:
        owned = (fact for fact in known if fact.kind is ProofKind.OWNED and fact.polarity)
        return Source.CHECKED, tuple(in_order(fact for fact in owned if fact.of.removesuffix(IF_SENT) in names))
    for source, kinds in ((Source.ROLE, frozenset({ProofKind.ROLE})), (Source.MACHINE, _MACHINES)):
        facts = tuple(in_order(fact for fact in known if fact.kind in kinds))
        if facts:
            return source, facts
    if role is Role.TENANT:
        beside = _is_beside_own_tenant(entry, placing, known)
    else:
        beside = _lies_with_caller(happening, entry, role, placing, entries, known)
    if beside:
        return Source.BESIDE, ()
    return (Source.DOUBTFUL if origin.doubt is not None else Source.CLIENT), ()


def _lies_with_caller(
    happening: Happening, entry: Entry, role: Role, placing: list[Entry], entries: list[Entry], known: Facts
) -> bool:
    """Whether the record names its caller beside this value, lies within something of theirs, or is theirs already."""
    model = entry.model
    if role is Role.PRIVILEGED and model is not None and (model.is_account or model.is_tenant):
        return False
    records = {entry.record, *entry.within}
    beside = [each for each in entries if each is not entry and each.record in records]
    if any(ownership.names_of(each.value) & ownership.owned(known) for each in beside):
        return True
    if any(each.record in records and each is not entry and _is_callers(each.value) for each in placing):
        return True
    scoped = ownership.scope_of(happening.effect)
    return scoped.own or bool(scoped.names & ownership.owned(known))


def _is_beside_own_tenant(entry: Entry, placing: list[Entry], known: Facts) -> bool:
    """Whether another column places the record in a tenant of the caller's; this one then only says where in it."""
    return any(
        each.record == entry.record
        and each.column != entry.column
        and _is_tenant(each)
        and ownership.is_callers(each.value, known)
        for each in placing
    )


def _is_tenant(entry: Entry) -> bool:
    column = entry.model.column(entry.column) if entry.model is not None else None
    return column is not None and Role.TENANT in column.roles


def _is_callers(value: Value) -> bool:
    return bool(ownership.identities_in(value))


def _origins(value: Value, facts: Facts, depth: int, doubt: Fact | None = None) -> Iterator[_Origin]:
    """What a written value may be, each with what is known then; values made of several have no one origin."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, Session | Row) or (isinstance(value, Input) and value.channel not in _UNSENT):
        yield _Origin(value, facts, doubt)
    elif isinstance(value, Choice):
        for one in value.alternatives:
            yield from _origins(one.value, facts | one.facts, depth + 1, doubt)
    elif isinstance(value, Promise):
        yield from _origins(value.value, facts, depth + 1, doubt)
    elif isinstance(value, Unknown):
        for part in value.parts:
            yield from _origins(part, facts, depth + 1, doubt or value.fact)
    elif isinstance(value, Derived) and value.how in _PASSED_ON and len(value.parts) == 1:
        yield from _origins(value.parts[0], facts, depth + 1, doubt)
    elif isinstance(value, External) and value.links and len(value.links[-1].arguments) == 1:
        yield from _origins(value.links[-1].arguments[0], facts, depth + 1, doubt)
