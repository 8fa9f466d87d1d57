"""What stands in front of doors: middleware, and whether it stops a stranger on the way to one path."""

from __future__ import annotations

from dataclasses import dataclass

from doorcheck.core import Location


@dataclass(frozen=True, slots=True)
class Shield:
    """What the middleware does for one door. ``stops`` is None where there is none or nobody can say.

    ``covers`` tells whether its matcher includes the door's path; ``says`` is the sentence for the report.
    """

    covers: bool | None = None
    stops: bool | None = None
    says: str = ""
    at: Location | None = None


NO_SHIELD = Shield()
