"""Which parts of the request were sent at all, and which were not."""

from __future__ import annotations

from doorcheck.scan.facts import ownership
from doorcheck.scan.facts.proofs import NOTHING, Fact, Facts, ProofKind
from doorcheck.scan.facts.values import Input, Row, Value

_OPTIONAL = frozenset({"query", "header", "cookie"})
"""Channels that hold texts which may be absent; whatever else is in them, nobody asks whether they are there."""


def is_optional(value: Input) -> bool:
    """Whether this is a named part of the request that a caller may leave out."""
    return bool(value.path) and value.channel in _OPTIONAL


def asked_for(value: Input) -> Facts:
    """The fact that it was asked whether something was sent there, for a part that may be left out.

    Not the fact that it was: a value that is read of it is asked for as well, and may be missing all the same.
    """
    if not is_optional(value):
        return NOTHING
    return frozenset({Fact(ProofKind.ASKED_FOR, "", 0, "it was sent", of=ownership.name_of(value))})


def unsent(value: Input) -> Facts:
    """The fact that nothing was sent there: nothing of anybody's is named by it."""
    return _fact(value, "it was not sent", polarity=False)


def by_equality(left: Value, right: Value) -> Facts:
    """What the same value says of being sent: a column of a record that was found is never undefined."""
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Input) and isinstance(other, Row) and other.path:
            return _fact(one, "it is what a record has", polarity=True)
    return NOTHING


def _fact(value: Input, says: str, *, polarity: bool) -> Facts:
    if not value.path:
        return NOTHING
    return frozenset({Fact(ProofKind.SENT, "", 0, says, polarity=polarity, of=ownership.name_of(value))})
