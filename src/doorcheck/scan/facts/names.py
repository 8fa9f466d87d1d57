"""What a name stands for: a variable of a frame, a module's own value, an import, an export."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from doorcheck.scan.facts.binding import bind
from doorcheck.scan.facts.modules import Definition, Found, LoadedModule
from doorcheck.scan.facts.proofs import NOTHING
from doorcheck.scan.facts.settings import is_secret_name
from doorcheck.scan.facts.state import State, new_choice
from doorcheck.scan.facts.values import (
    ANYTHING,
    UNDEFINED,
    Alternative,
    Choice,
    Cls,
    Const,
    Derived,
    Env,
    External,
    Fn,
    Namespace,
    Unknown,
    Value,
)  # fmt: skip
from doorcheck.scan.project.resolution import Package, Unresolved
from doorcheck.scan.syntax import ir, positions

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator, Scope

GLOBAL = "js"
"""The package name under which the language's and the platform's own globals are known."""


TOO_MANY_STEPS = "this value takes too many steps to work out"
MAX_GIVEN = 8
"""How many statements may give a module's variable its value."""


class _Evaluating:
    """Marks a module variable whose value is being worked out, so that a cycle ends."""


_EVALUATING = _Evaluating()


def look_up(ev: Evaluator, name: str, state: State, scope: Scope) -> Value:
    """What a name stands for here."""
    for frame in scope.frames:
        variables = state.frames.get(frame)
        if variables is None:
            variables = ev.captured.get(frame)
        if variables is not None and name in variables:
            return variables[name]
    if name == "undefined":
        return UNDEFINED
    return module_value(ev, scope.module, name)


def module_value(ev: Evaluator, module: LoadedModule, name: str) -> Value:
    """What a name stands for at the top level of a module."""
    known = module.constants.get(name)
    if known is not None:
        return _in_cycle(ev) if known is _EVALUATING else cast("Value", known)
    if name in module.functions:
        return _keep(module, name, Fn(module, module.summary.functions[module.functions[name]]))
    if name in module.variables:
        return _variable(ev, module, name)
    if name in module.classes:
        with _being_evaluated(module, name):
            made = make_class(ev, module, module.classes[name], State(), _top(module))
        return _keep(module, name, made)
    imported = module.imports.get(name)
    if imported is not None:
        cycles = ev.cycles
        value = found_value(ev, ev.program.imported(module, imported), module, imported)
        return value if value is ANYTHING and ev.cycles != cycles else _keep(module, name, value)
    return External(GLOBAL, (name,))


def _in_cycle(ev: Evaluator) -> Value:
    """What stands for a value that is asked for while it is being worked out: nobody keeps what is made of it."""
    ev.cycles += 1
    return ANYTHING


def _keep(module: LoadedModule, name: str, value: Value) -> Value:
    module.constants[name] = value
    return value


def _top(module: LoadedModule) -> Scope:
    from doorcheck.scan.facts.evaluator import Scope  # noqa: PLC0415 - the evaluator binds names and the reverse

    return Scope(module, ())


def _variable(ev: Evaluator, module: LoadedModule, name: str) -> Value:
    from doorcheck.scan.facts import routers  # noqa: PLC0415 - routers are bound and bind

    let = module.variables[name]
    with _being_evaluated(module, name):
        value = without_unset(_initial(ev, module, name, let))
        state = State()
        scope = _top(module)
        scope.frames = (0,)
        _bind_at_top(ev, let, value, state, scope)
    bound = state.frames.get(0, {})
    for each, item in bound.items():
        module.constants[each] = item
    found = bound.get(name, ANYTHING)
    if isinstance(found, routers.Router):
        routers.fill_router(ev, module, name, found)
    return found


def _initial(ev: Evaluator, module: LoadedModule, name: str, let: ir.Let) -> Value:
    """What a variable holds once its module is loaded: what it is declared with, or else is given by a statement."""
    value = evaluate_at_top(ev, module, let.value)
    given = module.assigned.get(name, [])
    if not given or not isinstance(let.pattern, ir.PatternName) or not isinstance(value, Const):
        return value
    values: list[Value] = [] if value.value is None or value.value is UNDEFINED.value else [value]
    values += [evaluate_at_top(ev, module, each) for each in given[:MAX_GIVEN]]
    return new_choice([Alternative(each, NOTHING) for each in values])


def _bind_at_top(ev: Evaluator, let: ir.Let, value: Value, state: State, scope: Scope) -> None:
    """Take a module's value apart; a default in the pattern that takes too many steps leaves its name unbound."""
    from doorcheck.scan.facts.evaluator import BudgetExceeded, PathEnds  # noqa: PLC0415 - the evaluator binds names

    try:
        bind(ev, let.pattern, value, state, scope)
    except PathEnds:
        return
    except BudgetExceeded:
        ev.blind(scope.module.path, let.at, TOO_MANY_STEPS)


@contextlib.contextmanager
def _being_evaluated(module: LoadedModule, name: str) -> Iterator[None]:
    """Mark a module's value while it is worked out; a value that could not be finished is not left marked."""
    module.constants[name] = _EVALUATING
    try:
        yield
    except BaseException:
        module.constants.pop(name, None)
        raise


def without_unset(value: Value) -> Value:
    """A module's own object that is made on first use (``globalThis.db ?? new Client()``) is what is made.

    A secret with a text to fall back on stays both: whoever reads the code knows the text.
    """
    if not isinstance(value, Choice) or any(_is_secret(one.value) for one in value.alternatives):
        return value
    known = [one for one in value.alternatives if not _says_nothing(one.value)]
    if not known or len(known) == len(value.alternatives):
        return value
    return new_choice([Alternative(one.value, NOTHING) for one in known])


