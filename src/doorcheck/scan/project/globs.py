"""Glob patterns over repository paths, with ``**``; matching takes time linear in both, whatever the pattern."""

from __future__ import annotations

import fnmatch
import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from doorcheck import core

MAX_PATTERNS = 500
MAX_PATTERN_LENGTH = 1_000


@functools.lru_cache(maxsize=4096)
def _segment(glob: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(glob))


def segments_match(pattern: Sequence[str], path: Sequence[str]) -> bool:
    """Whether the path's segments match the pattern's, where ``**`` stands for any number of them.

    Going back to the last ``**`` only is enough, and keeps a hostile pattern from taking exponential time.
    """
    at, here = 0, 0
    star, resume = -1, 0
    while here < len(path):
        if at < len(pattern) and pattern[at] == "**":
            star, resume = at, here
            at += 1
        elif at < len(pattern) and _segment(pattern[at]).match(path[here]):
            at, here = at + 1, here + 1
        elif star >= 0:
            resume += 1
            at, here = star + 1, resume
        else:
            return False
    return all(rest == "**" for rest in pattern[at:])


@dataclass(frozen=True, slots=True)
class _Rule:
    segments: tuple[str, ...]
    refuses: bool
    folders_only: bool
    inside: bool


def _rule(line: str) -> _Rule | None:
    refuses = not line.startswith("!")
    text = line[1:] if not refuses else line
    folders_only = text.endswith("/")
    anchored = "/" in text.rstrip("/")
    segments = tuple(part for part in text.split("/") if part not in ("", "."))
    if not segments:
        return None
    # "a/**" leaves the folder itself alone and takes what is in it.
    inside = segments[-1] == "**" and len(segments) > 1
    return _Rule(segments if anchored else ("**", *segments), refuses, folders_only, inside)


class Ignoring:
    """Which paths a list of gitignore-style patterns leaves out.

    Raises core.ConfigurationError for more than 500 patterns or one longer than 1,000 characters.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        lines = [line.strip() for line in patterns]
        if len(lines) > MAX_PATTERNS:
            raise core.ConfigurationError(f"ignore holds {len(lines)} patterns; at most {MAX_PATTERNS} are allowed")
        if any(len(line) > MAX_PATTERN_LENGTH for line in lines):
            raise core.ConfigurationError(f"a pattern in ignore is longer than {MAX_PATTERN_LENGTH} characters")
        made = (_rule(line) for line in lines if line and not line.startswith("#"))
        self._rules = [rule for rule in made if rule is not None]

    def __bool__(self) -> bool:
        return bool(self._rules)

    def leaves_out(self, path: str, *, is_folder: bool) -> bool:
        """Whether the last pattern that matches the path refuses it. Parents are the caller's to ask first."""
        segments = path.split("/")
        for rule in reversed(self._rules):
            if rule.folders_only and not is_folder:
                continue
            if segments_match(rule.segments, segments) and not (
                rule.inside and segments_match(rule.segments[:-1], segments)
            ):
                return rule.refuses
        return False
