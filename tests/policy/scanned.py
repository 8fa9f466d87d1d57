"""What a scan brings back, made by hand: four doors of two files, in every state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.report.sample import AUTHENTICATE, PATCH_FRAMEWORK

from doorcheck.core import (
    App,
    BlindSpot,
    ControlId,
    Door,
    DoorKind,
    Held,
    Location,
    Missing,
    NotNeeded,
    Report,
    Severity,
    Unknown,
    Unread,
    Verdict,
    Why,
    Written,
)
from doorcheck.policy.assembly import report_of
from doorcheck.policy.baseline import Baseline
from doorcheck.policy.configuration import Configuration
from doorcheck.scan.engine import Comment, ScanResult

ROUTE = "app/api/invoices/[id]/route.ts"
ACTIONS = "app/actions.ts"


def _handler(method: str, line: int) -> Door:
    return Door(
        f"{method} /api/invoices/[id]",
        DoorKind.ROUTE_HANDLER,
        ".",
        ROUTE,
        method,
        Location(ROUTE, line, 1, line + 2),
        "/api/invoices/[id]",
        (method,),
    )


def _action(name: str, line: int) -> Door:
    at = Location(ACTIONS, line, 1, line + 2)
    return Door(f"action {ACTIONS}#{name}", DoorKind.SERVER_ACTION, ".", ACTIONS, name, at)


GET, DELETE = _handler("GET", 5), _handler("DELETE", 10)
RENAME, ARCHIVE = _action("rename", 4), _action("archive", 9)
DOORS = (GET, DELETE, RENAME, ARCHIVE)
APP = App(".", "15.2.1")

_SEEN = (Written("the database", Location("lib/db.ts", 3)),)
STATES: dict[str, Verdict] = {
    GET.id: Held("stops without a session", _SEEN),
    DELETE.id: Missing("no-check", "Deletes a row and asks nobody.", _SEEN, Severity.CRITICAL),
    RENAME.id: Missing("middleware-only", "Only the middleware checks.", _SEEN),
    ARCHIVE.id: Unknown(Why.UNRESOLVED_CALL, "guarded() is not in the repository"),
}
BYPASS = Missing("known-bypass", "A known bypass.", (Written("the version", Location("package.json", 7)),))


@dataclass
class Repository:
    """A scan's result that a test bends to its need; ``report`` is what policy makes of it."""

    doors: tuple[Door, ...] = DOORS
    states: Mapping[str, Verdict] = field(default_factory=lambda: dict(STATES))
    app: Verdict = field(default_factory=lambda: NotNeeded("has no middleware"))
    comments: list[tuple[str, int, str]] = field(default_factory=list)
    controls: tuple[ControlId, ...] = (ControlId.AUTHENTICATE, ControlId.PATCH_FRAMEWORK)

    def result(self) -> ScanResult:
        return ScanResult(
            apps=(APP,),
            doors=self.doors,
            verdicts={(name, ControlId.AUTHENTICATE): verdict for name, verdict in self.states.items()},
            app_verdicts={(".", ControlId.PATCH_FRAMEWORK): self.app},
            comments=tuple(Comment(Location(path, line), text) for path, line, text in self.comments),
            unread=(Unread("lib/huge.ts", "larger than 512 KiB"),),
            blind_spots=(BlindSpot(Location(ROUTE, 1), "exports what it computes"),),
            files_parsed=3,
        )

    def report(self, configuration: Configuration | None = None, baseline: Baseline | None = None) -> Report:
        specs = [spec for spec in (AUTHENTICATE, PATCH_FRAMEWORK) if spec.id in self.controls]
        return report_of(
            self.result(),
            root="acme",
            controls=specs,
            configuration=configuration or Configuration(),
            baseline=baseline,
            seconds=0.5,
        )
