"""The shape of the JSON report, version 1; the published schema is made from these types.

A field is never removed or given another meaning within a version; new fields may be added.
"""

from __future__ import annotations

import enum
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from doorcheck.core import DoorKind, Question, Reach, Scope, Standing, Why
from doorcheck.report.counting import Lock, VerdictName

SCHEMA_ID = "urn:doorcheck:report:1"

Count = Annotated[int, Meta(ge=0)]
Line = Annotated[int, Meta(ge=1, description="Counted from 1.")]
File = Annotated[str, Meta(description="Relative to the scanned root, with '/' between folders.")]


class SeverityName(enum.StrEnum):
    """How bad it is, the least first."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class ConfidenceName(enum.StrEnum):
    """How sure it is, the least first."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Place(Struct, frozen=True):
    """A place in a file."""

    file: File
    line: Line
    column: Line


class EvidenceItem(Struct, frozen=True):
    """Why a verdict is what it is. What a running app did (kind 'observed') has an exchange and no place."""

    kind: Literal["written", "observed", "declared"]
    says: str
    file: File | None
    line: Line | None
    column: Line | None
    through: Annotated[list[Place], Meta(description="The calls that lead from the door to this place.")]
    exchange: str | UnsetType = UNSET


class Cell(Struct, frozen=True):
    """What one control says of one door or app. 'way' is set where it is missing, 'why' where it is unknown."""

    verdict: VerdictName
    says: str
    way: str | None
    why: Why | None
    evidence: list[EvidenceItem]


class AppItem(Struct, frozen=True):
    """A Next.js app. 'path' is '.' for the root; 'next' is the version as written or locked, if one was found."""

    path: File
    next: str | None
    controls: dict[str, Cell]


class DoorItem(Struct, frozen=True):
    """A server entry point. 'id' is a stable name, never made of a line number."""

    id: str
    kind: DoorKind
    app: File
    file: File
    name: Annotated[str, Meta(description="The exported name, or the procedure's own key.")]
    methods: list[str]
    route: str | None
    line: Line
    column: Line
    reach: Reach
    lock: Lock
    controls: dict[str, Cell]


class ControlItem(Struct, frozen=True):
    """A control that was asked in this run."""

    id: str
    title: str
    question: Question
    scope: Scope
    severity: SeverityName
    cwe: int
    owasp: str


class FindingItem(Struct, frozen=True):
    """A control found missing. 'door' is a door's id, or 'app <path>' for a control of the whole app."""

    control: str
    door: str
    app: File
    way: str
    severity: SeverityName
    confidence: ConfidenceName
    fingerprint: Annotated[str, Meta(description="The same in every run, whatever moves or is reworded.")]
    file: File
    line: Line
    column: Line
    says: str
    why: Annotated[str, Meta(description="Why the control matters.")]
    fix: str
    standing: Standing
    reason: Annotated[str | None, Meta(description="The team's reason, where the finding is accepted.")]
    evidence: list[EvidenceItem]


class UnreadItem(Struct, frozen=True):
    """A file, or from 'line' on a part of one, that was not taken into account."""

    file: File
    why: str
    line: Line | None


class Remark(Struct, frozen=True):
    """A sentence about a place."""

    file: File
    line: Line
    column: Line
    says: str


class DoorCounts(Struct, frozen=True):
    """Doors by lock."""

    total: Count
    unlocked: Count
    unknown: Count
    locked: Count
    public: Count


class Summary(Struct, frozen=True):
    """How many there are of everything. 'verdicts' and 'unknown_because' count cells, of doors and of apps."""

    apps: Count
    doors: DoorCounts
    doors_by_kind: dict[DoorKind, DoorCounts]
    verdicts: dict[VerdictName, Count]
    unknown_because: dict[Why, Count]
    findings: dict[Standing, Count]
    unread: Count
    blind_spots: Count
    notices: Count
    resolved_baseline: Count
    files_parsed: Count


class Tool(Struct, frozen=True):
    """Who wrote the report."""

    name: Literal["doorcheck"]
    version: str


class Document(Struct, frozen=True):
    """What doorcheck found in one repository."""

    schema: Literal[1]
    tool: Tool
    root: str
    summary: Summary
    controls: list[ControlItem]
    apps: list[AppItem]
    doors: list[DoorItem]
    findings: list[FindingItem]
    unread: list[UnreadItem]
    blind_spots: Annotated[list[Remark], Meta(description="Places where doors or checks may hide.")]
    notices: Annotated[list[Remark], Meta(description="What is wrong with the team's own declarations.")]
    resolved_baseline: Annotated[list[str], Meta(description="Fingerprints in the baseline that were not found.")]
