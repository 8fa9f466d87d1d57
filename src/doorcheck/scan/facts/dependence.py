"""What refusals depend on: a call that nobody could follow, or a caller's own word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doorcheck.scan.facts import comparisons
from doorcheck.scan.facts.proofs import Fact, ProofKind
from doorcheck.scan.facts.state import State
from doorcheck.scan.facts.values import Input, Unknown, Value, made_from

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Scope


def note(tests: list[Value], states: list[State], scope: Scope, at: int) -> None:
    """A refusal depended on something: on a call nobody could follow, or on a header or cookie taken at its word."""
    notes: set[Fact] = set()
    for test in tests:
        sources = made_from(test, 120)
        notes.update(part.fact for part in sources if isinstance(part, Unknown) and part.fact is not None)
        forged = next((p for p in sources if isinstance(p, Input) and comparisons.is_forgeable(p)), None)
        if forged is not None:
            name = forged.path[0] if forged.path else ""
            says = f"only the presence or text of the {forged.channel} {name} is tested".replace("  ", " ")
            source = f"cookie {name}" if forged.channel == "cookie" and name else ""
            notes.add(Fact(ProofKind.FORGEABLE, scope.module.path, at, says, source=source))
    for state in states:
        state.facts |= frozenset(notes)
