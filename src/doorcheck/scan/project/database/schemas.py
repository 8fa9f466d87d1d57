"""The databases of a repository, read when they are first asked for, and which of them a file of code speaks to."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from doorcheck.core import Unread
from doorcheck.scan.project.database.kinship import Kinship, Words
from doorcheck.scan.project.database.models import Model
from doorcheck.scan.project.database.naming import plain
from doorcheck.scan.project.database.prisma import read_prisma
from doorcheck.scan.project.database.sql import Ddl
from doorcheck.scan.project.manifests import strings
from doorcheck.scan.project.skim import Skim
from doorcheck.scan.project.tree import Tree, UnreadableFile

MAX_FILE_BYTES = 4 * 1024 * 1024
MAX_BYTES = 48 * 1024 * 1024
"""Bytes read of all schema and SQL files together."""
MAX_SECONDS = 10.0
"""Processor time for all of them."""

MAX_DECLARING = 1_000
"""Source files that may declare tables."""

Declared = Callable[[], Iterable[Model]]

_DEPENDENCIES = ("dependencies", "devDependencies", "peerDependencies")
MAX_STATEMENT = 20_000
"""Characters of a statement in which tables are looked for."""
_TABLE = re.compile(
    r"\b(?:from|join|into|update|table)\s+(?:only\s+)?((?:[\"`\[]?\w+[\"`\]]?\.){0,2}[\"`\[]?\w+)", re.IGNORECASE
)
_QUOTES = re.compile(r"[\"`\[\]]")
_DIGITS = re.compile(r"\d+")
_SAMPLES = frozenset(
    ("test", "tests", "__tests__", "fixtures", "__fixtures__", "examples", "e2e", "mocks", "__mocks__", "testdata")
)
_BACKWARDS = re.compile(r"(?:^|[./_-])(?:down|rollback|revert|undo)\.sql$", re.IGNORECASE)
# What a migration tool runs only to go back.
_DOWN_SECTION = re.compile(
    r"^--\s*(?:\+goose\s+down|migrate:down|\+migrate\s+down|@down|rollback)\b.*",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
_SECURITY = re.compile(rb"row\s+level\s+security|create\s+policy", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Schema:
    """The models that code at one place can reach; those of the nearest database come first."""

    kinship: Kinship

    @property
    def models(self) -> tuple[Model, ...]:
        """All of them."""
        return self.kinship.models

    def model(self, name: str) -> Model | None:
        """The model that an operation's subject names: a client's property, a variable, a table, a collection.

        Case, underscores and a simple plural make no difference; a statement in SQL is about the first table it names.
        None when no schema file speaks of it.
        """
        if " " in name and (named := self.tables_in(name)):
            return named[0]
        return self.kinship.find(name)

    def tables_in(self, sql: str) -> tuple[Model, ...]:
        """The tables that a statement reads or changes, in the order in which its text names them."""
        named = (self.kinship.find(_QUOTES.sub("", found[1])) for found in _TABLE.finditer(sql[:MAX_STATEMENT]))
        return tuple({model.name: model for model in named if model is not None}.values())


class Schemas:
    """All schemas of one tree; without a tree there are none.

    ``unread`` are files that could not be taken into account, once any was asked for.

    ``declared`` gives the models that source code declares, each with its file; it is asked once.
    """

    def __init__(
        self,
        tree: Tree | None = None,
        words: Words | None = None,
        apps: Sequence[str] = (),
        declared: Declared | None = None,
    ) -> None:
        self.unread: list[Unread] = []
        self._tree = tree
        self._words: Words = words or {}
        self._apps = apps
        self._declared = declared
        self._homes: dict[str, list[Model]] | None = None
        self._near: dict[tuple[str, ...], Schema] = {}
        self._folders: dict[str, Schema] = {}

    def model(self, name: str, near: str = "") -> Model | None:
        """The model of this name in the schema nearest to the file ``near``; see Schema.model."""
        return self.near(near).model(name)

    def near(self, file: str = "") -> Schema:
        """What code in this file reaches: the nearest schema's models, then those of the others."""
        folder = file.rpartition("/")[0]
        known = self._folders.get(folder)
        if known is None:
            if self._homes is None:
                self._homes = self._read(self._tree) if self._tree is not None else {}
            order = tuple(sorted(self._homes, key=lambda home: self._distance(home, folder)))
            known = self._near.get(order)
            if known is None:
                known = self._near[order] = self._schema(order, self._homes)
            self._folders[folder] = known
        return known

    def _schema(self, order: Iterable[str], homes: Mapping[str, list[Model]]) -> Schema:
        return Schema(Kinship((model for home in order for model in homes[home]), self._words))

    def _distance(self, home: str, folder: str) -> tuple[int, int, str]:
        """How far a schema is from a folder: in a folder above it, in a package of its own, in another app."""
        shared = 0
        for mine, other in zip(home.split("/"), folder.split("/"), strict=False):
            if mine != other:
                break
            shared += bool(mine)
        if not home or folder == home or folder.startswith(f"{home}/"):
            rank = 0 if home else 1
        else:
            rank = 2 if any(app not in ("", ".") and (home + "/").startswith(app + "/") for app in self._apps) else 1
        return rank, -shared, home

    def _read(self, tree: Tree) -> dict[str, list[Model]]:
        files = _Files(tree, self.unread)
        found: dict[str, list[Model]] = defaultdict(list)
        migrated: list[str] = []
        for folder, texts in _prisma(tree, files).items():
            found[_home(tree, next(iter(texts)))] += read_prisma(texts)
            migrated += [f"{folder}/migrations/".lstrip("/"), f"{folder}/" if folder else "migrations/"]
        for model in self._declared() if self._declared is not None else ():
            found[_home(tree, model.file)].append(model)
        for home, ddl in _sql(tree, files, tuple(migrated)).items():
            found[home] += ddl.models()
        return {home: _merged(models) for home, models in found.items()}


