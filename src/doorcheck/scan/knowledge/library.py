"""All knowledge, indexed: what is known about a path from a package's export."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

import msgspec

from doorcheck.core import ConfigurationError
from doorcheck.scan.knowledge.rows import ClientOnly, ErrorClass, KnowledgeFile, Row, SchemaWords, Sink, Table
from doorcheck.scan.knowledge.words import Words

_SECTIONS = (
    "session_source", "sink", "limiter", "address", "denial", "identity", "caller_cookie", "callback", "same",
    "handler_wrapper", "own_handlers", "builder", "router", "validator", "cors", "security_headers", "log",
    "markup", "address_check", "file_type", "form_reader",
)  # fmt: skip

ANYWHERE = "**."
"""Begins the path of a method that any object of a package has."""


class _Branch:
    """A node of the index: the row that ends here and what may follow."""

    __slots__ = ("following", "row")

    def __init__(self) -> None:
        self.row: Row | None = None
        self.following: dict[str, _Branch] = {}


class Knowledge:
    """What libraries do. ``match`` answers for a package and a path; ``words`` are the names that carry meaning."""

    def __init__(self, files: Iterable[KnowledgeFile]) -> None:
        self._rows: dict[str, list[Row]] = {}
        self._packages: dict[str, _Branch] = {}
        self._pure: set[str] = set()
        self._methods: dict[str, dict[str, Row]] = {}
        self._schemas: dict[str, SchemaWords] = {}
        self._errors: dict[tuple[str, str], str] = {}
        self._codes: list[tuple[re.Pattern[str], str, list[str]]] = []
        self.tables: dict[tuple[str, tuple[str, ...]], Table] = {}
        """The calls that declare a table, by package and path."""
        self.same_site: dict[str, str] = {}
        """The SameSite of a library's session cookie, by the name that its packages have in common."""
        self.client_only: dict[str, ClientOnly] = {}
        """What each package offers only to code in browsers."""
        self.types: dict[str, tuple[str, tuple[str, ...]]] = {}
        words: dict[str, set[str]] = {name: set() for name in Words.__struct_fields__}
        for file in files:
            for section in _SECTIONS:
                for row in getattr(file, section):
                    self._add(row)
            for pure in file.pure:
                self._pure.update(pure.packages)
            self.same_site.update((each.library, each.same_site) for each in file.session_cookie)
            for schema in file.schema:
                self._schemas.update(dict.fromkeys(schema.package, schema))
            self._errors |= _texts_of_errors(file.error_class)
            self._codes += _codes_of_errors(file.error_class)
            self.tables.update(((package, path), row) for row in file.table for package, path in _places(row))
            for name, target in file.types.items():
                self.types[name] = (target["package"], tokens(target["path"]))
            for one in file.client_only:
                self.client_only.update(dict.fromkeys(one.package, one))
            for group in file.words:
                for name, gathered in words.items():
                    gathered.update(getattr(group, name))
        self.words = {name: frozenset(found) for name, found in words.items()}

    def _add(self, row: Row) -> None:
        for package in [row.package] if isinstance(row.package, str) else row.package:
            self._rows.setdefault(package, []).append(row)
            for path in [row.path] if isinstance(row.path, str) else row.path:
                if path.startswith(ANYWHERE):
                    self._methods.setdefault(package, {})[path.removeprefix(ANYWHERE).removesuffix("()")] = row

    def _root(self, name: str) -> _Branch | None:
        """The index of one package, made when it is first asked for: a repository uses few of them."""
        root = self._packages.get(name)
        if root is None and name in self._rows:
            root = self._packages[name] = _indexed(self._rows[name])
        return root

    def match(self, package: str, path: tuple[str, ...]) -> Row | None:
        """The most particular row for this path, or None."""
        for name in _names(package):
            root = self._root(name)
            if root is None:
                continue
            row = _descend(root, path, 0)
            if row is None and path[:1] == ("default",):
                row = _descend(root, path, 1)
            if row is None and path[:1] == ("()",):  # what ``require`` gives is called itself
                row = _descend(root, ("default", *path), 0)
            if row is None and len(path) > 2 and path[-1] == "()" and name in self._methods:
                row = self._methods[name].get(path[-2])
            if row is not None:
                return row
        return None

    def schema(self, package: str) -> SchemaWords | None:
        """How a package builds schemas; None for one that builds none."""
        return next((self._schemas[name] for name in _names(package) if name in self._schemas), None)

    def text_of_error(self, package: str, name: str) -> str:
        """Who wrote the text of an error of this class; empty where nothing is known. Without a package, by name."""
        return next((text for each in _names(package) if (text := self._errors.get((each, name)))), "")

    def classes_of_errors(self, package: str) -> frozenset[str]:
        """The classes of a package's own errors, where its rows name them: those that it throws for itself."""
        names = _names(package)
        return frozenset(cls for (of, cls), text in self._errors.items() if of in names and text == "foreign")

    def code_of_error(self, code: str) -> tuple[str, list[str]] | None:
        """The package whose errors have this code, and words of the operations that fail with it; None if unknown."""
        return next(((package, words) for pattern, package, words in self._codes if pattern.fullmatch(code)), None)

    def operations(self, package: str) -> frozenset[str]:
        """The kinds of the operations that this package is known for."""
        rows = [row for name in _names(package) for row in self._rows.get(name, ())]
        return frozenset(row.kind for row in rows if isinstance(row, Sink))

    def leads_on(self, package: str, path: tuple[str, ...]) -> bool:
        """Whether some row begins with this path: it is no operation itself but the way to one, such as a client."""
        roots = [root for name in _names(package) if (root := self._root(name)) is not None]
        start = 1 if path[:1] == ("default",) else 0
        return any(_goes_on(root, path, first) for root in roots for first in {0, start})

    def knows(self, package: str) -> bool:
        """Whether any row speaks of this package."""
        return any(name in self._rows for name in _names(package))

    def having(self, kinds: tuple[type[Row], ...]) -> frozenset[str]:
        """The packages of which some row of these kinds speaks."""
        return frozenset(name for name, rows in self._rows.items() if any(isinstance(row, kinds) for row in rows))

    def pure(self, package: str) -> bool:
        """Whether this package only computes."""
        return any(name in self._pure for name in _names(package))


