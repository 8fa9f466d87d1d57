"""Texts as far as they are known: what is made at run time stands as a gap."""

from __future__ import annotations

from doorcheck.scan.facts.texts import text_of
from doorcheck.scan.facts.values import Arr, Choice, Const, Derived, External, Promise, Unknown, Value

GAP = "…"
"""Stands for what is made at run time."""
_MAX_DEPTH, _MAX_TEXT = 8, 8192


def spelled(value: Value, depth: int = 0) -> tuple[str, bool]:
    """The text of a value with a GAP for each part that is not known, and whether there is none."""
    known = text_of(value)
    if known is not None:
        return known[:_MAX_TEXT], True
    if isinstance(value, Const):
        return ("", True) if not isinstance(value.value, float) else (f"{value.value:g}", True)
    if depth >= _MAX_DEPTH:
        return GAP, False
    if isinstance(value, Promise):
        return spelled(value.value, depth + 1)
    if isinstance(value, Choice):
        return _fullest([one.value for one in value.alternatives], depth)
    if isinstance(value, Unknown):
        return _fullest(list(value.parts), depth) if value.fact is None and value.parts else (GAP, False)
    if isinstance(value, Arr):
        return _together([*value.items, *value.rest], "; ", depth)
    if isinstance(value, Derived) and value.how in {"text", "string", "concat", "call"}:
        parts = [part for part in value.parts if not isinstance(part, External)]
        return _together(parts, "" if value.how == "text" else " ", depth)
    return GAP, False


def _fullest(values: list[Value], depth: int) -> tuple[str, bool]:
    """Of several that it may be the longest, which is never the whole truth."""
    each = [spelled(value, depth + 1)[0] for value in values]
    return max(each, key=len, default=GAP), False


def _together(values: list[Value], between: str, depth: int) -> tuple[str, bool]:
    each = [spelled(value, depth + 1) for value in values]
    return between.join(text for text, _ in each)[:_MAX_TEXT], all(whole for _, whole in each)
