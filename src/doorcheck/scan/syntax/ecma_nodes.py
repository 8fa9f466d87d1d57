"""The parts of a JavaScript regular expression, and how each moves through a text.

A part takes a set of positions and gives the set of positions it can end at, both as the bits of an integer. There is
no backtracking, so a hostile pattern costs at most steps, and those are counted. Captures are not kept: all that is
asked of a pattern here is whether it matches.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_EXAMPLES = 48
_MAX_EXAMPLE_LENGTH = 80
_LINE_ENDS = "\n\r\u2028\u2029"
_LIKELY_CHARACTERS = "x1A-_.~/ "


class BudgetSpentError(Exception):
    """A match took more steps than it was given."""


@dataclass(slots=True)
class Budget:
    """The steps left to a question; shared by every match that goes into its answer."""

    steps: int

    def spend(self) -> None:
        """Take one step; raises BudgetSpentError when there is none left."""
        self.steps -= 1
        if self.steps < 0:
            raise BudgetSpentError


@dataclass(slots=True)
class Run:
    """One text being matched, with the positions at which each character stands."""

    text: str
    budget: Budget
    ignore_case: bool = False
    places: dict[str, int] = field(init=False)
    everywhere: int = field(init=False)
    sets: dict[Characters, int] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.places = {}
        for position, character in enumerate(self.text):
            key = folded(character) if self.ignore_case else character
            self.places[key] = self.places.get(key, 0) | 1 << position
        self.everywhere = (1 << (len(self.text) + 1)) - 1


def folded(character: str) -> str:
    """The character that stands for all its cases, as JavaScript's ``i`` flag has it."""
    upper = character.upper()
    return upper if len(upper) == 1 and (upper.isascii() is character.isascii()) else character


class Node:
    """A part of a pattern."""

    __slots__ = ()

    def ends(self, run: Run, starts: int) -> int:
        """The positions at which the part can end when it begins at one of ``starts``."""
        raise NotImplementedError

    def examples(self) -> list[str]:
        """A few texts the part matches, the assertions in it left aside."""
        return [""]

    def children(self) -> tuple[Node, ...]:
        return ()

    def walk(self) -> Iterator[Node]:
        yield self
        for child in self.children():
            yield from child.walk()


@dataclass(frozen=True, slots=True, eq=False)
class Literal(Node):
    """A text as it stands."""

    text: str

    def ends(self, run: Run, starts: int) -> int:
        run.budget.spend()
        for character in self.text:
            starts = (starts & run.places.get(folded(character) if run.ignore_case else character, 0)) << 1
            if not starts:
                return 0
        return starts

    def examples(self) -> list[str]:
        return [self.text]


@dataclass(frozen=True, slots=True, eq=False)
class Characters(Node):
    """One character out of a set of ranges, or out of all others when ``negated``."""

    ranges: tuple[tuple[str, str], ...]
    negated: bool = False
    known: dict[tuple[str, bool], bool] = field(default_factory=dict, init=False)

    def ends(self, run: Run, starts: int) -> int:
        return (starts & self.places(run)) << 1

    def places(self, run: Run) -> int:
        """The positions at which a character of the set stands."""
        run.budget.spend()
        found = run.sets.get(self)
        if found is None:
            found = 0
            for character, places in run.places.items():
                if self.has(character, run.ignore_case):
                    found |= places
            run.sets[self] = found
        return found

    def has(self, character: str, ignore_case: bool) -> bool:
        """Whether the set holds the character."""
        answer = self.known.get((character, ignore_case))
        if answer is None:
            written = {character, character.lower(), character.upper()} if ignore_case else {character}
            answer = any(low <= c <= high for c in written for low, high in self.ranges) is not self.negated
            self.known[character, ignore_case] = answer
        return answer

    def examples(self) -> list[str]:
        if not self.negated:
            return [low for low, _ in self.ranges[:MAX_EXAMPLES]]
        return [c for c in _LIKELY_CHARACTERS if self.has(c, ignore_case=False)][:1]


ANY = Characters(tuple((c, c) for c in _LINE_ENDS), negated=True)
"""What ``.`` stands for."""


