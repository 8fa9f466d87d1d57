"""Alternatives of alternatives are counted no further than anybody asks."""

from __future__ import annotations

from doorcheck.scan.facts.choices import ways_of
from doorcheck.scan.facts.proofs import NOTHING
from doorcheck.scan.facts.values import NULL, TRUE, Alternative, Choice, Value


def nested(depth: int) -> Value:
    """A choice of three, each of them a choice of three, and so on: three to the power of ``depth`` values."""
    value: Value = TRUE
    for number in range(depth):
        value = Choice(number, tuple(Alternative(value, NOTHING) for _ in range(3)))
    return value


def test_single_values_are_counted_through_every_choice() -> None:
    assert ways_of(NULL, 96) == 1
    assert ways_of(nested(3), 96) == 27


def test_counting_stops_at_the_limit_however_many_there_are() -> None:
    assert 96 <= ways_of(nested(60), 96) <= 100
