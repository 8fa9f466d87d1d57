"""Follows the pages that may give components in the browser something of the server's, and tells what it is.

Only pages and layouts are followed whose imports lead both to a component that runs in the browser and to something
that is the server's: a session, a database, a variable of the deployment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from doorcheck.core import Location, Written
from doorcheck.scan.doors.given import Given
from doorcheck.scan.doors.pages import LOADERS, Page, loader_arguments, page_arguments
from doorcheck.scan.doors.sent import Browsers, worst_first
from doorcheck.scan.doors.tainted import Tainted
from doorcheck.scan.facts import following
from doorcheck.scan.facts.evaluator import Evaluator
from doorcheck.scan.facts.handing import Handed, HandedOver
from doorcheck.scan.facts.modules import LoadedModule
from doorcheck.scan.facts.values import Obj, Promise
from doorcheck.scan.knowledge.rows import SessionSource, Sink
from doorcheck.scan.project.resolution import InRepository, Package, Unresolved
from doorcheck.scan.project.skim import Skim
from doorcheck.scan.syntax import positions

MAX_STEPS = 200_000
"""Steps granted to all pages of an app together; pages that come later are not followed."""
MAX_PAGES = 250
MAX_FILES = 700
"""How many files following pages may take in before no further page is followed: parsing them costs the most."""
_MAX_CLOSURE = 400
"""Files that a page may lead to before it counts as one that leads to everything."""
_ENVIRONMENT = b"process.env"


class Reaching:
    """Whether a page's imports lead both into the browser and to what is the server's."""

    def __init__(
        self,
        ev: Evaluator,
        skim_of: Callable[[str], Skim | None],
        source_of: Callable[[str], bytes],
        pages_folder: str | None,
    ) -> None:
        self._ev = ev
        self._pages_folder = pages_folder
        self._skim_of = skim_of
        self._source_of = source_of
        self._servers = ev.knowledge.having((SessionSource, Sink))

    def may_hand_over(self, path: str) -> bool:
        """Whether the page may give a component something of the server's. One with a loader gives it to itself."""
        into_browser, server = self._has_loader(path), False
        if not into_browser and self._is_in_pages_folder(path):
            return False  # all of it runs in the browser
        pending, seen = [path], {path}
        while pending and len(seen) < _MAX_CLOSURE and not (into_browser and server):
            current = pending.pop()
            found = self._skim_of(current)
            if found is None:
                continue
            if found.side == "client":
                into_browser = True
                continue
            server = server or _ENVIRONMENT in self._text_of(current, path)
            for link in found.links:
                target = self._ev.program.resolve(current, link.specifier)
                if isinstance(target, InRepository) and target.path not in seen:
                    seen.add(target.path)
                    pending.append(target.path)
                server = server or self._is_server(target)
                known = self._ev.knowledge.client_only.get(link.specifier)
                into_browser = into_browser or (known is not None and bool(known.components))
        return len(seen) >= _MAX_CLOSURE or (into_browser and server)

    def _has_loader(self, path: str) -> bool:
        return self._is_in_pages_folder(path) and any(name.encode() in self._source_of(path) for name in LOADERS)

    def _is_in_pages_folder(self, path: str) -> bool:
        return self._pages_folder is not None and path.startswith(f"{self._pages_folder}/")

    def _text_of(self, current: str, page: str) -> bytes:
        """The text of the page itself: variables of the deployment are mostly read where they are passed on."""
        return self._source_of(current) if current == page else b""

    def _is_server(self, target: object) -> bool:
        if isinstance(target, Package):
            return any(name in self._servers for name in (target.name, f"{target.name}/{target.subpath}"))
        return isinstance(target, Unresolved) and not target.inert


class Handing:
    """Follows the pages of one app, each once."""

    def __init__(self, ev: Evaluator, skim_of: Callable[[str], Skim | None], reaching: Reaching) -> None:
        self._ev = ev
        self._handed = ev.handed = HandedOver()
        self._reaching = reaching
        self._skim_of = skim_of
        self._given = Given(ev, skim_of, Tainted(ev))
        self._loaded: list[Handed] = []
        self._files: set[str] = set()
        self._steps = 0

    def of(self, pages: Iterable[Page]) -> Browsers:
        """All that the pages give to components in the browser."""
        unfollowed: list[Location] = []
        followed = 0
        for path in _in_order(pages):
            module = self._module(path)
            if module is None:
                continue
            if followed >= MAX_PAGES or self._steps > MAX_STEPS or len(self._files) > MAX_FILES:
                unfollowed.append(Location(path, 1))
                continue
            followed += 1
            if not self._follow(module):
                unfollowed.append(Location(path, 1))
        told = [self._given.told(handed) for handed in (*self._handed, *self._loaded)]
        return Browsers(
            sent=tuple(worst_first(dict.fromkeys(one for each in told for one in each.sent))),
            held=tuple(sorted(dict.fromkeys(one for each in told for one in each.held), key=_at)),
            unfollowed=tuple(unfollowed),
            pages=followed,
        )

    def _module(self, path: str) -> LoadedModule | None:
        """The page, where it runs on the server and may hand something over."""
        found = self._skim_of(path)
        if found is None or found.side == "client" or not self._reaching.may_hand_over(path):
            return None
        return self._ev.program.module(path)

    def _follow(self, module: LoadedModule) -> bool:
        """Follow a page; False where it was not followed to its end."""
        exported = self._ev.program.export_names(module)
        loader = next((name for name in LOADERS if name in exported), None)
        if "default" not in exported and loader is None:
            return True
        value = following.handler_value(self._ev, module, loader or "default")
        arguments = loader_arguments() if loader is not None else page_arguments()
        try:
            trace = following.follow(self._ev, value, arguments, module.path, positions.pack(0, 0))
        except RecursionError:
            return False
        finally:
            self._steps += self._ev.steps
        self._files |= trace.touched
        if loader is not None:
            self._loaded.extend(_loaded(trace, loader, module.path))
        return not trace.over_budget and trace.opaque is None


def _loaded(trace: following.Trace, loader: str, path: str) -> Iterator[Handed]:
    """What a loader of the pages folder gives its page: it stands in the page's source, as text."""
    for way in trace.ways_out:
        value = way.value.value if isinstance(way.value, Promise) else way.value
        props = value.props.get("props") if isinstance(value, Obj) else None
        props = props.value if isinstance(props, Promise) else props
        if isinstance(props, Obj):
            for name, item in props.props.items():
                yield Handed(f"the page of {loader}", path, name, item, *way.at)


def _in_order(pages: Iterable[Page]) -> list[str]:
    """Layouts first, for they are part of most pages; then the pages, each once."""
    every = list(pages)
    layouts = sorted({path for page in every for path in page.above})
    return [*layouts, *sorted({page.file for page in every} - set(layouts))]


def _at(one: Written) -> Location:
    return one.at
