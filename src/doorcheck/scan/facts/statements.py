"""Follows statements path by path."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from doorcheck.scan.facts import (
    binding,
    comparisons,
    correlated,
    dependence,
    failures,
    first_use,
    iteration,
    limits,
    loops,
    names,
    refusals,
)
from doorcheck.scan.facts.evaluator import Exit, PathEnds
from doorcheck.scan.facts.expressions import evaluate
from doorcheck.scan.facts.members import element_of
from doorcheck.scan.facts.proofs import Fact, Facts, ProofKind, contradictory, proven, shared
from doorcheck.scan.facts.state import State, merge
from doorcheck.scan.facts.truth import Branches, truth
from doorcheck.scan.facts.values import (
    UNDEFINED,
    Branch,
    Const,
    Fn,
    Promise,
    Unknown,
    Value,
    made_from,
)
from doorcheck.scan.syntax import ir

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator, Scope

States = list[State]
Exits = list[Exit]


def run_block(ev: Evaluator, body: list[ir.Statement], states: States, scope: Scope, exits: Exits) -> States:
    """The paths that come out at the end of these statements; the others are among ``exits``."""
    _hoist(ev, body, states, scope)
    for statement in body:
        if not states:
            break
        ev.tick()
        states = _RUN[type(statement)](ev, statement, states, scope, exits)
    return states


def _hoist(ev: Evaluator, body: list[ir.Statement], states: States, scope: Scope) -> None:
    for statement in body:
        if isinstance(statement, ir.DeclareFunction) and scope.frames:
            function = scope.module.summary.functions[statement.index]
            value = Fn(scope.module, function, scope.frames[0], scope.frames, scope.this)
            for state in states:
                state.write(scope.frames[0], statement.name, value)
        elif isinstance(statement, ir.DeclareClass) and scope.frames:
            for state in states:
                made = names.make_class(ev, scope.module, statement.index, state, scope)
                state.write(scope.frames[0], statement.name, made)


def _each(states: States, step: Callable[[State], None], exits: Exits, at: int) -> States:
    """Take every path one step; a path that ends there becomes a way out."""
    left: States = []
    for state in states:
        try:
            step(state)
        except PathEnds as end:
            exits.append(Exit("throw", end.value, state, at, end.refusal))
        else:
            left.append(state)
    return left


def _evaluate(ev: Evaluator, node: ir.Evaluate, states: States, scope: Scope, exits: Exits) -> States:
    def step(state: State) -> None:
        before = state.facts
        value = evaluate(ev, node.expression, state, scope)
        if isinstance(value, Promise) and isinstance(node.expression, ir.Call):
            _not_awaited(state, before)
        if isinstance(value, Unknown) and value.fact is not None and _is_bare_call(node.expression):
            # called for nothing but what it does: it may be the check, which comes back for nobody
            state.facts |= {value.fact}

    return _each(states, step, exits, node.at)


def _is_bare_call(node: ir.Expression) -> bool:
    """Whether this is ``await name(…)``."""
    call = node.value if isinstance(node, ir.Await) else None
    return isinstance(call, ir.Call) and isinstance(call.callee, ir.Name)


def _not_awaited(state: State, before: Facts) -> None:
    """A promise that is let go stops nothing: what its function would prove is proven to nobody here."""
    gained = frozenset(fact for fact in state.facts - before if fact.proves)
    state.facts = (state.facts - gained) | {
        Fact(ProofKind.NOT_AWAITED, fact.file, fact.at, "the check is started, but not awaited") for fact in gained
    }


def _let(ev: Evaluator, node: ir.Let, states: States, scope: Scope, exits: Exits) -> States:
    def step(state: State) -> None:
        value = evaluate(ev, node.value, state, scope) if node.value is not None else UNDEFINED
        binding.bind(ev, node.pattern, value, state, scope)

    return _each(states, step, exits, node.at)


def _if(ev: Evaluator, node: ir.If, states: States, scope: Scope, exits: Exits) -> States:
    tests: list[Value] = []
    then: States = []
    otherwise: States = []

    def step(state: State) -> None:
        value = evaluate(ev, node.test, state, scope)
        tests.append(value)
        yes, no = truth(value, state)
        if ev.asked and yes and no and _turns_on_path(value, ev.asked):
            says = "what it does on this path could not be told"
            state.facts |= {Fact(ProofKind.UNRESOLVED, scope.module.path, node.at, says)}
        then.extend(_taken(state, yes))
        otherwise.extend(_taken(state, no))

    _each(states, step, exits, node.at)
    begun, happened = len(exits), len(ev.happenings)
    entered = merge(then)
    correlated.recall(node.test, entered, scope, holds=True)
    before = [state.facts for state in entered]
    through_then = run_block(ev, node.then, entered, scope, exits) if then else []
    middle, between = len(exits), len(ev.happenings)
    if any(first_use.tells_first_use(ev, test) for test in tests):
        first_use.excuse(ev, happened)
    through_otherwise = merge(otherwise)
    correlated.recall(node.test, through_otherwise, scope, holds=False)
    passed = [state.facts for state in through_otherwise]
    if otherwise and node.otherwise:
        through_otherwise = run_block(ev, node.otherwise, through_otherwise, scope, exits)
    if otherwise and not through_otherwise and refusals.refuse(ev, exits[middle:]):
        dependence.note(tests, through_then, scope, node.at)
        refusals.excuse_records(ev, between, len(ev.happenings), then)
    if then and not through_then and refusals.refuse(ev, exits[begun:middle]):
        dependence.note(tests, through_otherwise, scope, node.at)
        refusals.excuse_records(ev, happened, between, otherwise)
    here = scope.module.path, node.at
    if not through_then:
        limits.turn_away(ev, tests, before, exits[begun:middle], through_otherwise, here)
    if not through_otherwise:
        limits.turn_away(ev, tests, passed, exits[middle:], through_then, here)
    implied = correlated.learned(node.test, before, through_then, through_otherwise, scope)
    merged = merge([*through_then, *through_otherwise])
    correlated.keep(implied, merged)
    return merged


def _turns_on_path(value: Value, path: str) -> bool:
    return any(isinstance(part, Const) and part.value == path for part in made_from(value, 120))


def _taken(state: State, branches: Branches) -> States:
    found: States = []
    for branch in branches:
        if any(not indices for indices in _kept(state, branch).values()):
            continue
        if branch.facts and contradictory(state.facts | branch.facts):
            continue
        taken = state.fork()
        taken.learn(branch)
        found.append(taken)
    return found


def _kept(state: State, branch: Branch) -> dict[int, frozenset[int]]:
    return {choice: state.keep.get(choice, indices) & indices for choice, indices in branch.keep.items()}


def _return(ev: Evaluator, node: ir.Return, states: States, scope: Scope, exits: Exits) -> States:
    for state in states:
        try:
            value = evaluate(ev, node.value, state, scope) if node.value is not None else UNDEFINED
        except PathEnds as end:
            exits.append(Exit("throw", end.value, state, node.at, end.refusal))
        else:
            exits.append(Exit("return", value, state, node.at))
    return []


def _throw(ev: Evaluator, node: ir.Throw, states: States, scope: Scope, exits: Exits) -> States:
    for state in states:
        try:
            value = evaluate(ev, node.value, state, scope)
        except PathEnds as end:
            value = end.value
        exits.append(Exit("throw", value, state, node.at))
    return []


def _try(ev: Evaluator, node: ir.Try, states: States, scope: Scope, exits: Exits) -> States:
    ev.tries.append([])
    entry = [state.fork() for state in states]
    own: Exits = []
    outer = ev.asides.begin()
    left = run_block(ev, node.body, states, scope, own)
    thrown = ev.tries.pop()
    failed = ev.asides.end(outer, own)
    if node.handler is None:
        ev.asides.fail(failed)
        exits.extend(own)
        if ev.tries:
            ev.tries[-1].extend(thrown)
        return _finally(ev, node, left, scope, exits)
    caught = [exit_.state for exit_ in own if exit_.how == "throw"]
    exits.extend(exit_ for exit_ in own if exit_.how != "throw")
    gained = frozenset(fact for state in [*left, *(e.state for e in own)] for fact in state.facts if fact.proves)
    handled = _entering_handler(entry, [*caught, *thrown], [*left, *(e.state for e in own)], gained, scope, node.at)
    failures.enter_handler(ev, handled, scope.module.path, node.handler_at)
    error = failures.caught(scope.module.path, node.handler_at, failed)
    for state in handled:
        if node.parameter is not None:
            binding.bind(ev, node.parameter, error, state, scope)
    begun, first = len(ev.happenings), len(exits)
    after = run_block(ev, node.handler, merge(handled), scope, exits)
    if not after:
        _excuse(ev, begun)
        limits.caught(ev, exits[first:], left, (scope.module.path, node.at))
    elif left and not caught and not thrown:
        _go_on_as_checked(left, after)
    return _finally(ev, node, merge([*left, *after]), scope, exits)


def _excuse(ev: Evaluator, begun: int) -> None:
    """What a catch block does on its way out reports the failure: the work of the door did not go on."""
    ev.forget(begun, len(ev.happenings), lambda happening: not proven(happening.facts))


def _go_on_as_checked(left: States, after: States) -> None:
    """Where nothing in the body refuses by throwing, no caller chooses the way through the catch block.

    What every way through the body knows of whose the records are holds after it as well.
    """
    known = frozenset(fact for fact in shared(state.facts for state in left) if fact.kind in _AUTHORITY)
    for state in after:
        state.facts |= known


_AUTHORITY = frozenset({ProofKind.OWNED, ProofKind.WITHIN, ProofKind.ROLE})


def _entering_handler(entry: States, thrown: States, reached: States, gained: Facts, scope: Scope, at: int) -> States:
    """The states in which a catch block may begin: wherever something threw, else with all that the body knew."""
    known = {frame for state in entry for frame in state.frames}
    found: States = []
    for state in thrown:
        state.frames = {frame: variables for frame, variables in state.frames.items() if frame in known}
        found.append(state)
    if reached:
        found.extend(merge([_not_answered(state) for state in reached]))
    elif not found:
        found = entry
    for state in found:
        if gained - state.facts and not proven(state.facts):
            swallowed = Fact(ProofKind.CAUGHT, scope.module.path, at, "the check's failure is caught here")
            state.facts |= {swallowed}
    return found


def _not_answered(state: State) -> State:
    """The path as a failure on it finds it: what it answered where nothing failed is no answer here."""
    copy = state.fork()
    copy.replied = []
    copy.facts -= limits.exceeded(copy.facts)
    return copy


def _finally(ev: Evaluator, node: ir.Try, states: States, scope: Scope, exits: Exits) -> States:
    return run_block(ev, node.finalizer, states, scope, exits) if node.finalizer else states


def _loop(ev: Evaluator, node: ir.Loop, states: States, scope: Scope, exits: Exits) -> States:
    states = run_block(ev, node.before, states, scope, exits) if node.before else states
    always = node.always or loops.adds_up_differences(node.body)
    skipped: States = []
    entered: States = []
    elements: list[Value] = []
    followed: States = []

    def body(states: States, own: Exits) -> States:
        return run_block(ev, node.body, states, scope, own)

    def step(state: State) -> None:
        if not always:
            skipped.append(state.fork())
        if node.iterable is not None and node.pattern is not None:
            items = evaluate(ev, node.iterable, state, scope)
            items = items.value if isinstance(items, Promise) else items
            if turns := loops.turns_of(items):
                if not always:
                    skipped.pop()
                followed.extend(loops.followed(ev, node.pattern, turns, state, scope, exits, body))
                return
            elements.append(element_of(items))
            binding.bind(ev, node.pattern, elements[-1], state, scope)
        elif node.test is not None:
            yes, no = truth(evaluate(ev, node.test, state, scope), state)
            if not always:
                skipped.pop()
                skipped.extend(_taken(state, no))
            entered.extend(_taken(state, yes))
            return
        entered.append(state)

    _each(states, step, exits, node.at)
    own: Exits = []
    left = run_block(ev, node.body, merge(entered), scope, own)
    exits.extend(exit_ for exit_ in own if exit_.how != "jump")
    left.extend(exit_.state for exit_ in own if exit_.how == "jump")
    left = run_block(ev, node.after, merge(left), scope, exits) if node.after else left
    of_none = iteration.true_of_none(elements, [state.facts for state in left])
    for state in skipped:
        state.facts |= of_none
    return merge([*skipped, *left, *followed])


def _switch(ev: Evaluator, node: ir.Switch, states: States, scope: Scope, exits: Exits) -> States:
    """Each case begins where its test holds or the case before falls through."""
    own: Exits = []
    pending: list[tuple[State, Value]] = []

    def step(state: State) -> None:
        pending.append((state, evaluate(ev, node.value, state, scope)))

    _each(states, step, exits, node.at)
    falling: States = []
    default: States = []
    for case in node.cases:
        if case.test is None:
            continue
        taken: States = []
        still: list[tuple[State, Value]] = []
        for state, value in pending:
            test = comparisons.equal(ev, value, evaluate(ev, case.test, state, scope), scope, node.at)
            yes, no = truth(test, state)
            taken.extend(_taken(state, yes))
            still.extend((left, value) for left in merge(_taken(state, no)))
        pending = still
        falling = run_block(ev, case.body, merge([*taken, *falling]), scope, own)
    default = [state for state, _ in pending]
    last = next((case for case in node.cases if case.test is None), None)
    if last is not None and default:
        default = run_block(ev, last.body, merge(default), scope, own)
    exits.extend(exit_ for exit_ in own if exit_.how != "jump")
    jumped = [exit_.state for exit_ in own if exit_.how == "jump"]
    return merge([*falling, *default, *jumped])


def _block(ev: Evaluator, node: ir.Block, states: States, scope: Scope, exits: Exits) -> States:
    return run_block(ev, node.body, states, scope, exits)


def _jump(ev: Evaluator, node: ir.Jump, states: States, scope: Scope, exits: Exits) -> States:
    del ev, scope
    exits.extend(Exit("jump", Const(node.word), state, 0) for state in states)
    return []


def _declared(ev: Evaluator, node: ir.Statement, states: States, scope: Scope, exits: Exits) -> States:
    del ev, node, scope, exits
    return states


_RUN: dict[type[Any], Callable[[Any, Any, States, Any, Exits], States]] = {
    ir.Evaluate: _evaluate,
    ir.Let: _let,
    ir.If: _if,
    ir.Return: _return,
    ir.Throw: _throw,
    ir.Try: _try,
    ir.Loop: _loop,
    ir.Switch: _switch,
    ir.Block: _block,
    ir.Jump: _jump,
    ir.DeclareFunction: _declared,
    ir.DeclareClass: _declared,
}
