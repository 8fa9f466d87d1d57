"""The files of a repository: listed once, links never followed, read with bounds."""

from __future__ import annotations

import fnmatch
import os
import pathlib
import re
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from doorcheck import core
from doorcheck.scan.project.documents import InvalidDocumentError, parse
from doorcheck.scan.project.globs import Ignoring

SOURCE_SUFFIXES = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")
MAX_FILE_BYTES = 512 * 1024
MAX_ENTRIES = 500_000

LOCK_FILES = ("pnpm-lock.yaml", "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "bun.lock")

_DECLARATIONS = (".d.ts", ".d.mts", ".d.cts")
_SOURCES = frozenset(suffix[1:] for suffix in SOURCE_SUFFIXES)
_OTHERS = re.compile(
    "|".join(
        fnmatch.translate(glob)
        for glob in (
            *("package.json", "tsconfig*.json", "jsconfig*.json", "pnpm-workspace.yaml", *LOCK_FILES),
            *(
                "*.prisma",
                "*.sql",
                "next.config.*",
                "vercel.json",
                "netlify.toml",
                "_headers",
                "doorcheck.toml",
                "pyproject.toml",
            ),
            *(".env.example", ".env.sample", ".env.template", ".env.*.example"),
        )
    )
)

# Names that only tools give. Any other name that starts with a dot may hold a door (app/.well-known).
_NAMES_OF_TOOLS = (
    "node_modules bower_components .git .hg .svn .next .turbo .vercel .netlify .output .nuxt .svelte-kit "
    ".open-next .sst .nx .cache .parcel-cache .yarn .pnpm-store .expo .docusaurus .wrangler .serverless "
    ".contentlayer .react-email .venv .tox .mypy_cache .pytest_cache .ruff_cache .idea .vscode __pycache__ "
    "storybook-static"
)
_ALWAYS_GENERATED = frozenset(_NAMES_OF_TOOLS.split())
# Names that are output beside a package.json and anything elsewhere: app/api/build/route.ts is a door.
_GENERATED_IN_A_PACKAGE = frozenset(("dist", "build", "out", "coverage", "vendor"))


class UnreadableFile(Exception):
    """A file of the tree that cannot be read; ``why`` is a clause to show."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path}: {why}")
        self.path = path
        self.why = why


class FileTooLarge(UnreadableFile):
    """A file longer than may be read."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A regular file of the tree. ``path`` is relative to the root, with ``/``.

    ``changed_ns`` is when its content or its permissions last changed, where the system tells.
    """

    path: str
    size: int
    mtime_ns: int
    changed_ns: int = 0

    @property
    def stamp(self) -> tuple[int, int, int]:
        """What differs whenever the content does, as far as a listing can tell."""
        return self.size, self.mtime_ns, self.changed_ns


class Tree:
    """The listing of a repository, fixed once made.

    ``sources`` are the TypeScript and JavaScript files without declarations, ``others`` the configuration, lock,
    schema and SQL files, both by path and in order of path. ``unread`` is what could not be listed; configuration
    files that turn out invalid are added to it when they are first asked for. ``refused`` says that the system did
    not let a listed file be read, which may end without any change of the file.
    """

    def __init__(
        self,
        root: pathlib.Path,
        sources: dict[str, SourceFile],
        others: dict[str, SourceFile],
        folders: dict[str, frozenset[str]],
        unread: list[core.Unread],
    ) -> None:
        self.root = root
        self.sources = sources
        self.others = others
        self.unread = unread
        self.refused = False
        self._folders = folders
        self._data: dict[str, Mapping[str, object]] = {}

    def exists(self, path: str) -> bool:
        """Whether the listing holds this file."""
        folder, _, name = path.rpartition("/")
        return name in self._folders.get(folder, ())

    def folder(self, path: str) -> frozenset[str]:
        """The names of the files in a folder (``""`` or ``.`` is the root); empty when there is no such folder."""
        return self._folders.get("" if path == "." else path, frozenset())

    def has_folder(self, path: str) -> bool:
        """Whether the listing holds this folder."""
        return ("" if path == "." else path) in self._folders

    def listing(self) -> bytes:
        """All that was listed, as text: two trees with the same listing hold the same, as far as a listing can tell."""
        files = (*self.sources.values(), *self.others.values())
        lines = [f"{file.path}\0{file.size}\0{file.mtime_ns}\0{file.changed_ns}" for file in files]
        lines += [f"{folder}\0" + "\0".join(sorted(names)) for folder, names in sorted(self._folders.items())]
        lines += [f"{unread.file}\0{unread.why}" for unread in self.unread]
        return "\n".join(lines).encode("utf-8", "surrogateescape")

    def names(self) -> bytes:
        """The names of all files, as text."""
        lines = [f"{folder}\0" + "\0".join(sorted(names)) for folder, names in sorted(self._folders.items())]
        return "\n".join(lines).encode("utf-8", "surrogateescape")

    def settings(self) -> bytes:
        """What the listing says of ``others``, as text."""
        lines = [f"{file.path}\0{file.size}\0{file.mtime_ns}\0{file.changed_ns}" for file in self.others.values()]
        return "\n".join(lines).encode("utf-8", "surrogateescape")

    def read(self, path: str, limit: int = MAX_FILE_BYTES) -> bytes:
        """The content of a listed file.

        Raises FileTooLarge beyond ``limit`` bytes, and UnreadableFile when the path is not in the listing (so also
        when it leads out of the root), has become a link or another kind of file, or may not be read.
        """
        if not self.exists(path):
            raise UnreadableFile(path, "not a file of this tree")
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        try:
            handle = os.open(os.path.join(self.root, path), flags)  # noqa: PTH118 - ten times cheaper than pathlib
            try:
                found = os.fstat(handle)
                if not stat.S_ISREG(found.st_mode):
                    raise UnreadableFile(path, "not a regular file")
                if found.st_size > limit:
                    raise FileTooLarge(path, f"larger than {limit // 1024} KiB")
                return _whole(handle, path, limit)
            finally:
                os.close(handle)
        except OSError as error:
            self.refused = True
            raise UnreadableFile(path, _clause(error)) from None

    def data(self, path: str) -> Mapping[str, object]:
        """What a JSON or YAML file holds; empty when there is none, and recorded as unread when it is invalid."""
        known = self._data.get(path)
        if known is None:
            known = self._data[path] = self._parsed(path) if self.exists(path) else {}
        return known

    def _parsed(self, path: str) -> Mapping[str, object]:
        try:
            return parse(path, self.read(path))
        except InvalidDocumentError as error:
            self.unread.append(core.Unread(path, str(error)))
        except UnreadableFile as error:
            self.unread.append(core.Unread(path, error.why))
        return {}


def list_tree(root: pathlib.Path, ignore: Sequence[str] = ()) -> Tree:
    """The files under ``root``, without generated folders and what the gitignore-style ``ignore`` patterns leave out.

    Never raises for what it finds: a folder that may not be read, a link or a name that is not UTF-8 is unread.
    """
    walk = _Walk(root.resolve(), Ignoring(ignore))
    walk.run()
    return Tree(walk.root, _by_path(walk.sources), _by_path(walk.others), walk.folders, walk.unread_in_order())


def _by_path(files: list[SourceFile]) -> dict[str, SourceFile]:
    return {file.path: file for file in sorted(files, key=lambda file: file.path)}


def _whole(handle: int, path: str, limit: int) -> bytes:
    """All bytes, also when a read returns fewer than asked or the file grew since it was measured."""
    parts: list[bytes] = []
    left = limit + 1
    while left > 0 and (part := os.read(handle, left)):
        parts.append(part)
        left -= len(part)
    if left == 0:
        raise FileTooLarge(path, f"larger than {limit // 1024} KiB")
    return b"".join(parts)


def _clause(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()


def _is_text(name: str) -> bool:
    if name.isascii():
        return True
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _shown(path: str) -> str:
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


class _Walk:
    """One pass over the folders, without recursion, so that depth is bounded by the system's path length alone."""

    def __init__(self, root: pathlib.Path, ignoring: Ignoring) -> None:
        self.root = root
        self.sources: list[SourceFile] = []
        self.others: list[SourceFile] = []
        self.folders: dict[str, frozenset[str]] = {}
        self.unread: list[core.Unread] = []
        self._ignoring = ignoring
        self._links: list[tuple[str, str]] = []
        self._pending: list[str] = []
        self._entries = 0

    def run(self) -> None:
        base = os.fspath(self.root)
        self._pending.append("")
        while self._pending:
            folder = self._pending.pop()
            try:
                with os.scandir(f"{base}/{folder}") as listing:
                    entries = list(listing)
            except OSError as error:
                self.unread.append(core.Unread(folder or ".", f"folder not listed: {_clause(error)}"))
                continue
            self._entries += len(entries)
            if self._entries > MAX_ENTRIES:
                self.unread.append(core.Unread(".", f"more than {MAX_ENTRIES:,} files; the rest was not listed"))
                return
            self._list(folder, entries)

    def _list(self, folder: str, entries: list[os.DirEntry[str]]) -> None:
        prefix = f"{folder}/" if folder else ""
        names: list[str] = []
        subfolders: list[str] = []
        for entry in entries:
            name = entry.name
            path = prefix + name
            try:
                if entry.is_symlink():
                    self._links.append((path, entry.path))
                elif entry.is_dir(follow_symlinks=False):
                    subfolders.append(name)
                elif entry.is_file(follow_symlinks=False) and self._keep(path, name, entry):
                    names.append(name)
            except OSError as error:
                self.unread.append(core.Unread(_shown(path), _clause(error)))
        self.folders[folder] = frozenset(names)
        generated = _GENERATED_IN_A_PACKAGE if "package.json" in self.folders[folder] else frozenset()
        for name in subfolders:
            if name not in _ALWAYS_GENERATED and name not in generated and self._wanted(prefix + name, is_folder=True):
                self._pending.append(prefix + name)

    def _keep(self, path: str, name: str, entry: os.DirEntry[str]) -> bool:
        is_source = name.rpartition(".")[2] in _SOURCES and not name.endswith(_DECLARATIONS)
        is_other = not is_source and _OTHERS.match(name) is not None
        if not (is_source or is_other):
            return _is_text(name) and not (self._ignoring and self._ignoring.leaves_out(path, is_folder=False))
        if not self._wanted(path, is_folder=False):
            return False
        found = entry.stat(follow_symlinks=False)
        (self.sources if is_source else self.others).append(
            SourceFile(path, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
        )
        return True

    def _wanted(self, path: str, *, is_folder: bool) -> bool:
        if self._ignoring and self._ignoring.leaves_out(path, is_folder=is_folder):
            return False
        if _is_text(path):
            return True
        self.unread.append(core.Unread(_shown(path), "its name is not UTF-8"))
        return False

    def unread_in_order(self) -> list[core.Unread]:
        """All that was met, links included where they could hide code, in order of path."""
        for path, place in self._links:
            if why := self._hides(path, place):
                self.unread.append(core.Unread(_shown(path), why))
        return sorted(self.unread, key=lambda unread: (unread.file, unread.why))

    def _hides(self, path: str, place: str) -> str | None:
        """Why a link matters, judged by names alone: its target is never looked at."""
        name = path.rpartition("/")[2]
        if name in _ALWAYS_GENERATED or self._ignoring.leaves_out(path, is_folder=True):
            return None
        is_source = name.rpartition(".")[2] in _SOURCES and not name.endswith(_DECLARATIONS)
        try:
            target = os.path.normpath(os.path.join(os.path.dirname(place), os.readlink(place)))  # noqa: PTH115, PTH118, PTH120
        except OSError as error:
            return f"link not read: {_clause(error)}"
        inside = os.path.relpath(target, self.root).replace(os.sep, "/")
        if inside == ".." or inside.startswith("../"):
            return "link out of the tree, not followed" if is_source or "." not in name else None
        if is_source or inside in self.folders or inside == ".":
            return "link, not followed"
        return None
