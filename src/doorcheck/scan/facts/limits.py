"""Limits on how often somebody calls: what is known behind one, and how it is told that one turns callers away.

A LIMITED fact says that a limit was asked, and that the call is within it, or beyond it where its polarity is False.
What it is ``of`` tells what is counted; its ``source`` is MEMORY where one server counts for itself alone, and
LIMITER where there can be no other reason to count, ACCOUNT where it counts records of who is calling.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from doorcheck.scan.facts.memory import is_memory
from doorcheck.scan.facts.proofs import AT_TIMES, LIMITER, Fact, Facts, ProofKind
from doorcheck.scan.facts.values import (
    Const,
    Derived,
    Effect,
    External,
    Promise,
    Reply,
    Row,
    Session,
    Unknown,
    Value,
    made_from,
)  # fmt: skip

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator, Exit
    from doorcheck.scan.facts.state import State

CALLS, USAGE, PEOPLE = "calls", "usage", "people"
"""What is counted: calls in a time, what somebody has used of what they are granted; or whether a person calls."""
AMOUNT = "amount of "
"""Begins what is counted where it is a number that the caller sent, which is only ever compared with another."""
MEMORY, ACCOUNT = "memory", "account"
COUNTED = "counter"
"""The kind of the effect by which a limit's own counting is told: its operands are what the counter is kept by."""

_TOO_MANY, _USED_UP = 429, 402
_SPENDING = frozenset({"outbound", "fetch", "model", "mail", "payment", "library"})
"""What answers for others: what they refuse limits nobody here."""


def within(of: str, file: str, at: int, says: str, source: str = "") -> Fact:
    """The fact that the call is within the limit that was asked at this place."""
    return Fact(ProofKind.LIMITED, file, at, says, source=source, of=of)


def beyond(fact: Fact) -> Fact:
    """The opposite."""
    return dataclasses.replace(fact, polarity=False)


def passed(facts: Iterable[Fact], *of: str) -> list[Fact]:
    """The limits that are known to be kept here, those that every path asked first."""
    found = [
        fact
        for fact in facts
        if fact.kind is ProofKind.LIMITED and fact.polarity and fact.of.removesuffix(AT_TIMES) in of
    ]
    return sorted(found, key=lambda fact: (fact.of.endswith(AT_TIMES), fact.source == MEMORY, fact.file, fact.at))


def exceeded(facts: Iterable[Fact]) -> Facts:
    """The limits that are known to be exceeded here."""
    return frozenset(fact for fact in facts if fact.kind is ProofKind.LIMITED and not fact.polarity)


def of_captcha(value: Row | Derived) -> Fact | None:
    """What it says that this is true: that a person calls, where it is what a captcha's service has answered."""
    if isinstance(value, Derived) and value.how not in {"member", "call"}:
        return None
    for part in made_from(value, 12) if isinstance(value, Derived) else (value,):
        if isinstance(part, Row) and part.effect.kind in _CALLED and part.effect.operands:
            texts = (each.value for each in made_from(part.effect.operands[0], 6) if isinstance(each, Const))
            if any(isinstance(text, str) and _VERIFIES in text for text in texts):
                effect = part.effect
                return within(PEOPLE, effect.file, effect.at, "verifies the answer to a captcha", LIMITER)
    return None


_CALLED = frozenset({"fetch", "outbound"})
_VERIFIES = "/siteverify"
"""In the addresses at which reCAPTCHA, hCaptcha and Turnstile are asked."""


def turn_away(
    ev: Evaluator,
    tests: Sequence[Value],
    begun: Iterable[Facts],
    exits: Sequence[Exit],
    others: Sequence[State],
    here: tuple[str, int],
) -> None:
    """Learn what it says of the other paths that these, which knew this much when they parted, all ended.

    Where some of them were beyond a limit, those that go on are within it. Where they end with an answer that says so,
    what was tested is a limit, however it is kept.
    """
    over = frozenset(fact for facts in begun for fact in exceeded(facts))
    learned = {dataclasses.replace(fact, polarity=True) for fact in over}
    if not learned and exits and (of := says_too_many(ev, exits)) and (keys := _kept(tests)) is not None:
        learned = {within(of, *here, "the excess is answered as such")}
        ev.attempts |= learned
        ev.tell(counting("counts calls", *here, keys), exits[0].state)
    for state in others if learned else ():
        state.facts |= learned


