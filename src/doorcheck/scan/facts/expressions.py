"""What expressions stand for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from doorcheck.scan.facts import (
    assigning,
    binding,
    calls,
    comparisons,
    computed,
    conditions,
    indices,
    instances,
    members,
    names,
    narrowing,
    promises,
    rendering,
    spreading,
    texts,
)
from doorcheck.scan.facts.collecting import keep_yielded
from doorcheck.scan.facts.state import State
from doorcheck.scan.facts.truth import truth
from doorcheck.scan.facts.values import (
    ANYTHING,
    FALSE,
    NULL,
    TRUE,
    UNDEFINED,
    Arr,
    Const,
    Derived,
    External,
    Fn,
    Obj,
    Promise,
    Test,
    Unknown,
    Value,
)  # fmt: skip
from doorcheck.scan.syntax import ir

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator, Scope

_CONSTANTS = {True: TRUE, False: FALSE, None: NULL}


def evaluate(ev: Evaluator, node: ir.Expression, state: State, scope: Scope) -> Value:
    """The value of an expression on this path. Raises PathEnds when evaluating it ends the path."""
    ev.tick()
    return _EVALUATE[type(node)](ev, node, state, scope)


def _literal(ev: Evaluator, node: ir.Literal, state: State, scope: Scope) -> Value:
    del ev, state, scope
    value = node.value
    return _CONSTANTS[value] if value is None or value is True or value is False else Const(value)


def _name(ev: Evaluator, node: ir.Name, state: State, scope: Scope) -> Value:
    return narrowing.as_known(names.look_up(ev, node.id, state, scope), state)


def _member(ev: Evaluator, node: ir.Member, state: State, scope: Scope) -> Value:
    target = evaluate(ev, node.object, state, scope)
    part = members.member(ev, target, node.property, state, scope, node.at, optional=_short_circuits(node))
    return narrowing.as_known(part, state)


def _short_circuits(node: ir.Expression | ir.Super) -> bool:
    """Whether this link may never be asked: in ``session?.user.id`` nobody asks nothing for its id."""
    while isinstance(node, ir.Member | ir.Index | ir.Call):
        if not isinstance(node, ir.Call) and node.optional:
            return True
        node = node.callee if isinstance(node, ir.Call) else node.object
    return False


def _index(ev: Evaluator, node: ir.Index, state: State, scope: Scope) -> Value:
    target = evaluate(ev, node.object, state, scope)
    key = evaluate(ev, node.key, state, scope)
    if isinstance(key, Const) and isinstance(key.value, str):
        return members.member(ev, target, key.value, state, scope, node.at, optional=_short_circuits(node))
    if isinstance(key, Const) and isinstance(key.value, float) and key.value >= 0:
        return members.item(ev, target, int(key.value), state)
    return computed.member(ev, target, key, state, scope, node.at)


def _call(ev: Evaluator, node: ir.Call, state: State, scope: Scope) -> Value:
    return calls.call_expression(ev, node, state, scope)


def _new(ev: Evaluator, node: ir.New, state: State, scope: Scope) -> Value:
    callee = evaluate(ev, node.callee, state, scope)
    arguments = calls.arguments_of(ev, node.arguments, state, scope)
    return instances.construct(ev, callee, arguments, state, node.at, scope)


def _template(ev: Evaluator, node: ir.Template, state: State, scope: Scope) -> Value:
    parts = tuple(evaluate(ev, part, state, scope) for part in node.parts)
    strings: tuple[Value, ...] = tuple(Const(text) for text in node.strings)
    if node.tag is None:
        return texts.joined(_interleaved(strings, parts))
    tag = evaluate(ev, node.tag, state, scope)
    return calls.call_value(ev, tag, (Arr(strings), *parts), state, node.at, scope.module.path)


def _interleaved(strings: tuple[Value, ...], parts: tuple[Value, ...]) -> tuple[Value, ...]:
    """A template's texts and values in the order in which they are written."""
    pairs = zip(strings, parts, strict=False)
    return (*(value for pair in pairs for value in pair), *strings[len(parts) :])


def _function(ev: Evaluator, node: ir.FunctionRef, state: State, scope: Scope) -> Value:
    del ev, state
    function = scope.module.summary.functions[node.index]
    return Fn(scope.module, function, scope.frames[0] if scope.frames else 0, scope.frames, scope.this)


def _class(ev: Evaluator, node: ir.ClassRef, state: State, scope: Scope) -> Value:
    return names.make_class(ev, scope.module, node.index, state, scope)


def _object(ev: Evaluator, node: ir.Object, state: State, scope: Scope) -> Value:
    props: dict[str, Value] = {}
    rest: list[Value] = []
    for entry in node.entries:
        value = evaluate(ev, entry.value, state, scope)
        if entry.key is None:
            spreading.spread_into(ev, props, rest, value, state, scope)
        elif isinstance(entry.key, str):
            props[entry.key] = value
        else:
            key = evaluate(ev, entry.key, state, scope)
            if isinstance(key, Const) and isinstance(key.value, str):
                props[key.value] = value
            else:
                rest.append(Derived("computed", (value,)))
    return Obj(props, tuple(rest))


def _array(ev: Evaluator, node: ir.Array, state: State, scope: Scope) -> Value:
    items: list[Value] = []
    rest: list[Value] = []
    for item in node.items:
        if isinstance(item, ir.Spread):
            value = evaluate(ev, item.value, state, scope)
            if isinstance(value, Arr):
                items.extend(value.items)
                rest.extend(value.rest)
            else:
                rest.append(value)
        else:
            items.append(evaluate(ev, item, state, scope))
    return Arr(tuple(items), tuple(rest))


