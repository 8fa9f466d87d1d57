"""Which source file a path without certainty about its suffix stands for, from the listing alone."""

from __future__ import annotations

from collections.abc import Sequence

from doorcheck.scan.project.manifests import Manifests, joined
from doorcheck.scan.project.tree import SOURCE_SUFFIXES, Tree

# What may have been written for a file that a compiler will turn into the named one.
_COMPILED_FROM = {
    ".js": (".ts", ".tsx", ".js", ".jsx"),
    ".jsx": (".tsx", ".jsx"),
    ".mjs": (".mts", ".mjs"),
    ".cjs": (".cts", ".cjs"),
}
_SEARCH = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")
_ENTRY_FIELDS = ("main", "module", "types", "typings", "source")

# Folders that a build writes, and the parts of one that name a module format.
_OUTPUTS = frozenset(
    ("dist", "build", "out", "lib", "esm", "cjs", "es", "umd", "types", "_esm", "_cjs", "src", "output")
)
_OUTPUT_SUFFIXES = (".d.ts", ".d.mts", ".d.cts", ".ts", ".tsx", ".js", ".mjs", ".cjs", ".jsx")


class Lookup:
    """Answers for one tree."""

    def __init__(self, tree: Tree, manifests: Manifests) -> None:
        self._tree = tree
        self._manifests = manifests

    def file(self, path: str) -> str | None:
        """The source file that ``path`` names: itself, what it is compiled from, or with a suffix added."""
        folder, _, name = path.rpartition("/")
        names = self._tree.folder(folder)
        if not names or not name:
            return None
        stem, dot, end = name.rpartition(".")
        suffix = dot + end
        if suffix in SOURCE_SUFFIXES and stem:
            for other in _COMPILED_FROM.get(suffix, (suffix,)):
                if stem + other in names and (found := self._source(folder, stem + other)):
                    return found
        for other in _SEARCH:
            if name + other in names and (found := self._source(folder, name + other)):
                return found
        return None

    def at(self, path: str, *, folder_only: bool = False) -> str | None:
        """The source file that an import of ``path`` loads: a file, or what a folder's package.json or index says."""
        if not folder_only and (found := self.file(path)):
            return found
        if not self._tree.has_folder(path):
            return None
        manifest = self._manifests.at(path)
        return (manifest and self.entry(path)) or self.file(f"{path}/index".lstrip("/"))

    def declared_only(self, path: str) -> bool:
        """Whether nothing but declarations, or a file that is no code, stands at this path."""
        folder, _, name = path.rpartition("/")
        names = self._tree.folder(folder)
        return name in names or f"{name}.d.ts" in names or "index.d.ts" in self._tree.folder(path)

    def entry(self, folder: str) -> str | None:
        """The source of a package's main module, by its package.json (``exports`` aside), then by custom."""
        manifest = self._manifests.at(folder)
        targets = [text for field in _ENTRY_FIELDS if manifest and (text := manifest.text(field))]
        # Without a field that says otherwise, a package is its index; with one that is built, most likely src.
        customs = ("src/index", "index") if targets else ("index", "src/index")
        return self.first(folder, targets) or self.first_source_of(folder, targets) or self.first(folder, customs)

    def first(self, folder: str, targets: Sequence[str]) -> str | None:
        """The first of the targets, relative to ``folder``, that is in the tree."""
        for target in targets:
            path = joined(folder, target)
            if not path or path == folder:
                continue
            if found := self.file(path) or (self._tree.has_folder(path) and self.file(f"{path}/index")):
                return found
        return None

    def first_source_of(self, folder: str, targets: Sequence[str]) -> str | None:
        """The source file from which a build made the first of the targets that has one in the tree."""
        for target in targets:
            path = joined("", target)
            if path is None:
                continue
            for candidate in _sources_of(path):
                if found := self.at(f"{folder}/{candidate}".lstrip("/")):
                    return found
        return None

    def _source(self, folder: str, name: str) -> str | None:
        path = f"{folder}/{name}" if folder else name
        return path if path in self._tree.sources else None


def _sources_of(output: str) -> list[str]:
    """``dist/esm/a.mjs`` as ``src/esm/a``, ``esm/a``, ``src/a``, ``a``: without the suffix and the leading outputs."""
    for suffix in _OUTPUT_SUFFIXES:
        if output.endswith(suffix):
            output = output.removesuffix(suffix)
            break
    parts = output.split("/")
    found: list[str] = []
    while len(parts) > 1 and parts[0] in _OUTPUTS:
        parts = parts[1:]
        rest = "/".join(parts)
        found += [f"src/{rest}", rest]
    return found or [f"src/{output}"]
