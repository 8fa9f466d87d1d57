"""package.json files, and the workspaces that npm, yarn, bun and pnpm make of them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from doorcheck import core
from doorcheck.scan.project.globs import MAX_PATTERN_LENGTH, MAX_PATTERNS, segments_match
from doorcheck.scan.project.tree import Tree

MAX_MANIFESTS = 5_000

# The ways to write that a dependency is the folder next door, not what a registry holds.
_LOCAL = ("workspace:", "file:", "link:", "portal:")
_SECTIONS = ("peerDependencies", "optionalDependencies", "devDependencies", "dependencies")


@dataclass(frozen=True, slots=True)
class Manifest:
    """A package.json. ``folder`` is where it lies (``""`` the root), ``dependencies`` all kinds merged."""

    folder: str
    name: str | None
    dependencies: Mapping[str, str]
    content: Mapping[str, object]

    def text(self, field: str) -> str | None:
        """The field's value when it is a string."""
        value = self.content.get(field)
        return value if isinstance(value, str) else None


def _manifest(folder: str, content: Mapping[str, object]) -> Manifest:
    name = content.get("name")
    dependencies: dict[str, str] = {}
    for section in _SECTIONS:
        dependencies.update(strings(content.get(section)))
    return Manifest(folder, name if isinstance(name, str) and name else None, dependencies, content)


def strings(value: object) -> dict[str, str]:
    """The entries of an object whose values are strings; empty for anything else."""
    if not isinstance(value, dict):
        return {}
    return {key: text for key, text in value.items() if isinstance(key, str) and isinstance(text, str)}


def ancestors(folder: str) -> Iterator[str]:
    """The folder and each one above it, up to and with the root (``""``)."""
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
    yield ""


def joined(folder: str, path: str) -> str | None:
    """``path`` seen from ``folder``, normalised; None when it leads out of the root."""
    result = posixpath.normpath(posixpath.join(folder, path))
    if result == ".":
        return ""
    return None if result.startswith(("../", "/")) or result == ".." else result


class Manifests:
    """Every package.json of a tree, by folder, and which of them are declared as workspaces."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._by_folder: dict[str, Manifest] = {}
        self._by_name: dict[str, list[Manifest]] = {}
        paths = [path for path in tree.others if path == "package.json" or path.endswith("/package.json")]
        if len(paths) > MAX_MANIFESTS:
            # Once, though several readers ask.
            note = core.Unread(".", f"more than {MAX_MANIFESTS:,} package.json files; the rest was not read")
            tree.unread.extend([] if note in tree.unread else [note])
        for path in sorted(paths, key=lambda path: path.count("/"))[:MAX_MANIFESTS]:
            folder = path.rpartition("/")[0]
            manifest = self._by_folder[folder] = _manifest(folder, tree.data(path))
            if manifest.name:
                self._by_name.setdefault(manifest.name, []).append(manifest)
        self._declared = self._declared_folders()
        self._above: dict[str, tuple[Manifest, ...]] = {}

    def at(self, folder: str) -> Manifest | None:
        """The package.json in this very folder."""
        return self._by_folder.get(folder)

    def above(self, folder: str) -> tuple[Manifest, ...]:
        """The package.json files that enclose a folder, nearest first."""
        known = self._above.get(folder)
        if known is None:
            known = ()
            for here in reversed(tuple(ancestors(folder))):
                own = self._by_folder.get(here)
                known = self._above.setdefault(here, (own, *known) if own else known)
        return known

    def written(self, name: str, manifests: tuple[Manifest, ...]) -> str | None:
        """How the nearest of these manifests that depends on a package writes its version."""
        for manifest in manifests:
            if name in manifest.dependencies:
                return manifest.dependencies[name]
        return None

    def workspace(self, name: str, importers: tuple[Manifest, ...]) -> str | None:
        """The folder of the package with this name that an importer below ``importers`` gets, if it is in the tree.

        A version from a registry wins over a folder that no workspace declares: a fixture named like a library
        does not stand for the library.
        """
        written = self.written(name, importers)
        if written is not None and (folder := self._linked(written, name, importers)) is not None:
            return folder
        found = self._by_name.get(name)
        if not found:
            return None
        declared = [manifest for manifest in found if manifest.folder in self._declared]
        if (
            not declared
            and written is not None
            and not written.startswith(_LOCAL)
            and not self._is_self(name, importers)
        ):
            return None
        nearest = importers[0].folder if importers else ""
        return min(declared or found, key=lambda manifest: _distance(manifest.folder, nearest)).folder

    def _is_self(self, name: str, importers: tuple[Manifest, ...]) -> bool:
        own = next((manifest for manifest in importers if manifest.name), None)
        return own is not None and own.name == name and name not in own.dependencies

    def _linked(self, written: str, name: str, importers: tuple[Manifest, ...]) -> str | None:
        """The folder that ``file:``, ``link:`` or ``portal:`` points at."""
        scheme, _, path = written.partition(":")
        if scheme not in ("file", "link", "portal"):
            return None
        owner = next(manifest for manifest in importers if name in manifest.dependencies)
        folder = joined(owner.folder, path)
        return folder if folder is not None and self._tree.has_folder(folder) else None

    def _declared_folders(self) -> frozenset[str]:
        declared: set[str] = set()
        left = MAX_PATTERNS
        for manifest in self._by_folder.values():
            globs = self._workspace_globs(manifest)[:left]
            left -= len(globs)
            if globs:
                declared.update(self._matching(manifest.folder, globs))
        return frozenset(declared)

    def _workspace_globs(self, manifest: Manifest) -> list[str]:
        value = manifest.content.get("workspaces")
        if isinstance(value, dict):
            value = value.get("packages")
        pnpm = self._tree.data(f"{manifest.folder}/pnpm-workspace.yaml".lstrip("/")).get("packages")
        globs = [*(value if isinstance(value, list) else ()), *(pnpm if isinstance(pnpm, list) else ())]
        return [glob for glob in globs if isinstance(glob, str) and len(glob) <= MAX_PATTERN_LENGTH]

    def _matching(self, root: str, globs: list[str]) -> Iterator[str]:
        prefix = f"{root}/" if root else ""
        wanted = [_segments(glob) for glob in globs if not glob.startswith("!")]
        unwanted = [_segments(glob[1:]) for glob in globs if glob.startswith("!")]
        for folder in self._by_folder:
            if not folder.startswith(prefix) or folder == root:
                continue
            path = folder.removeprefix(prefix).split("/")
            is_wanted = any(segments_match(glob, path) for glob in wanted)
            if is_wanted and not any(segments_match(glob, path) for glob in unwanted):
                yield folder


def _segments(glob: str) -> list[str]:
    return [part for part in glob.split("/") if part not in ("", ".")]


def _distance(folder: str, other: str) -> tuple[int, int, str]:
    """How far apart two folders are: by steps from the one to the other, then depth, then name."""
    left, right = folder.split("/"), other.split("/")
    shared = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        shared += 1
    return (len(left) + len(right) - 2 * shared, len(left), folder)