def _spread(ev: Evaluator, node: ir.Spread, state: State, scope: Scope) -> Value:
    return evaluate(ev, node.value, state, scope)


def _unary(ev: Evaluator, node: ir.Unary, state: State, scope: Scope) -> Value:
    value = evaluate(ev, node.operand, state, scope)
    if node.operator == "!":
        yes, no = truth(value, state)
        return Test(no, yes, (value,))
    if node.operator == "void":
        return UNDEFINED
    if node.operator == "typeof":
        return Derived("typeof", (value,))
    if node.operator == "delete":
        assigning.delete_member(ev, node.operand, state, scope)
    if isinstance(value, Const) and isinstance(value.value, float) and node.operator == "-":
        return Const(-value.value)
    return Derived("unary", (value,))


def _binary(ev: Evaluator, node: ir.Binary, state: State, scope: Scope) -> Value:
    left = evaluate(ev, node.left, state, scope)
    right = evaluate(ev, node.right, state, scope)
    found = indices.compared(node.operator, left, right)
    return found or comparisons.binary(ev, node.operator, left, right, state, scope, node.at)


def _await(ev: Evaluator, node: ir.Await, state: State, scope: Scope) -> Value:
    return promises.awaited(ev, evaluate(ev, node.value, state, scope), state, scope)


def _yield(ev: Evaluator, node: ir.Yield, state: State, scope: Scope) -> Value:
    if node.value is not None:
        value = evaluate(ev, node.value, state, scope)
        state.replied.append(value)
        keep_yielded(ev, value, state, scope)
    return ANYTHING


def _assign(ev: Evaluator, node: ir.Assign, state: State, scope: Scope) -> Value:
    value = evaluate(ev, node.value, state, scope)
    if node.operator in {"||=", "??=", "&&="}:
        value = Unknown(None, (value,)) if not isinstance(value, External | Fn) else value
    elif node.operator == "+=" and isinstance(node.target, ir.PatternName):
        value = texts.joined((evaluate(ev, ir.Name(node.target.id, node.at), state, scope), value))
    elif node.operator != "=":
        value = Derived("text", (value,) if not _is_number(value) else (_before(ev, node.target, state, scope), value))
    binding.assign(ev, node.target, value, state, scope)
    return value


def _is_number(value: Value) -> bool:
    return isinstance(value, Const) and isinstance(value.value, float)


def _before(ev: Evaluator, target: ir.Pattern, state: State, scope: Scope) -> Value:
    """What is counted up, as it was."""
    if isinstance(target, ir.PatternName):
        return names.look_up(ev, target.id, state, scope)
    return evaluate(ev, target.target, state, scope) if isinstance(target, ir.PatternTarget) else ANYTHING


def _cast(ev: Evaluator, node: ir.Cast, state: State, scope: Scope) -> Value:
    value = evaluate(ev, node.value, state, scope)
    if isinstance(value, Unknown) and value.fact is None and not value.parts:
        return binding.by_annotation(ev, node.annotation) or value
    return narrowing.declared(value, node.annotation, scope.module.path)


def _element(ev: Evaluator, node: ir.Element, state: State, scope: Scope) -> Value:
    return rendering.render(ev, node, state, scope)


def _regex(ev: Evaluator, node: ir.Regex, state: State, scope: Scope) -> Value:
    del ev, state
    return texts.regular_expression(node.pattern, node.flags, scope.module.path, 0) if node.pattern else ANYTHING


def _this(ev: Evaluator, node: ir.This, state: State, scope: Scope) -> Value:
    del ev, node, state
    return scope.this if scope.this is not None else ANYTHING


def _super(ev: Evaluator, node: ir.Super, state: State, scope: Scope) -> Value:
    del ev, node, state
    this = scope.this
    if isinstance(this, Obj) and this.cls is not None and this.cls.superclass is not None:
        return this.cls.superclass
    return ANYTHING


def _import(ev: Evaluator, node: ir.Import, state: State, scope: Scope) -> Value:
    del state
    if node.source is None:
        return Unknown(ev.blind(scope.module.path, node.at, "an import whose source is not a constant"))
    imported = ir.ImportedName("", node.source, "*", node.at)
    return Promise(names.found_value(ev, ev.program.imported(scope.module, imported), scope.module, imported))


def _sequence(ev: Evaluator, node: ir.Sequence, state: State, scope: Scope) -> Value:
    value: Value = UNDEFINED
    for item in node.items:
        value = evaluate(ev, item, state, scope)
    return value


def _opaque(ev: Evaluator, node: ir.Opaque, state: State, scope: Scope) -> Value:
    del state
    if node.what == "too-deep":
        return Unknown(ev.blind(scope.module.path, node.at, "code nested too deep to read"))
    return Derived("meta", ()) if node.what == "meta_property" else ANYTHING


_EVALUATE: dict[type[Any], Callable[[Any, Any, State, Any], Value]] = {
    ir.Literal: _literal,
    ir.Name: _name,
    ir.Member: _member,
    ir.Index: _index,
    ir.Call: _call,
    ir.New: _new,
    ir.Template: _template,
    ir.FunctionRef: _function,
    ir.ClassRef: _class,
    ir.Object: _object,
    ir.Array: _array,
    ir.Spread: _spread,
    ir.Unary: _unary,
    ir.Binary: _binary,
    ir.Logical: conditions.logical,
    ir.Conditional: conditions.conditional,
    ir.Await: _await,
    ir.Yield: _yield,
    ir.Assign: _assign,
    ir.Cast: _cast,
    ir.Element: _element,
    ir.Regex: _regex,
    ir.This: _this,
    ir.Super: _super,
    ir.Import: _import,
    ir.Sequence: _sequence,
    ir.Opaque: _opaque,
}
