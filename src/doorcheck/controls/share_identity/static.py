"""Do middleware and doors take the caller's identity from one place?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from doorcheck.controls.share_identity import spec
from doorcheck.core import Held, Missing, NotNeeded, Unknown, Verdict, Why, Written
from doorcheck.scan.facts.following import Trace
from doorcheck.scan.facts.proofs import Fact, ProofKind
from doorcheck.scan.facts.values import Input, made_from
from doorcheck.scan.judging import AppCase, DoorCase, seen_fact

_UNNAMED = "cookie"


@dataclass(slots=True)
class _Source:
    """A source of identity: where it is asked, by how many doors, and whether anything verifies it."""

    name: str
    facts: set[Fact] = field(default_factory=set)
    doors: int = 0
    verified: bool = False

    @property
    def told(self) -> str:
        return (
            f"the {self.name}"
            if self.name.startswith("cookie ")
            else self.name
            if self.name != _UNNAMED
            else "a cookie"
        )

    def shown(self) -> Written:
        """The first place where it is asked."""
        return seen_fact(min(self.facts, key=_place))


@dataclass(frozen=True, slots=True)
class Asked:
    """A source that a door asks, the first fact that shows it, and whether what it gives is verified."""

    name: str
    fact: Fact
    verified: bool


@dataclass(frozen=True, slots=True)
class Noted:
    """What one door asks, nothing where it begins or ends sessions itself, and the first call that was not followed."""

    asked: tuple[Asked, ...]
    doubt: Fact | None


def note(case: DoorCase) -> Noted:
    """What the judge of the app needs of one door."""
    return Noted(() if _signs_in(case.trace) else tuple(_asked(case.trace)), _doubt(case.trace))


def _place(fact: Fact) -> tuple[bool, str, int, str]:
    return fact.proves, fact.file, fact.at, fact.says


def judge(case: AppCase) -> Verdict:
    """The verdict on one app."""
    sources = _sources(case)
    if not sources:
        doubt = next((each.noted.doubt for each in case.doors if each.noted.doubt is not None), None)
        if doubt is not None:
            return Unknown(Why.UNRESOLVED_CALL, f"what tells who is calling could not be followed: {doubt.says}", ())
        return NotNeeded("neither its doors nor its middleware take a person's identity from a session or a cookie")
    if len(sources) == 1:
        only = sources[0]
        return Held(f"every check that could be followed takes identity from {only.told}", (only.shown(),))
    counted = ", ".join(f"{source.told} ({_counted(source.doors)})" for source in sources)
    weakest = next((source for source in sources if not source.verified), None)
    return Missing(
        spec.SEVERAL if weakest is None else spec.UNVERIFIED,
        f"{len(sources)} unrelated ways to tell who is calling: {counted}",
        tuple(source.shown() for source in sorted(sources, key=lambda source: (source.verified, source.doors))),
    )


def _counted(doors: int) -> str:
    return "the middleware" if doors == 0 else "1 door" if doors == 1 else f"{doors} doors"


def _sources(case: AppCase) -> list[_Source]:
    """The sources, the most asked first."""
    found: dict[str, _Source] = {}
    for each in case.doors:
        for asked in each.noted.asked:
            source = found.setdefault(asked.name, _Source(asked.name))
            source.facts.add(asked.fact)
            source.verified |= asked.verified
            source.doors += 1
    for fact in case.guard.attempts if case.guard is not None else ():
        if fact.proves and fact.source:
            source = found.setdefault(fact.source, _Source(fact.source, verified=True))
            source.facts.add(fact)
    if len(found) > 1:
        found.pop(_UNNAMED, None)  # whose name is not written out: the same cookie, or the key to a thing, not a person
    return sorted(found.values(), key=lambda source: (-source.doors, source.name))


def _asked(trace: Trace) -> Iterable[Asked]:
    """Each source a door asks, in order of name, those that verify what they give first."""
    verified: dict[str, set[Fact]] = {}
    for fact in trace.attempts:
        if fact.proves and fact.source:
            verified.setdefault(fact.source, set()).add(fact)
    for name, facts in sorted(verified.items()):
        yield Asked(name, min(facts, key=_place), verified=True)
    for name in sorted(_taken_at_its_word(trace) - verified.keys()):
        facts = {fact for fact in trace.attempts if fact.source == name}
        if facts:
            yield Asked(name, min(facts, key=_place), verified=False)


def _taken_at_its_word(trace: Trace) -> set[str]:
    """Cookies that decide whether the door opens, and by which its records are found."""
    decides = {
        fact.source
        for facts in (*(way.facts for way in trace.ways_out), *(happening.facts for happening in trace.happenings))
        for fact in facts
        if fact.kind is ProofKind.FORGEABLE and fact.source
    }
    if not decides:
        return set()
    used = {
        f"cookie {part.path[0]}"
        for happening in trace.happenings
        if happening.effect.kind == "database"
        for operand in happening.effect.operands
        for part in made_from(operand)
        if isinstance(part, Input) and part.channel == "cookie" and part.path
    }
    return decides & used


def _signs_in(trace: Trace) -> bool:
    """Whether the door begins or ends sessions itself: it handles what others only ask."""
    kinds = {happening.effect.kind for happening in trace.happenings}
    return trace.own_handler is not None or bool(kinds & {"session-start", "session-end"})


def _doubt(trace: Trace) -> Fact | None:
    for way in trace.ways_out:
        found = [fact for fact in way.facts if fact.kind is ProofKind.UNRESOLVED]
        if found:
            return min(found, key=_place)
    return None
