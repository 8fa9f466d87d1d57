"""Names and what they stand for: variables of frames, parameters, patterns, and the names of modules."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, cast

from doorcheck.scan.facts import members
from doorcheck.scan.facts.modules import Definition, Found, LoadedModule
from doorcheck.scan.facts.proofs import NOTHING
from doorcheck.scan.facts.state import State, either, new_choice
from doorcheck.scan.facts.truth import certain, nullness
from doorcheck.scan.facts.values import (
    ABSENT,
    ANYTHING,
    UNDEFINED,
    Alternative,
    Arr,
    Choice,
    Cls,
    Const,
    Derived,
    External,
    Fn,
    Input,
    Namespace,
    Obj,
    Promise,
    Unknown,
    Value,
)  # fmt: skip
from doorcheck.scan.project.resolution import Package, Unresolved
from doorcheck.scan.syntax import ir

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


def look_up(ev: Evaluator, name: str, state: State, scope: Scope, at: int) -> Value:
    """What a name stands for here."""
    for frame in scope.frames:
        variables = state.frames.get(frame)
        if variables is None:
            variables = ev.captured.get(frame)
        if variables is not None and name in variables:
            return variables[name]
    if name == "undefined":
        return UNDEFINED
    return module_value(ev, scope.module, name, at)


def module_value(ev: Evaluator, module: LoadedModule, name: str, at: int = 0) -> Value:
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
    from doorcheck.scan.facts import chains  # noqa: PLC0415 - routers are bound and bind

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
    if isinstance(found, chains.Router):
        chains.fill_router(ev, module, name, found)
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
    """A module's own object that is made on first use (``globalThis.db ?? new Client()``) is what is made."""
    if not isinstance(value, Choice):
        return value
    known = [one for one in value.alternatives if not _says_nothing(one.value)]
    if not known or len(known) == len(value.alternatives):
        return value
    return new_choice([Alternative(one.value, NOTHING) for one in known])


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
        return definition_value(ev, found)
    if isinstance(found, LoadedModule):
        return Namespace(found)
    if isinstance(found, tuple):
        package, name = found
        return external_of(package, name)
    return _not_found(ev, found, module, imported)


def _not_found(ev: Evaluator, found: Found, module: LoadedModule, imported: ir.ImportedName) -> Value:
    known = ev.knowledge.types.get(imported.imported)
    if known is not None and known[1][:1] == (imported.imported,):
        # a client generated at build time is not in the repository, yet its name says what it is
        return External(known[0], (imported.imported,))
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
    return Unknown(ev.blind(module.path, ir.pack(0, 0), f"the export {name} could not be followed"))


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


def bind_parameters(
    ev: Evaluator, function: ir.Function, arguments: Sequence[Value], state: State, scope: Scope
) -> None:
    """Bind a call's arguments; a missing one takes its default, or what its type says, or stays undefined."""
    from doorcheck.scan.facts.expressions import evaluate  # noqa: PLC0415 - expressions hold functions and the reverse

    for position, parameter in enumerate(function.parameters):
        if parameter.rest:
            bind(ev, parameter.pattern, Arr(tuple(arguments[position:])), state, scope)
            break
        value = arguments[position] if position < len(arguments) else UNDEFINED
        if isinstance(value, Obj) and isinstance(parameter.pattern, ir.PatternObject):
            value = _with_absences(value, parameter.pattern)
        if value is UNDEFINED and parameter.default is not None:
            value = evaluate(ev, parameter.default, state, scope)
        if isinstance(value, Unknown) and value.fact is None:
            value = by_annotation(ev, parameter.annotation) or value
        bind(ev, parameter.pattern, value, state, scope)


def _with_absences(value: Obj, pattern: ir.PatternObject) -> Obj:
    """An object as its receiver takes it apart: what it does not have is really not there."""
    if value.rest or value.cls is not None:
        return value
    missing = {p.key: ABSENT for p in pattern.properties if isinstance(p.key, str) and p.key not in value.props}
    return Obj({**value.props, **missing}) if missing else value


def by_annotation(ev: Evaluator, annotation: str) -> Value | None:
    """What a type annotation alone says of a value."""
    known = ev.knowledge.types.get(annotation.strip())
    return External(known[0], known[1]) if known is not None else None