@dataclass(frozen=True, slots=True, eq=False)
class Sequence(Node):
    """Parts one after the other."""

    parts: tuple[Node, ...]

    def ends(self, run: Run, starts: int) -> int:
        for part in self.parts:
            starts = part.ends(run, starts)
            if not starts:
                return 0
        return starts

    def examples(self) -> list[str]:
        """Every example of each part at least once, the other parts at their first or last."""
        choices = [part.examples() or [""] for part in self.parts]
        found: list[str] = []
        for index, choice in enumerate(choices):
            for example in choice:
                found += ["".join(example if i == index else c[n] for i, c in enumerate(choices)) for n in (0, -1)]
            if len(found) > 4 * MAX_EXAMPLES:
                break
        return _bounded(found or [""])

    def children(self) -> tuple[Node, ...]:
        return self.parts


@dataclass(frozen=True, slots=True, eq=False)
class Alternatives(Node):
    """One part or another."""

    options: tuple[Node, ...]

    def ends(self, run: Run, starts: int) -> int:
        found = 0
        for option in self.options:
            run.budget.spend()
            found |= option.ends(run, starts)
        return found

    def examples(self) -> list[str]:
        return _bounded([example for option in self.options for example in option.examples()])

    def children(self) -> tuple[Node, ...]:
        return self.options


@dataclass(frozen=True, slots=True, eq=False)
class Repeat(Node):
    """A part several times; ``most`` is None when there is no limit."""

    part: Node
    least: int
    most: int | None

    def ends(self, run: Run, starts: int) -> int:
        current = starts
        for _ in range(self.least):
            following = self.part.ends(run, current)
            if following == current or not following:
                current = following
                break
            current = following
        if self.most is None and isinstance(self.part, Characters):
            # The sum carries each start through the run of members it stands in.
            members = self.part.places(run)
            return ((current & members) + members ^ members) | current
        found, rounds = current, 0
        while current and (self.most is None or rounds < self.most - self.least):
            run.budget.spend()
            current = self.part.ends(run, current) & ~found
            found |= current
            rounds += 1
        return found

    def examples(self) -> list[str]:
        once = self.part.examples()
        if self.most == 0:
            return [""]
        if self.least > 1:
            return _bounded([example * min(self.least, _MAX_EXAMPLE_LENGTH) for example in once])
        return _bounded([*once, ""] if self.least == 0 else once)

    def children(self) -> tuple[Node, ...]:
        return (self.part,)


@dataclass(frozen=True, slots=True, eq=False)
class Look(Node):
    """An assertion about what comes next, or, ``behind``, about what came before."""

    part: Node
    negated: bool
    behind: bool

    def ends(self, run: Run, starts: int) -> int:
        if self.behind:
            found = self.part.ends(run, run.everywhere)
        else:
            found, rest = 0, starts
            while rest:
                run.budget.spend()
                lowest = rest & -rest
                if self.part.ends(run, lowest):
                    found |= lowest
                rest ^= lowest
        return starts & ~found if self.negated else starts & found

    def children(self) -> tuple[Node, ...]:
        return (self.part,)


@dataclass(frozen=True, slots=True, eq=False)
class Edge(Node):
    """The beginning or the end of the text."""

    end: bool

    def ends(self, run: Run, starts: int) -> int:
        return starts & (1 << len(run.text) if self.end else 1)


@dataclass(frozen=True, slots=True, eq=False)
class WordEdge(Node):
    """A place between a word character and another, or, ``negated``, any other place."""

    negated: bool

    def ends(self, run: Run, starts: int) -> int:
        run.budget.spend()
        found, before = 0, False
        for position, character in enumerate([*run.text, ""]):
            here = character == "_" or (character.isascii() and character.isalnum())
            if here is not before:
                found |= 1 << position
            before = here
        return starts & ~found if self.negated else starts & found


def _bounded(examples: list[str]) -> list[str]:
    return [e for e in dict.fromkeys(examples) if len(e) <= _MAX_EXAMPLE_LENGTH][:MAX_EXAMPLES]
