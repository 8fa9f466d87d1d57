"""Cookies that the server sets or deletes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doorcheck.scan.facts.state import State
from doorcheck.scan.facts.values import ANYTHING, UNDEFINED, Const, Effect, Obj, Value

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator


def set_cookie(ev: Evaluator, name: str, arguments: tuple[Value, ...], state: State, at: int, file: str) -> Value:
    """A cookie that the server sets or deletes."""
    given = arguments[0] if arguments else UNDEFINED
    second = arguments[1] if len(arguments) > 1 else UNDEFINED
    value = given.props.get("value", UNDEFINED) if isinstance(given, Obj) else second
    ends = name == "delete" or (isinstance(value, Const) and value.value == "")
    says = "deletes a cookie" if ends else "sets a cookie"
    kind = "cookie-end" if ends else "cookie"
    ev.happen(Effect(kind, writes=True, says=says, file=file, at=at, operands=arguments), state)
    return ANYTHING
