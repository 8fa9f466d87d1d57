"""Whether an app has accounts that own things at all."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from doorcheck.controls.scope_to_owner import spec
from doorcheck.controls.scope_to_owner.operations import CARRIED, RECORDS
from doorcheck.core import ControlId, Held, Missing, NotNeeded, Verdict
from doorcheck.scan.facts.ownership import identities_in
from doorcheck.scan.facts.proofs import ProofKind, proven
from doorcheck.scan.judging import DoorCase, DoorNote

_PEOPLE = frozenset({ProofKind.SESSION, ProofKind.TOKEN})


class Noted(msgspec.Struct, frozen=True, array_like=True):
    """``asks`` whether the door asks who is calling, ``tells_apart`` whether it does something else for each of them,
    ``records`` whether strangers reach records by it."""

    asks: bool
    tells_apart: bool
    records: bool


def note(case: DoorCase) -> Noted:
    """What the judgement of the doors beside this one needs."""
    trace = case.trace
    asks = any(fact.kind in _PEOPLE for fact in trace.attempts)
    apart = any(
        fact.kind in {ProofKind.OWNED, ProofKind.ROLE} and not fact.of.startswith(CARRIED) for fact in trace.attempts
    )
    apart = apart or any(
        identities_in(operand) for happening in trace.happenings for operand in happening.effect.operands
    )
    apart = apart and isinstance(case.answered.get(ControlId.AUTHENTICATE), Held)  # a login compares, and owns nothing
    records = any(h.effect.kind in RECORDS and not proven(h.facts) for h in trace.happenings)
    return Noted(asks, apart, records)


def settle(verdict: Verdict, own: DoorNote, doors: Sequence[DoorNote]) -> Verdict:
    """The verdict in the light of the whole app: one that signs people in but never tells them apart has no owners."""
    if not isinstance(verdict, Missing) or verdict.way != spec.NO_CALLER:
        return verdict
    notes = [each.noted for each in doors if isinstance(each.noted, Noted)]
    if not isinstance(own.noted, Noted) or own.noted.records:
        return verdict
    if any(each.asks for each in notes) and not any(each.tells_apart for each in notes):
        return NotNeeded("this app signs people in, but nothing in it belongs to one of them: see authenticate")
    return verdict
