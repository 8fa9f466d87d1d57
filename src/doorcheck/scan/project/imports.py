"""Who imports whom, for questions that start at a file and go up to those who use it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from doorcheck.scan.project.resolution import InRepository, Resolution
from doorcheck.scan.project.skim import Link, Skim, skim
from doorcheck.scan.project.tree import Tree, UnreadableFile

Skimming = Callable[[str], Skim | None]
Resolve = Callable[[str, str], Resolution]


@dataclass(frozen=True, slots=True)
class Use:
    """A file that uses an export: under which ``name``, and whether it holds it as a member of a whole module."""

    path: str
    name: str
    whole: bool = False


class Imports:
    """The import graph of a tree's source files, made when it is first asked. ``skimmed`` gives a file's imports.

    ``searched`` are the files whose text was asked for, beyond their imports.
    """

    def __init__(self, tree: Tree, resolve: Resolve, skimmed: Skimming | None = None) -> None:
        self._tree = tree
        self._resolve = resolve
        self._skimming = skimmed or self._read
        self._skims: dict[str, Skim | None] = {}
        self._importers: dict[str, list[tuple[str, Link]]] | None = None
        self.searched: set[str] = set()

    def _read(self, path: str) -> Skim | None:
        try:
            return skim(self._tree.read(path))
        except UnreadableFile:
            return None

    def skim_of(self, path: str) -> Skim | None:
        """The file's imports; None when it cannot be read."""
        if path not in self._skims:
            self._skims[path] = self._skimming(path)
        return self._skims[path]

    def source(self, path: str) -> bytes:
        """The text of a file behind its imports; empty when it cannot be read."""
        self.searched.add(path)
        found = self.skim_of(path)
        try:
            return self._tree.read(path)[found.body if found is not None else 0 :]
        except UnreadableFile:
            return b""

    def importers_of(self, path: str) -> list[tuple[str, Link]]:
        """The files that import this one, each with the import that does."""
        if self._importers is None:
            self._importers = {}
            for importer in self._tree.sources:
                found = self.skim_of(importer)
                for link in found.links if found is not None else ():
                    target = self._resolve(importer, link.specifier)
                    if isinstance(target, InRepository) and target.path != importer:
                        self._importers.setdefault(target.path, []).append((importer, link))
        return self._importers.get(path, [])

    def closure(self, paths: Iterable[str], stops: Callable[[str], bool] = lambda _: False) -> set[str]:
        """These files and all that import them, directly or not; nobody is climbed to through a file that ``stops``."""
        found = set(paths)
        pending = list(found)
        while pending:
            for importer, _ in self.importers_of(pending.pop()):
                if importer not in found and not stops(importer):
                    found.add(importer)
                    pending.append(importer)
        return found

    def uses_of(self, path: str, name: str) -> Iterator[Use]:
        """Every file that imports an export by name or with all others, through re-exports too."""
        pending = [(path, name)]
        seen = set(pending)
        while pending:
            current, wanted = pending.pop()
            for importer, link in self.importers_of(current):
                for asked, here in link.names:
                    if asked not in {wanted, "*"}:
                        continue
                    if not link.exports:
                        yield Use(importer, here, whole=asked == "*")
                        continue
                    passed = (importer, wanted if asked == here == "*" else here)
                    if passed not in seen:
                        seen.add(passed)
                        pending.append(passed)
