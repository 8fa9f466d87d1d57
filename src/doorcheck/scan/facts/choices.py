"""Tests of values of which there are alternatives."""

from __future__ import annotations

from collections.abc import Callable

from doorcheck.scan.facts.proofs import Fact
from doorcheck.scan.facts.state import State
from doorcheck.scan.facts.truth import Branches, both, bounded
from doorcheck.scan.facts.values import Branch, Choice, Test, Value


def ways_of(value: Value, limit: int) -> int:
    """How many single values a value may stand for, with alternatives of alternatives; at most about ``limit``."""
    if not isinstance(value, Choice):
        return 1
    found = 0
    for one in value.alternatives:
        found += ways_of(one.value, limit - found)
        if found >= limit:
            break
    return found


def over_choice(value: Choice, test: Callable[[Value], Test], state: State | None, parts: tuple[Value, ...]) -> Test:
    """A test of a choice: each alternative's outcome, with what that alternative knows."""
    kept = state.keep.get(value.id) if state is not None else None
    yes: list[Branch] = []
    no: list[Branch] = []
    for number, alternative in enumerate(value.alternatives):
        if kept is not None and number not in kept:
            continue
        outcome = test(alternative.value)
        here: Branches = (Branch(alternative.facts, {value.id: frozenset({number})}),)
        yes.extend(both(here, outcome.yes_branches))
        no.extend(both(here, outcome.no_branches))
    return Test(_gathered(value.id, yes), _gathered(value.id, no), parts)


def _gathered(choice: int, branches: list[Branch]) -> Branches:
    groups: dict[frozenset[Fact], Branch] = {}
    for branch in branches:
        if branch.facts in groups:
            mine = groups[branch.facts]
            indices = mine.keep.get(choice, frozenset()) | branch.keep.get(choice, frozenset())
            shared = {other: mine.keep[other] | branch.keep[other] for other in mine.keep if other in branch.keep}
            groups[branch.facts] = Branch(branch.facts, {**shared, choice: indices})
        else:
            groups[branch.facts] = branch
    return bounded(tuple(groups.values()))
