"""Credentials that are looked up: what finding a record proves about the one who named it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from doorcheck.scan.facts.addresses import tells_where_from
from doorcheck.scan.facts.comparisons import is_credential_name, is_hashed
from doorcheck.scan.facts.proofs import NOTHING, Fact, Facts, ProofKind
from doorcheck.scan.facts.truth import is_public_mark
from doorcheck.scan.facts.values import (
    Arr,
    Choice,
    Const,
    Derived,
    Effect,
    External,
    Fn,
    Input,
    Obj,
    Row,
    Session,
    Unknown,
    Value,
    made_from,
    parts_of,
)  # fmt: skip

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator, Scope

_CARRIED = frozenset({"header", "cookie"})
"""Channels in which a client sends its standing credential."""

MAX_PREDICATE = 200


_STORES = frozenset({"database", "cache", "state", "storage"})


def found_proofs(ev: Evaluator, effect: Effect) -> Facts:
    """What it proves when this look-up finds something: that the caller holds the credential it was looked up by."""
    if effect.kind not in _STORES:
        return NOTHING
    found: set[Fact] = set()
    for operand in _predicates(effect) if effect.writes else effect.operands:
        found |= _in_operand(ev, effect, operand)
    if not found and not effect.writes and public_only(effect):
        found.add(Fact(ProofKind.MARKED_PUBLIC, effect.file, effect.at, PUBLIC_ONLY))
    return frozenset(found)


PUBLIC_ONLY = "only what is marked public is looked for"
_CHOOSES = frozenset({"where", "andWhere", "eq", "match", "filter", "find", "findOne"})


def public_only(effect: Effect) -> bool:
    """Whether an operation asks for records that are marked public, and for others only as the caller's own.

    ``where: { isPublic: true }``, ``eq(table.isPublic, true)``, ``.eq("visibility", "public")``.
    """
    return any(_asks_for_public(operand) for operand in effect.operands)


def _asks_for_public(operand: Value) -> bool:
    if isinstance(operand, Obj) and "where" in operand.props:
        operand = operand.props["where"]
    elif not isinstance(operand, External) or not operand.links or operand.links[-1].name not in _CHOOSES:
        return False
    disjoint: list[tuple[Value, ...]] = []
    if any(is_public_mark(*part) for part in named_parts(operand, disjoint=disjoint, columns=False)):
        return True
    return any(_each_public_or_own(alternatives) for alternatives in disjoint)


def _each_public_or_own(alternatives: tuple[Value, ...]) -> bool:
    public = [each for each in alternatives if any(is_public_mark(*part) for part in named_parts(each, columns=False))]
    return bool(public) and all(each in public or identity_in(each) for each in alternatives)


def carrier_of(values: Iterable[Value]) -> str:
    """The cookie that these values were made from, as a fact's source; empty where there is none."""
    parts = (part for value in values for part in made_from(value, 60))
    cookie = next((part for part in parts if isinstance(part, Input) and part.channel == "cookie"), None)
    if cookie is None:
        return ""
    return f"cookie {cookie.path[0]}" if cookie.path and cookie.path[0] != "*" else "cookie"


def _predicates(effect: Effect) -> list[Value]:
    """The parts of a change that choose its records, not those that say what to write."""
    found: list[Value] = []
    for operand in effect.operands:
        if isinstance(operand, Obj) and "where" in operand.props:
            found.append(operand.props["where"])
        elif isinstance(operand, External) and operand.package == "link" and operand.path[:1] == ("where",):
            found.append(operand)
    return found


def _in_operand(ev: Evaluator, effect: Effect, operand: Value) -> set[Fact]:
    found: set[Fact] = set()
    disjoint: list[tuple[Value, ...]] = []
    for name, value in named_parts(operand, disjoint=disjoint):
        for part in made_from(value, 100):
            if isinstance(part, Session):
                found.add(part.proof)
            elif isinstance(part, Input) and _is_credential(ev, effect, name, value, part):
                carried = part.channel in _CARRIED
                kind = ProofKind.TOKEN if carried else ProofKind.CAPABILITY
                says = f"a {effect.subject or 'record'} is looked up by the {name or 'key'} the caller holds"
                found.add(Fact(kind, effect.file, effect.at, says, source=carrier_of((part,))))
    for alternatives in disjoint:
        each = [_in_operand(ev, effect, one) for one in alternatives]
        if all(each):
            found.update(*each)
    return found


def _is_credential(ev: Evaluator, effect: Effect, name: str, value: Value, part: Input) -> bool:
    if is_credential_name(ev, name):
        return True
    if part.channel not in _CARRIED:
        return False
    if effect.kind == "cache":
        header = part.path[0].lower() if part.path else ""
        return part.channel == "cookie" or header in ev.knowledge.words["credential_headers"]
    return is_hashed(value) or _is_credential_model(ev, effect.subject)


def _is_credential_model(ev: Evaluator, subject: str) -> bool:
    plain = subject.lower().replace("_", "").replace("-", "")
    return any(word in plain for word in ev.knowledge.words["credential_models"])


def alternatives_of(value: Value) -> tuple[Value, ...]:
    """The predicates of which one is enough: ``OR: [a, b]``, ``$or: [a, b]``, ``or(a, b)``; empty for any other."""
    if isinstance(value, External) and value.path[-2:] == ("or", "()") and value.links:
        arguments = value.links[-1].arguments
        return arguments[0].items if len(arguments) == 1 and isinstance(arguments[0], Arr) else arguments
    return ()


