"""Calls that check a value against a schema: what they give back, and what is known once they came back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from doorcheck.scan.facts import refinements
from doorcheck.scan.facts.checks import SCALAR, Check, Kind, Shape, Unknowns, below
from doorcheck.scan.facts.proofs import NOTHING, PARSED, Fact, Facts, ProofKind
from doorcheck.scan.facts.requests import name_of
from doorcheck.scan.facts.schemas import shape_of
from doorcheck.scan.facts.state import State, new_choice
from doorcheck.scan.facts.truth import EITHER
from doorcheck.scan.facts.values import (
    ANYTHING,
    FALSE,
    TRUE,
    UNDEFINED,
    Alternative,
    Arr,
    Branch,
    Choice,
    Const,
    Derived,
    External,
    Input,
    Native,
    Obj,
    Promise,
    Row,
    Test,
    Unknown,
    Value,
    made_from,
)  # fmt: skip

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator
    from doorcheck.scan.knowledge import rows

MAX_DEPTH = 12
MAX_MARKED = 300
"""How many parts of one value are marked with a check."""
MAX_FACTS = 40


def validate(
    ev: Evaluator,
    row: rows.Validator,
    callee: External,
    arguments: tuple[Value, ...],
    state: State,
    at: int,
    file: str,
) -> Value:
    """What calling a validator gives."""
    given = arguments[row.argument] if row.argument < len(arguments) else UNDEFINED
    given = given.value if isinstance(given, Promise) else given
    check = Check(file, at, _with_options(_shape(ev, row, callee, arguments), row, arguments))
    learned = facts_of(given, check)
    schema = arguments[row.schema] if row.schema is not None and 0 <= row.schema < len(arguments) else callee
    learned |= refinements.learned(ev, schema, given, state, at, file)
    ev.attempts |= learned
    value = _result(ev, row, given, check, learned, state)
    return Promise(value) if row.promise else value


def _result(ev: Evaluator, row: rows.Validator, given: Value, check: Check, learned: Facts, state: State) -> Value:
    if row.result == "guard":
        return Test((Branch(learned),), EITHER, (given,))
    if row.result == "object":
        return _told_in_object(row, given, check, learned)
    if row.result == "pair":
        failure = Arr((Obj({"message": Derived("error", ())}), UNDEFINED))
        passed = Arr((UNDEFINED, checked(given, check)))
        return new_choice([Alternative(passed, learned), Alternative(failure, NOTHING)])
    ev.may_throw(state)
    state.facts |= learned
    return UNDEFINED if row.result == "assert" else checked(given, check)


def _told_in_object(row: rows.Validator, given: Value, check: Check, learned: Facts) -> Value:
    """``{ success: true, data }`` or ``{ success: false, error }``, by the library's own names."""
    failing = Obj({row.error: Obj({"message": Derived("error", ())}, (Derived("error", ()),))}, (Derived("error", ()),))
    passing = Obj({row.output: checked(given, check), row.error: UNDEFINED})
    failing.props[row.output] = UNDEFINED
    flag, _, word = row.success.partition("=")
    if flag:
        passing.props[flag] = Const(word) if word else TRUE
        failing.props[flag] = Const("error") if word else FALSE
    if word:
        # a submission also answers the form it came from
        reply = Native("reply", lambda *_: Derived("error", ()))
        passing.props["reply"] = failing.props["reply"] = reply
    return new_choice([Alternative(passing, learned), Alternative(failing, NOTHING)])


def _shape(ev: Evaluator, row: rows.Validator, callee: External, arguments: tuple[Value, ...]) -> Shape:
    if ev.knowledge.schema(callee.package) is None and row.schema is None:
        return SCALAR
    if row.schema is None:
        target = External(
            callee.package, callee.path[:-1] if callee.path[-1:] != ("()",) else callee.path, callee.links
        )
        return shape_of(ev.knowledge, target)
    if row.schema < 0:
        made = callee.links[-1].arguments if callee.links else ()
        if callee.links and ev.knowledge.schema(callee.package) is not None and isinstance(made[:1], tuple) and made:
            return _given_schema(ev, callee, made[0])
        return _given_schema(ev, callee, ANYTHING)
    schema = arguments[row.schema] if row.schema < len(arguments) else ANYTHING
    return _given_schema(ev, callee, schema)


def _given_schema(ev: Evaluator, callee: External, schema: Value) -> Shape:
    from doorcheck.scan.facts.schemas import json_shape  # noqa: PLC0415 - only needed here

    if isinstance(schema, Obj):
        return shape_of(ev.knowledge, schema.props["schema"]) if "schema" in schema.props else json_shape(schema)
    del callee
    return shape_of(ev.knowledge, schema)


def _with_options(shape: Shape, row: rows.Validator, arguments: tuple[Value, ...]) -> Shape:
    """The shape where the call itself says what becomes of unknown fields: ``{ stripUnknown: true }``."""
    answer = Unknowns(row.unknown) if row.unknown else None
    for options in arguments[1:] if row.schema is None else arguments[2:]:
        if isinstance(options, Obj):
            for name, unknowns in _OPTIONS.items():
                told = options.props.get(name)
                if isinstance(told, Const) and told.value is True:
                    answer = unknowns
    return shape.with_unknowns(answer) if answer is not None and shape.kind is Kind.OBJECT else shape


