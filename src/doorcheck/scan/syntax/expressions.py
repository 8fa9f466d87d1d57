"""Expressions of the syntax tree into expressions of the summary."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from doorcheck.scan.syntax import ir
from doorcheck.scan.syntax.lowering import MAX_DEPTH, Lowering, at, end_at
from doorcheck.scan.syntax.strings import string_value, unescape

if TYPE_CHECKING:
    from tree_sitter import Node

UNDEFINED = ir.Name("undefined", 0)


def lower_expression(low: Lowering, node: Node | None) -> ir.Expression:
    """The expression at this node; an Opaque node for what the summary does not express."""
    if node is None:
        return UNDEFINED
    handler = _HANDLERS.get(node.type)
    if handler is None:
        return ir.Opaque(node.type, at(node))
    low.depth += 1
    try:
        if low.depth > MAX_DEPTH:
            low.too_deep = True
            return ir.Opaque("too-deep", at(node))
        return handler(low, node)
    finally:
        low.depth -= 1


def _name(low: Lowering, node: Node) -> ir.Expression:
    return ir.Name(low.text(node), at(node))


def _string(low: Lowering, node: Node) -> ir.Expression:
    return ir.Literal(string_value(low, node))


def _number(low: Lowering, node: Node) -> ir.Expression:
    text = low.text(node).replace("_", "").rstrip("n")
    try:
        return ir.Literal(
            float(int(text, 0)) if text[:1] == "0" and len(text) > 1 and text[1] in "xXoObB" else float(text)
        )
    except (ValueError, OverflowError):
        return ir.Opaque("number", at(node))


def _inner(low: Lowering, node: Node) -> ir.Expression:
    return lower_expression(low, node.named_children[0] if node.named_children else None)


def _member(low: Lowering, node: Node) -> ir.Expression:
    target = node.child_by_field_name("object")
    prop = node.child_by_field_name("property")
    optional = node.child_by_field_name("optional_chain") is not None
    return ir.Member(lower_expression(low, target), low.text(prop) if prop else "", optional, at(prop or node))


def _index(low: Lowering, node: Node) -> ir.Expression:
    target = lower_expression(low, node.child_by_field_name("object"))
    key = lower_expression(low, node.child_by_field_name("index"))
    optional = node.child_by_field_name("optional_chain") is not None
    if isinstance(key, ir.Literal) and isinstance(key.value, str):
        return ir.Member(target, key.value, optional, at(node))
    return ir.Index(target, key, optional, at(node))


def arguments_of(low: Lowering, node: Node | None) -> list[ir.Expression]:
    """The arguments of a call; comments between them are no arguments."""
    if node is None:
        return []
    return [lower_expression(low, child) for child in node.named_children if child.type != "comment"]


def _call(low: Lowering, node: Node) -> ir.Expression:
    function = node.child_by_field_name("function")
    if function is not None and function.type == "await_expression" and function.named_children:
        # ``await f<T>(x)`` is parsed as if what was awaited were called; that would be ``(await f)(x)``
        return ir.Await(_called(low, node, function.named_children[-1]))
    return _called(low, node, function)


def _called(low: Lowering, node: Node, function: Node | None) -> ir.Expression:
    arguments = node.child_by_field_name("arguments")
    if arguments is not None and arguments.type == "template_string":
        return _template(low, arguments, lower_expression(low, function), at(node))
    lowered = arguments_of(low, arguments)
    if function is not None and (function.type == "import" or low.text(function) == "require"):
        first = lowered[0] if lowered else None
        source = first.value if isinstance(first, ir.Literal) and isinstance(first.value, str) else None
        return ir.Import(source, at(node))
    optional = any(child.type == "?." for child in node.children[1:2])
    return ir.Call(lower_expression(low, function), lowered, optional, _call_position(function, node), end_at(node))


def _call_position(function: Node | None, node: Node) -> int:
    """A method call stands where its method's name is, so that a chain points at the link that matters."""
    if function is not None and function.type == "member_expression":
        prop = function.child_by_field_name("property")
        if prop is not None:
            return at(prop)
    return at(node)


def _new(low: Lowering, node: Node) -> ir.Expression:
    return ir.New(
        lower_expression(low, node.child_by_field_name("constructor")),
        arguments_of(low, node.child_by_field_name("arguments")),
        at(node),
    )


