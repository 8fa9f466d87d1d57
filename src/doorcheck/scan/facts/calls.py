"""What calls give, whatever is called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeGuard

from doorcheck.scan.facts import (
    addresses,
    asides,
    bounds,
    chains,
    comparisons,
    cookies,
    deliveries,
    failures,
    iteration,
    libraries,
    members,
    narrowing,
    origins,
    platform,
    promises,
    records,
    renewing,
    requests,
    routers,
    texts,
    unheeded,
)
from doorcheck.scan.facts.collecting import ADDING, collect
from doorcheck.scan.facts.evaluator import PathEnds
from doorcheck.scan.facts.proofs import Fact, Facts, ProofKind, contradictory, shared
from doorcheck.scan.facts.state import State, new_choice
from doorcheck.scan.facts.truth import nullness, truth
from doorcheck.scan.facts.values import (
    ANYTHING,
    UNDEFINED,
    Alternative,
    Arr,
    Choice,
    Cls,
    Const,
    Derived,
    Effect,
    External,
    Fn,
    Input,
    Native,
    Obj,
    Promise,
    Query,
    ReplyWriter,
    Row,
    Test,
    Unknown,
    Value,
)  # fmt: skip
from doorcheck.scan.syntax import ir

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator, Scope

_MEMBERSHIP = frozenset({"includes", "has", "some", "test", "indexOf"})
_OF_LISTS = frozenset(
    {"concat", "entries", "flat", "includes", "indexOf", "join", "keys", "pop", "push", "reverse", "shift", "slice"}
    | {"splice", "split", "unshift", "values"}
)
"""Methods of lists that call nothing of what is in them."""
_RECORD_CHANGES = frozenset({"save", "remove", "deleteOne", "updateOne", "destroy", "update", "delete", "increment"})


def arguments_of(ev: Evaluator, nodes: list[ir.Expression], state: State, scope: Scope) -> tuple[Value, ...]:
    """The values of a call's arguments; a spread array literal is laid out."""
    from doorcheck.scan.facts.expressions import evaluate  # noqa: PLC0415 - expressions hold calls and the reverse

    found: list[Value] = []
    for node in nodes:
        value = evaluate(ev, node, state, scope)
        if isinstance(node, ir.Spread) and isinstance(value, Arr):
            found.extend(value.items)
            found.extend(members.element_of(rest) for rest in value.rest)
        else:
            found.append(value)
    return tuple(found)


def call_expression(ev: Evaluator, node: ir.Call, state: State, scope: Scope) -> Value:
    """The value of a call."""
    from doorcheck.scan.facts.expressions import evaluate  # noqa: PLC0415 - expressions hold calls and the reverse

    callee = node.callee
    if isinstance(callee, ir.Member):
        target = evaluate(ev, callee.object, state, scope)
        if callee.optional:
            something, _ = nullness(target, state)
            if not something:
                return UNDEFINED
        made = any(map(_calls_by_name, node.arguments)) and unheeded.is_log(ev, target, callee.property)
        with asides.kept_apart(ev, target, callee.property):
            arguments = (_arguments_of_log if made else arguments_of)(ev, node.arguments, state, scope)
            value = call_method(ev, target, callee.property, arguments, state, scope, node.at)
        if callee.property in ADDING:
            collect(ev, callee.object, target, callee.property, arguments, state, scope)
        return value
    if isinstance(callee, ir.Super):
        _construct_parent(ev, node, state, scope)
        return UNDEFINED
    value = evaluate(ev, callee, state, scope)
    with asides.kept_apart(ev, value, "()"):
        arguments = arguments_of(ev, node.arguments, state, scope)
        return call_value(ev, value, arguments, state, node.at, scope.module.path, scope)


def _arguments_of_log(ev: Evaluator, nodes: list[ir.Expression], state: State, scope: Scope) -> tuple[Value, ...]:
    """The values that are handed to a log; a call that only makes one of them is followed once, not for each."""
    from doorcheck.scan.facts.expressions import evaluate  # noqa: PLC0415 - expressions hold calls and the reverse

    found: list[Value] = []
    for node in nodes:
        function = evaluate(ev, node.callee, state, scope) if _calls_by_name(node) else None
        if not isinstance(node, ir.Call) or not isinstance(function, Fn):
            found.extend(arguments_of(ev, [node], state, scope))
            continue
        arguments = arguments_of(ev, node.arguments, state, scope)
        value = unheeded.given(ev, function, arguments, state)
        found.append(value or call_value(ev, function, arguments, state, node.at, scope.module.path, scope))
    return tuple(found)


