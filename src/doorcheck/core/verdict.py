"""What one control says of one door; "I do not know" is one of its cases."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from doorcheck.core.control import Confidence, Severity
from doorcheck.core.evidence import Evidence


class Why(enum.StrEnum):
    """The reasons for not knowing, so that ignorance is counted."""

    UNRESOLVED_CALL = "unresolved-call"
    DYNAMIC_CODE = "dynamic-code"
    UNPARSED_FILE = "unparsed-file"
    JUDGE_FAILED = "judge-failed"
    BUDGET = "budget"


@dataclass(frozen=True, slots=True)
class Held:
    """The control is in place; there is no such verdict without evidence."""

    says: str
    evidence: tuple[Evidence, ...]

    def __post_init__(self) -> None:
        if not self.evidence:
            raise ValueError("a held verdict needs evidence")


@dataclass(frozen=True, slots=True)
class Missing:
    """The control is absent, in the named way.

    ``stake`` is how bad the reachable effect makes it (None: the control's own severity); ``confidence`` how sure.
    """

    way: str
    says: str
    evidence: tuple[Evidence, ...]
    stake: Severity | None = None
    confidence: Confidence = Confidence.HIGH


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can say; ``why`` is counted, ``says`` names what stood in the way."""

    why: Why
    says: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class NotNeeded:
    """The control does not apply to this door; ``says`` gives the reason."""

    says: str
    evidence: tuple[Evidence, ...] = ()


Verdict = Held | Missing | Unknown | NotNeeded
