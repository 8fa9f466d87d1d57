"""Values of which there are alternatives, and tests of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from doorcheck.scan.facts.proofs import NOTHING, Fact
from doorcheck.scan.facts.state import State, new_choice
from doorcheck.scan.facts.truth import Branches, both, bounded
from doorcheck.scan.facts.values import Alternative, Branch, Choice, Cls, External, Fn, Obj, Test, Unknown, Value

_MAX_ROWS = 8


def one_of(parts: Sequence[Value]) -> Value:
    """Any one of these. Which it is matters where they are rows of a table that hold something to call."""
    if len(parts) == 1:
        return parts[0]
    if 0 < len(parts) <= _MAX_ROWS and all(map(_holds_code, parts)):
        return new_choice([Alternative(part, NOTHING) for part in parts])
    return Unknown(None, tuple(parts))


def _holds_code(row: Value) -> bool:
    return isinstance(row, Obj) and any(isinstance(item, Fn | Cls | External) for item in row.props.values())


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