def _calls_by_name(node: ir.Expression) -> TypeGuard[ir.Call]:
    return isinstance(node, ir.Call) and isinstance(node.callee, ir.Name)


def _construct_parent(ev: Evaluator, node: ir.Call, state: State, scope: Scope) -> None:
    from doorcheck.scan.facts.instances import initialise  # noqa: PLC0415 - making an instance calls its constructor

    this = scope.this
    arguments = arguments_of(ev, node.arguments, state, scope)
    if isinstance(this, Obj) and this.cls is not None and isinstance(this.cls.superclass, Cls):
        initialise(ev, this.cls.superclass, this, arguments, state, node.at, scope.module.path)


def call_value(
    ev: Evaluator,
    value: Value,
    arguments: Sequence[Value],
    state: State,
    at: int,
    file: str,
    scope: Scope | None = None,
    this: Value | None = None,
) -> Value:
    """What calling this value with these arguments gives."""
    if isinstance(value, Fn):
        return ev.invoke(value, arguments, state, at, file, this)
    if isinstance(value, Native):
        return value.call(ev, tuple(arguments), state, at, file)
    if isinstance(value, External):
        return libraries.call(ev, value, tuple(arguments), state, at, file)
    if isinstance(value, Choice):
        return _call_each(ev, value, arguments, state, at, file)
    if isinstance(value, chains.Procedure):
        return value.run(ev, tuple(arguments), state, at, file)
    if isinstance(value, Promise) and isinstance(value.value, External):  # what ``require`` gives is called itself
        return call_value(ev, value.value, arguments, state, at, file, scope)
    if isinstance(value, Unknown):
        run_callbacks(ev, arguments, state, at, file, value)
        _note_lost(ev, value, arguments)
        if value.fact is not None:
            says = value.fact.says
            ev.happen(Effect("unfollowed", writes=True, says=says, file=file, at=at, operands=tuple(arguments)), state)
        return Unknown(value.fact, tuple(arguments))
    run_callbacks(ev, arguments, state, at, file, value)
    _note_lost(ev, value, arguments)
    del scope
    return Derived("call", (value, *arguments))


def _call_each(ev: Evaluator, value: Choice, arguments: Sequence[Value], state: State, at: int, file: str) -> Value:
    """Call whichever function it is; what one of them would do counts as possible."""
    kept = state.keep.get(value.id)
    found: list[Alternative] = []
    before = state.facts
    for number, alternative in enumerate(value.alternatives):
        if (kept is not None and number not in kept) or (isinstance(alternative.value, Const)):
            continue
        state.facts = before | alternative.facts
        try:
            result = call_value(ev, alternative.value, arguments, state, at, file)
        except PathEnds:
            continue
        found.append(Alternative(result, state.facts - before))
    state.facts = before
    if not found:
        return ANYTHING
    common: Facts = shared(one.facts for one in found)
    state.facts |= common
    return new_choice([Alternative(one.value, one.facts - common) for one in found])


def call_method(
    ev: Evaluator, target: Value, name: str, arguments: tuple[Value, ...], state: State, scope: Scope, at: int
) -> Value:
    """What ``target.name(arguments)`` gives."""
    file = scope.module.path
    if isinstance(target, Choice):
        return _method_of_choice(ev, target, name, arguments, state, scope, at)
    if isinstance(target, Promise):
        return _method_of_promise(ev, target, name, arguments, state, scope, at)
    if isinstance(target, External):
        return _method_of_external(ev, target, name, arguments, state, scope, at)
    if isinstance(target, Query):
        return libraries.continue_query(ev, target, name, arguments, state, at, file)
    if isinstance(target, chains.OwnHandler):
        return call_method(ev, target.value, name, arguments, state, scope, at)
    if isinstance(target, chains.Chain | chains.Procedure | routers.Router):
        return _method_of_builder(ev, target, name, arguments, file, at)
    if isinstance(target, Input):
        return _method_of_input(ev, target, name, arguments, state, scope, at)
    if isinstance(target, Fn) and name in {"call", "apply", "bind"}:
        return _indirect(ev, target, name, arguments, state, at, file)
    if isinstance(target, ReplyWriter):
        return renewing.write(ev, target, name, arguments, state, at, file)
    return _method_of_other(ev, target, name, arguments, state, scope, at)


