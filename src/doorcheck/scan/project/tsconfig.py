"""The part of tsconfig.json and jsconfig.json that says where imports lead: ``baseUrl`` and ``paths``."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from doorcheck.scan.project.exports import MAX_TARGETS, exports_table
from doorcheck.scan.project.manifests import Manifests, ancestors, joined
from doorcheck.scan.project.patterns import StarPatterns
from doorcheck.scan.project.tree import Tree

MAX_EXTENDS = 32

_HERE = "${configDir}"


@dataclass(frozen=True, slots=True)
class _Options:
    """``base`` and ``paths`` as written, each with the folder of the file that writes it."""

    base: tuple[str, str] | None = None
    paths: tuple[str, Mapping[str, object]] | None = None

    def over(self, parent: _Options) -> _Options:
        return _Options(self.base or parent.base, self.paths or parent.paths)


@dataclass(frozen=True, slots=True)
class PathMapping:
    """What governs the imports below one folder. ``base`` is the ``baseUrl`` as a path of the tree, if there is one.

    ``patterns`` are the keys of ``paths``, each with its targets as paths of the tree.
    """

    folder: str
    base: str | None
    patterns: StarPatterns[tuple[str, tuple[str, ...]]]

    def match(self, specifier: str) -> tuple[str, list[str]] | None:
        """The key of ``paths`` that decides for a specifier, and the paths it gives in order; None when none does."""
        matched = self.patterns.match(specifier)
        if matched is None:
            return None
        (key, targets), star = matched
        filled = (joined("", target.replace("*", star)) for target in targets)
        return key, [path for path in filled if path is not None]


class PathMappings:
    """The mappings of a tree, each read when a file below it is first asked about."""

    def __init__(self, tree: Tree, manifests: Manifests) -> None:
        self._tree = tree
        self._manifests = manifests
        self._governing: dict[str, tuple[PathMapping, ...]] = {}
        self._options: dict[str, _Options] = {}

    def governing(self, folder: str) -> tuple[PathMapping, ...]:
        """The mappings that enclose a folder, nearest first; folders with the same ones get the same tuple.

        The nearest governs, but Next.js itself reads only the one beside the app's package.json.
        """
        known = self._governing.get(folder)
        if known is None:
            known = ()
            for here in reversed(tuple(ancestors(folder))):
                inherited, known = known, self._governing.get(here)
                if known is None:
                    own = self._of(here)
                    known = self._governing[here] = (*own, *inherited) if own else inherited
        return known

    def _of(self, folder: str) -> tuple[PathMapping, ...]:
        for name in ("tsconfig.json", "jsconfig.json"):
            path = f"{folder}/{name}" if folder else name
            if self._tree.exists(path):
                return tuple(_mapping(folder, self._effective(file, ())) for file in self._projects(path))
        return ()

    def _projects(self, path: str) -> Iterator[str]:
        """The file itself, or those it refers to when it compiles nothing itself (a solution)."""
        yield path
        data = self._tree.data(path)
        references = data.get("references")
        if data.get("files") != [] or data.get("include") or not isinstance(references, list):
            return
        folder = path.rpartition("/")[0]
        for reference in references:
            target = reference.get("path") if isinstance(reference, dict) else None
            # A reference to another folder leads to a project that governs its own files.
            found = self._relative(folder, target) if isinstance(target, str) else None
            if found and found.rpartition("/")[0] == folder and found != path:
                yield found

    def _effective(self, path: str, heirs: tuple[str, ...]) -> _Options:
        """The options of a file over those it extends; a file that extends itself adds nothing the second time."""
        if path in heirs or len(heirs) > MAX_EXTENDS:
            return _Options()
        known = self._options.get(path)
        if known is not None:
            return known
        data = self._tree.data(path)
        folder = path.rpartition("/")[0]
        options = _written(folder, data.get("compilerOptions"))
        extends = data.get("extends")
        # Of several, the last one wins.
        for parent in reversed(extends[:MAX_EXTENDS] if isinstance(extends, list) else [extends]):
            found = self._extended(folder, parent) if isinstance(parent, str) else None
            if found:
                options = options.over(self._effective(found, (*heirs, path)))
        self._options[path] = options
        return options

    def _extended(self, folder: str, specifier: str) -> str | None:
        if specifier.startswith((".", "/")):
            return self._relative(folder, specifier)
        parts = specifier.split("/")
        length = 2 if specifier.startswith("@") else 1
        name, subpath = "/".join(parts[:length]), "/".join(parts[length:])
        home = self._manifests.workspace(name, self._manifests.above(folder))
        manifest = self._manifests.at(home) if home is not None else None
        if home is None or manifest is None:
            return None
        exported = exports_table(manifest.content.get("exports")).targets(f"./{subpath}" if subpath else ".")
        custom = subpath or manifest.text("tsconfig") or "tsconfig.json"
        targets = (*exported.usual, *exported.other, custom)
        return next((found for target in targets if (found := self._relative(home, target))), None)

    def _relative(self, folder: str, target: str) -> str | None:
        path = joined(folder, target)
        if path is None:
            return None
        candidates = (path, f"{path}.json", posixpath.join(path, "tsconfig.json"))
        return next((candidate for candidate in candidates if self._tree.exists(candidate)), None)


def _written(folder: str, options: object) -> _Options:
    if not isinstance(options, dict):
        return _Options()
    base, paths = options.get("baseUrl"), options.get("paths")
    return _Options(
        (folder, base) if isinstance(base, str) else None, (folder, paths) if isinstance(paths, dict) else None
    )


def _mapping(folder: str, options: _Options) -> PathMapping:
    base = _placed(folder, *options.base) if options.base else None
    home, paths = options.paths or ("", {})
    entries: list[tuple[str, tuple[str, tuple[str, ...]]]] = []
    for key, targets in paths.items():
        written = [target for target in (targets if isinstance(targets, list) else ()) if isinstance(target, str)]
        placed = (_placed(folder, home if base is None else base, target) for target in written[:MAX_TARGETS])
        entries.append((key, (key, tuple(path for path in placed if path is not None))))
    return PathMapping(folder, base, StarPatterns(entries, may_be_empty=True))


def _placed(folder: str, home: str, path: str) -> str | None:
    """A path written in a file of ``home`` as a path of the tree; ``${configDir}`` is the governing file's folder."""
    if path.startswith(_HERE):
        return joined(folder, path.removeprefix(_HERE).lstrip("/") or ".")
    return joined(home, path)
