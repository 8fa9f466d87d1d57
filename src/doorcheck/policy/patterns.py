"""Doors named by the team: by id, or by a glob over ids, routes and files."""

from __future__ import annotations

from collections.abc import Iterable

from doorcheck.core import Door
from doorcheck.scan.project.globs import MAX_PATTERN_LENGTH, segments_match


def names_door(pattern: str, door: Door) -> bool:
    """Whether the pattern is, or matches, the door's id, route, file, or file and name joined by ``#``."""
    return matches(pattern, (door.id, door.route or "", door.file, f"{door.file}#{door.name}"))


def matches(pattern: str, names: Iterable[str]) -> bool:
    """Whether the pattern is one of the names or matches one.

    ``*`` stands for any part of a path segment, ``**`` for any number of segments. Brackets mean themselves: they
    belong to the names of routes.
    """
    known = [name for name in names if name]
    if pattern in known:
        return True
    if len(pattern) > MAX_PATTERN_LENGTH or "*" not in pattern:
        return False
    segments = [segment.replace("[", "[[]").replace("?", "[?]") for segment in pattern.split("/")]
    return any(segments_match(segments, name.split("/")) for name in known)
