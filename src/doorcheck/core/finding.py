"""A verdict shown to a person: with severity, identity and what to do about it."""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass

from doorcheck.core.control import Confidence, ControlId, Severity
from doorcheck.core.location import Location
from doorcheck.core.verdict import Missing


class Standing(enum.StrEnum):
    """What the team has said about a finding."""

    NEW = "new"
    ACCEPTED = "accepted"
    BASELINE = "baseline"
    BELOW_THRESHOLD = "below-threshold"
    LOW_CONFIDENCE = "low-confidence"


@dataclass(frozen=True, slots=True)
class Finding:
    """``subject`` is the door's id, or ``app <path>`` for a control of the whole app."""

    control: ControlId
    subject: str
    app: str
    at: Location
    verdict: Missing
    severity: Severity
    confidence: Confidence
    fingerprint: str
    fix: str
    standing: Standing = Standing.NEW
    reason: str | None = None


def fingerprint(control: ControlId, subject: str, way: str, slot: int = 0) -> str:
    """A stable name for a finding: 32 hex digits made of control, subject, way and slot, never of line or wording."""
    return hashlib.sha256("\x1f".join((control, subject, way, str(slot))).encode()).hexdigest()[:32]
