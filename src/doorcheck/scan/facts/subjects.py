"""What an operation is about: the model, table or collection it names."""

from __future__ import annotations

from doorcheck.scan.facts.values import Const, External, Value


def subject_of(callee: External, arguments: tuple[Value, ...]) -> str:
    """The model, table or collection an operation is about; empty where the code does not say."""
    for value in arguments[:1]:
        if isinstance(value, Const) and isinstance(value.value, str) and len(value.value) < 60:
            return value.value
        if table := _table(value):
            return table
    parts = [part for part in callee.path if part != "()"]
    if len(parts) >= 3 and callee.path[-2:-1] != ("()",):
        return parts[-2]
    for link in callee.links:
        first = link.arguments[:1]
        if first and isinstance(first[0], Const) and isinstance(first[0].value, str) and len(first[0].value) < 60:
            return first[0].value
    return next((table for link in callee.links for value in link.arguments[:1] if (table := _table(value))), "")


def _table(value: Value) -> str:
    """The name of a table that the code defines: ``pgTable("users", …)``."""
    first = value.links[0].arguments[:1] if isinstance(value, External) and value.links else ()
    return first[0].value if first and isinstance(first[0], Const) and isinstance(first[0].value, str) else ""
