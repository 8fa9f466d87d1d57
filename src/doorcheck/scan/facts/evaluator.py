"""Follows a call through the repository's functions and collects what is true on each path.

A function of a module is followed once for each shape of its arguments and the outcome is kept: a fact about the
function, whoever calls it. Closures are followed where they are called.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from doorcheck.scan.facts import shapes
from doorcheck.scan.facts.asides import Asides
from doorcheck.scan.facts.handing import HandedOver
from doorcheck.scan.facts.limits import thrown_beyond
from doorcheck.scan.facts.markup import RawHtml
from doorcheck.scan.facts.modules import LoadedModule, Program
from doorcheck.scan.facts.options import OptionKey, Options
from doorcheck.scan.facts.outcomes import alternatives_of, settled_promise
from doorcheck.scan.facts.proofs import Fact, Facts, ProofKind, contradictory, proven, shared
from doorcheck.scan.facts.provenance import marks
from doorcheck.scan.facts.replies import REPLY_FRAME
from doorcheck.scan.facts.state import State, join, new_choice
from doorcheck.scan.facts.values import (
    UNDEFINED,
    Alternative,
    Effect,
    External,
    Fn,
    Promise,
    Unknown,
    Value,
)  # fmt: skip
from doorcheck.scan.knowledge.library import Knowledge
from doorcheck.scan.project.database.schemas import Schemas

MAX_STEPS = 40_000
MAX_CALLS_DEEP = 28


class BudgetExceeded(Exception):
    """One door took more steps than a scan grants it."""


class PathEnds(Exception):
    """The path being followed goes no further: something threw, redirected or refused."""

    def __init__(self, refusal: bool = False, value: Value = UNDEFINED) -> None:
        super().__init__()
        self.refusal = refusal
        self.value = value


@dataclass(slots=True)
class Exit:
    """One way out of a function: ``how`` is return, throw or jump; ``refusal`` when the callee refused by itself."""

    how: str
    value: Value
    state: State
    at: int
    refusal: bool = False


Special = Callable[["Evaluator", External, tuple[Value, ...], State, int, str], Value | None]


@dataclass(frozen=True, slots=True)
class Happening:
    """An effect, what was known when it happened, and the calls that led to it."""

    effect: Effect
    facts: Facts
    through: tuple[tuple[str, int], ...]


@dataclass(slots=True)
class Scope:
    """Where code runs: its module, its frames innermost first, and ``this``."""

    module: LoadedModule
    frames: tuple[int, ...]
    this: Value | None = None
    arguments: tuple[Value, ...] = ()


@dataclass(slots=True)
class Outcome:
    """What following a function once has shown."""

    alternatives: list[Alternative]
    happenings: list[Happening]
    reads: dict[tuple[str, int], Effect]
    common: Facts
    returns: bool
    throws: list[tuple[Facts, bool]]
    attempts: frozenset[Fact]
    touched: frozenset[str]
    options: frozenset[OptionKey]
    asides: Asides
    sent: Mapping[str, Value] | None = None
    """The headers it set on responses; see ``replies.REPLY_FRAME``."""
    lost: bool = False
    """Whether something that may have been code was called and not followed; asked only of what a log is given."""


@dataclass(slots=True)
class Evaluator:
    """Carries what one run of following code needs. ``happenings`` and ``attempts`` are what it has seen so far."""

    program: Program
    knowledge: Knowledge
    happenings: list[Happening] = field(default_factory=list)
    attempts: set[Fact] = field(default_factory=set)
    stack: list[tuple[str, int]] = field(default_factory=list)
    active: list[int] = field(default_factory=list)
    tries: list[list[State]] = field(default_factory=list)
    memo: dict[object, Outcome] = field(default_factory=dict)
    documented_variables: frozenset[str] | None = None
    schema: Schemas = field(default_factory=Schemas)
    """What the project's files say of its databases: ``schema.model(effect.subject, effect.file)``."""
    notes: dict[tuple[str, int], str] = field(default_factory=dict)
    noted: set[tuple[int, Facts]] = field(default_factory=set)
    assigned: dict[Effect, tuple[Value, ...]] = field(default_factory=dict)
    """What was put into records that are not saved yet, by the operation that found them."""
    captured: dict[int, Mapping[str, Value]] = field(default_factory=dict)
    handed: HandedOver | None = None
    """What was handed to components that run in the browser, where anybody asks."""
    raw_html: list[RawHtml] | None = None
    """What React was given to show as HTML, where anybody asks; components of the browser are then followed, too."""
    special: dict[tuple[str, tuple[str, ...]], Special] = field(default_factory=dict)
    """Functions of packages that do more than a row can say, by package and path; see ``libraries.call``."""
    asked: str = ""
    """The one path that the request being followed asks for; empty where a caller may ask for any."""
    only_strangers: bool = False
    """Whether a path is followed no further than to where the caller has proved who they are."""
    route: str = ""
    """The URL pattern of the door being followed, empty where it has none."""
    route_questions: int = 0
    """How often that pattern was asked for: what depends on it holds for this door alone."""
    options: Options = field(default_factory=Options)
    asides: Asides = field(default_factory=Asides)
    """What may fail and what is logged, as far as the innermost ``try`` is concerned."""
    unknowing: int = 0
    """How many functions are being followed of whose arguments nothing is known; see ``unheeded``."""
    lost: int = 0
    """How often such a function called what may have been code, and was not followed."""
    of_unknown: dict[object, Outcome] = field(default_factory=dict)
    """The outcomes of functions met while one was followed of whose arguments nothing is known."""
    cycles: int = 0
    provisional: set[object] = field(default_factory=set)
    tops: int = 0
    steps: int = 0
    frames: int = 0

    def start(self) -> None:
        """Forget what the last door showed; outcomes of functions are kept."""
        self.happenings, self.attempts, self.stack, self.active, self.tries = [], set(), [], [], []
        self.noted, self.asides = set(), Asides()
        self.assigned = {}
        self.options.seen = set()
        self.steps = 0

    def new_frame(self) -> int:
        self.frames += 1
        return self.frames

    def forget_provisional(self) -> None:
        """Drop the outcomes that met a module's value while it was still being worked out."""
        for key in self.provisional:
            self.memo.pop(key, None)
        self.provisional.clear()

    def tick(self) -> None:
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise BudgetExceeded

    def blind(self, file: str, at: int, says: str) -> Fact:
        """Note a place that could not be followed."""
        self.notes[file, at] = says
        return Fact(ProofKind.UNRESOLVED, file, at, says)

    def happen(self, effect: Effect, state: State) -> None:
        """Record an effect on the path of this state."""
        self.tell(effect, state)
        self.asides.fail((effect,))
        if not effect.writes and not proven(state.facts):
            state.reads[effect.file, effect.at] = effect

    def tell(self, effect: Effect, state: State) -> None:
        """Record on the path of this state what is no operation and cannot fail."""
        self._note(Happening(effect, state.facts, tuple(self.stack)))

    def _note(self, happening: Happening) -> None:
        key = id(happening.effect), happening.facts
        if key not in self.noted and not contradictory(happening.facts):
            self.noted.add(key)
            self.happenings.append(happening)

    def forget(self, begun: int, end: int, excused: Callable[[Happening], bool]) -> None:
        """Take back what happened between two counts of happenings; should it happen again, it counts."""
        recent = self.happenings[begun:end]
        self.happenings[begun:end] = [one for one in recent if not excused(one)]
        self.noted -= {(id(one.effect), one.facts) for one in recent if excused(one)}

    def capture(self, state: State) -> None:
        """Keep the variables of a path that ends, because a function that outlives it may read them."""
        self.captured.update(state.frames)

    def frame(self, state: State, number: int) -> Mapping[str, Value] | None:
        """A frame's variables on this path; captured ones join it, since somebody is about to change them."""
        variables = state.frames.get(number)
        if variables is None and number in self.captured:
            variables = state.frames[number] = self.captured[number]
        return variables

    def may_throw(self, state: State, refusal: bool = False) -> None:
        """Remember that the innermost ``try`` may be left here, knowing no more than this state does."""
        del refusal
        if self.tries:
            self.tries[-1].append(state.fork())

    def invoke(
        self, fn: Fn, arguments: Sequence[Value], state: State, at: int, file: str, this: Value | None = None
    ) -> Value:
        """What calling a function of the repository gives. Raises PathEnds when it never comes back."""
        again = self.active.count(id(fn.function)) > 1
        if again and self.unknowing:
            return Unknown(None, tuple(arguments))  # what it does was seen the first time, whatever it is given
        if again or len(self.active) >= MAX_CALLS_DEEP:
            return Unknown(self.blind(file, at, "this call goes too deep to follow"))
        if self.only_strangers and proven(state.facts):
            unfollowed = Unknown(None, tuple(arguments))
            return Promise(unfollowed) if fn.function.is_async else unfollowed
        self.options.note(fn, arguments, file, at)
        this = this if this is not None and not fn.function.arrow else fn.this
        key = shapes.key_of_call(fn, arguments, this, state)
        self.active.append(id(fn.function))
        self.stack.append((file, at))
        try:
            if key is None:
                value = self._follow(fn, arguments, state, this)
            else:
                value = self._recall(key, fn, arguments, state, this)
        finally:
            self.active.pop()
            self.stack.pop()
        return Promise(value) if fn.function.is_async and not fn.function.generator else value

    def _recall(self, key: object, fn: Fn, arguments: Sequence[Value], state: State, this: Value | None) -> Value:
        outcome = self.memo.get(key)
        if outcome is None:
            cycles, lost = (self.cycles, self.route_questions), self.lost
            outcome = self.outcome_of(fn, [shapes.detached(value, state) for value in arguments], this)
            self.memo[key] = outcome
            outcome.lost = self.lost != lost
            if (self.cycles, self.route_questions) != cycles:
                self.provisional.add(key)
        else:
            self.cycles += key in self.provisional
            self.lost += outcome.lost
        self.program.touched |= outcome.touched
        self.options.seen |= outcome.options
        self.attempts |= outcome.attempts
        here = tuple(self.stack)
        self.asides.take(outcome.asides, here)
        for happening in outcome.happenings:
            self._note(Happening(happening.effect, happening.facts | state.facts, here + happening.through))
        if not proven(state.facts):
            state.reads.update(outcome.reads)
        if outcome.throws and self.tries:
            for facts, _ in outcome.throws:
                thrown = state.fork()
                thrown.facts |= facts
                self.tries[-1].append(thrown)
        if not outcome.returns:
            raise PathEnds(refusal=any(refusal for _, refusal in outcome.throws))
        if proven(outcome.common):
            self._reads_vouched(state, outcome)
        state.facts |= outcome.common
        for name, value in (outcome.sent or {}).items():
            state.write(REPLY_FRAME, name, value)
        return new_choice([Alternative(one.value, one.facts) for one in outcome.alternatives])

    @staticmethod
    def _reads_vouched(state: State, outcome: Outcome) -> None:
        for place in outcome.reads:
            state.reads.pop(place, None)

    def outcome_of(self, fn: Fn, arguments: Sequence[Value], this: Value | None) -> Outcome:
        """Follow a function on its own, from nothing known."""
        saved = self.happenings, self.attempts, self.stack, self.tries, self.program.touched, self.noted
        options, self.options.seen = self.options.seen, set()
        asides, self.asides = self.asides, Asides()
        self.happenings, self.attempts, self.stack, self.tries, self.noted = [], set(), [], [[]], set()
        self.program.touched = {fn.module.path}
        state = State()
        returns = True
        alternatives: list[Alternative] = []
        exits: list[Exit] = []
        try:
            alternatives, exits, returns = self._run(fn, arguments, state, this)
            if any(carries_code(one.value) for one in alternatives):
                self.capture(state)
            thrown = [(one.facts, False) for one in self.tries[0]]
            thrown += [(exit_.state.facts, exit_.refusal) for exit_ in exits if exit_.how == "throw"]
            self.asides.fail(exit_.value for exit_ in exits if exit_.how == "throw")
            return Outcome(
                alternatives=alternatives,
                happenings=self.happenings,
                reads=state.reads,
                common=state.facts,
                returns=returns,
                throws=list(dict.fromkeys(thrown)),
                attempts=frozenset(self.attempts),
                touched=frozenset(self.program.touched),
                options=frozenset(self.options.seen),
                asides=self.asides,
                sent=state.frames.get(REPLY_FRAME),
            )
        finally:
            self.happenings, self.attempts, self.stack, self.tries = saved[0], saved[1], saved[2], saved[3]
            self.program.touched, self.noted = saved[4], saved[5]
            self.options.seen, self.asides = options | self.options.seen, asides

    def _follow(self, fn: Fn, arguments: Sequence[Value], state: State, this: Value | None) -> Value:
        alternatives, exits, returns = self._run(fn, arguments, state, this)
        self.asides.fail(exit_.value for exit_ in exits if exit_.how == "throw")
        if self.tries:
            self.tries[-1].extend(exit_.state for exit_ in exits if exit_.how == "throw")
        if not returns:
            refusal = any(exit_.refusal for exit_ in exits if exit_.how == "throw")
            raise PathEnds(refusal=refusal)
        return new_choice(alternatives)

    def _run(
        self, fn: Fn, arguments: Sequence[Value], state: State, this: Value | None
    ) -> tuple[list[Alternative], list[Exit], bool]:
        """Run the body; ``state`` becomes what is common to all its ways back."""
        exits = self.exits_of(fn, arguments, state.fork(), this)
        returns = [exit_ for exit_ in exits if exit_.how == "return"]
        if not returns:
            return [], exits, False
        before = state.facts
        common = shared(exit_.state.facts for exit_ in returns) | thrown_beyond(before, exits)
        alternatives = alternatives_of([(one.value, one.state) for one in returns], before | common)
        joined = returns[0].state
        for exit_ in returns[1:]:
            join(joined, exit_.state)
        state.frames, state.keep, state.reads = joined.frames, joined.keep, joined.reads
        state.facts, state.replied = common, joined.replied
        return alternatives, exits, True

    def exits_of(self, fn: Fn, arguments: Sequence[Value], state: State, this: Value | None) -> list[Exit]:
        """Every way out of a function's body, from this state."""
        from doorcheck.scan.facts import binding, statements  # noqa: PLC0415 - statements hold calls and the reverse

        frame = self.new_frame()
        scope = Scope(fn.module, (frame, *fn.parents), this, tuple(arguments))
        state.frames[frame] = {}
        exits: list[Exit] = []
        try:
            binding.bind_parameters(self, fn.function, arguments, state, scope)
        except PathEnds as end:
            return [Exit("throw", end.value, state, fn.function.at, end.refusal)]
        remaining = statements.run_block(self, fn.function.body, [state], scope, exits)
        exits.extend(Exit("return", UNDEFINED, left, fn.function.end) for left in remaining)
        if fn.function.generator:
            exits = [_with_yielded(exit_, frame) for exit_ in exits]
        return exits

    def call_back(self, value: Value, arguments: Sequence[Value], state: State, at: int, file: str) -> Value:
        """Run a function that something calls for us, now; a path that ends inside it does not end ours."""
        from doorcheck.scan.facts import calls  # noqa: PLC0415 - calls hold callbacks and the reverse

        fork = state.fork()
        try:
            result = calls.call_value(self, value, arguments, fork, at, file)
        except PathEnds:
            return UNDEFINED
        state.frames, state.reads = fork.frames, {**state.reads, **fork.reads}
        return settled_promise(result)


def _with_yielded(exit_: Exit, frame: int) -> Exit:
    """What looping over a generator gives is what it has yielded, not what it returns."""
    from doorcheck.scan.facts.collecting import YIELDED  # noqa: PLC0415 - collecting uses the evaluator

    yielded = exit_.state.frames.get(frame, {}).get(YIELDED)
    if exit_.how != "return" or yielded is None:
        return exit_
    return replace(exit_, value=yielded)


def carries_code(value: Value) -> bool:
    """Whether a function or an object with methods is part of this value."""
    return any(mark[0] in {"fn", "code"} for mark in marks(value))
