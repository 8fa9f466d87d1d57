"""What a path may know at once of a part of the request: asked for and not sent, but never a record's and not sent."""

from __future__ import annotations

from doorcheck.scan.facts import sending
from doorcheck.scan.facts.proofs import NOTHING, contradictory
from doorcheck.scan.facts.values import Input

COOKIE = Input("cookie", ("session",))


def test_a_part_that_was_asked_for_may_be_missing() -> None:
    """``store.get(name)?.value ?? null`` asks for the cookie on the path on which there is none as well."""
    assert sending.asked_for(COOKIE) != NOTHING
    assert not contradictory(sending.asked_for(COOKIE) | sending.unsent(COOKIE))


def test_only_named_parts_that_may_be_left_out_are_asked_for() -> None:
    assert sending.asked_for(Input("body", ("title",))) == NOTHING
    assert sending.asked_for(Input("cookie", ())) == NOTHING
