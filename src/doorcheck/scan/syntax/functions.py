"""Functions and classes of the syntax tree into the summary's tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doorcheck.scan.syntax import ir
from doorcheck.scan.syntax.expressions import FUNCTION_NODES, lower_expression, property_key
from doorcheck.scan.syntax.lowering import Lowering, at, end_at
from doorcheck.scan.syntax.patterns import lower_pattern
from doorcheck.scan.syntax.statements import lower_block
from doorcheck.scan.syntax.strings import string_value

if TYPE_CHECKING:
    from tree_sitter import Node


def lower_function(low: Lowering, node: Node, name: str) -> int:
    """The index, in the module's table, of the function at this node."""
    index = low.reserve_function()
    declared = node.child_by_field_name("name")
    body_node = node.child_by_field_name("body")
    directives: list[str] = []
    body: list[ir.Statement] = []
    if body_node is not None and body_node.type == "statement_block":
        directives = directives_of(low, body_node)
        body = lower_block(low, body_node)
    elif body_node is not None:
        body = [ir.Return(lower_expression(low, body_node), at(body_node))]
    low.functions[index] = ir.Function(
        name=low.text(declared) if declared is not None and not name else name,
        parameters=_parameters(low, node),
        body=body,
        at=at(node),
        end=end_at(node),
        is_async=any(child.type == "async" for child in node.children),
        generator="generator" in node.type or any(child.type == "*" for child in node.children),
        arrow=node.type == "arrow_function",
        directives=directives,
    )
    return index


def directives_of(low: Lowering, node: Node) -> list[str]:
    """The string statements a block or file begins with, such as ``use server``."""
    found: list[str] = []
    for child in node.named_children:
        if child.type in {"comment", "hash_bang_line"}:
            continue
        inner = child.named_children[0] if child.type == "expression_statement" and child.named_children else None
        if inner is None or inner.type != "string":
            break
        found.append(string_value(low, inner))
    return found


def _parameters(low: Lowering, node: Node) -> list[ir.Parameter]:
    single = node.child_by_field_name("parameter")
    if single is not None:
        return [ir.Parameter(lower_pattern(low, single), None, "")]
    listed = node.child_by_field_name("parameters")
    if listed is None:
        return []
    found: list[ir.Parameter] = []
    for child in listed.named_children:
        if child.type not in {"required_parameter", "optional_parameter"}:
            continue
        pattern = child.child_by_field_name("pattern")
        if pattern is not None and pattern.type == "this":
            continue
        annotation = child.child_by_field_name("type")
        value = child.child_by_field_name("value")
        found.append(
            ir.Parameter(
                lower_pattern(low, pattern),
                lower_expression(low, value) if value is not None else None,
                low.text(annotation).lstrip(": ")[:200] if annotation is not None else "",
                pattern is not None and pattern.type == "rest_pattern",
            )
        )
    return found


def lower_class(low: Lowering, node: Node) -> int:
    """The index, in the module's table, of the class at this node."""
    index = low.reserve_class()
    name = node.child_by_field_name("name")
    methods: list[ir.Method] = []
    fields: list[ir.Field] = []
    body = node.child_by_field_name("body")
    for child in body.named_children if body is not None else []:
        key = property_key(low, child.child_by_field_name("name"))
        if not isinstance(key, str):
            continue
        words = {part.type for part in child.children}
        if child.type == "method_definition":
            methods.append(ir.Method(key, lower_function(low, child, key), "static" in words, "get" in words))
        elif child.type == "public_field_definition":
            fields.append(ir.Field(key, _field_value(low, child, key), "static" in words))
    low.classes[index] = ir.Class(low.text(name) if name else "", _superclass(low, node), methods, fields, at(node))
    return index


def _field_value(low: Lowering, node: Node, key: str) -> ir.Expression | None:
    value = node.child_by_field_name("value")
    if value is None:
        return None
    if value.type in FUNCTION_NODES:
        return ir.FunctionRef(lower_function(low, value, key))
    return lower_expression(low, value)


def _superclass(low: Lowering, node: Node) -> ir.Expression | None:
    for heritage in node.named_children:
        if heritage.type == "class_heritage":
            for clause in heritage.named_children:
                if clause.type == "extends_clause":
                    return lower_expression(low, clause.child_by_field_name("value"))
    return None
