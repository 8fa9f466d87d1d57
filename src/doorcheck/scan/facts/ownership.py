"""Whose record it is: how the caller names records, and what makes them the caller's own.

A record is named by the parts of the request that chose it. It is the caller's when who they are stands in the same
predicate, when it is compared with who they are, or when it lies within another record that is theirs. The last is a
fact of its own (`WITHIN`), because the two halves of that proof are often found in different functions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from doorcheck.scan.facts.proofs import IF_SENT, NOTHING, Fact, Facts, ProofKind
from doorcheck.scan.facts.values import (
    Choice,
    Const,
    Derived,
    Effect,
    Env,
    External,
    Fn,
    Input,
    Obj,
    Query,
    Row,
    Session,
    Value,
    made_from,
    parts_of,
)  # fmt: skip

MAX_PARTS = 80
MAX_KEPT = 4_096
"""How many answers about values, which never change, are kept."""
_SIMPLE = (Const, Env, Fn)
MAX_NAMES = 8
_SEPARATOR = " < "
_UNNAMING = frozenset({"request", "address"})
_IDS = frozenset({"id", "_id", "uuid", "slug", "key"})

ROLE_WORDS = frozenset(
    {
        "role", "roles", "isadmin", "admin", "issuperadmin", "superadmin", "issuperuser", "superuser", "isstaff",
        "staff", "ismoderator", "permission", "permissions", "scopes", "scope", "accesslevel", "usertype", "userrole",
        "orgrole", "orgpermissions", "memberrole", "teamrole", "isowner",
    }
)  # fmt: skip
"""Members of an identity or a membership that say what its holder may do, in lower case without ``_``."""

TENANT_ROLE = "orgRole"
"""What a role among the members of an organisation is called, whatever name a library has for it."""
_TENANT_ROLES = frozenset({TENANT_ROLE.lower(), "orgpermissions", "memberrole", "teamrole"})
_IN_TENANT = "tenant"

Names = frozenset[str]
NAMELESS: Names = frozenset()


@dataclass(frozen=True, slots=True)
class Scoped:
    """How an operation's records are chosen: ``names`` by the caller, ``own`` when who they are is part of it.

    ``child`` are the names that stand for the record itself and not for something that it belongs to.
    """

    names: Names = NAMELESS
    own: bool = False
    child: Names = NAMELESS


def name_of(value: Input) -> str:
    """The part of the request, as one would say it: ``params:id``."""
    path = value.path
    while path and path[-1] == "[]":
        path = path[:-1]
    return f"{value.channel}:{'.'.join(path)}"


def names_of(value: Value) -> Names:
    """The parts of the request by which this value, or the record it belongs to, was chosen."""
    return NAMELESS if isinstance(value, _SIMPLE) else _names_of(value)


@lru_cache(maxsize=MAX_KEPT)
def _names_of(value: Value) -> Names:
    found: set[str] = set()
    for part in _asked_for(value):
        if isinstance(part, Input) and part.channel not in _UNNAMING:
            found.add(name_of(part))
        elif isinstance(part, Row):
            found |= part.named
    return frozenset(found) if len(found) <= MAX_NAMES else frozenset(sorted(found)[:MAX_NAMES])


def _asked_for(value: Value) -> list[Value]:
    """This value and what it was made of, without what the columns in it were declared with."""
    found = [value]
    seen = {id(value)}
    for current in found:
        for part in predicate_parts(current):
            if id(part) not in seen:
                seen.add(id(part))
                found.append(part)
        if len(found) >= MAX_PARTS:
            break
    return found


def predicate_parts(value: Value) -> tuple[Value, ...]:
    """What a part of a predicate was made of: a query within it asks for what it was told to.

    A number that was worked out, such as the offset of a page, names nothing.
    """
    if isinstance(value, Query):
        return value.effect.chooses
    counted = isinstance(value, Derived) and value.how == "arithmetic"
    return () if counted or _is_declared(value) else parts_of(value)


def _is_declared(value: Value) -> bool:
    """Whether this is a column, ``invoices.userId``, whose links are the table's declaration."""
    return isinstance(value, External) and value.path[-1:] != ("()",)


def is_role_word(name: str) -> bool:
    """Whether a member of this name says what somebody may do."""
    return name.lower().replace("_", "") in ROLE_WORDS


def identities_in(value: Value) -> tuple[Session | Row, ...]:
    """Who the caller is, or records of theirs, of which this value is made.

    A predicate that names them on some ways only, as in ``session ? eq(userId, session.id) : undefined``, has none.
    """
    return () if isinstance(value, (*_SIMPLE, Input)) else _identities_in(value)


