"""The finished result of a run: a full matrix of verdicts, and what was not read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from doorcheck.core.control import ControlId, ControlSpec, Scope
from doorcheck.core.door import App, Door
from doorcheck.core.finding import Finding
from doorcheck.core.location import Location
from doorcheck.core.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Unread:
    """A file, or a part of one, that the scan could not take into account."""

    file: str
    why: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """A place where doors or checks may hide: an unresolved import, a dynamic export, an unknown wrapper."""

    at: Location
    says: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about the team's own declarations: a comment without a reason, an unknown id, a stale acceptance."""

    at: Location
    says: str


@dataclass(frozen=True)
class Report:
    """``verdicts`` has a cell for every door and door-level control, ``app_verdicts`` for every app and app-level one.

    Raises ValueError when a cell is missing: a door that nobody could judge is unknown, never absent.
    """

    root: str
    apps: tuple[App, ...]
    doors: tuple[Door, ...]
    controls: tuple[ControlSpec, ...]
    verdicts: Mapping[tuple[str, ControlId], Verdict]
    app_verdicts: Mapping[tuple[str, ControlId], Verdict]
    findings: tuple[Finding, ...] = ()
    unread: tuple[Unread, ...] = ()
    blind_spots: tuple[BlindSpot, ...] = ()
    notices: tuple[Notice, ...] = ()
    resolved_baseline: tuple[str, ...] = ()
    files_parsed: int = 0
    seconds: float = field(default=0.0, compare=False)

    def __post_init__(self) -> None:
        for control in self.controls:
            subjects, cells = (
                ([d.id for d in self.doors], self.verdicts)
                if control.scope is Scope.DOOR
                else ([a.path for a in self.apps], self.app_verdicts)
            )
            for subject in subjects:
                if (subject, control.id) not in cells:
                    raise ValueError(f"no verdict of {control.id} on {subject}")

    def of_door(self, door: Door) -> Iterator[tuple[ControlSpec, Verdict]]:
        """The door's row of the matrix, in catalogue order."""
        for control in self.controls:
            if control.scope is Scope.DOOR:
                yield control, self.verdicts[door.id, control.id]
