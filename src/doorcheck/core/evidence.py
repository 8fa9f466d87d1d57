"""Why a verdict is what it is: written in code (scan), observed on the wire (probe), declared by the app (guard)."""

from __future__ import annotations

from dataclasses import dataclass

from doorcheck.core.location import Location


@dataclass(frozen=True, slots=True)
class Written:
    """Something seen in the source. ``through`` is the chain of calls that leads from the door to it."""

    says: str
    at: Location
    through: tuple[Location, ...] = ()


@dataclass(frozen=True, slots=True)
class Observed:
    """Something a running app did. ``exchange`` is the redacted request and response."""

    says: str
    exchange: str


@dataclass(frozen=True, slots=True)
class Declared:
    """Something the team states. ``by`` is the configuration or comment that states it."""

    says: str
    by: Location


Evidence = Written | Observed | Declared
