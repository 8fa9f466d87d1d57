"""The state of one path through the code, and how paths meet again."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from doorcheck.scan.facts.proofs import NOTHING, PROVING, Fact, Facts, ProofKind, proven, settings_in, shared
from doorcheck.scan.facts.values import (
    ANYTHING,
    Alternative,
    Branch,
    Choice,
    Const,
    Derived,
    Effect,
    Env,
    Input,
    Test,
    Unknown,
    Value,
)  # fmt: skip

MAX_PATHS = 8
_NOTES = PROVING | {
    ProofKind.UNSET_SECRET,
    ProofKind.CAUGHT,
    ProofKind.FORGEABLE,
    ProofKind.NOT_AWAITED,
    ProofKind.EXEMPT,
    ProofKind.CONFIGURED,
    ProofKind.UNLESS,
    ProofKind.MARKED_PUBLIC,
}
_PROVEN = frozenset({Fact(ProofKind.SESSION, "", 0)})
_STOOD_IN = frozenset({Fact(ProofKind.CONFIGURED, "", 0)})
_AUTHORITY = frozenset({ProofKind.OWNED, ProofKind.WITHIN, ProofKind.ROLE})
_choice_ids = itertools.count(1)


def new_choice(alternatives: list[Alternative]) -> Value:
    """One value for several ways of coming back; a single way is just its value."""
    if not alternatives:
        return ANYTHING
    if len(alternatives) == 1 and not alternatives[0].facts:
        return alternatives[0].value
    return Choice(next(_choice_ids), tuple(alternatives))


def renumbered(choice: Choice) -> Choice:
    """The same alternatives as a choice of its own."""
    return Choice(next(_choice_ids), choice.alternatives)


class Frame(dict[str, Value]):
    """The variables of one call. Paths share it until one of them writes: only its ``owner`` may change it in place."""

    __slots__ = ("owner",)

    def __init__(self, variables: Mapping[str, Value], owner: object) -> None:
        super().__init__(variables)
        self.owner = owner


@dataclass(frozen=True, slots=True, eq=False)
class Implied:
    """Where all of these conditions on these variables hold, each given by its frame, these facts do."""

    conditions: frozenset[str]
    variables: tuple[tuple[int, str], ...]
    facts: Facts


class State:
    """Variables by frame, what is known, which alternatives are left, and the reads nobody vouched for.

    ``frames`` are read here and changed by ``write`` alone, because paths that forked share them. ``implied`` is what
    is known wherever a condition that was asked before holds again.
    """

    __slots__ = ("_mark", "facts", "frames", "implied", "keep", "reads", "replied")

    def __init__(self) -> None:
        self._mark = object()
        self.frames: dict[int, Mapping[str, Value]] = {}
        self.facts: Facts = NOTHING
        self.keep: dict[int, frozenset[int]] = {}
        self.implied: tuple[Implied, ...] = ()
        self.reads: dict[tuple[str, int], Effect] = {}
        self.replied: list[Value] = []

    def fork(self) -> State:
        """An independent copy."""
        copy = State.__new__(State)
        # From here on neither of the two owns the variables that both see.
        self._mark = object()
        copy._mark = object()  # noqa: SLF001 - a copy of its own kind
        copy.frames = self.frames.copy()
        copy.facts = self.facts
        copy.keep = self.keep
        copy.implied = self.implied
        copy.reads = self.reads.copy()
        copy.replied = self.replied.copy()
        return copy

    def write(self, frame: int, name: str, value: Value) -> None:
        """Set a variable on this path alone."""
        variables = self.frames.get(frame)
        if not isinstance(variables, Frame) or variables.owner is not self._mark:
            variables = self.frames[frame] = Frame(variables or {}, self._mark)
        variables[name] = value

    def learn(self, branch: Branch) -> None:
        """Take in what a condition's outcome says."""
        if branch.facts:
            self.facts |= branch.facts
        if branch.keep:
            keep = dict(self.keep)
            for choice, indices in branch.keep.items():
                keep[choice] = keep[choice] & indices if choice in keep else indices
            self.keep = keep

    def relevant(self) -> Facts:
        """The facts by which paths are told apart."""
        return telling(self.facts)


@lru_cache(maxsize=8192)
def telling(facts: Facts) -> Facts:
    """The facts by which one path or branch is told from another."""
    parting = frozenset(fact for fact in facts if fact.parts_paths)
    if proven(facts):
        return _PROVEN | parting if parting else _PROVEN
    notes = frozenset(fact for fact in facts if fact.kind in _NOTES and fact.polarity)
    settings = frozenset(settings_in(notes))
    # however many settings a path has met, it is told apart only from those that met none
    return parting | (notes - settings | _STOOD_IN if settings else notes)


