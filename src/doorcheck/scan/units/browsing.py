"""What an app sends to browsers, asked of its files as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from doorcheck.core import Location
from doorcheck.scan.doors.browsers import Handing, Reaching
from doorcheck.scan.doors.exposed import asked_at, browser_hooks, inlined_secrets, public_secrets
from doorcheck.scan.doors.inventory import AppFiles, owner_of
from doorcheck.scan.doors.pages import pages_of
from doorcheck.scan.doors.reach import TESTS
from doorcheck.scan.doors.reach import Reaching as Referring
from doorcheck.scan.doors.sent import Browsers, Sent, worst_first
from doorcheck.scan.doors.variables import holds_secret
from doorcheck.scan.facts.evaluator import Evaluator
from doorcheck.scan.project.imports import Imports
from doorcheck.scan.project.tree import UnreadableFile
from doorcheck.scan.units.ground import Ground


def secrets_named(ground: Ground, app: str) -> tuple[str, ...]:
    """The files of an app, or of packages beside all apps, that name a secret for browsers to have, with the names."""
    words = ground.knowledge.words
    return tuple(
        f"{path}\n{name}"
        for path, name in ground.reader.public_variables()
        if not TESTS.search(path) and holds_secret(name, words) and _is_of(ground, app, path)
    )


def _is_of(ground: Ground, app: str, path: str) -> bool:
    files = list(ground.files)
    inside = any(each.app.path == "." or path.startswith(each.app.path + "/") for each in files)
    return not inside or owner_of(path, files).path == app


class Browsing:
    """Answers for one app. ``searched`` are the files whose text was read, beyond what was followed."""

    def __init__(self, ground: Ground, ev: Evaluator, files: AppFiles) -> None:
        self._ground = ground
        self._ev = ev
        self._files = files
        self._imports = Imports(ground.tree, ev.program.resolve, ground.reader.skim_of)
        self._skim_of = self._imports.skim_of
        self._referring = Referring(self._imports)
        self._pages = frozenset(self._in_pages_folder())
        self.searched: set[str] = set()

    def answer(self, named: Sequence[str]) -> Browsers:
        """All that is sent; ``named`` is what ``secrets_named`` gave."""
        pairs = [(path, name) for each in named for path, _, name in (each.partition("\n"),)]
        words = self._ground.knowledge.words
        reaching = Reaching(self._ev, self._skim_of, self._source, self._files.folders.pages)
        found = Handing(self._ev, self._skim_of, reaching).of(pages_of(self._files))
        others: list[Sent] = [
            *public_secrets(pairs, words, self._source, self._runs_in_browser),
            *self._configured(),
            *browser_hooks(self._ev, self._on_server(), self._skim_of),
        ]
        return msgspec.structs.replace(found, sent=tuple(worst_first((*found.sent, *others))))

    def _configured(self) -> Iterator[Sent]:
        start = "" if self._files.app.path == "." else f"{self._files.app.path}/"
        for path in self._ground.tree.sources:
            if path.startswith(f"{start}next.config."):
                module = self._ev.program.module(path)
                if module is not None:
                    yield from inlined_secrets(module, self._ground.knowledge.words, self._users_of)

    def _users_of(self, name: str) -> list[Location]:
        """The places in code of the browser that ask for a variable."""
        found = []
        for path in self._ground.tree.sources:
            if not TESTS.search(path) and _is_of(self._ground, self._files.app.path, path):
                line = asked_at(self._source(path), name)
                if line and self._runs_in_browser(path):
                    found.append(Location(path, line))
        return found

    def _on_server(self) -> list[str]:
        """The files of the app that never run in a browser, by their names or by what they say."""
        folder = self._files.folders.app
        pages = [path for path in self._files.pages if folder is not None and path.startswith(f"{folder}/")]
        app = self._files.app.path
        marked = [path for path in self._ground.reader.marked() if _is_of(self._ground, app, path)]
        actions = [path for path in marked if (found := self._skim_of(path)) is not None and found.side == "server"]
        return [*self._files.routes, *self._files.pages_api, *pages, *actions]

    def _runs_in_browser(self, path: str) -> bool:
        return self._referring.runs_in_browser(path) or not self._pages.isdisjoint(self._imports.closure([path]))

    def _in_pages_folder(self) -> list[str]:
        folder = self._files.folders.pages
        return [path for path in self._files.pages if folder is not None and path.startswith(f"{folder}/")]

    def _source(self, path: str) -> bytes:
        self.searched.add(path)
        try:
            return self._ground.tree.read(path)
        except UnreadableFile:
            return b""