_OPTIONS = {"allowUnknown": Unknowns.KEPT, "stripUnknown": Unknowns.STRIPPED}


def checked(value: Value, check: Check) -> Value:
    """The value as it comes out of a check: what the caller sent is marked with it, wherever it stands in the value."""
    return _Marking().marked(value, check, 0)


class _Marking:
    """Marks each part of one value once for every check it stands under: values share their parts."""

    __slots__ = ("done",)

    def __init__(self) -> None:
        self.done: dict[tuple[int, Check], Value] = {}

    def marked(self, value: Value, check: Check, depth: int) -> Value:
        """The value, marked with the check."""
        if isinstance(value, Input):
            passed = value.check is not None and value.check.counts and not check.counts
            return value if passed else Input(value.channel, value.path, check)
        if depth > MAX_DEPTH or len(self.done) > MAX_MARKED:
            return value
        key = id(value), check
        if key not in self.done:
            self.done[key] = self._made(value, check, depth)
        return self.done[key]

    def _made(self, value: Value, check: Check, depth: int) -> Value:
        if isinstance(value, Obj) and value.cls is None:
            return self._object(value, check, depth)
        if isinstance(value, Arr):
            inner = below(check, "[]") or check
            items = tuple(self.marked(item, inner, depth + 1) for item in value.items)
            return Arr(items, tuple(self.marked(rest, check, depth + 1) for rest in value.rest))
        if isinstance(value, Row):
            return value.at(value.path, value.cut.through(value.path, check.shape))
        if isinstance(value, Derived):
            how = "call" if value.how == "parse" else value.how  # what was parsed out of a text is what the check saw
            return Derived(how, self._each(value.parts, check, depth))
        if isinstance(value, Unknown) and value.parts:
            return Unknown(value.fact, self._each(value.parts, check, depth))
        if isinstance(value, Choice):
            each = (Alternative(self.marked(one.value, check, depth + 1), one.facts) for one in value.alternatives)
            return Choice(value.id, tuple(each))
        if isinstance(value, External) and value.links:
            return Derived("call", self._each((p for p in made_from(value, 12) if isinstance(p, Input)), check, depth))
        return value

    def _each(self, parts: Iterable[Value], check: Check, depth: int) -> tuple[Value, ...]:
        return tuple(self.marked(part, check, depth + 1) for part in parts)

    def _object(self, value: Obj, check: Check, depth: int) -> Obj:
        props: dict[str, Value] = {}
        shape = check.shape
        named = {name for name, _ in shape.members or ()}
        for name, item in value.props.items():
            if shape.members is not None and name not in named and shape.unknowns is Unknowns.STRIPPED:
                continue
            props[name] = self.marked(item, below(check, name) or check, depth + 1)
        return Obj(props, self._each(value.rest, check, depth))


def facts_of(value: Value, check: Check) -> Facts:
    """What is known of the raw value once the check has passed: it was parsed, and each member it names is good."""
    if not check.counts:
        return NOTHING
    found: set[Fact] = set()
    for parts, shape in _sources(value, check.shape):
        found.update(_fact(check, PARSED + name_of(part)) for part in parts)
        if len(parts) == 1:
            _members_known(found, check, name_of(parts[0]), shape, 0)
    return frozenset(found)


def _sources(value: Value, shape: Shape) -> list[tuple[list[Input], Shape]]:
    """The parts of the request that a value is made from; of several that it may be, one was parsed."""
    if isinstance(value, Obj) and value.cls is None:
        pairs = [(item, shape.member(name)) for name, item in value.props.items()]
        pairs += [(rest, shape) for rest in value.rest]
    else:
        pairs = [(value, shape)]
    found: list[tuple[list[Input], Shape]] = []
    for item, inner in pairs:
        sources = {name_of(part): part for part in made_from(item, 12) if isinstance(part, Input)}
        found.append((list(sources.values())[:4], inner))
    return found


def _members_known(found: set[Fact], check: Check, name: str, shape: Shape, depth: int) -> None:
    if len(found) >= MAX_FACTS or depth > 3 or shape.kind is Kind.ANYTHING:
        return
    if shape.kind in {Kind.SCALAR, Kind.OPEN} or (shape.kind is Kind.OBJECT and shape.members is None):
        found.add(_fact(check, name))
        return
    if shape.kind is Kind.LIST:
        _members_known(found, check, f"{name}[]", shape.items or SCALAR, depth + 1)
        if shape.items is None or shape.items.kind is Kind.SCALAR:
            found.add(_fact(check, name))
        return
    if shape.unknowns is Unknowns.REJECTED:
        found.add(_fact(check, name))
    for member, inner in shape.members or ():
        _members_known(found, check, f"{name}.{member}", inner, depth + 1)


def _fact(check: Check, of: str) -> Fact:
    return Fact(ProofKind.CHECKED, check.file, check.at, check.says, of=of)