def _method_of_promise(
    ev: Evaluator, target: Promise, name: str, arguments: tuple[Value, ...], state: State, scope: Scope, at: int
) -> Value:
    if name in {"then", "catch", "finally"}:
        return promises.then(ev, target, name, arguments, state, scope, at)
    return call_method(ev, target.value, name, arguments, state, scope, at)


def _method_of_builder(
    ev: Evaluator,
    target: chains.Chain | chains.Procedure | routers.Router,
    name: str,
    arguments: tuple[Value, ...],
    file: str,
    at: int,
) -> Value:
    if isinstance(target, routers.Router):
        return routers.register(target, name, arguments, file, at)
    return chains.continue_chain(ev, target, name, arguments, file, at)


def _method_of_external(
    ev: Evaluator, target: External, name: str, arguments: tuple[Value, ...], state: State, scope: Scope, at: int
) -> Value:
    stored = None
    if name in {"get", "has", "hget", "getItem"} and arguments:
        from doorcheck.scan.facts.lookups import found_in_store  # noqa: PLC0415 - look-ups call methods

        stored = found_in_store(ev, target, arguments[0], scope, at) if target.path[-2:-1] == ("Map",) else None
    if stored is not None:
        return stored
    known = texts.method(target, name, arguments) or failures.asked(ev, target, name, arguments)
    if known is None and name in {"test", "exec"}:
        known = origins.by_pattern(ev, target, arguments, scope.module.path, at)
    if known is None and name == "test":
        known = narrowing.matches(target, arguments, scope.module.path, at)
    known = bounds.asked(target, name, arguments, scope.module.path, at) if known is None else known
    if known is not None:
        return known
    callee = members.member(ev, target, name, state, scope, at)
    if isinstance(callee, External):
        callee = External(callee.package, callee.path, target.links)
        return libraries.call(ev, callee, arguments, state, at, scope.module.path, scope)
    return call_value(ev, callee, arguments, state, at, scope.module.path, scope)


def _method_of_choice(
    ev: Evaluator, target: Choice, name: str, arguments: tuple[Value, ...], state: State, scope: Scope, at: int
) -> Value:
    members.member(ev, target, name, state, scope, at)
    kept = state.keep.get(target.id)
    if name in iteration.METHODS and any(isinstance(one.value, Choice) for one in target.alternatives):
        # a list that changed on its way: running the callback for every history of it multiplies, and says no more
        return call_method(
            ev, Unknown(None, tuple(o.value for o in target.alternatives)), name, arguments, state, scope, at
        )
    found: list[Alternative] = []
    before = state.facts
    for number, alternative in enumerate(target.alternatives):
        if (kept is not None and number not in kept) or (
            isinstance(alternative.value, Const) and not isinstance(alternative.value.value, str)
        ):
            continue
        state.facts = before | alternative.facts
        if alternative.facts and contradictory(state.facts):
            continue
        try:
            result = call_method(ev, alternative.value, name, arguments, state, scope, at)
        except PathEnds:
            continue
        found.append(Alternative(result, state.facts - before))
    state.facts = before
    return new_choice(found) if found else ANYTHING


def _method_of_input(
    ev: Evaluator, target: Input, name: str, arguments: tuple[Value, ...], state: State, scope: Scope, at: int
) -> Value:
    first = arguments[0] if arguments else None
    constant = first.value if isinstance(first, Const) and isinstance(first.value, str) else None
    if name in {"json", "formData", "parseBody"}:
        ev.may_throw(state)
    if target.channel == "cookies" and name in {"set", "delete"}:
        return cookies.set_cookie(ev, name, arguments, state, at, scope.module.path)
    read = requests.call_of(target, name, arguments, constant)
    deliveries.read_of(ev, read, scope.module.path, at)
    if isinstance(read, Input) and read.channel == "cookie" and target.channel == "cookies" and constant is not None:
        says, source = f"reads the cookie {constant}", f"cookie {constant}"
        ev.attempts.add(Fact(ProofKind.FORGEABLE, scope.module.path, at, says, source=source))
    if read is not None:
        return Test(*truth(read, state), (read,)) if name == "has" and isinstance(read, Input) else read
    return _method_of_other(ev, target, name, arguments, state, scope, at)


