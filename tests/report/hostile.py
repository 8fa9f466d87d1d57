"""A report whose every name was chosen by someone who means harm."""

from __future__ import annotations

from tests.report.sample import AUTHENTICATE

from doorcheck.core import (
    App,
    BlindSpot,
    ControlId,
    Door,
    DoorKind,
    Finding,
    Location,
    Missing,
    Notice,
    Report,
    Severity,
    Unread,
    Written,
)
from doorcheck.core.control import Confidence

ESCAPE = "\x1b]0;owned\x07\x1b[2J\x1b[31m"
BIDI = "\u202egnp.exe\u2066"
MARKUP = "[bold red]hi[/] [link=https://example.com]x[/link] :skull:"
# The byte 0xff in a file name reaches Python as this.
UNDECODED = "\udcff"
NASTY = f"{ESCAPE}{BIDI}{MARKUP}\n\r\t\x00\x9b31m\u2028\u200b{UNDECODED}"
NASTY_PATH = f"app/{NASTY}/a b#?%[x](http://e)/route.ts"


def hostile_report() -> Report:
    """The report."""
    at = Location(NASTY_PATH, 1)
    door = Door(f"GET /{NASTY}", DoorKind.ROUTE_HANDLER, NASTY, NASTY_PATH, NASTY, at, f"/{NASTY}", (NASTY,))
    missing = Missing("no-check", NASTY, (Written(NASTY, at, (Location(NASTY_PATH, 2),)),))
    finding = Finding(
        control=ControlId.AUTHENTICATE,
        subject=door.id,
        app=NASTY,
        at=at,
        verdict=missing,
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        fingerprint="0" * 32,
        fix=NASTY,
        reason=NASTY,
    )
    return Report(
        root=f"/srv/{NASTY}",
        apps=(App(NASTY, NASTY),),
        doors=(door,),
        controls=(AUTHENTICATE,),
        verdicts={(door.id, ControlId.AUTHENTICATE): missing},
        app_verdicts={},
        findings=(finding,),
        unread=(Unread(NASTY_PATH, NASTY),),
        blind_spots=(BlindSpot(at, NASTY),),
        notices=(Notice(at, NASTY),),
    )


def read_hostile(_: str) -> list[str]:
    """Lines as bad as the names."""
    return [NASTY, NASTY, "\x1b[0m" * 1000]