def _disjunctions(value: Obj) -> dict[str, tuple[Value, ...]]:
    return {
        key: item.items
        for key, item in value.props.items()
        if key in _ANY_OF and isinstance(item, Arr) and len(item.items) > 1 and not item.rest
    }


_ANY_OF = frozenset({"OR", "$or"})


def named_parts(
    operand: Value,
    limit: int = MAX_PREDICATE,
    disjoint: list[tuple[Value, ...]] | None = None,
    *,
    columns: bool = True,
) -> list[tuple[str, Value]]:
    """The values in an operation's argument, each with its column: keys of objects, ``eq(table.column, x)``.

    Predicates of which one is enough go to ``disjoint``, where that is given. Without ``columns`` what a column was
    declared with is no part of what is asked of it.
    """
    found: list[tuple[str, Value]] = []
    queue: list[tuple[str, Value]] = [("", operand)]
    while queue and len(found) < limit:
        name, value = queue.pop()
        if disjoint is not None and len(either := alternatives_of(value)) > 1:
            disjoint.append(either)
            continue
        if isinstance(value, Obj):
            if disjoint is not None and (parted := _disjunctions(value)):
                disjoint.extend(parted.values())
                value = Obj({key: item for key, item in value.props.items() if key not in parted}, value.rest)
            queue.extend((key if not _is_operator(key) else name, item) for key, item in value.props.items())
            queue.extend((name, rest) for rest in value.rest)
        elif isinstance(value, Arr):
            queue.extend((name, item) for item in (*value.items, *value.rest))
        elif isinstance(value, External) and value.links and not (name and is_hashed(value)):
            if name:
                found.append((name, value))
            queue.extend(_of_links(value, columns))
        elif isinstance(value, Derived) and value.how == "text":
            queue.extend((name, part) for part in value.parts)
            found.append((name, value))
        elif (
            isinstance(value, Unknown | Derived) and value.parts and not any(isinstance(p, Input) for p in value.parts)
        ):
            queue.extend((name, part) for part in value.parts[:8])
            found.append((name, value))
        else:
            found.append((name, value))
    return found


def _is_operator(key: str) -> bool:
    """Keys that are no columns: ``{ token: { equals: x } }``, ``{ $eq: x }``, compound keys."""
    return key.startswith("$") or key in {"equals", "in", "AND", "OR", "where", "is", "some", "data", "select", "eq"}


def _of_links(value: External, columns: bool) -> list[tuple[str, Value]]:
    """``eq(sessions.token, x)``: the first argument names the column of the others."""
    found: list[tuple[str, Value]] = []
    is_column = value.path[-1:] != ("()",)
    for link in value.links[-8:] if columns or not is_column else ():
        first = link.arguments[0] if link.arguments else None
        column = ""
        if isinstance(first, External) and first.path and first.path[-1] == "()":
            found.append(("", first))
        elif isinstance(first, External) and first.path:
            column = first.path[-1]
        elif isinstance(first, Row | Derived | Unknown | Obj | Arr):
            found.append(("", first))
        elif isinstance(first, Const) and isinstance(first.value, str):
            column = first.value
        found.extend((column, argument) for argument in link.arguments[1:])
        if len(link.arguments) == 1 and first is not None and not isinstance(first, Obj | Arr):
            found.append((link.name, first) if not isinstance(first, External) else ("", first))
    return found


def found_in_store(ev: Evaluator, store: Value, key: Value, scope: Scope, at: int) -> Value | None:
    """A look-up in something the server keeps, by a credential that the caller carries; None if it is no such thing."""
    carried = [part for part in made_from(key, 40) if isinstance(part, Input) and part.channel in _CARRIED]
    carried = [part for part in carried if not tells_where_from(ev, part)]
    if not carried:
        return None
    if any(isinstance(part, Input) for part in made_from(store, 40)):
        return None
    if isinstance(store, Obj) and store.cls is None:
        return None
    says = "what the caller carries is looked up in the server's own records"
    proof = Fact(ProofKind.TOKEN, scope.module.path, at, says, source=carrier_of(carried))
    ev.attempts.add(proof)
    effect = Effect("lookup", writes=False, says=says, file=scope.module.path, at=at)
    return Row(effect, frozenset({proof}))


def identity_in(value: Value) -> Facts:
    """The proofs of the identities a value is made from.

    A predicate that names one on some ways only, as in ``session ? eq(userId, session.id) : undefined``, has none.
    """
    proofs: set[Fact] = set()
    queue = [value]
    for number, current in enumerate(queue):
        if number >= MAX_PREDICATE:
            break
        either = alternatives_of(current)
        parted = list(_disjunctions(current).values()) if isinstance(current, Obj) else []
        for alternatives in [either, *parted]:
            each = [identity_in(one) for one in alternatives]
            if each and all(each):
                proofs.update(*each)
        if len(either) > 1:
            continue
        if parted and isinstance(current, Obj):
            queue.extend(item for key, item in current.props.items() if key not in _ANY_OF)
        elif isinstance(current, Session):
            proofs.add(current.proof)
        elif isinstance(current, Choice) and _sometimes_left_out(current):
            continue
        elif not isinstance(current, Row | Fn):
            queue.extend(parts_of(current))
    return frozenset(proofs) if proofs else NOTHING


def _sometimes_left_out(choice: Choice) -> bool:
    """Whether one alternative is a predicate and another is no predicate at all."""
    values = [one.value for one in choice.alternatives]
    predicates = [value for value in values if isinstance(value, External | Obj | Arr)]
    return bool(predicates) and any(isinstance(value, Const) and not value.value for value in values)
