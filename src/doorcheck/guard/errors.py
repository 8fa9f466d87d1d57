"""What guard says when an application cannot start, each in words that say what to do."""

from __future__ import annotations

from collections.abc import Sequence

from doorcheck.core.errors import DoorcheckError


class GuardError(DoorcheckError):
    """Something about the guard's own configuration."""


class UndeclaredDoors(GuardError):
    """At least one door has not answered the five questions. ``offences`` has one line for each open question."""

    def __init__(self, offences: Sequence[str]) -> None:
        self.offences: tuple[str, ...] = tuple(offences)
        count = len(self.offences)
        lines = "\n".join(f"  {one}" for one in self.offences)
        super().__init__(f"The application does not start: {count} open question{'s' * (count != 1)}.\n{lines}")
