"""What makes the context of procedures: the function that the file which mounts them passes as ``createContext``."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from doorcheck.scan.facts import names
from doorcheck.scan.facts.evaluator import Evaluator
from doorcheck.scan.facts.modules import LoadedModule
from doorcheck.scan.facts.outcomes import settled_promise
from doorcheck.scan.facts.state import State, new_choice
from doorcheck.scan.facts.values import Choice, Fn, Input, Native, Reply, Value
from doorcheck.scan.syntax import ir
from doorcheck.scan.syntax.walking import nodes

_NAME = "createContext"


def context_maker(ev: Evaluator, module: LoadedModule) -> Value | None:
    """What this module passes as ``createContext`` to the library that mounts its procedures; None where nothing is.

    Where a handler passes it, the maker knows what the handler has worked out by then.
    """
    for function in module.summary.functions:
        entry = _entry_in(function.body)
        if entry is not None:
            return _within(module, function, entry)
    entry = _entry_in(module.summary)
    return names.evaluate_at_top(ev, module, entry.value) if entry is not None else None


def _entry_in(root: object) -> ir.Entry | None:
    for node in nodes(root):
        if isinstance(node, ir.Object):
            entry = next((each for each in node.entries if each.key == _NAME), None)
            if entry is not None:
                return entry
    return None


def _within(module: LoadedModule, function: ir.Function, entry: ir.Entry) -> Native:
    """The maker as a handler passes it: whoever is answered before that never gets to a procedure."""
    body = [*_before(function.body, entry), ir.Return(entry.value, function.at)]
    handler = Fn(module, msgspec.structs.replace(function, body=body))

    def make(ev: Evaluator, arguments: tuple[Value, ...], state: State, at: int, file: str) -> Value:
        from doorcheck.scan.facts.calls import call_value  # noqa: PLC0415 - calls lead to procedures and back

        passed = settled_promise(ev.invoke(handler, (Input("request"), Input("event")), state, at, file))
        if isinstance(passed, Choice):
            passed = new_choice([one for one in passed.alternatives if not isinstance(one.value, Reply)])
        return call_value(ev, passed, arguments, state, at, file)

    return Native(_NAME, make)


def _before(statements: Sequence[ir.Statement], entry: ir.Entry) -> list[ir.Statement]:
    """The statements that have run when a handler gets to this entry."""
    before: list[ir.Statement] = []
    for statement in statements:
        if any(node is entry for node in nodes(statement)):
            inner = statement.body if isinstance(statement, ir.Try | ir.Block) else []
            return [*before, *_before(inner, entry)]
        before.append(statement)
    return before
