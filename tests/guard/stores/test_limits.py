"""The arithmetic of a limit against a model that keeps a list of calls."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from doorcheck.guard.limits import Limit, take


class Bucket:
    """A bucket that leaks one call each spacing, in exact arithmetic."""

    def __init__(self, limit: Limit) -> None:
        self._most = limit.calls
        self._rate = Fraction(limit.calls) / Fraction(limit.period)
        self._level = Fraction(0)
        self._at = Fraction(0)

    def fits(self, now: Fraction, cost: int) -> bool:
        self._level = max(Fraction(0), self._level - (now - self._at) * self._rate)
        self._at = now
        if self._level + cost > self._most:
            return False
        self._level += cost
        return True


@settings(deadline=None)
@given(
    calls=st.integers(1, 50),
    period=st.sampled_from([1.0, 7.0, 10.0, 60.0, 3600.0]),
    start=st.sampled_from([0, 1000, 1_800_000_000]),
    steps=st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 4)), min_size=1, max_size=120),
)
def test_a_limit_lets_through_what_a_leaky_bucket_lets_through(
    calls: int, period: float, start: int, steps: list[tuple[int, int]]
) -> None:
    limit = Limit(calls, period)
    bucket = Bucket(limit)
    due = 0.0
    now = Fraction(start)
    for wait, cost in steps:
        # In 4096ths, which floats hold exactly; a quarter of one off every border, where rounding may decide.
        now += Fraction(wait, 4096) * Fraction(limit.period) / 100
        now = Fraction(float(now))
        taken, due = take(due, float(now), limit, cost)
        level = Fraction(bucket._level)
        expected = bucket.fits(now, cost)
        if taken.allowed != expected:
            distance = abs(bucket._level + (0 if expected else cost) - bucket._most) / bucket._rate
            assert distance <= Fraction(limit.slack) * 2, f"{float(level)} in the bucket at {float(now)}"
            bucket._level = level if expected else bucket._level + cost
        assert taken.allowed == (taken.retry_after == 0.0)


@settings(deadline=None)
@given(calls=st.integers(1, 2000), start=st.floats(1.7e9, 2.5e9))
def test_exactly_so_many_calls_fit_at_once(calls: int, start: float) -> None:
    limit = Limit(calls, 60)
    due = 0.0
    allowed = 0
    for _ in range(calls + 5):
        taken, due = take(due, start, limit, 1)
        allowed += taken.allowed
    assert allowed == calls


@settings(deadline=None)
@given(calls=st.integers(1, 1000), cost=st.integers(1, 20), back=st.floats(0, 1e6))
def test_a_clock_that_is_set_back_costs_one_period_at_most(calls: int, cost: int, back: float) -> None:
    limit = Limit(calls, 60)
    due = 0.0
    for _ in range(calls):
        _, due = take(due, 1.8e9, limit, 1)
    taken, _ = take(due, 1.8e9 - back, limit, cost)
    assert taken.retry_after <= 60 + cost * limit.spacing


def test_waiting_as_long_as_was_said_is_enough() -> None:
    limit = Limit(3, 10)
    due, now = 0.0, 1.8e9
    for _ in range(3):
        _, due = take(due, now, limit, 1)
    refused, due = take(due, now, limit, 1)
    assert not refused.allowed
    assert take(due, now + refused.retry_after, limit, 1)[0].allowed
    assert not take(due, now + refused.retry_after - 0.01, limit, 1)[0].allowed