@lru_cache(maxsize=MAX_KEPT)
def _identities_in(value: Value) -> tuple[Session | Row, ...]:
    found: list[Session | Row] = []
    queue = [value]
    for number, current in enumerate(queue):
        if number >= MAX_PARTS * 2:
            break
        if isinstance(current, Session):
            if not (current.path and is_role_word(current.path[-1])):
                found.append(current)
        elif isinstance(current, Row):
            if current.own and not (current.path and is_role_word(current.path[-1])):
                found.append(current)
        elif (isinstance(current, Choice) and _sometimes_left_out(current)) or isinstance(current, Fn):
            continue
        else:
            queue.extend(_without_ways_round(current))
    return tuple(found)


def _without_ways_round(value: Value) -> tuple[Value, ...]:
    """What a part of a predicate was made of, without disjunctions of which one side is what the client names.

    ``OR: [{ userId }, { id }]`` finds the client's id whoever asks; ``OR: [{ userId }, { isPublic: true }]`` does not.
    """
    if isinstance(value, Obj) and not _EITHER_OF.isdisjoint(value.props):
        sides = {key: parts_of(item) for key, item in value.props.items() if key in _EITHER_OF}
        kept = [item for key, item in value.props.items() if not _leads_round(sides.get(key, ()))]
        return (*kept, *value.rest)
    if isinstance(value, External) and value.path[-2:] == ("or", "()") and value.links:
        given = value.links[-1].arguments
        return () if _leads_round(given) else given
    return predicate_parts(value)


_EITHER_OF = frozenset({"OR", "$or"})


def _leads_round(sides: tuple[Value, ...]) -> bool:
    return len(sides) > 1 and any(names_of(side) and not identities_in(side) for side in sides)


def _sometimes_left_out(choice: Choice) -> bool:
    """Whether one alternative is a predicate and another is no predicate at all."""
    values = [one.value for one in choice.alternatives]
    predicates = [value for value in values if isinstance(value, External | Obj)]
    return bool(predicates) and any(isinstance(value, Const) and not value.value for value in values)


@lru_cache(maxsize=MAX_KEPT)
def owned(facts: Facts) -> Names:
    """The names of which this path knows that they stand for records of the caller."""
    found = {fact.of for fact in facts if fact.kind is ProofKind.OWNED and fact.polarity}
    found |= {fact.of for fact in facts if fact.kind is ProofKind.SENT and fact.polarity and fact.of + IF_SENT in found}
    links = [tuple(fact.of.split(_SEPARATOR)) for fact in facts if fact.kind is ProofKind.WITHIN]
    for _ in range(4):
        more = {child for child, parent in links if parent in found} - found
        if not more:
            break
        found |= more
    return frozenset(found)


def owned_if_sent(facts: Facts) -> Names:
    """The names that stand for records of the caller on every path on which they were sent."""
    return owned(facts) | {
        fact.of.removesuffix(IF_SENT) for fact in facts if fact.kind is ProofKind.OWNED and fact.of.endswith(IF_SENT)
    }


def is_callers(value: Value, facts: Facts) -> bool:
    """Whether this value belongs to the caller as far as this path knows."""
    if identities_in(value):
        return True
    mine = owned(facts)
    return bool(mine) and bool(names_of(value) & mine)


def scope_of(effect: Effect) -> Scoped:
    """How the records of an operation are chosen."""
    return _scope_of(effect, effect.chooses)


@lru_cache(maxsize=MAX_KEPT)
def _scope_of(effect: Effect, chooses: tuple[Value, ...]) -> Scoped:
    """Kept by what has chosen its records so far: a query under way goes on."""
    del chooses
    names: set[str] = set()
    child: set[str] = set()
    own = False
    for value in effect.chooses:
        named = names_of(value)
        names |= named
        child |= naming_itself(value, named)
        own = own or bool(identities_in(value))
    return Scoped(frozenset(names), own, frozenset(child))


def naming_itself(value: Value, named: Names) -> Names:
    """Of the names in a predicate those that its id column is compared with; all of them where there is no such."""
    if not isinstance(value, Obj):
        return named
    direct = [item for key, item in value.props.items() if key.lower() in _IDS]
    return frozenset(name for item in direct for name in names_of(item)) or named


def found_facts(effect: Effect, scoped: Scoped, file: str, at: int) -> Facts:
    """What it says when such a query finds something: the record is the caller's, or lies within what named it."""
    if not scoped.names:
        return NOTHING
    if scoped.own:
        says = f"the {effect.subject or 'record'} is looked up together with who is calling"
        some = frozenset(name for value in effect.chooses for name in _listed_names(value))
        return frozenset(owned_fact(name, file, at, says) for name in scoped.names - some)
    return within(scoped.child, scoped.names, file, at)


