"""What spreading one object into another leaves of either."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doorcheck.scan.facts.members import of_rest
from doorcheck.scan.facts.proofs import NOTHING
from doorcheck.scan.facts.requests import member_of
from doorcheck.scan.facts.state import new_choice
from doorcheck.scan.facts.values import UNDEFINED, Alternative, Choice, Const, Input, Obj, Promise, Value

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator, Scope
    from doorcheck.scan.facts.state import State


def spread_into(
    ev: Evaluator, props: dict[str, Value], rest: list[Value], value: Value, state: State, scope: Scope
) -> None:
    """``{ ...value }`` after the ``props`` and ``rest`` that were written so far, both of which it changes."""
    value = value.value if isinstance(value, Promise) else value
    if isinstance(value, Obj) and value.cls is None:
        props.update(value.props)
        rest.extend(value.rest)
    elif isinstance(value, Choice) and all(_is_plain(one.value) for one in value.alternatives):
        _spread_choice(ev, props, rest, value, state, scope)
    elif not isinstance(value, Const):
        if isinstance(value, Input) and value.channel in _OBJECTS:
            _may_replace(props, value)
        rest.append(value)


_OBJECTS = frozenset({"body", "argument", "form"})


def _may_replace(props: dict[str, Value], sent: Input) -> None:
    """What the caller sent takes the place of what stands before it: ``{ owner: me, ...body }``."""
    shape = sent.check.shape if sent.check is not None and sent.check.counts else None
    named = {name for name, _ in shape.members or ()} if shape is not None else None
    for name, before in props.items():
        if named is None or name in named:
            props[name] = new_choice([Alternative(member_of(sent, name), NOTHING), Alternative(before, NOTHING)])


def _is_plain(value: Value) -> bool:
    """Whether all properties of a value are known: an object as written, or nothing at all."""
    return isinstance(value, Const) or (isinstance(value, Obj) and value.cls is None and not value.rest)


def _spread_choice(
    ev: Evaluator, props: dict[str, Value], rest: list[Value], value: Choice, state: State, scope: Scope
) -> None:
    """Each property is what the alternative says of it; one that says nothing leaves what stood there before."""
    given = [one.value.props if isinstance(one.value, Obj) else {} for one in value.alternatives]
    for name in dict.fromkeys(name for each in given for name in each):
        before = props.get(name)
        if before is None:
            before = of_rest(ev, tuple(rest), name, state, scope) if rest else UNDEFINED
        pairs = zip(value.alternatives, given, strict=True)
        props[name] = Choice(value.id, tuple(Alternative(own.get(name, before), one.facts) for one, own in pairs))
