"""Binding patterns of the syntax tree into patterns of the summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doorcheck.scan.syntax import ir
from doorcheck.scan.syntax.expressions import lower_expression, property_key
from doorcheck.scan.syntax.lowering import Lowering

if TYPE_CHECKING:
    from tree_sitter import Node


def lower_pattern(low: Lowering, node: Node | None) -> ir.Pattern:
    """The binding pattern at this node, or the target of an assignment."""
    if node is None:
        return ir.PatternName("")
    kind = node.type
    if kind in {"identifier", "shorthand_property_identifier_pattern", "undefined"}:
        return ir.PatternName(low.text(node))
    if kind in {"object_pattern", "object"}:
        return _object_pattern(low, node)
    if kind in {"array_pattern", "array"}:
        return _array_pattern(low, node)
    if kind in {"assignment_pattern", "object_assignment_pattern"}:
        left = lower_pattern(low, node.child_by_field_name("left"))
        return ir.PatternDefault(left, lower_expression(low, node.child_by_field_name("right")))
    if kind == "rest_pattern":
        return lower_pattern(low, node.named_children[0] if node.named_children else None)
    if kind in {"non_null_expression", "parenthesized_expression", "as_expression"} and node.named_children:
        return lower_pattern(low, node.named_children[0])
    return ir.PatternTarget(lower_expression(low, node))


def _object_pattern(low: Lowering, node: Node) -> ir.Pattern:
    properties: list[ir.PatternProperty] = []
    rest: ir.Pattern | None = None
    for child in node.named_children:
        kind = child.type
        if kind in {"pair_pattern", "pair"}:
            key = property_key(low, child.child_by_field_name("key"))
            properties.append(ir.PatternProperty(key, lower_pattern(low, child.child_by_field_name("value"))))
        elif kind in {"rest_pattern", "spread_element"}:
            rest = lower_pattern(low, child.named_children[0] if child.named_children else None)
        elif kind in {"shorthand_property_identifier_pattern", "shorthand_property_identifier"}:
            properties.append(ir.PatternProperty(low.text(child), ir.PatternName(low.text(child))))
        elif kind == "object_assignment_pattern":
            left = child.child_by_field_name("left")
            properties.append(ir.PatternProperty(low.text(left) if left else "", lower_pattern(low, child)))
    return ir.PatternObject(properties, rest)


def _array_pattern(low: Lowering, node: Node) -> ir.Pattern:
    items: list[ir.Pattern | None] = []
    rest: ir.Pattern | None = None
    pending = False
    for child in node.children[1:]:
        if child.type in {",", "]"}:
            if not pending and child.type == ",":
                items.append(None)
            pending = False
        elif child.type in {"rest_pattern", "spread_element"}:
            rest = lower_pattern(low, child.named_children[0] if child.named_children else None)
            pending = True
        elif child.is_named and child.type != "comment":
            items.append(lower_pattern(low, child))
            pending = True
    return ir.PatternArray(items, rest)
