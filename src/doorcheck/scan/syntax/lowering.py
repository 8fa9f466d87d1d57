"""What the lowering of expressions, patterns and statements share: the text, the tables of functions and classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doorcheck.scan.syntax import ir, positions

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_DEPTH = 220
"""Nesting past which an expression is opaque; the deepest seen in real code is under 60."""


class Lowering:
    """State of one file's lowering. ``functions`` and ``classes`` are filled in source order of their beginning."""

    __slots__ = ("classes", "depth", "functions", "source", "too_deep")

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.functions: list[ir.Function] = []
        self.classes: list[ir.Class] = []
        self.depth = 0
        self.too_deep = False

    def text(self, node: Node) -> str:
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def reserve_function(self) -> int:
        self.functions.append(_PENDING)
        return len(self.functions) - 1

    def reserve_class(self) -> int:
        self.classes.append(ir.Class("", None, [], [], 0))
        return len(self.classes) - 1


_PENDING = ir.Function("", [], [], 0, 0)


def at(node: Node) -> int:
    """The packed position of a node's first character."""
    row, column = node.start_point
    return positions.pack(row, column)


def end_at(node: Node) -> int:
    """The packed position just past a node."""
    row, column = node.end_point
    return positions.pack(row, column)
