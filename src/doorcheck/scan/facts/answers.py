"""What a door's answer gives away."""

from __future__ import annotations

from collections.abc import Iterable

from doorcheck.scan.facts.following import WayOut
from doorcheck.scan.facts.ownership import scope_of
from doorcheck.scan.facts.proofs import Facts
from doorcheck.scan.facts.refusals import denies
from doorcheck.scan.facts.values import Choice, Effect, Row, Test, Value, parts_of


def rows_in(value: Value, limit: int = 400) -> list[Effect]:
    """The operations whose results an answer carries; a test of a result tells only yes or no."""
    found: list[Effect] = []
    queue: list[Value] = [value]
    seen: set[int] = set()
    while queue and len(seen) < limit:
        current = queue.pop()
        if id(current) in seen or isinstance(current, Test):
            continue
        seen.add(id(current))
        if isinstance(current, Row):
            found.append(current.effect)
        effect = getattr(current, "effect", None)
        if isinstance(effect, Effect) and not isinstance(current, Row):
            found.append(effect)
        queue.extend(parts_of(current))
    return found


def carried_by(way: WayOut, limit: int = 400) -> list[tuple[Effect, Facts]]:
    """The operations whose results a way out carries, with what is known there: of the path, and of the value each
    stands in. Empty where the way carries none, or refuses."""
    if way.how == "throw":
        return []
    found: list[tuple[Effect, Facts]] = []
    queue: list[tuple[Value, Facts]] = [(value, way.facts) for value in (way.value, *way.replied) if not denies(value)]
    seen: set[tuple[int, Facts]] = set()
    while queue and len(seen) < limit:
        current, facts = queue.pop()
        if (id(current), facts) in seen or isinstance(current, Test):
            continue
        seen.add((id(current), facts))
        if isinstance(current, Choice):
            queue.extend((one.value, facts | one.facts) for one in current.alternatives)
            continue
        own = getattr(current, "effect", None)
        if isinstance(own, Effect):
            found.append((own, facts))
        queue.extend((part, facts) for part in parts_of(current))
    return list(dict.fromkeys(found))


def given_away(ways: Iterable[WayOut]) -> list[Effect]:
    """The operations whose results some answer carries."""
    return [
        effect
        for way in ways
        if way.how != "throw"
        for value in (way.value, *way.replied)
        if not denies(value)
        for effect in rows_in(value)
    ]


def carries(given: Iterable[Effect], effect: Effect) -> bool:
    """Whether what is given away is the result of this operation.

    Facts about functions hold for every record that was chosen alike, so such a record stands for the others.
    """
    return any(
        (each.file, each.at) == (effect.file, effect.at)
        or ((each.kind, each.subject) == (effect.kind, effect.subject) and scope_of(each) == scope_of(effect))
        for each in given
    )
