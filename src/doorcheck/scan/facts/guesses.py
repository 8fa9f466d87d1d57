"""Attempts at what only its owner knows: a password, a one-time code. Whoever may try without end finds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doorcheck.scan.facts.proofs import Fact, ProofKind
from doorcheck.scan.facts.state import State
from doorcheck.scan.facts.values import Effect, Value

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator

GUESS = "guess"
"""The kind of the effect by which an attempt is told."""


def tried(ev: Evaluator, proof: Fact, given: tuple[Value, ...], state: State | None) -> None:
    """Note that a credential is checked on this path."""
    if proof.kind is ProofKind.CREDENTIAL and state is not None:
        ev.tell(Effect(GUESS, writes=True, says=proof.says, file=proof.file, at=proof.at, operands=given), state)
