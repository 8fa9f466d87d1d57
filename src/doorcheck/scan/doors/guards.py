"""What stands in front of doors: middleware, and whether it stops a stranger on the way to one path."""

from __future__ import annotations

from dataclasses import dataclass

from doorcheck.core import Location, Written
from doorcheck.scan.facts.proofs import Fact


@dataclass(frozen=True, slots=True)
class Shield:
    """What the middleware does for one door. ``stops`` is None where there is none or nobody can say.

    ``covers`` tells whether its matcher includes the door's path; ``says`` is the sentence for the report, empty where
    the middleware checks nothing. ``limits`` is where it limits how often this path is called.
    """

    covers: bool | None = None
    stops: bool | None = None
    says: str = ""
    at: Location | None = None
    limits: Written | None = None


NO_SHIELD = Shield()


@dataclass(frozen=True, slots=True)
class Guard:
    """An app's middleware as a whole. ``at`` is where its reach is written, ``attempts`` what it asks on any path.

    ``checks`` tells whether it turns anybody away for who they are, None where it could not be followed; ``unreadable``
    says why its matcher cannot be judged.
    """

    at: Location
    checks: bool | None
    says: str
    attempts: tuple[Fact, ...]
    unreadable: str | None = None