def bind(ev: Evaluator, pattern: ir.Pattern, value: Value, state: State, scope: Scope) -> None:
    """Bind the names of a pattern in the innermost frame."""
    if isinstance(pattern, ir.PatternName):
        if scope.frames:
            state.write(scope.frames[0], pattern.id, value)
    elif isinstance(pattern, ir.PatternDefault):
        bind(ev, pattern.pattern, _or_default(ev, value, pattern.default, state, scope), state, scope)
    elif isinstance(pattern, ir.PatternObject):
        _bind_object(ev, pattern, value, state, scope)
    elif isinstance(pattern, ir.PatternArray):
        _bind_array(ev, pattern, value, state, scope)
    else:
        assign(ev, pattern, value, state, scope)


def _or_default(ev: Evaluator, value: Value, default: ir.Expression, state: State, scope: Scope) -> Value:
    from doorcheck.scan.facts.expressions import evaluate  # noqa: PLC0415 - expressions hold patterns and the reverse

    there, absent = nullness(value, state)
    if isinstance(value, Const) and value.value is None:
        return value
    if not absent:
        return value
    other = evaluate(ev, default, state, scope)
    if not there:
        return other
    return new_choice([Alternative(value, certain(there)), Alternative(other, NOTHING)])


def _bind_object(ev: Evaluator, pattern: ir.PatternObject, value: Value, state: State, scope: Scope) -> None:
    value = value.value if isinstance(value, Promise) else value
    taken: list[str] = []
    for prop in pattern.properties:
        if isinstance(prop.key, str):
            taken.append(prop.key)
            part = members.member(ev, value, prop.key, state, scope, 0)
        else:
            part = Derived("member", (value,))
        bind(ev, prop.pattern, part, state, scope)
    if pattern.rest is not None:
        if isinstance(value, Obj):
            rest: Value = Obj({k: v for k, v in value.props.items() if k not in taken}, value.rest)
        else:
            rest = value
        bind(ev, pattern.rest, rest, state, scope)


def _bind_array(ev: Evaluator, pattern: ir.PatternArray, value: Value, state: State, scope: Scope) -> None:
    value = value.value if isinstance(value, Promise) else value
    for position, part in enumerate(pattern.items):
        if part is not None:
            bind(ev, part, members.item(ev, value, position, state), state, scope)
    if pattern.rest is not None:
        rest = Arr(value.items[len(pattern.items) :], value.rest) if isinstance(value, Arr) else value
        bind(ev, pattern.rest, rest, state, scope)


def assign(ev: Evaluator, pattern: ir.Pattern, value: Value, state: State, scope: Scope) -> None:
    """Assign to existing variables or to a member of an object."""
    if isinstance(pattern, ir.PatternName):
        for frame in scope.frames:
            variables = ev.frame(state, frame)
            if variables is not None and pattern.id in variables:
                state.write(frame, pattern.id, value)
                return
        _assign_module_variable(scope.module, pattern.id, value)
    elif isinstance(pattern, ir.PatternTarget):
        members.assign_member(ev, pattern.target, value, state, scope)
    elif isinstance(pattern, ir.PatternObject):
        for prop in pattern.properties:
            key = prop.key if isinstance(prop.key, str) else ""
            assign(ev, prop.pattern, members.member(ev, value, key, state, scope, 0), state, scope)
    elif isinstance(pattern, ir.PatternArray):
        for position, part in enumerate(pattern.items):
            if part is not None:
                assign(ev, part, members.item(ev, value, position, state), state, scope)
    elif isinstance(pattern, ir.PatternDefault):
        assign(ev, pattern.pattern, value, state, scope)


def _assign_module_variable(module: LoadedModule, name: str, value: Value) -> None:
    """A module's own state outlives the request: it may hold what it began with or what was assigned."""
    if name not in module.variables:
        return
    current = module.constants.get(name)
    if isinstance(current, Const) or current is None:
        module.constants[name] = value if isinstance(value, External | Fn) else Unknown()
    elif isinstance(current, External | Fn | Unknown):
        return
    elif isinstance(current, Value):
        module.constants[name] = either(current, ANYTHING)


def argument_of(annotation: str, position: int, name: str) -> Input:
    """What a server action's parameter receives from its caller."""
    channel = "form" if "FormData" in annotation else "argument"
    return Input(channel, () if channel == "form" else (name or str(position),))