def _indirect(
    ev: Evaluator, target: Fn, name: str, arguments: tuple[Value, ...], state: State, at: int, file: str
) -> Value:
    this = arguments[0] if arguments else None
    if name == "bind":
        bound = arguments[1:]

        def call(ev: Evaluator, more: tuple[Value, ...], state: State, at: int, file: str) -> Value:
            return ev.invoke(target, (*bound, *more), state, at, file, this)

        return Native("bound function", call) if bound else target
    rest = arguments[1:]
    if name == "apply" and rest and isinstance(rest[0], Arr):
        rest = rest[0].items
    return ev.invoke(target, rest, state, at, file, this)


def _method_of_other(
    ev: Evaluator, target: Value, name: str, arguments: tuple[Value, ...], state: State, scope: Scope, at: int
) -> Value:
    file = scope.module.path
    listed = name in _OF_LISTS and unheeded.is_data(ev, target)
    if not listed:
        _note_lost(ev, ANYTHING, arguments)
    special: Value | None = origins.asked(ev, target, name, arguments, file, at)
    special = special or platform.method(ev, target, name, arguments, state, scope, at)
    if special is not None:
        return special
    own = members.member(ev, target, name, state, scope, at)
    if isinstance(own, Fn | Native | External | Choice | chains.Procedure | Cls) or (
        isinstance(own, Unknown) and own.fact is not None
    ):
        return call_value(ev, own, arguments, state, at, file, scope, this=target)
    if not listed and name not in iteration.METHODS:
        _note_lost(ev, target, (), changes=name in _RECORD_CHANGES)
    if isinstance(target, Row) and name in _RECORD_CHANGES and target.effect.kind == "database":
        return libraries.change_record(ev, target, name, arguments, state, at, file)
    if isinstance(target, Row) and name in records.KEEPING:
        return target
    if name in _MEMBERSHIP and arguments and not isinstance(arguments[0], Fn):
        addresses.asked(ev, target, arguments[0], state, file, at)
        return comparisons.membership(ev, target, arguments[0], scope, at)
    if name in iteration.METHODS:
        return iteration.iterate(ev, target, name, arguments, state, at, file)
    run_callbacks(ev, arguments, state, at, file, members.element_of(target))
    if isinstance(target, Unknown) and target.fact is not None:
        return Unknown(target.fact, (target, *arguments))
    return Derived("call", (target, *arguments))


def _note_lost(ev: Evaluator, called: Value, arguments: Sequence[Value], *, changes: bool = False) -> None:
    """Note where a function whose arguments are left out may have called code, or changed a record, unseen."""
    if ev.unknowing and (changes or any(unheeded.holds_code(ev, each) for each in (called, *arguments))):
        ev.lost += 1


def run_callbacks(ev: Evaluator, arguments: Sequence[Value], state: State, at: int, file: str, given: Value) -> None:
    """Functions handed to something we cannot follow may be called, with whatever it has."""
    for argument in arguments:
        if isinstance(argument, Fn | Native):
            ev.call_back(argument, (given if isinstance(given, Row | Input) else ANYTHING,) * 2, state, at, file)
        elif isinstance(argument, Obj) and argument.cls is None:
            for value in argument.props.values():
                if isinstance(value, Fn):
                    ev.call_back(value, (ANYTHING, ANYTHING), state, at, file)


def run_asked(
    ev: Evaluator, names: Sequence[str], arguments: Sequence[Value], state: State, at: int, file: str
) -> tuple[Value, ...]:
    """Options that are run first and may refuse, and what they gave: what they then know is known from here on."""
    answers: list[Value] = []
    for argument in arguments:
        for name in names if isinstance(argument, Obj) else ():
            asked = argument.props.get(name) if isinstance(argument, Obj) else None
            if isinstance(asked, Fn | Native):
                answers.append(call_value(ev, asked, (ANYTHING, ANYTHING), state, at, file))
    return tuple(answers)
