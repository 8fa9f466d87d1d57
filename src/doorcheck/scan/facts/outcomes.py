"""The ways in which a call comes back, as few as tell callers apart."""

from __future__ import annotations

from collections.abc import Iterable

from doorcheck.scan.facts import shapes
from doorcheck.scan.facts.proofs import Facts, ProofKind, proven, shared
from doorcheck.scan.facts.state import State, either
from doorcheck.scan.facts.truth import truth
from doorcheck.scan.facts.values import Alternative, Const, Obj, Promise, Value

MAX_ALTERNATIVES = 8
_EITHER_WAY = frozenset({ProofKind.OWNED, ProofKind.LIMITED})
_PLAIN = frozenset({ProofKind.UNRESOLVED, ProofKind.CHECKED, ProofKind.ERROR})


def alternatives_of(returns: Iterable[tuple[Value, State]], known: Facts) -> list[Alternative]:
    """One alternative for each way back that knows something of its own or answers in another way."""
    found: list[Alternative] = []
    for answer, state in returns:
        extra = state.facts - known
        value = shapes.settled(settled_promise(answer), state)
        twin = next((one for one in found if know_alike(one.facts, extra) and shapes.alike(one.value, value)), None)
        if twin is None:
            found.append(Alternative(value, extra))
        else:
            blended = twin.value if twin.value is value else shapes.blend(twin.value, value)
            found[found.index(twin)] = Alternative(blended, shared((twin.facts, extra)))
    return _fewer(found) if len(found) > MAX_ALTERNATIVES else found


def settled_promise(value: Value) -> Value:
    """The value inside promises."""
    while isinstance(value, Promise):
        value = value.value
    return value


def know_alike(first: Facts, second: Facts) -> bool:
    """Whether two ways back know the same as far as anybody asks."""
    return first == second or (proven(first) and proven(second)) or not (_notable(first) or _notable(second))


def _notable(facts: Facts) -> bool:
    return any(fact.proves or fact.kind in _EITHER_WAY or (fact.kind not in _PLAIN and fact.polarity) for fact in facts)


def _fewer(found: list[Alternative]) -> list[Alternative]:
    """Too many ways back: those that a caller's tests could not tell apart become one."""
    groups: dict[object, Alternative] = {}
    for one in found:
        key = proven(one.facts), _outline(one.value, 0)
        twin = groups.get(key)
        if twin is None:
            groups[key] = one
        else:
            groups[key] = Alternative(_mixed(twin.value, one.value), shared((twin.facts, one.facts)))
    left = list(groups.values())
    while len(left) > 2 * MAX_ALTERNATIVES:
        last = left.pop()
        left[-1] = Alternative(either(left[-1].value, last.value), shared((left[-1].facts, last.facts)))
    return left


def _outline(value: Value, depth: int) -> object:
    """What a test of a value, or of one of its members, can come out as."""
    if isinstance(value, Obj) and depth < 2:
        return tuple((name, _outline(item, depth + 1)) for name, item in sorted(value.props.items()))
    if isinstance(value, Const) and isinstance(value.value, str):
        return value.value if depth == 0 or len(value.value) < 24 else "text"
    yes, no = truth(value)
    return bool(yes), bool(no)


def _mixed(first: Value, second: Value) -> Value:
    if isinstance(first, Obj) and isinstance(second, Obj) and first.props.keys() == second.props.keys():
        props = {name: _mixed(first.props[name], second.props[name]) for name in first.props}
        return Obj(props, (*first.rest, *second.rest), first.cls)
    return either(first, second)
