"""What server code hands to components that run in the browser: all of it is sent there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from doorcheck.scan.facts.shapes import settled_within
from doorcheck.scan.facts.state import State
from doorcheck.scan.facts.values import Cls, Const, External, Fn, Namespace, Value
from doorcheck.scan.syntax import ir

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator

MAX_VALUES = 4
"""How many values of one property are kept, where several calls hand over several."""
_OF_REACT = frozenset({"key", "ref"})
_LOADING = frozenset({"next/dynamic"})
"""Packages that make a component of a function which loads it."""


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
        ev: Evaluator,
        node: ir.Element,
        component: Value,
        props: Mapping[str, Value],
        spread: Value | None,
        file: str,
        state: State,
    ) -> None:
        """Take down what an element gives its component, where that runs in the browser."""
        module = _in_browser(ev, component, node.at, file, state)
        if module is None:
            return
        called = _written(node.component)
        given = [*props.items(), *([("", spread)] if spread is not None else [])]
        for name, value in given:
            kept = self._kept.setdefault((file, node.at, name), [])
            if not isinstance(value, Const) and name not in _OF_REACT and len(kept) < MAX_VALUES:
                kept.append(Handed(called, module, name, settled_within(value, state), file, node.at))

    def __iter__(self) -> Iterator[Handed]:
        """All of it, in the order of its places."""
        for _, kept in sorted(self._kept.items()):
            yield from kept


def _in_browser(ev: Evaluator, component: Value, at: int, file: str, state: State) -> str | None:
    """The module of a component that runs in the browser, empty for one of a package; None for any other."""
    from doorcheck.scan.facts.names import export_value  # noqa: PLC0415 - names need the evaluator

    if isinstance(component, External) and component.package in _LOADING and component.links:
        loading = component.links[-1].arguments[:1]
        loaded = ev.call_back(loading[0], (), state, at, file) if loading and isinstance(loading[0], Fn) else component
        component = export_value(ev, loaded.module, "default") if isinstance(loaded, Namespace) else loaded
    if isinstance(component, Fn | Cls):
        return component.module.path if component.module.is_client() else None
    if isinstance(component, External) and len(component.path) == 1:
        known = ev.knowledge.client_only.get(component.package)
        return "" if known is not None and component.path[0] in known.components else None
    return None


def _written(node: object) -> str:
    if isinstance(node, ir.Member):
        return f"{_written(node.object)}.{node.property}"
    return node.id if isinstance(node, ir.Name) else "a component"
