"""Follows the pages that may show what is stored as HTML: those whose imports lead to ``dangerouslySetInnerHTML``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from doorcheck.core import Written
from doorcheck.scan.doors.kept import model_name, place
from doorcheck.scan.doors.pages import LOADERS, Page, loader_arguments, page_arguments
from doorcheck.scan.doors.raw import Raw
from doorcheck.scan.facts import following
from doorcheck.scan.facts.evaluator import Evaluator
from doorcheck.scan.facts.markup import RawHtml, parts_of_text
from doorcheck.scan.facts.modules import LoadedModule
from doorcheck.scan.facts.proofs import NOTHING
from doorcheck.scan.facts.values import Obj, Promise, Row, Value
from doorcheck.scan.project.database.naming import plain
from doorcheck.scan.project.imports import Imports
from doorcheck.scan.syntax import positions

MAX_STEPS = 30_000
"""Steps granted to all pages of an app together; pages that come later are not followed."""
MAX_PAGES = 40
MAX_FILES = 120
"""How many files following pages may take in before no further page is followed: parsing them costs the most."""


class Showing:
    """Follows the pages of one app, each once."""

    def __init__(self, ev: Evaluator, imports: Imports, pages_folder: str | None) -> None:
        self._ev = ev
        self._pages = pages_folder
        self._imports = imports
        self._noted: list[RawHtml] = []
        self._files: set[str] = set()
        self._steps = 0

    def of(self, pages: Iterable[Page], giving: frozenset[str]) -> tuple[Raw, ...]:
        """The columns that these pages show as HTML; ``giving`` are the files that give React any."""
        leading = self._imports.closure(giving)
        self._ev.raw_html = self._noted
        every = dict.fromkeys(path for page in pages for path in (*page.above, page.file) if path in leading)
        wanted = [path for path in every if self._runs_on_server(path)]
        for number, path in enumerate(wanted):
            if number >= MAX_PAGES or self._steps > MAX_STEPS or len(self._files) > MAX_FILES:
                break
            module = self._ev.program.module(path)
            if module is not None:
                self._follow(module)
        return tuple(dict.fromkeys(raw for noted in self._noted for raw in self._columns(noted)))

    def _runs_on_server(self, path: str) -> bool:
        """Whether a page is given what was read of the database: by itself, or by its loader in the pages folder."""
        found = self._imports.skim_of(path)
        if found is None or found.side == "client":
            return False
        inside = self._pages is not None and path.startswith(f"{self._pages}/")
        return not inside or any(name.encode() in self._imports.source(path) for name in LOADERS)

    def _follow(self, module: LoadedModule) -> None:
        exported = self._ev.program.export_names(module)
        if "default" not in exported:
            return
        loader = next((name for name in LOADERS if name in exported), None)
        try:
            arguments = page_arguments() if loader is None else tuple(self._loaded(module, loader))
            self._run(module, "default", arguments[:1])
        except RecursionError:
            return

    def _loaded(self, module: LoadedModule, loader: str) -> Iterator[Value]:
        """What a loader of the pages folder gives its page."""
        for way in self._run(module, loader, loader_arguments()).ways_out:
            value = way.value.value if isinstance(way.value, Promise) else way.value
            props = value.props.get("props") if isinstance(value, Obj) else None
            if props is not None:
                yield props.value if isinstance(props, Promise) else props

    def _run(self, module: LoadedModule, name: str, arguments: tuple[Value, ...]) -> following.Trace:
        value = following.handler_value(self._ev, module, name)
        try:
            trace = following.follow(self._ev, value, arguments, module.path, positions.pack(0, 0))
        finally:
            self._steps += self._ev.steps
        self._files |= trace.touched
        return trace

    def _columns(self, noted: RawHtml) -> Iterator[Raw]:
        for part in parts_of_text(noted.value, NOTHING):
            value = part.value
            if not isinstance(value, Row) or part.encoded or not part.sure or not value.path:
                continue
            name = model_name(self._ev.schema, value.effect)
            if value.effect.kind == "database" and name:
                column = value.path[-1]
                seen = Written(f"shows {column} of {name} as HTML", place(noted.file, noted.at))
                yield Raw(plain(name), plain(column), seen, part.rendered)
