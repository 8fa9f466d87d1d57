"""The words all faces share; imports nothing but the standard library."""

from doorcheck.core.control import Confidence, ControlId, ControlSpec, Question, Scope, Severity, Way
from doorcheck.core.door import App, Door, DoorKind, Reach
from doorcheck.core.errors import ConfigurationError, DoorcheckError, UsageError
from doorcheck.core.evidence import Declared, Evidence, Observed, Written
from doorcheck.core.finding import Finding, Standing, fingerprint
from doorcheck.core.location import Location
from doorcheck.core.report import BlindSpot, Notice, Report, Unread
from doorcheck.core.verdict import Held, Missing, NotNeeded, Unknown, Verdict, Why

__all__ = [
    "App",
    "BlindSpot",
    "Confidence",
    "ConfigurationError",
    "ControlId",
    "ControlSpec",
    "Declared",
    "Door",
    "DoorKind",
    "DoorcheckError",
    "Evidence",
    "Finding",
    "Held",
    "Location",
    "Missing",
    "NotNeeded",
    "Notice",
    "Observed",
    "Question",
    "Reach",
    "Report",
    "Scope",
    "Severity",
    "Standing",
    "Unknown",
    "Unread",
    "UsageError",
    "Verdict",
    "Way",
    "Why",
    "Written",
    "fingerprint",
]