def _is_secret(value: Value) -> bool:
    return isinstance(value, Env) and is_secret_name(value.name)


def _says_nothing(value: Value) -> bool:
    if isinstance(value, Choice):
        return all(_says_nothing(one.value) for one in value.alternatives)
    return isinstance(value, Const | Derived | Unknown) or (isinstance(value, External) and value.package == GLOBAL)


def evaluate_at_top(ev: Evaluator, module: LoadedModule, node: ir.Expression | None) -> Value:
    """What an expression at the top level of a module stands for; its effects are nobody's door."""
    from doorcheck.scan.facts.evaluator import BudgetExceeded, PathEnds  # noqa: PLC0415 - the evaluator binds names
    from doorcheck.scan.facts.expressions import evaluate  # noqa: PLC0415 - expressions hold names and the reverse

    if node is None:
        return UNDEFINED
    saved = ev.happenings, ev.attempts, ev.tries, ev.active, ev.noted
    steps, ev.steps = ev.steps, 0
    ev.happenings, ev.attempts, ev.tries, ev.active, ev.noted = [], set(), [], list(ev.active), set()
    state = State()
    ev.tops += 1
    try:
        value = evaluate(ev, node, state, _top(module))
        ev.capture(state)
        return value
    except PathEnds:
        return ANYTHING
    except BudgetExceeded:
        return Unknown(ev.blind(module.path, getattr(node, "at", 0), TOO_MANY_STEPS))
    except RecursionError:
        if ev.tops > 1 or saved[3]:
            # whoever asked first is nearer to the ground; here a step more could fail again
            raise
        return Unknown(ev.blind(module.path, getattr(node, "at", 0), "this value nests too deeply to work out"))
    finally:
        ev.steps = steps
        ev.happenings, ev.attempts, ev.tries, ev.active, ev.noted = saved
        ev.tops -= 1
        if ev.tops == 0:
            ev.forget_provisional()


def found_value(ev: Evaluator, found: Found, module: LoadedModule, imported: ir.ImportedName) -> Value:
    """The value of an import."""
    if isinstance(found, Definition):
        value = definition_value(ev, found)
        return _generated_client(ev, imported, value) or value
    if isinstance(found, LoadedModule):
        return Namespace(found)
    if isinstance(found, tuple):
        package, name = found
        return external_of(package, name)
    return _not_found(ev, found, module, imported)


def _generated_client(ev: Evaluator, imported: ir.ImportedName, value: Value) -> External | None:
    """The package's client, where the repository holds one generated from it: too long to read, or made by its runtime.

    A class or a function that the project wrote under the same name is what it is.
    """
    known = ev.knowledge.types.get(imported.imported)
    if known is None or known[1][:1] != (imported.imported,):
        return None
    package = known[0]
    made_by_runtime = isinstance(value, External) and value.package.startswith(f"{package}/")
    return External(package, (imported.imported,)) if made_by_runtime or isinstance(value, Unknown) else None


def _not_found(ev: Evaluator, found: Found, module: LoadedModule, imported: ir.ImportedName) -> Value:
    # a client generated at build time is not in the repository, yet its name says what it is
    generated = _generated_client(ev, imported, ANYTHING)
    if generated is not None:
        return generated
    if isinstance(found, Unresolved) or found is None:
        return Unknown(ev.blind(module.path, imported.at, f"the import of {imported.source} could not be followed"))
    return ANYTHING


def external_of(package: Package, name: str) -> External:
    """A package's export. Its sub-path is part of the package's name here."""
    full = f"{package.name}/{package.subpath}" if package.subpath else package.name
    return External(full, () if name == "*" else (name,))


def definition_value(ev: Evaluator, found: Definition) -> Value:
    """The value of an exported name."""
    if found.local is not None:
        return module_value(ev, found.module, found.local)
    key = f"export {found.export.exported if found.export else ''}"
    known = found.module.constants.get(key)
    if known is not None:
        return _in_cycle(ev) if known is _EVALUATING else cast("Value", known)
    with _being_evaluated(found.module, key):
        value = evaluate_at_top(ev, found.module, found.export.value if found.export else None)
    return _keep(found.module, key, value)


def export_value(ev: Evaluator, module: LoadedModule, name: str) -> Value:
    """The value a module exports under this name."""
    found = ev.program.exported(module, name)
    if isinstance(found, Definition):
        return definition_value(ev, found)
    if isinstance(found, LoadedModule):
        return Namespace(found)
    if isinstance(found, tuple):
        return external_of(*found)
    return Unknown(ev.blind(module.path, positions.pack(0, 0), f"the export {name} could not be followed"))


def make_class(ev: Evaluator, module: LoadedModule, index: int, state: State, scope: Scope) -> Cls:
    """The class at this index of the module's table."""
    from doorcheck.scan.facts.expressions import evaluate  # noqa: PLC0415 - expressions hold classes and the reverse

    definition = module.summary.classes[index]
    superclass: Value | None = None
    if definition.superclass is not None:
        if scope.frames:
            superclass = evaluate(ev, definition.superclass, state, scope)
        else:
            superclass = evaluate_at_top(ev, module, definition.superclass)
    return Cls(module, definition, scope.frames[0] if scope.frames else 0, scope.frames, superclass)
