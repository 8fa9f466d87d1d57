"""Do middleware and doors take the caller's identity from one place?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from doorcheck.controls.share_identity import spec
from doorcheck.core import Held, Missing, NotNeeded, Unknown, Verdict, Why, Written
from doorcheck.scan.facts.following import Trace
from doorcheck.scan.facts.proofs import Fact, ProofKind
from doorcheck.scan.facts.values import Input, made_from
from doorcheck.scan.judging import AppCase, seen_fact

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
        return seen_fact(min(self.facts, key=lambda fact: (fact.proves, fact.file, fact.at)))


def judge(case: AppCase) -> Verdict:
    """The verdict on one app."""
    sources = _sources(case)
    if not sources:
        doubt = _doubt(case)
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
        if _signs_in(each.trace):
            continue
        for name, facts, verified in _asked(each.trace):
            source = found.setdefault(name, _Source(name))
            source.facts |= facts
            source.verified |= verified
            source.doors += 1
    for fact in case.guard.trace.attempts if case.guard is not None else ():
        if fact.proves and fact.source:
            source = found.setdefault(fact.source, _Source(fact.source, verified=True))
            source.facts.add(fact)
    if len(found) > 1:
        found.pop(_UNNAMED, None)  # whose name is not written out: the same cookie, or the key to a thing, not a person
    return sorted(found.values(), key=lambda source: (-source.doors, source.name))


def _asked(trace: Trace) -> Iterable[tuple[str, set[Fact], bool]]:
    """Each source a door asks, with the facts that show it, and whether what it gives is verified."""
    verified: dict[str, set[Fact]] = {}
    for fact in trace.attempts:
        if fact.proves and fact.source:
            verified.setdefault(fact.source, set()).add(fact)
    yield from ((name, facts, True) for name, facts in verified.items())
    for name in _taken_at_its_word(trace) - verified.keys():
        facts = {fact for fact in trace.attempts if fact.source == name}
        if facts:
            yield name, facts, False


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


def _doubt(case: AppCase) -> Fact | None:
    for each in case.doors:
        for way in each.trace.ways_out:
            found = [fact for fact in way.facts if fact.kind is ProofKind.UNRESOLVED]
            if found:
                return min(found, key=lambda fact: (fact.file, fact.at))
    return None