def _listed_names(value: Value) -> Names:
    """The names of lists: where some of their records are found, the others may be anybody's."""
    found: set[str] = set()
    for part in _asked_for(value):
        if isinstance(part, Obj):
            lists = [item for key, item in part.props.items() if key in _AMONG]
        elif isinstance(part, External) and part.path[-2:-1] == ("inArray",) and part.links:
            lists = list(part.links[-1].arguments[1:])
        else:
            continue
        found.update(name for each in lists for name in names_of(each))
    return frozenset(found)


_AMONG = frozenset({"in", "$in"})


def unfound(row: Row) -> Facts:
    """What it says when nothing was found that was asked for together with who is calling."""
    if row.path or not row.own or not row.named or not scope_of(row.effect).own:
        return NOTHING
    says = f"no {row.effect.subject or 'record'} of the caller's is found by it"
    return frozenset(
        owned_fact(name, row.effect.file, row.effect.at, says, polarity=False) for name in sorted(row.named)
    )


def owned_fact(name: str, file: str, at: int, says: str, *, polarity: bool = True) -> Fact:
    """The fact that what is named so belongs to the caller, or does not."""
    return Fact(ProofKind.OWNED, file, at, says, polarity=polarity, of=name)


def role_fact(file: str, at: int, says: str, *, tenant: bool = False) -> Fact:
    """The fact that the caller's role was asked for and was good enough; in a ``tenant`` it is one among its members,
    which says nothing of the records of others."""
    return Fact(ProofKind.ROLE, file, at, says, of=_IN_TENANT if tenant else "")


def is_among_members(holder: Session | Row) -> bool:
    """Whether a role is one in an organisation of many, and not one in the whole application."""
    if isinstance(holder, Session):
        return holder.path[-1].lower().replace("_", "") in _TENANT_ROLES if holder.path else False
    return bool(holder.named) or len(holder.path) > 1


def within(children: Iterable[str], parents: Iterable[str], file: str, at: int) -> Facts:
    """The fact that what is named by the first lies within what is named by the second."""
    parents = list(parents)
    return frozenset(
        Fact(ProofKind.WITHIN, file, at, "the record is looked up within its parent", of=f"{child}{_SEPARATOR}{parent}")
        for child in children
        for parent in parents
        if child != parent
    )


def by_equality(left: Value, right: Value, file: str, at: int) -> tuple[Facts, Facts]:
    """What is known of ownership when two values are the same, and when they are not."""
    for one, other in ((left, right), (right, left)):
        found = _is_found_with_caller(other) and not _is_found_with_caller(one)
        if not _is_identity(one) or (_is_identity(other) and not found):
            continue
        names = names_of(other)
        if names:
            says = f"{_described(other)} is compared with who is calling"
            same = frozenset(owned_fact(name, file, at, says) for name in names)
            differs = frozenset(owned_fact(name, file, at, "it is not the caller's", polarity=False) for name in names)
            return same, NOTHING if found else differs  # what was found together with them may be theirs otherwise
    return _linked(left, right, file, at), NOTHING


def _is_found_with_caller(value: Value) -> bool:
    """Whether this is part of a record that the request names, and that was looked up together with who is calling."""
    return isinstance(value, Row) and value.own and bool(value.path) and bool(value.named)


def _is_identity(value: Value) -> bool:
    return bool(identities_in(value))


def _described(value: Value) -> str:
    row = next((part for part in made_from(value, 20) if isinstance(part, Row)), None)
    if row is None:
        return "what the caller named"
    return f"the {row.effect.subject or 'record'}'s {'.'.join(row.path) or 'value'}"


def _linked(left: Value, right: Value, file: str, at: int) -> Facts:
    """``task.projectId === project.id``: neither is known to be the caller's, but one lies within the other."""
    rows = [value for value in (left, right) if isinstance(value, Row)]
    if not rows:
        return NOTHING
    first, second = names_of(left), names_of(right)
    if not first or not second or first == second:
        return NOTHING
    if (_is_id(left) and _is_id(right)) or _is_same_column(left, right):
        return within(first, second, file, at) | within(second, first, file, at)
    if _is_id(left) or (not isinstance(left, Row)):
        first, second = second, first
    return within(first, second, file, at)


def _is_same_column(left: Value, right: Value) -> bool:
    """Whether two records are asked whether they belong to the same: ``survey.teamId === segment.teamId``."""
    return isinstance(left, Row) and isinstance(right, Row) and left.path[-1:] == right.path[-1:] != ()


def _is_id(value: Value) -> bool:
    return isinstance(value, Row) and bool(value.path) and value.path[-1].lower() in _IDS
