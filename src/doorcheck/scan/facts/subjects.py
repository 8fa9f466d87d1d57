"""What an operation is about: the model, table or collection it names."""

from __future__ import annotations

from doorcheck.scan.facts.values import Const, External, Value


def subject_of(callee: External, arguments: tuple[Value, ...]) -> str:
    """The model, table or collection an operation is about; empty where the code does not say."""
    for link in reversed(callee.links):
        if link.name in _TABLES and link.arguments and _is_name(link.arguments[0]):
            return str(getattr(link.arguments[0], "value", ""))
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


_TABLES = frozenset({"from", "collection", "table", "into"})
"""Calls that name the table or collection of what follows."""


def _is_name(value: Value) -> bool:
    return isinstance(value, Const) and isinstance(value.value, str) and len(value.value) < 60


def _table(value: Value) -> str:
    """The name of a table that the code defines: ``pgTable("users", …)``."""
    first = value.links[0].arguments[:1] if isinstance(value, External) and value.links else ()
    return first[0].value if first and isinstance(first[0], Const) and isinstance(first[0].value, str) else ""
