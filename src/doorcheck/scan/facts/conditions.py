"""What ``&&``, ``||``, ``??`` and ``? :`` give, and what is known on each side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doorcheck.scan.facts import failures
from doorcheck.scan.facts.evaluator import PathEnds
from doorcheck.scan.facts.proofs import Facts, proven
from doorcheck.scan.facts.shapes import settled
from doorcheck.scan.facts.state import State, merge, new_choice
from doorcheck.scan.facts.truth import NEVER, Branches, both, bounded, certain, nullness, truth
from doorcheck.scan.facts.values import (
    NULL,
    Alternative,
    Branch,
    Choice,
    Const,
    Session,
    Test,
    Value,
)  # fmt: skip
from doorcheck.scan.syntax import ir

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator, Scope


def logical(ev: Evaluator, node: ir.Logical, state: State, scope: Scope) -> Value:
    """What ``a && b`` and its kin give. Raises PathEnds where every way through them ends."""
    from doorcheck.scan.facts.expressions import evaluate  # noqa: PLC0415 - expressions hold conditions and the reverse

    left = evaluate(ev, node.left, state, scope)
    yes, no = nullness(left, state) if node.operator == "??" else truth(left, state)
    into, past = (yes, no) if node.operator == "&&" else (no, yes)
    if not into:
        return left
    fork = state.fork()
    _learn_all(fork, into)
    known = fork.facts
    try:
        right = evaluate(ev, node.right, fork, scope)
    except PathEnds:
        if not past:
            raise
        _learn_all(state, past)
        return _only(left, past, state)
    if not past:
        _take(state, fork)
        return right
    gained = fork.facts - known
    _after_either(state, fork)
    return _combined(node.operator, left, right, into, past, gained, state)


def _take(state: State, fork: State) -> None:
    state.frames, state.facts, state.keep = fork.frames, fork.facts, fork.keep
    state.reads, state.replied = fork.reads, fork.replied


def _after_either(state: State, fork: State) -> None:
    """Go on from a right side that may or may not have run."""
    facts, keep = state.facts, state.keep
    merged = merge([state.fork(), fork])
    first = merged[0]
    state.frames, state.reads, state.replied = first.frames, {**state.reads, **fork.reads}, first.replied
    state.facts, state.keep = facts, keep


def _learn_all(state: State, branches: Branches) -> None:
    """What holds in all of these branches holds here."""
    if len(branches) == 1:
        state.learn(branches[0])
    else:
        state.facts |= certain(branches)


def _only(value: Value, branches: Branches, state: State) -> Value:
    """A value of which only these ways are left."""
    del branches
    return (
        Session(value.proof, value.path, sure=True)
        if isinstance(value, Session) and value.proof in state.facts
        else value
    )


def _combined(
    operator: str, left: Value, right: Value, into: Branches, past: Branches, gained: Facts, state: State
) -> Value:
    boolean = isinstance(left, Test) or (isinstance(right, Test) and operator == "&&")
    if boolean and operator != "??":
        yes, no = truth(right, state)
        yes = tuple(Branch(one.facts | gained, one.keep) for one in yes)
        no = tuple(Branch(one.facts | gained, one.keep) for one in no)
        if operator == "&&":
            return Test(both(into, yes), bounded((*past, *both(into, no))), (left, right))
        either = failures.told_by_either((*past, *both(into, yes)))
        return Test(bounded(either), both(into, no), (left, right))
    alternatives = [Alternative(_passed(operator, left), certain(past)), Alternative(right, certain(into) | gained)]
    return new_choice(alternatives)


def _absent(value: Value) -> Value:
    """A value of which it is known that it is not true: a record or an identity that is not there."""
    if isinstance(value, Choice):
        kept = tuple(Alternative(_absent(one.value), one.facts) for one in value.alternatives)
        return Choice(value.id, kept)
    if isinstance(value, Test):
        return Test(NEVER, value.no_branches, value.parts)
    return value if isinstance(value, Const) and not value.value else NULL


def _passed(operator: str, left: Value) -> Value:
    """What the left side is when the right one is not asked."""
    if operator == "&&":
        return _absent(left)
    return Session(left.proof, left.path, sure=True) if isinstance(left, Session) else left


def conditional(ev: Evaluator, node: ir.Conditional, state: State, scope: Scope) -> Value:
    """What ``a ? b : c`` gives. Raises PathEnds where both sides end."""
    from doorcheck.scan.facts.expressions import evaluate  # noqa: PLC0415 - expressions hold conditions and the reverse

    test = evaluate(ev, node.test, state, scope)
    yes, no = truth(test, state)
    sides: list[tuple[Value, State, Branches]] = []
    ended = 0
    for branches, expression in ((yes, node.then), (no, node.otherwise)):
        if not branches:
            continue
        fork = state.fork()
        _learn_all(fork, branches)
        try:
            sides.append((evaluate(ev, expression, fork, scope), fork, branches))
        except PathEnds:
            ended += 1
    if not sides:
        raise PathEnds(refusal=bool(ended))
    if len(sides) == 1:
        _take(state, sides[0][1])
        return sides[0][0]
    base = state.facts
    _after_either(state, sides[0][1])
    _after_either(state, sides[1][1])
    if all(isinstance(value, Test | Const) for value, _, _ in sides):
        return _boolean_conditional(sides, base)
    return new_choice([one for side in sides for one in _each_way(*side, base)])


def _each_way(value: Value, fork: State, branches: Branches, base: Facts) -> list[Alternative]:
    """A side's value, once for each way of coming to it where only some of them know who is calling."""
    gained = fork.facts - base
    if len(branches) < 2 or proven(fork.facts) or not any(proven(branch.facts) for branch in branches):
        return [Alternative(value, gained)]
    found: list[Alternative] = []
    for branch in branches:
        here = fork.fork()
        here.learn(branch)
        found.append(Alternative(settled(value, here), here.facts - base))
    return found


def _boolean_conditional(sides: list[tuple[Value, State, Branches]], base: Facts) -> Value:
    if all(isinstance(value, Const) and isinstance(value.value, str | float) for value, _, _ in sides):
        return new_choice([Alternative(value, fork.facts - base) for value, fork, _ in sides])
    yes: Branches = ()
    no: Branches = ()
    for value, fork, branches in sides:
        value_yes, value_no = truth(value, fork)
        yes = (*yes, *both(branches, value_yes))
        no = (*no, *both(branches, value_no))
    return Test(bounded(yes), bounded(no), tuple(value for value, _, _ in sides))