def _template(low: Lowering, node: Node, tag: ir.Expression | None = None, position: int = 0) -> ir.Expression:
    strings: list[str] = [""]
    parts: list[ir.Expression] = []
    for child in node.named_children:
        if child.type == "template_substitution":
            parts.append(_inner(low, child))
            strings.append("")
        else:
            strings[-1] += unescape(low.text(child))
    if not parts and tag is None:
        return ir.Literal(strings[0])
    return ir.Template(strings, parts, tag, position or at(node))


def _object(low: Lowering, node: Node) -> ir.Expression:
    entries: list[ir.Entry] = []
    for child in node.named_children:
        kind = child.type
        if kind == "pair":
            key = property_key(low, child.child_by_field_name("key"))
            entries.append(ir.Entry(key, _named(low, key, child.child_by_field_name("value"))))
        elif kind == "shorthand_property_identifier":
            entries.append(ir.Entry(low.text(child), ir.Name(low.text(child), at(child))))
        elif kind == "spread_element":
            entries.append(ir.Entry(None, _inner(low, child)))
        elif kind == "method_definition":
            key = property_key(low, child.child_by_field_name("name"))
            entries.append(
                ir.Entry(key, ir.FunctionRef(_lower_function(low, child, key if isinstance(key, str) else "")))
            )
    return ir.Object(entries, at(node))


def _named(low: Lowering, key: str | ir.Expression, value: Node | None) -> ir.Expression:
    if value is not None and value.type in FUNCTION_NODES and isinstance(key, str):
        return ir.FunctionRef(_lower_function(low, value, key))
    return lower_expression(low, value)


def property_key(low: Lowering, node: Node | None) -> str | ir.Expression:
    """A property's name, or the expression of a computed one."""
    if node is None:
        return ""
    if node.type == "string":
        return string_value(low, node)
    if node.type == "computed_property_name":
        key = _inner(low, node)
        return key.value if isinstance(key, ir.Literal) and isinstance(key.value, str) else key
    return low.text(node)


def _array(low: Lowering, node: Node) -> ir.Expression:
    return ir.Array([lower_expression(low, child) for child in node.named_children if child.type != "comment"])


def _unary(low: Lowering, node: Node) -> ir.Expression:
    operator = node.child_by_field_name("operator")
    operand = lower_expression(low, node.child_by_field_name("argument"))
    return ir.Unary(low.text(operator) if operator else "", operand)


def _binary(low: Lowering, node: Node) -> ir.Expression:
    operator_node = node.child_by_field_name("operator")
    operator = low.text(operator_node) if operator_node else ""
    left_node, right_node = node.child_by_field_name("left"), node.child_by_field_name("right")
    tagged = right_node is not None and right_node.type == "template_string" and operator == ">"
    if tagged and left_node is not None and right_node is not None and left_node.type == "binary_expression":
        # sql<T>`…` reads as two comparisons in the grammar; the text is mended before the parse, this is the rest
        return _template(low, right_node, lower_expression(low, left_node.child_by_field_name("left")), at(node))
    left = lower_expression(low, left_node)
    right = lower_expression(low, right_node)
    if operator in {"&&", "||", "??"}:
        return ir.Logical(operator, left, right, at(node))
    return ir.Binary(operator, left, right, at(node))


def _conditional(low: Lowering, node: Node) -> ir.Expression:
    return ir.Conditional(
        lower_expression(low, node.child_by_field_name("condition")),
        lower_expression(low, node.child_by_field_name("consequence")),
        lower_expression(low, node.child_by_field_name("alternative")),
        at(node),
    )


def _await(low: Lowering, node: Node) -> ir.Expression:
    return ir.Await(_inner(low, node))


def _yield(low: Lowering, node: Node) -> ir.Expression:
    return ir.Yield(_inner(low, node) if node.named_children else None)


def _cast(low: Lowering, node: Node) -> ir.Expression:
    children = node.named_children
    annotation = low.text(children[-1])[:200] if len(children) > 1 else ""
    return ir.Cast(lower_expression(low, children[0]), annotation)


def _assign(low: Lowering, node: Node) -> ir.Expression:
    operator = node.child_by_field_name("operator")
    target = node.child_by_field_name("left")
    value = node.child_by_field_name("right")
    lowered = _named(low, low.text(target) if target and target.type == "identifier" else "", value)
    return ir.Assign(_pattern(low, target), low.text(operator) if operator else "=", lowered, at(node))


def _update(low: Lowering, node: Node) -> ir.Expression:
    target = _pattern(low, node.child_by_field_name("argument"))
    return ir.Assign(target, "+=", ir.Literal(1.0), at(node))


def _sequence(low: Lowering, node: Node) -> ir.Expression:
    return ir.Sequence([lower_expression(low, child) for child in node.named_children])


