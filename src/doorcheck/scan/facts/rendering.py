"""What rendering an element of JSX runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doorcheck.scan.facts import markup
from doorcheck.scan.facts.state import State
from doorcheck.scan.facts.values import (
    Arr,
    Derived,
    Fn,
    Obj,
    Value,
)  # fmt: skip
from doorcheck.scan.syntax import ir

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator, Scope


def render(ev: Evaluator, node: ir.Element, state: State, scope: Scope) -> Value:
    """A JSX element: server components of the repository are followed, client ones take their properties."""
    from doorcheck.scan.facts.expressions import evaluate  # noqa: PLC0415 - expressions hold calls and the reverse

    props: dict[str, Value] = {}
    spread: Value | None = None
    for entry in node.attributes:
        value = evaluate(ev, entry.value, state, scope)
        if isinstance(entry.key, str):
            props[entry.key] = value
        elif entry.key is None:
            spread = value
    markup.note_html(ev, props.get("dangerouslySetInnerHTML"), scope.module.path, node.at)
    children = [evaluate(ev, child, state, scope) for child in node.children]
    parts: list[Value] = [*props.values(), *children]
    if isinstance(node.component, ir.Name | ir.Member) and _is_component(node.component):
        component = evaluate(ev, node.component, state, scope)
        if ev.handed is not None:
            ev.handed.note(ev, node, component, props, spread, scope.module.path, state)
        if isinstance(component, Fn) and (ev.raw_html is not None or not component.module.is_client()):
            props["children"] = Arr(tuple(children))
            parts.append(ev.call_back(component, (Obj(props),), state, node.at, scope.module.path))
    return Derived("element", tuple(parts))


def _is_component(node: ir.Name | ir.Member) -> bool:
    return isinstance(node, ir.Member) or node.id[:1].isupper()