def caught(ev: Evaluator, exits: Sequence[Exit], left: Iterable[State], here: tuple[str, int]) -> None:
    """Learn what it says of the paths through a ``try`` that its catch block answers that there were too many."""
    of = says_too_many(ev, exits)
    for state in left if of else ():
        fact = within(of, *here, "the excess is caught and answered as such")
        ev.attempts.add(fact)
        state.facts |= {fact}


def counting(says: str, file: str, at: int, keys: tuple[Value, ...]) -> Effect:
    """The effect that tells of a limit's own counting."""
    return Effect(COUNTED, writes=True, says=says, file=file, at=at, operands=keys)


def throw_beyond(ev: Evaluator, beyond_it: Iterable[Fact], state: State) -> None:
    """Leave the innermost ``try`` on behalf of those who are beyond these limits: those who go on are within them."""
    for fact in beyond_it:
        if ev.tries:
            thrown = state.fork()
            thrown.facts |= {fact}
            ev.tries[-1].append(thrown)
        state.facts |= {dataclasses.replace(fact, polarity=True)}


def thrown_beyond(before: Facts, exits: Iterable[Exit]) -> Facts:
    """What is known of those who come back from a function that throws for those who are beyond a limit."""
    over = {fact for one in exits if one.how == "throw" for fact in exceeded(one.state.facts - before)}
    return frozenset(dataclasses.replace(fact, polarity=True) for fact in over)


def says_too_many(ev: Evaluator, exits: Sequence[Exit]) -> str:
    """What these ways out say there is too much of; empty where one of them says nothing of the kind."""
    first = ""
    for one in exits:
        of = _says(ev, one)
        if not of:
            return ""
        first = first or of
    return first


def _says(ev: Evaluator, way: Exit) -> str:
    if way.how == "jump":
        return ""
    value = way.value.value if isinstance(way.value, Promise) else way.value
    replies = [value] if isinstance(value, Reply) else [each for each in way.state.replied if isinstance(each, Reply)]
    for reply in replies:
        if reply.status in {_TOO_MANY, _USED_UP}:
            return CALLS if reply.status == _TOO_MANY else USAGE
    if any(reply.status is not None and reply.status < 300 for reply in replies):
        return ""
    for part in made_from(value, 60):
        if isinstance(part, Const):
            if part.value == _TOO_MANY:
                return CALLS
            if isinstance(part.value, str) and (of := _spoken_of(ev, part.value)):
                return of
    return ""


def _spoken_of(ev: Evaluator, text: str) -> str:
    if len(text) > 300:
        return ""
    lowered = text.lower()
    if any(word in lowered for word in ev.knowledge.words["limit_refusals"]):
        return CALLS
    return USAGE if any(word in lowered for word in ev.knowledge.words["quota_refusals"]) else ""


def _kept(tests: Sequence[Value]) -> tuple[Value, ...] | None:
    """What the tested thing was made of, where the server keeps it or nobody can say; None where it is as it was sent.

    What another service answered says how often this server calls it, and not who calls the server.
    """
    parts = [part for test in tests for part in made_from(test, 120)]
    rows = [part for part in parts if isinstance(part, Row)]
    if any(row.effect.kind in _SPENDING for row in rows):
        return None
    counted = any(_may_count(part) for part in parts)
    if not rows and not counted and not any(isinstance(part, Session) and part.path for part in parts):
        return None
    operands = tuple(operand for row in rows for operand in row.effect.operands)
    return (*operands, *(part for part in parts if isinstance(part, External)))[:20]


def _may_count(part: Value) -> bool:
    if isinstance(part, Unknown):
        return part.fact is not None
    return is_memory(part) or (isinstance(part, External) and part.package != "js" and "()" in part.path)