def merge(states: list[State]) -> list[State]:
    """Paths that know the same become one; at most MAX_PATHS remain, the rest meet those that know the most like it."""
    if len(states) < 2:
        return states
    groups: dict[Facts, State] = {}
    for state in states:
        key = state.relevant()
        if key in groups:
            join(groups[key], state)
        else:
            groups[key] = state
    while len(groups) > MAX_PATHS:
        known, last = groups.popitem()
        # the latest of those that know the most like it: paths of different methods of a request meet last
        nearest = min(reversed(groups), key=lambda each: len(each ^ known))
        join(groups[nearest], last)
    return list(groups.values())


def join(into: State, other: State) -> None:
    """Make ``into`` what is common to both paths.

    A value that only one of them has keeps what that path alone knew of whose records these are.
    """
    common = shared((into.facts, other.facts))
    mine_known, theirs_known = _authority(into.facts - common), _authority(other.facts - common)
    into.facts = common
    into.implied = tuple(each for each in into.implied if each in other.implied)
    mine_kept, theirs_kept = into.keep, other.keep
    into.keep = {choice: indices | other.keep[choice] for choice, indices in into.keep.items() if choice in other.keep}
    into.reads.update(other.reads)
    into.replied.extend(value for value in other.replied if value not in into.replied)
    for frame, theirs in other.frames.items():
        mine = into.frames.get(frame)
        if mine is theirs:
            continue
        if mine is None:
            into.frames[frame] = theirs
            continue
        for name, value in theirs.items():
            current = mine.get(name)
            if current is None:
                into.write(frame, name, value)
            elif current is not value:
                mine_left, theirs_left = narrowed(current, mine_kept), narrowed(value, theirs_kept)
                into.write(frame, name, either(mine_left, theirs_left, mine_known, theirs_known))


def _authority(facts: Facts) -> Facts:
    return frozenset(fact for fact in facts if fact.kind in _AUTHORITY) if facts else NOTHING


def narrowed(value: Value, keep: Mapping[int, frozenset[int]]) -> Value:
    """A choice without the alternatives that a path has ruled out."""
    kept = keep.get(value.id) if isinstance(value, Choice) else None
    if kept is None or not isinstance(value, Choice):
        return value
    left = tuple(one for number, one in enumerate(value.alternatives) if number in kept)
    if len(left) == 1:
        return narrowed(left[0].value, keep)
    if len(left) == len(value.alternatives) or not left:
        return value
    known = shared(one.facts for one in left)
    # one id for each narrowing: members that are taken from the same one agree, and no two share what is kept of them
    return Choice(hash((value.id, kept)), tuple(Alternative(one.value, one.facts - known) for one in left))


def either(first: Value, second: Value, with_first: Facts = NOTHING, with_second: Facts = NOTHING) -> Value:
    """A value that is one or the other, and what is known if it is; nothing is known about which."""
    if first is second or same_constant(first, second):
        return first
    if isinstance(first, _PLAIN) and isinstance(second, _PLAIN):
        return _either_plain(first, second)
    alternatives: list[Alternative] = []
    for value, known in ((first, with_first), (second, with_second)):
        if isinstance(value, Choice) and not any(alternative.facts for alternative in value.alternatives):
            alternatives.extend(Alternative(each.value, known) for each in value.alternatives)
        else:
            alternatives.append(Alternative(value, known))
    return new_choice(alternatives[:8])


_PLAIN = (Const, Derived, Unknown, Input, Test, Env)


def _either_test(first: Test, second: Test) -> Test:
    """Whichever of two tests it is, it comes out in one of the ways of either."""
    from doorcheck.scan.facts.truth import bounded  # noqa: PLC0415 - truth stands on states

    yes = tuple(dict.fromkeys((*first.yes_branches, *second.yes_branches)))
    no = tuple(dict.fromkeys((*first.no_branches, *second.no_branches)))
    return Test(bounded(yes), bounded(no), (first, second))


def _either_plain(first: Value, second: Value) -> Value:
    """Of two plain values only what they were made from is kept."""
    if isinstance(first, Test) and isinstance(second, Test):
        return _either_test(first, second)
    parts: list[Value] = []
    for value in (first, second):
        inner = value.parts if isinstance(value, Unknown) and value.fact is None and value.parts else (value,)
        parts.extend(part for part in inner if not any(part is other for other in parts))
    fact = next(
        (value.fact for value in (first, second) if isinstance(value, Unknown) and value.fact is not None), None
    )
    return Unknown(fact, tuple(parts[:8]))


def same_constant(first: Value, second: Value) -> bool:
    """Whether both are the same literal."""
    if not (isinstance(first, Const) and isinstance(second, Const)):
        return False
    return type(first.value) is type(second.value) and bool(first.value == second.value)
