"""Conditions that are asked twice: ``if (id) check(id)``, and later ``if (id) use(id)``.

Where the first block comes to its end, what it has checked holds wherever its condition holds again, if nothing ever
changes the variables of the condition.
"""

from __future__ import annotations

from collections.abc import Iterator

from doorcheck.scan.facts.evaluator import Scope
from doorcheck.scan.facts.modules import changed_in, path_of
from doorcheck.scan.facts.proofs import Facts, ProofKind
from doorcheck.scan.facts.state import Implied, State
from doorcheck.scan.syntax import ir

Conditions = dict[str, tuple[str, ...]]
"""Each in words that are the same wherever it is asked, with the variable or the member that it is about."""

_KEPT = frozenset({ProofKind.OWNED, ProofKind.WITHIN, ProofKind.CHECKED})
_OPPOSITES = {"!==": "===", "!=": "=="}
_COMPARED = frozenset({"==", "==="})
_MAX_DEPTH = 8
_MAX_IMPLIED = 16


def learned(
    test: ir.Expression, before: list[Facts], through: list[State], others: list[State], scope: Scope
) -> Implied | None:
    """What the paths that come out of the block of an ``if`` have learned in it, where ``others`` go round it."""
    if not through or not others:
        return None
    known = frozenset.intersection(*(state.facts for state in through))
    if all(known <= facts for facts in before):
        return None
    gained = known - frozenset.intersection(*before)
    facts = frozenset(fact for fact in gained if fact.kind in _KEPT and fact.polarity)
    conditions = _premise(test, 0, holds=True) if facts else None
    variables = _variables(conditions, through[0], scope) if conditions is not None else None
    if conditions is None or variables is None:
        return None
    return Implied(frozenset(conditions), variables, facts)


def keep(implied: Implied | None, states: list[State]) -> None:
    """Remember it on the paths that have met others since, and know it no more."""
    for state in states if implied is not None else ():
        if implied is not None and not implied.facts <= state.facts and len(state.implied) < _MAX_IMPLIED:
            state.implied = (*state.implied, implied)


def recall(test: ir.Expression, states: list[State], scope: Scope, *, holds: bool) -> None:
    """Let paths on which a condition holds, or does not, know again what was learned where it did before."""
    if not any(state.implied for state in states):
        return
    known = dict(_known(test, 0, holds=holds))
    for state in states:
        for each in state.implied:
            if each.conditions <= known.keys() and _in_sight(each.variables, state, scope):
                state.facts |= each.facts


def _premise(test: ir.Expression, depth: int, *, holds: bool) -> Conditions | None:
    """All that has to hold for a test to come out so, each with what it is about; None for "either or"."""
    if depth > _MAX_DEPTH:
        return None
    if isinstance(test, ir.Unary) and test.operator == "!":
        return _premise(test.operand, depth + 1, holds=not holds)
    if isinstance(test, ir.Logical) and test.operator == ("&&" if holds else "||"):
        first = _premise(test.left, depth + 1, holds=holds)
        second = _premise(test.right, depth + 1, holds=holds)
        return None if first is None or second is None else {**first, **second}
    found = _condition(test, holds=holds)
    return None if found is None else dict((found,))


def _known(test: ir.Expression, depth: int, *, holds: bool) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What is known to hold when a test comes out so, as far as it can be said in these words."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(test, ir.Unary) and test.operator == "!":
        yield from _known(test.operand, depth + 1, holds=not holds)
    elif isinstance(test, ir.Logical):
        if test.operator == ("&&" if holds else "||"):
            yield from _known(test.left, depth + 1, holds=holds)
            yield from _known(test.right, depth + 1, holds=holds)
    elif (found := _condition(test, holds=holds)) is not None:
        yield found


def _condition(test: ir.Expression, *, holds: bool) -> tuple[str, tuple[str, ...]] | None:
    """A condition in words that are the same whenever it is asked again, and what it is about."""
    if isinstance(test, ir.Binary):
        operator = _OPPOSITES.get(test.operator, test.operator)
        if operator != test.operator:
            holds = not holds
        path = path_of(test.left)
        if operator in _COMPARED and path is not None and isinstance(test.right, ir.Literal):
            return f"{holds} {'.'.join(path)} {operator} {test.right.value!r}", path
        return None
    path = path_of(test)
    return None if path is None else (f"{holds} {'.'.join(path)}", path)


def _variables(
    conditions: dict[str, tuple[str, ...]], state: State, scope: Scope
) -> tuple[tuple[int, str], ...] | None:
    """The variables that conditions are about; None where one is no variable of a call, or is ever changed."""
    changed = changed_in(scope.module)
    found: list[tuple[int, str]] = []
    for path in dict.fromkeys(conditions.values()):
        if any(path[: len(each)] == each for each in changed):
            return None
        frame = next((each for each in scope.frames if path[0] in state.frames.get(each, ())), None)
        if frame is None:
            return None
        found.append((frame, path[0]))
    return tuple(found)


def _in_sight(variables: tuple[tuple[int, str], ...], state: State, scope: Scope) -> bool:
    """Whether these names still stand for these variables."""
    return all(
        frame == next((each for each in scope.frames if name in state.frames.get(each, ())), None)
        for frame, name in variables
    )
