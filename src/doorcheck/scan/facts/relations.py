"""What the relations that a record was read with say: whose they are, and what lies within what."""

from __future__ import annotations

from collections.abc import Iterator

from doorcheck.scan.facts import ownership
from doorcheck.scan.facts.proofs import NOTHING, Facts
from doorcheck.scan.facts.values import Obj, Row, Session, Value, made_from

_INCLUDES = ("include", "select", "with")


def included(row: Row) -> Facts:
    """What it says when the relation that a record was read with, narrowed by a predicate, has an entry.

    One narrowed to the caller says that the record is theirs; one narrowed to what the request names says that this
    lies within the record: ``include: { tasks: { where: { id } } }``.
    """
    if not row.path or not row.named:
        return NOTHING
    file, at, subject = row.effect.file, row.effect.at, row.effect.subject or "record"
    for where in _narrowing(row):
        if ownership.identities_in(where) and not row.own:
            says = f"the {subject} is read with its {row.path[0]} that are the caller"
            return frozenset(ownership.owned_fact(name, file, at, says) for name in row.named)
        within = ownership.naming_itself(where, ownership.names_of(where)) - row.named
        if within:
            return ownership.within(within, row.named, file, at)
    return NOTHING


def role_in(value: Value) -> Session | Row | None:
    """The caller's role, where this value is made of it."""
    for part in made_from(value, ownership.MAX_PARTS):
        if isinstance(part, Session) and part.path and ownership.is_role_word(part.path[-1]):
            return part
        if isinstance(part, Row) and any(map(ownership.is_role_word, part.path[-2:])) and (part.own or _is_own(part)):
            return part
    return None


def _is_own(row: Row) -> bool:
    return bool(row.path and row.named) and any(ownership.identities_in(where) for where in _narrowing(row))


def _narrowing(row: Row) -> Iterator[Value]:
    for operand in row.effect.operands:
        if isinstance(operand, Obj):
            yield from _narrowing_of(operand, row.path)


def _narrowing_of(operand: Obj, path: tuple[str, ...]) -> Iterator[Value]:
    """The predicates by which the relations on this path were narrowed."""
    for option in _INCLUDES:
        relations = operand.props.get(option)
        relation = relations.props.get(path[0]) if isinstance(relations, Obj) else None
        if not isinstance(relation, Obj):
            continue
        where = relation.props.get("where")
        if where is not None:
            yield where
        if len(path) > 1:
            yield from _narrowing_of(relation, path[1:])
