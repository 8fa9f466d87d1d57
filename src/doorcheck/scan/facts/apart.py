"""A predicate that is told the client's id on one way and a record of the caller's on another, each way by itself."""

from __future__ import annotations

from collections.abc import Iterator

from doorcheck.scan.facts.ownership import (
    MAX_PARTS,
    Scoped,
    identities_in,
    is_role_word,
    name_of,
    names_of,
    predicate_parts,
)
from doorcheck.scan.facts.proofs import Facts
from doorcheck.scan.facts.values import Choice, Effect, Input, Row, Session, Value


def sent_instead(effect: Effect) -> Iterator[tuple[Scoped, Facts]]:
    """How the records of an operation are chosen on each way on which the client's own id stands where another has what
    is the caller's, as in ``find({ id: input.id ?? mine.id })``, with what is known on that way."""
    for value in effect.chooses:
        for choice in _walk(value, None, value):
            if isinstance(choice, Choice) and any(identities_in(one.value) for one in choice.alternatives):
                for one in choice.alternatives:
                    if isinstance(one.value, Input) and one.value.path:
                        yield _scope(effect, choice, one.value), one.facts


def _scope(effect: Effect, choice: Choice, chosen: Input) -> Scoped:
    """How records are chosen where one choice has come out so."""
    own = False
    names = {name_of(chosen)}
    for value in effect.chooses:
        for part in _walk(value, choice, chosen):
            if isinstance(part, Session | Row):
                own = own or _is_callers(part)
                names |= names_of(part)
            elif isinstance(part, Input):
                names |= names_of(part)
    return Scoped(frozenset(names), own)


def _is_callers(part: Session | Row) -> bool:
    if part.path and is_role_word(part.path[-1]):
        return False
    return isinstance(part, Session) or part.own


def _walk(value: Value, choice: Value | None, instead: Value) -> Iterator[Value]:
    """A predicate and what it was made of, with another value in the place of one choice."""
    queue = [value]
    seen = {id(value)}
    for number, part in enumerate(queue):
        if number >= MAX_PARTS:
            return
        if part is choice:
            queue.append(instead)
            continue
        yield part
        for inner in predicate_parts(part):
            if id(inner) not in seen:
                seen.add(id(inner))
                queue.append(inner)
