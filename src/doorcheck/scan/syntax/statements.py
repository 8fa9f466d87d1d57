"""Statements of the syntax tree into statements of the summary."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from doorcheck.scan.syntax import ir
from doorcheck.scan.syntax.expressions import FUNCTION_NODES, lower_expression
from doorcheck.scan.syntax.lowering import MAX_DEPTH, Lowering, at
from doorcheck.scan.syntax.patterns import lower_pattern

if TYPE_CHECKING:
    from tree_sitter import Node


def lower_block(low: Lowering, node: Node | None) -> list[ir.Statement]:
    """The statements of a block, or of a single statement that stands where a block may."""
    found: list[ir.Statement] = []
    if node is None:
        return found
    if node.type == "else_clause":
        return lower_block(low, node.named_children[-1] if node.named_children else None)
    for child in node.named_children if node.type in {"statement_block", "program"} else [node]:
        lower_statement(low, child, found)
    return found


def lower_statement(low: Lowering, node: Node, into: list[ir.Statement]) -> None:
    """Append what this statement lowers to; a declaration of several variables is several statements."""
    handler = _HANDLERS.get(node.type)
    if handler is None:
        return
    low.depth += 1
    try:
        if low.depth > MAX_DEPTH:
            low.too_deep = True
            into.append(ir.Evaluate(ir.Opaque("too-deep", at(node)), at(node)))
            return
        handler(low, node, into)
    finally:
        low.depth -= 1


def _expression(low: Lowering, node: Node, into: list[ir.Statement]) -> None:
    if node.named_children:
        into.append(ir.Evaluate(lower_expression(low, node.named_children[0]), at(node)))


def lower_variables(low: Lowering, node: Node, into: list[ir.Statement]) -> None:
    """``const a = 1, b = 2`` as one Let for each variable."""
    for child in node.named_children:
        if child.type != "variable_declarator":
            continue
        name, value = child.child_by_field_name("name"), child.child_by_field_name("value")
        pattern = lower_pattern(low, name)
        lowered: ir.Expression | None = None
        if value is not None and value.type in FUNCTION_NODES and isinstance(pattern, ir.PatternName):
            lowered = ir.FunctionRef(_function(low, value, pattern.id))
        elif value is not None:
            lowered = lower_expression(low, value)
        into.append(ir.Let(pattern, lowered, at(child)))


def _function(low: Lowering, node: Node, name: str) -> int:
    from doorcheck.scan.syntax.functions import lower_function  # noqa: PLC0415 - functions hold statements and the reverse

    return lower_function(low, node, name)


def lower_function_declaration(low: Lowering, node: Node, into: list[ir.Statement]) -> None:
    """``function f() {}``; overload signatures have no body and are no functions."""
    name = node.child_by_field_name("name")
    if name is not None:
        into.append(ir.DeclareFunction(low.text(name), _function(low, node, low.text(name))))


def lower_class_declaration(low: Lowering, node: Node, into: list[ir.Statement]) -> None:
    """``class C {}``."""
    from doorcheck.scan.syntax.functions import lower_class  # noqa: PLC0415 - classes hold statements and the reverse

    name = node.child_by_field_name("name")
    into.append(ir.DeclareClass(low.text(name) if name else "", lower_class(low, node)))


def lower_enum(low: Lowering, node: Node, into: list[ir.Statement]) -> None:
    """An enum as a constant object; members without a value hold their own name, which no two of them share."""
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    entries: list[ir.Entry] = []
    for child in body.named_children if body is not None else []:
        if child.type == "enum_assignment":
            key, value = child.child_by_field_name("name"), child.child_by_field_name("value")
            entries.append(ir.Entry(low.text(key).strip("'\"") if key else "", lower_expression(low, value)))
        elif child.type in {"property_identifier", "string"}:
            key_text = low.text(child).strip("'\"")
            entries.append(ir.Entry(key_text, ir.Literal(key_text)))
    into.append(ir.Let(ir.PatternName(low.text(name) if name else ""), ir.Object(entries, at(node)), at(node)))


def _if(low: Lowering, node: Node, into: list[ir.Statement]) -> None:
    into.append(
        ir.If(
            lower_expression(low, node.child_by_field_name("condition")),
            lower_block(low, node.child_by_field_name("consequence")),
            lower_block(low, node.child_by_field_name("alternative")),
            at(node),
        )
    )


def _value(low: Lowering, node: Node) -> ir.Expression | None:
    children = [child for child in node.named_children if child.type != "comment"]
    return lower_expression(low, children[0]) if children else None


def _return(low: Lowering, node: Node, into: list[ir.Statement]) -> None:
    into.append(ir.Return(_value(low, node), at(node)))


def _throw(low: Lowering, node: Node, into: list[ir.Statement]) -> None:
    into.append(ir.Throw(_value(low, node) or ir.Literal(None), at(node)))


def _try(low: Lowering, node: Node, into: list[ir.Statement]) -> None:
    handler = node.child_by_field_name("handler")
    finalizer = node.child_by_field_name("finalizer")
    parameter = handler.child_by_field_name("parameter") if handler is not None else None
    into.append(
        ir.Try(
            lower_block(low, node.child_by_field_name("body")),
            lower_pattern(low, parameter) if parameter is not None else None,
            lower_block(low, handler.child_by_field_name("body")) if handler is not None else None,
            lower_block(low, finalizer.child_by_field_name("body")) if finalizer is not None else [],
            at(node),
            at(handler) if handler is not None else 0,
        )
    )


def _for_in(low: Lowering, node: Node, into: list[ir.Statement]) -> None:
    into.append(
        ir.Loop(
            lower_pattern(low, node.child_by_field_name("left")),
            lower_expression(low, node.child_by_field_name("right")),
            [],
            None,
            lower_block(low, node.child_by_field_name("body")),
            [],
            always=False,
            at=at(node),
        )
    )


def _for(low: Lowering, node: Node, into: list[ir.Statement]) -> None:
    before: list[ir.Statement] = []
    initializer = node.child_by_field_name("initializer")
    if initializer is not None:
        lower_statement(low, initializer, before)
    condition = node.child_by_field_name("condition")
    test = None
    if condition is not None and condition.type != "empty_statement":
        inner = condition.named_children[0] if condition.type == "expression_statement" else condition
        test = lower_expression(low, inner)
    increment = node.child_by_field_name("increment")
    after: list[ir.Statement] = []
    if increment is not None:
        after.append(ir.Evaluate(lower_expression(low, increment), at(increment)))
    body = lower_block(low, node.child_by_field_name("body"))
    into.append(ir.Loop(None, None, before, test, body, after, always=test is None, at=at(node)))


def _while(low: Lowering, node: Node, into: list[ir.Statement]) -> None:
    test = lower_expression(low, node.child_by_field_name("condition"))
    body = lower_block(low, node.child_by_field_name("body"))
    into.append(ir.Loop(None, None, [], test, body, [], always=node.type == "do_statement", at=at(node)))


def _switch(low: Lowering, node: Node, into: list[ir.Statement]) -> None:
    cases: list[ir.Case] = []
    body = node.child_by_field_name("body")
    for child in body.named_children if body is not None else []:
        if child.type not in {"switch_case", "switch_default"}:
            continue
        value = child.child_by_field_name("value")
        statements: list[ir.Statement] = []
        for statement in child.children_by_field_name("body"):
            lower_statement(low, statement, statements)
        cases.append(ir.Case(lower_expression(low, value) if value is not None else None, statements))
    into.append(ir.Switch(lower_expression(low, node.child_by_field_name("value")), cases, at(node)))


def _block(low: Lowering, node: Node, into: list[ir.Statement]) -> None:
    into.append(ir.Block(lower_block(low, node)))


def _labeled(low: Lowering, node: Node, into: list[ir.Statement]) -> None:
    into.extend(lower_block(low, node.child_by_field_name("body")))


def _jump(low: Lowering, node: Node, into: list[ir.Statement]) -> None:  # noqa: ARG001 - the table's form
    into.append(ir.Jump("break" if node.type == "break_statement" else "continue"))


def _namespace(low: Lowering, node: Node, into: list[ir.Statement]) -> None:
    """A namespace's members count as the module's own: rare in application code, and never a door."""
    body = node.child_by_field_name("body")
    for child in body.named_children if body is not None else []:
        declaration = child.child_by_field_name("declaration") if child.type == "export_statement" else child
        if declaration is not None:
            lower_statement(low, declaration, into)


def _broken(low: Lowering, node: Node, into: list[ir.Statement]) -> None:
    """Statements inside a syntax error still count: a file that does not parse keeps its doors."""
    for child in node.named_children:
        lower_statement(low, child, into)


_Handler = Callable[[Lowering, "Node", list[ir.Statement]], None]
_HANDLERS: dict[str, _Handler] = {
    "expression_statement": _expression,
    "lexical_declaration": lower_variables,
    "variable_declaration": lower_variables,
    "function_declaration": lower_function_declaration,
    "generator_function_declaration": lower_function_declaration,
    "class_declaration": lower_class_declaration,
    "abstract_class_declaration": lower_class_declaration,
    "enum_declaration": lower_enum,
    "if_statement": _if,
    "return_statement": _return,
    "throw_statement": _throw,
    "try_statement": _try,
    "for_in_statement": _for_in,
    "for_statement": _for,
    "while_statement": _while,
    "do_statement": _while,
    "switch_statement": _switch,
    "statement_block": _block,
    "labeled_statement": _labeled,
    "break_statement": _jump,
    "continue_statement": _jump,
    "internal_module": _namespace,
    "ERROR": _broken,
}
