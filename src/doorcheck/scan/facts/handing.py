"""What server code hands to components that run in the browser: all of it is sent there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from doorcheck.scan.facts.shapes import settled_within
from doorcheck.scan.facts.state import State
from doorcheck.scan.facts.values import Cls, Const, Fn, Value
from doorcheck.scan.syntax import ir

MAX_VALUES = 4
"""How many values of one property are kept, where several calls hand over several."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A property that a component of this module was given at a place; ``name`` is empty for what was spread."""

    component: str
    module: str
    name: str
    value: Value
    file: str
    at: int


@dataclass(slots=True)
class HandedOver:
    """Everything that was handed over while code was followed."""

    _kept: dict[tuple[str, int, str], list[Handed]] = field(default_factory=dict)

    def note(
        self,
        node: ir.Element,
        component: Value,
        props: Mapping[str, Value],
        spread: Value | None,
        file: str,
        state: State,
    ) -> None:
        """Take down what an element gives its component, where that runs in the browser."""
        if not isinstance(component, Fn | Cls) or not component.module.is_client():
            return
        called = _written(node.component)
        given = [*props.items(), *([("", spread)] if spread is not None else [])]
        for name, value in given:
            kept = self._kept.setdefault((file, node.at, name), [])
            if not isinstance(value, Const) and len(kept) < MAX_VALUES:
                kept.append(Handed(called, component.module.path, name, settled_within(value, state), file, node.at))

    def __iter__(self) -> Iterator[Handed]:
        """All of it, in the order of its places."""
        for _, kept in sorted(self._kept.items()):
            yield from kept


def _written(node: object) -> str:
    if isinstance(node, ir.Member):
        return f"{_written(node.object)}.{node.property}"
    return node.id if isinstance(node, ir.Name) else "a component"
