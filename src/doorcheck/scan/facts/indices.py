"""What ``list.indexOf(x) !== -1`` and its kin say: whether the list holds it."""

from __future__ import annotations

from doorcheck.scan.facts.values import Alternative, Choice, Const, Test, Value

_HOLDS = frozenset({("!==", -1.0), ("!=", -1.0), (">", -1.0), (">=", 0.0)})
_LACKS = frozenset({("===", -1.0), ("==", -1.0), ("<", 0.0), ("<=", -1.0)})


def compared(operator: str, left: Value, right: Value) -> Value | None:
    """The test that an index is there; None for any other comparison. What a search gives is a Test itself."""
    if isinstance(left, Choice):
        each = [(one, compared(operator, one.value, right)) for one in left.alternatives]
        known = tuple(Alternative(value, one.facts) for one, value in each if value is not None)
        return Choice(left.id, known) if len(known) == len(each) else None
    if not isinstance(left, Test) or not isinstance(right, Const) or not isinstance(right.value, float):
        return None
    if (operator, right.value) in _HOLDS:
        return left
    return Test(left.no_branches, left.yes_branches, left.parts) if (operator, right.value) in _LACKS else None
