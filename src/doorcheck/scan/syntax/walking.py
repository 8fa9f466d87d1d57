"""Goes through everything that a part of a summary holds."""

from __future__ import annotations

from collections.abc import Iterator

from doorcheck.scan.syntax import ir


def nodes(root: object) -> Iterator[ir.Node]:
    """Every node of a summary's part, or of a list of such parts, the outer ones before those in them."""
    queue: list[object] = [root]
    while queue:
        node = queue.pop()
        if isinstance(node, ir.Node):
            yield node
            queue.extend(getattr(node, name) for name in node.__struct_fields__)
        elif isinstance(node, list):
            queue.extend(node)
