"""Does a limit stand before what the door does for whoever asks?"""

from __future__ import annotations

from doorcheck.controls.limit_rate import spec
from doorcheck.controls.limit_rate.works import Work, works_of
from doorcheck.core import Confidence, Held, Missing, NotNeeded, Unknown, Verdict, Why, Written
from doorcheck.scan.facts import limits
from doorcheck.scan.facts.doubts import doubt_in
from doorcheck.scan.facts.proofs import AT_TIMES, LIMITER, Fact, ProofKind, in_order, proven, settings_in
from doorcheck.scan.judging import DoorCase, not_followed, seen_fact

_MAX_EVIDENCE = 6
_OF = (limits.CALLS, limits.PEOPLE)


def judge(case: DoorCase) -> Verdict:
    """The verdict on one door."""
    if case.trace.own_handler is not None:
        return NotNeeded(f"{case.trace.own_handler}, which limit their callers themselves or by their own settings")
    unknown = not_followed(case)
    if unknown is not None:
        return unknown
    works = works_of(case)
    if not works:
        return NotNeeded("nothing here costs more than any answer does, and nothing can be guessed at")
    ahead = case.shield.limits
    if ahead is not None:
        return Held("the middleware limits how often this path is called", (ahead,))
    free = [work for work in works if not _is_limited(work) and not _is_set_aside(work, works)]
    if not free:
        return _held(works)
    doubtful = [doubt for work in free if (doubt := doubt_in(work.facts)) is not None]
    if len(doubtful) == len(free):
        says = f"the limiter may be in a call that could not be followed: {doubtful[0].says}"
        return Unknown(Why.UNRESOLVED_CALL, says, (seen_fact(doubtful[0]),))
    return _missing(case, free)


def _is_limited(work: Work) -> bool:
    return bool(limits.passed(work.facts, *_OF))


def _is_set_aside(work: Work, works: list[Work]) -> bool:
    """Whether nobody counts only because this deployment has not set it up: wherever it has, the same work is limited.

    What is left unset is no choice of the caller's.
    """
    unset = any(fact.kind is ProofKind.UNSET_SECRET and fact.polarity for fact in work.facts)
    if not unset and not settings_in(work.facts):
        return False
    return any(_is_limited(other) for other in works if other.seen.at == work.seen.at)


def _is_beyond(work: Work) -> bool:
    return any(fact.of in _OF for fact in limits.exceeded(work.facts))


def _held(works: list[Work]) -> Held:
    limited = [work for work in works if _is_limited(work)]
    best = [limits.passed(work.facts, *_OF)[0] for work in limited]
    said: list[str] = []
    if all(fact.of.removesuffix(AT_TIMES) == limits.PEOPLE for fact in best):
        said.append("only people are let through, though as often as they like")
    else:
        said.append("a limit on calls stands before the work")
    if len(limited) < len(works) or any(fact.of.endswith(AT_TIMES) for fact in best):
        said.append("though not on every path: where it is not set up, or fails, or for some callers, nobody counts")
    if any(fact.source == limits.MEMORY for fact in best):
        said.append("each instance of the server counts for itself, in its own memory")
    seen = tuple(dict.fromkeys(seen_fact(fact) for fact in best))
    return Held("; ".join(said), seen[:_MAX_EVIDENCE])


def _missing(case: DoorCase, free: list[Work]) -> Missing:
    worst = max(free, key=lambda work: (work.confidence > Confidence.LOW, work.stake, work.confidence))
    way, asked = _way(case, free)
    who = "anybody" if not proven(worst.facts) else "whoever is signed in"
    says = {
        spec.NO_LIMIT: f"{worst.says} as often as {who} asks",
        spec.IGNORED_RESULT: f"{worst.says} whatever the limiter says",
        spec.LIMITED_AFTER: f"{worst.says} before the limiter is asked",
    }[way]
    evidence: tuple[Written, ...] = tuple(map(seen_fact, asked[:2]))
    evidence += tuple(dict.fromkeys(work.seen for work in (worst, *free)))
    return Missing(way, says, evidence[:_MAX_EVIDENCE], worst.stake, worst.confidence)


def _way(case: DoorCase, free: list[Work]) -> tuple[str, list[Fact]]:
    """How the limit is missing, and the limiter that does not help."""
    asked = [fact for fact in case.trace.attempts if fact.kind is ProofKind.LIMITED and fact.of in _OF]
    asked = in_order(fact for fact in asked if not _is_guessed(fact))
    if not asked:
        return spec.NO_LIMIT, []
    places = {(fact.file, fact.at) for fact in asked}
    refused = {
        (fact.file, fact.at)
        for way in case.trace.ways_out
        for fact in way.facts
        if fact.kind is ProofKind.LIMITED and (fact.file, fact.at) in places
    }
    if any(_is_beyond(work) for work in free) or not refused:
        return spec.IGNORED_RESULT, asked
    late = [fact for fact in asked if _is_late(case, fact, free)]
    return (spec.LIMITED_AFTER, late) if late else (spec.NO_LIMIT, [])


def _is_late(case: DoorCase, fact: Fact, free: list[Work]) -> bool:
    """Whether a limiter is asked further down in the door than where some of the work is done."""
    place = fact.file, fact.at
    counted = [*case.trace.counted, *case.trace.happenings]
    asked = [(*one.through, place)[0] for one in counted if (one.effect.file, one.effect.at) == place]
    done = [(*work.through, (work.effect.file, work.effect.at))[0] for work in free]
    return any(one[0] == other[0] and one[1] > other[1] for one in asked for other in done)


def _is_guessed(fact: Fact) -> bool:
    """Whether nothing but its turning callers away tells that this is a limit: what does not may be anything."""
    return fact.source != LIMITER
