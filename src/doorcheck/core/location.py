"""A place in a file of the scanned repository."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """Lines and columns are 1-based; ``path`` is relative to the scanned root and uses ``/``."""

    path: str
    line: int
    column: int = 1
    end_line: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"
