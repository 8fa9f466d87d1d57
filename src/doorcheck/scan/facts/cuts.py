"""What is taken out of a record on its way: by destructuring, by deleting, by a schema that strips the rest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from doorcheck.scan.facts.checks import Kind, Unknowns

if TYPE_CHECKING:
    from doorcheck.scan.facts.checks import Shape

Path = tuple[str, ...]
SOME = "*"
"""A field that was taken out and whose name could not be told."""
_MAX_DEPTH = 3


@dataclass(frozen=True, slots=True)
class Cut:
    """``without`` are the paths that are gone; ``only`` names, for a path, the fields that are left of it."""

    without: frozenset[Path] = frozenset()
    only: frozenset[tuple[Path, frozenset[str]]] = frozenset()

    def leaves(self, path: Path) -> bool:
        """Whether what stands at this path of the record is still there."""
        if any(path[:length] in self.without for length in range(1, len(path) + 1)):
            return False
        return all(path[: len(at)] != at or len(path) == len(at) or path[len(at)] in names for at, names in self.only)

    def is_sure(self, path: Path) -> bool:
        """Whether the names of all fields that were taken out of what stands at this path are known."""
        return (*path, SOME) not in self.without

    def taking(self, at: Path, names: Iterable[str]) -> Cut:
        """The same with these fields of what stands at a path gone as well."""
        gone = frozenset((*at, name) for name in names)
        return self if gone <= self.without else replace(self, without=self.without | gone)

    def through(self, at: Path, shape: Shape, depth: int = 0) -> Cut:
        """The same after what stands at a path went through a schema."""
        if shape.kind is Kind.LIST and shape.items is not None and depth < _MAX_DEPTH:
            return self.through(at, shape.items, depth + 1)
        if shape.kind is not Kind.OBJECT or shape.members is None:
            return self
        cut = self
        if shape.unknowns is not Unknowns.KEPT:
            cut = replace(cut, only=cut.only | {(at, frozenset(name for name, _ in shape.members))})
        if depth < _MAX_DEPTH:
            for name, inner in shape.members:
                cut = cut.through((*at, name), inner, depth + 1)
        return cut


WHOLE = Cut()