def _prisma(tree: Tree, files: _Files) -> dict[str, dict[str, str]]:
    """The texts of the Prisma schemas by path, for each folder that one of them lies in."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for path in tree.others:
        if path.endswith(".prisma") and not _is_sample(path) and (text := files.text(path)):
            found[_home_of_prisma(path)][path] = text
    return found


def _sql(tree: Tree, files: _Files, migrated: tuple[str, ...]) -> dict[str, Ddl]:
    """What the SQL files of each package build; of those that Prisma made, only row-level security is news."""
    found: dict[str, Ddl] = defaultdict(Ddl)
    for path in sorted(tree.others, key=_in_order):
        if path.endswith(".sql") and not _is_sample(path) and not _BACKWARDS.search(path):
            text = files.text(path, _SECURITY if path.startswith(migrated) else None)
            if text:
                found[_home(tree, path)].apply(path, _DOWN_SECTION.sub("", text))
    return found


def declaring_files(tree: Tree, packages: Iterable[str], skim_of: Callable[[str], Skim | None]) -> list[str]:
    """The source files that import one of these packages, in apps and packages that depend on one of them."""
    wanted = frozenset(packages)
    depended = {name if name.startswith("@") else name.split("/")[0] for name in wanted}
    manifests = [path for path in tree.others if path.rpartition("/")[2] == "package.json"]
    homes = tuple(
        path.removesuffix("package.json")
        for path in manifests
        if any(not depended.isdisjoint(strings(tree.data(path).get(field))) for field in _DEPENDENCIES)
    )
    found = (path for path in tree.sources if path.startswith(homes) and not _is_sample(path)) if homes else ()
    return [
        path
        for path in found
        if (skimmed := skim_of(path)) is not None and any(link.specifier in wanted for link in skimmed.links)
    ][:MAX_DECLARING]


def _home(tree: Tree, path: str) -> str:
    """The nearest folder above that is a package; the schema is that package's."""
    folder = path.rpartition("/")[0]
    while folder and not tree.exists(f"{folder}/package.json"):
        folder = folder.rpartition("/")[0]
    return folder


class _Files:
    """Reads schema files within a budget of bytes and time."""

    def __init__(self, tree: Tree, unread: list[Unread]) -> None:
        self._tree = tree
        self._unread = unread
        self._left = MAX_BYTES
        self._until = time.process_time() + MAX_SECONDS

    def text(self, path: str, only: re.Pattern[bytes] | None = None) -> str:
        """The text of a file; empty, and noted, when it cannot be read, and empty where ``only`` is not in it."""
        if self._left <= 0 or time.process_time() > self._until:
            self._unread.append(
                Unread(path, "the schema files before it took all the time or memory there is for them")
            )
            return ""
        try:
            content = self._tree.read(path, MAX_FILE_BYTES)
        except UnreadableFile as error:
            self._unread.append(Unread(path, error.why))
            return ""
        self._left -= len(content)
        if only is not None and only.search(content) is None:
            return ""
        if b"\0" in content:
            self._unread.append(Unread(path, "it is a binary file, or not UTF-8"))
            return ""
        return content.decode("utf-8-sig", "replace").replace("\r\n", "\n")


def _merged(models: Iterable[Model]) -> list[Model]:
    """One model for each table: the first that describes it, with the row-level security that another knows."""
    found: dict[str, Model] = {}
    for model in models:
        key = plain(model.stored or model.name)
        known = found.get(key)
        if known is None:
            found[key] = model
            continue
        found[key] = replace(known, columns=known.columns or model.columns, security=known.security or model.security)
    return list(found.values())


def _home_of_prisma(path: str) -> str:
    """The folder of a schema of one file, or of one in several files."""
    folder = path.rpartition("/")[0]
    parent, _, name = folder.rpartition("/")
    return parent if name in ("schema", "models") else folder


def _in_order(path: str) -> tuple[str, ...]:
    """Migrations in the order in which they are applied: numbers count as numbers."""
    return tuple(_DIGITS.sub(lambda found: found[0].zfill(20), part) for part in path.split("/"))


def _is_sample(path: str) -> bool:
    return not _SAMPLES.isdisjoint(path.split("/")[:-1])