def _spread(low: Lowering, node: Node) -> ir.Expression:
    return ir.Spread(_inner(low, node))


def _regex(low: Lowering, node: Node) -> ir.Expression:
    pattern, flags = node.child_by_field_name("pattern"), node.child_by_field_name("flags")
    return ir.Regex(low.text(pattern) if pattern else "", low.text(flags) if flags else "")


def _function(low: Lowering, node: Node) -> ir.Expression:
    return ir.FunctionRef(_lower_function(low, node, ""))


def _class(low: Lowering, node: Node) -> ir.Expression:
    from doorcheck.scan.syntax.functions import lower_class  # noqa: PLC0415 - functions hold expressions and the reverse

    return ir.ClassRef(lower_class(low, node))


def _pattern(low: Lowering, node: Node | None) -> ir.Pattern:
    from doorcheck.scan.syntax.patterns import lower_pattern  # noqa: PLC0415 - patterns hold expressions and the reverse

    return lower_pattern(low, node)


def _lower_function(low: Lowering, node: Node, name: str) -> int:
    from doorcheck.scan.syntax.functions import lower_function  # noqa: PLC0415 - functions hold expressions and the reverse

    return lower_function(low, node, name)


def _jsx_element(low: Lowering, node: Node) -> ir.Expression:
    opening = node.child_by_field_name("open_tag") or node
    component = opening.child_by_field_name("name")
    attributes = [_jsx_attribute(low, child) for child in opening.children_by_field_name("attribute")]
    inner = node.named_children if opening is not node else []
    shown = [child for child in inner if child.type in {"jsx_element", "jsx_self_closing_element", "jsx_expression"}]
    children = [lower_expression(low, child) for child in shown]
    return ir.Element(lower_expression(low, component) if component else None, attributes, children, at(node))


def _jsx_attribute(low: Lowering, node: Node) -> ir.Entry:
    if node.type == "jsx_expression":
        inner = node.named_children[0] if node.named_children else None
        return ir.Entry(None, _inner(low, inner) if inner is not None and inner.type == "spread_element" else UNDEFINED)
    parts = [child for child in node.named_children if child.type != "comment"]
    name = low.text(parts[0]) if parts else ""
    return ir.Entry(name, lower_expression(low, parts[1]) if len(parts) > 1 else ir.Literal(True))


def _jsx_expression(low: Lowering, node: Node) -> ir.Expression:
    children = [child for child in node.named_children if child.type != "comment"]
    return lower_expression(low, children[0] if children else None)


FUNCTION_NODES = {"arrow_function", "function_expression", "function", "generator_function"}
_Handler = Callable[[Lowering, "Node"], ir.Expression]
_HANDLERS: dict[str, _Handler] = {
    "identifier": _name,
    "property_identifier": _name,
    "type_identifier": _name,
    "undefined": _name,
    "nested_identifier": _member,
    "string": _string,
    "number": _number,
    "true": lambda low, node: ir.Literal(True),  # noqa: ARG005 - the table's form
    "false": lambda low, node: ir.Literal(False),  # noqa: ARG005 - the table's form
    "null": lambda low, node: ir.Literal(None),  # noqa: ARG005 - the table's form
    "this": lambda low, node: ir.This(),  # noqa: ARG005 - the table's form
    "super": lambda low, node: ir.Super(),  # noqa: ARG005 - the table's form
    "parenthesized_expression": _inner,
    "non_null_expression": _inner,
    "instantiation_expression": _inner,
    "member_expression": _member,
    "subscript_expression": _index,
    "call_expression": _call,
    "new_expression": _new,
    "template_string": _template,
    "object": _object,
    "array": _array,
    "unary_expression": _unary,
    "binary_expression": _binary,
    "ternary_expression": _conditional,
    "await_expression": _await,
    "yield_expression": _yield,
    "as_expression": _cast,
    "satisfies_expression": _cast,
    "type_assertion": lambda low, node: lower_expression(low, node.named_children[-1]),
    "assignment_expression": _assign,
    "augmented_assignment_expression": _assign,
    "update_expression": _update,
    "sequence_expression": _sequence,
    "spread_element": _spread,
    "regex": _regex,
    "arrow_function": _function,
    "function_expression": _function,
    "function": _function,
    "generator_function": _function,
    "class": _class,
    "jsx_element": _jsx_element,
    "jsx_self_closing_element": _jsx_element,
    "jsx_fragment": _jsx_element,
    "jsx_expression": _jsx_expression,
}