def _codes_of_errors(rows: Iterable[ErrorClass]) -> list[tuple[re.Pattern[str], str, list[str]]]:
    """Patterns of codes, each with the package whose errors have them, and words of the operations that fail so."""
    found = []
    for row in rows:
        package, _ = next(iter(_places(row)))
        found += [(re.compile(pattern), package, words) for pattern, words in row.codes.items()]
    return found


def _texts_of_errors(rows: Iterable[ErrorClass]) -> dict[tuple[str, str], str]:
    """Who writes the text of errors, by package and class, and by the class alone."""
    return {(name, path[-1]): row.text for row in rows for package, path in _places(row) for name in (package, "")}


def _places(row: Table | ErrorClass) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each package and path that a row speaks of."""
    for package in [row.package] if isinstance(row.package, str) else row.package:
        for path in [row.path] if isinstance(row.path, str) else row.path:
            yield package, tokens(path)


def tokens(path: str) -> tuple[str, ...]:
    """``auth().userId`` as ``("auth", "()", "userId")``."""
    found: list[str] = []
    for part in path.split("."):
        name = part.rstrip("()")
        if name:
            found.append(name)
        found.extend(["()"] * ((len(part) - len(name)) // 2))
    return tuple(found)


@cache
def _names(package: str) -> tuple[str, ...]:
    """The package with its sub-path, then with ever less of it, then its scope."""
    parts = package.split("/")
    shortest = _length_of_name(package)
    names = ["/".join(parts[:count]) for count in range(len(parts), shortest - 1, -1)]
    if package.startswith("@"):
        names.append(parts[0] + "/*")
    return tuple(names)


def base_of(package: str) -> str:
    """The package that a path into one belongs to: ``drizzle-orm`` of ``drizzle-orm/libsql/http``."""
    return "/".join(package.split("/")[: _length_of_name(package)])


def _length_of_name(package: str) -> int:
    return 2 if package.startswith("@") else 1


def _indexed(rows: list[Row]) -> _Branch:
    """The rows of one package by their paths; a later row replaces an earlier one."""
    root = _Branch()
    for row in rows:
        for path in [row.path] if isinstance(row.path, str) else row.path:
            branch = root
            for token in tokens(path):
                branch = branch.following.setdefault(token, _Branch())
            branch.row = row
    return root


def _descend(branch: _Branch, path: tuple[str, ...], start: int) -> Row | None:
    if start == len(path):
        return branch.row
    token = path[start]
    exact = branch.following.get(token)
    if exact is not None:
        row = _descend(exact, path, start + 1)
        if row is not None or _is_on_the_way(exact, path, start + 1):
            return row
    anything = branch.following.get("*") if token != "()" else None  # noqa: S105 - a token of a path
    return _descend(anything, path, start + 1) if anything is not None else None


def _is_on_the_way(branch: _Branch, path: tuple[str, ...], start: int) -> bool:
    """Whether a row that names all of this path goes on from it: then what is said of any member is not said of it."""
    for token in path[start:]:
        following = branch.following.get(token)
        if following is None:
            return False
        branch = following
    return path[-1:] == ("()",) and bool(branch.following)


def _goes_on(branch: _Branch, path: tuple[str, ...], start: int) -> bool:
    if start == len(path):
        return bool(branch.following)
    ways = [branch.following.get(path[start]), branch.following.get("*") if path[start] != "()" else None]
    return any(_goes_on(way, path, start + 1) for way in ways if way is not None)


def decode(raw: Mapping[str, Any], where: str) -> KnowledgeFile:
    """Knowledge from a TOML table; ConfigurationError names what does not fit."""
    try:
        return msgspec.convert(raw, KnowledgeFile)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"{where}: this is not knowledge doorcheck understands: {error}") from error


@cache
def _built_in() -> tuple[KnowledgeFile, ...]:
    folder = resources.files(__package__) / "libraries"
    found = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda entry: entry.name)
    return tuple(decode(tomllib.loads(entry.read_text("utf-8")), entry.name) for entry in found)


def load(extra: Iterable[Mapping[str, Any]] = ()) -> Knowledge:
    """The built-in knowledge with a team's own on top, which wins where both speak of one path."""
    return Knowledge([*_built_in(), *(decode(raw, "knowledge") for raw in extra)])
