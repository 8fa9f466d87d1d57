"""The ``exports`` and ``imports`` of a package.json: which targets a subpath or a ``#name`` stands for."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from doorcheck.scan.project.patterns import StarPatterns

MAX_TARGETS = 64

_CONDITIONS = frozenset(("import", "require", "node", "default"))


@dataclass(frozen=True, slots=True)
class Targets:
    """What a package.json gives for one name, in the order in which it is written.

    ``usual`` is what Node.js may take. ``other`` stands under other conditions (``types``, ``source``, a team's
    own), which often name the source of a package that is built.
    """

    usual: tuple[str, ...] = ()
    other: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.usual or self.other)


class TargetTable:
    """One ``exports`` or ``imports`` object."""

    def __init__(self, entries: dict[str, object]) -> None:
        # A key that ends with "/" is the older form of one that ends with "/*".
        written = ((f"{key}*" if key.endswith("/") else key, value) for key, value in entries.items())
        self._patterns = StarPatterns(written, may_be_empty=False)

    def targets(self, key: str) -> Targets:
        """The targets for ``.``, ``./subpath`` or ``#name``; none when the table does not hold it."""
        matched = self._patterns.match(key)
        if matched is None:
            return Targets()
        usual: list[str] = []
        other: list[str] = []
        value, star = matched
        for target, is_usual in itertools.islice(_walk(value, is_usual=True), MAX_TARGETS):
            filled = target + star if target.endswith("/") else target.replace("*", star)
            (usual if is_usual else other).append(filled)
        return Targets(tuple(usual), tuple(other))


def exports_table(exports: object) -> TargetTable:
    """The table of a package.json's ``exports``, whose short form (a target, or its conditions) is for ``.`` alone."""
    if isinstance(exports, dict):
        subpaths = {key: value for key, value in exports.items() if isinstance(key, str) and key.startswith(".")}
        if subpaths:
            return TargetTable(subpaths)
    return TargetTable({} if exports is None else {".": exports})


def imports_table(imports: object) -> TargetTable:
    """The table of a package.json's ``imports``."""
    entries = imports.items() if isinstance(imports, dict) else ()
    return TargetTable({key: value for key, value in entries if isinstance(key, str) and key.startswith("#")})


def _walk(value: object, *, is_usual: bool) -> Iterator[tuple[str, bool]]:
    if isinstance(value, str):
        yield value, is_usual
    elif isinstance(value, list):
        for item in value:
            yield from _walk(item, is_usual=is_usual)
    elif isinstance(value, dict):
        for condition, item in value.items():
            yield from _walk(item, is_usual=is_usual and condition in _CONDITIONS)
