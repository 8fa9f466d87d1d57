"""Pages and answers that are made when the app is built, and handed out as they are until somebody says that they are
stale.

A page is made beforehand where nothing it runs asks for what only a request has. What cannot be told counts as made for
each request. Sources: https://nextjs.org/docs/app/api-reference/file-conventions/route-segment-config,
https://nextjs.org/docs/14/app/building-your-application/caching#full-route-cache
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from doorcheck.scan.doors import conventions, routes
from doorcheck.scan.doors.inventory import AppFiles
from doorcheck.scan.doors.kept import Kept, Reading, place, readings
from doorcheck.scan.doors.pages import Page, loader_arguments, page_arguments
from doorcheck.scan.facts import following
from doorcheck.scan.facts.evaluator import Evaluator
from doorcheck.scan.facts.following import Trace
from doorcheck.scan.facts.modules import LoadedModule
from doorcheck.scan.facts.values import Const, Fn, Obj, Promise, made_from
from doorcheck.scan.project.skim import Link, Skim
from doorcheck.scan.syntax import ir, positions

MAX_STEPS = 120_000
"""Steps granted to all pages of an app together; pages that come later are not followed."""
MAX_PAGES = 120
MAX_FILES = 300
"""How many files following pages may take in before no further page is followed: parsing them costs the most."""

_GENERATES = "generateStaticParams"
_EDGE = frozenset({"edge", "experimental-edge"})
_LOADER = "getStaticProps"
_ASKING = {
    "next/headers": None,
    "next/server": frozenset({"connection"}),
    "next/cache": frozenset({"unstable_noStore", "noStore"}),
    "next-intl/server": None,
}
"""Imports by which a file may ask for the request: any of them, or those named."""
_SEARCHED = re.compile(rb"\bsearchParams\b")
_FOR_EACH_REQUEST = re.compile(rb"\b(?:cacheComponents|dynamicIO)\s*:\s*true")
"""With these settings nothing that is read is kept unless the code says so."""
_MAJOR = re.compile(r"\d+")
_FIRST_FOR_EACH_REQUEST = 15
"""From this version on a handler of GET runs for each request unless it says otherwise."""
_UNCACHED = frozenset({"no-store", "no-cache"})
_DOUBTFUL = frozenset({"library", "unfollowed"})


@dataclass(frozen=True, slots=True)
class _Segment:
    """What a page or layout says of itself. ``seconds`` is None where it is never made anew by itself."""

    mode: str = "auto"
    seconds: float | None = None
    generates: bool = False


@dataclass(frozen=True, slots=True)
class _Made:
    """What running a page or layout reads, and whether it may hang on the request."""

    reads: tuple[Reading, ...] = ()
    per_request: bool = False


class Prerendering:
    """Follows the pages of one app that may be made beforehand, each file once."""

    def __init__(self, ev: Evaluator, skim_of: Callable[[str], Skim | None], source_of: Callable[[str], bytes]) -> None:
        self._ev = ev
        self._skim_of = skim_of
        self._source_of = source_of
        self._made: dict[str, _Made] = {}
        self._asking: dict[str, bool] = {}
        self._files: set[str] = set()
        self._steps = 0

    def kept(self, pages: list[Page], configurations: list[str]) -> Iterator[Kept]:
        """The pages of the app folder that are made beforehand from data of the database."""
        if any(_FOR_EACH_REQUEST.search(self._source_of(path)) for path in configurations):
            return
        for page in pages:
            segments = [self._segment(path) for path in page.files]
            if any(segment is None for segment in segments) or not page.above:
                continue
            told = [segment for segment in segments if segment is not None]
            if _is_per_request(page, told) or self._searches(page):
                continue
            made = self._of(page, forced=any(one.mode in {"force-static", "error"} for one in told))
            if made:
                limits = [one.seconds for one in told if one.seconds is not None]
                yield Kept(
                    says=f"the page {page.route} is made when the app is built",
                    at=place(page.file, self._default_of(page.file)),
                    reads=made,
                    route=page.route,
                    seconds=min(limits, default=None),
                )

    def kept_by_loaders(self, pages: list[Page]) -> Iterator[Kept]:
        """The pages of the pages folder that are made of what ``getStaticProps`` gives them."""
        for page in pages:
            module = self._ev.program.module(page.file) if self._loads(page) else None
            if module is None or _LOADER not in module.exports or self._is_spent():
                continue
            trace = self._followed(module, _LOADER)
            self._steps += self._ev.steps
            self._files |= trace.touched
            reads = readings(self._ev, trace)
            if reads and not trace.over_budget and trace.opaque is None:
                says = f"the page {page.route} is made when the app is built"
                at = place(page.file, module.exports[_LOADER].at)
                yield Kept(says, at, reads, page.route, (), _seconds_given(trace))

    def _loads(self, page: Page) -> bool:
        return not page.above and _LOADER.encode() in self._source_of(page.file)

    def _is_spent(self) -> bool:
        return self._steps > MAX_STEPS or len(self._made) >= MAX_PAGES or len(self._files) > MAX_FILES

    def kept_answers(self, files: AppFiles) -> Iterator[Kept]:
        """The answers to GET that Next.js before 15 makes beforehand: of handlers that do not look at the request."""
        major = _MAJOR.search(files.app.next or "")
        if major is None or int(major.group()) >= _FIRST_FOR_EACH_REQUEST:
            return
        for path in files.routes:
            route = routes.route_of(path[len(files.folders.app or "") + 1 :])
            module = self._ev.program.module(path) if route is not None and "[" not in route else None
            segment = self._segment(path)
            if route is None or module is None or segment is None or not _only_gets(self._ev, module):
                continue
            if segment.mode == "force-dynamic" or segment.seconds == 0:
                continue
            made = self._make(path, "GET")
            if made.reads and not made.per_request:
                says = f"the answer to GET {route} is made when the app is built"
                yield Kept(says, place(path, module.exports["GET"].at), made.reads, route, (), segment.seconds)

    def _default_of(self, path: str) -> int:
        module = self._ev.program.module(path)
        export = module.exports.get("default") if module is not None else None
        return export.at if export is not None else 0

    def _searches(self, page: Page) -> bool:
        return _SEARCHED.search(self._source_of(page.file)) is not None

    def _segment(self, path: str) -> _Segment | None:
        module = self._ev.program.module(path)
        if module is None:
            return None
        mode, seconds = _constant(module, "dynamic"), _constant(module, "revalidate")
        if _constant(module, "runtime") in _EDGE:
            mode = "force-dynamic"  # nothing that runs there is made beforehand
        return _Segment(
            mode if isinstance(mode, str) else "auto",
            float(seconds) if isinstance(seconds, float | int) and not isinstance(seconds, bool) else None,
            _GENERATES in module.exports or _GENERATES in module.reexports,
        )

    def _of(self, page: Page, *, forced: bool) -> tuple[Reading, ...]:
        """What a page and its layouts read; nothing where one of them may be made for each request."""
        found: list[Reading] = []
        for path in page.files:
            if path not in self._made:
                self._made[path] = self._make(path)
            made = self._made[path]
            if made.per_request and not forced:
                return ()
            found.extend(made.reads)
        return tuple(dict.fromkeys(found))

    def _make(self, path: str, export: str = "default") -> _Made:
        module = self._ev.program.module(path)
        if module is None:
            return _Made(per_request=True)
        if module.is_client():
            return _Made()
        if self._is_spent():
            return _Made(per_request=True)
        try:
            trace = self._followed(module, export)
        except RecursionError:
            return _Made(per_request=True)
        finally:
            self._steps += self._ev.steps
        self._files |= trace.touched
        return _Made(readings(self._ev, trace), self._asks(path, trace))

    def _followed(self, module: LoadedModule, export: str) -> Trace:
        value = following.handler_value(self._ev, module, export)
        given = {"default": page_arguments, _LOADER: loader_arguments}
        arguments = given[export]() if export in given else ()
        return following.follow(self._ev, value, arguments, module.path, positions.pack(1, 0))

    def _asks(self, path: str, trace: Trace) -> bool:
        """Whether anything that was run may ask for the request, or was not followed."""
        if trace.over_budget or trace.opaque is not None or any(fact.proves for fact in trace.attempts):
            return True
        effects = [each.effect for each in trace.happenings]
        if any(effect.kind in _DOUBTFUL or effect.writes for effect in effects):
            return True
        if any(_is_uncached(part) for effect in effects for operand in effect.operands for part in made_from(operand)):
            return True
        return any(map(self._may_ask, (*trace.touched, path)))

    def _may_ask(self, path: str) -> bool:
        if path not in self._asking:
            found = self._skim_of(path)
            self._asking[path] = found is None or (found.side != "client" and any(map(self._asks_by, found.links)))
        return self._asking[path]

    def _asks_by(self, link: Link) -> bool:
        """Whether an import brings something by which a file may ask for the request."""
        names = {asked for asked, _ in link.names}
        if link.specifier in _ASKING:
            wanted = _ASKING[link.specifier]
            return wanted is None or not names.isdisjoint(wanted | {"*"})
        known = self._ev.knowledge.client_only.get(link.specifier)
        return known is not None and known.asks and not names.isdisjoint(known.providers)


def _seconds_given(trace: Trace) -> float | None:
    """After how long what a loader gives is made anew; None where it says so of no page that it makes."""
    found: list[float] = []
    for way in trace.ways_out:
        value = way.value.value if isinstance(way.value, Promise) else way.value
        given = value.props.get("revalidate") if isinstance(value, Obj) and "props" in value.props else None
        if isinstance(given, Const) and isinstance(given.value, float | int):
            found.append(float(given.value))
    return max(found, default=None)


def _only_gets(ev: Evaluator, module: LoadedModule) -> bool:
    """Whether a route file answers nothing but GET, and that without looking at the request."""
    methods = [name for name in ev.program.export_names(module) if name in conventions.HTTP_METHODS]
    if methods != ["GET"] or "GET" not in module.exports:
        return False
    value = following.handler_value(ev, module, "GET")
    return isinstance(value, Fn) and not value.function.parameters


def _is_uncached(value: object) -> bool:
    """Whether this is an option of a request that wants its answer to be new each time."""
    cache = value.props.get("cache") if isinstance(value, Obj) else None
    return isinstance(cache, Const) and cache.value in _UNCACHED


def _is_per_request(page: Page, segments: list[_Segment]) -> bool:
    if any(one.mode == "force-dynamic" or one.seconds == 0 for one in segments):
        return True
    return "[" in page.route and not any(one.generates for one in segments)


def _constant(module: LoadedModule, name: str) -> object:
    """What a constant that Next.js reads off a file is set to."""
    let = module.variables.get(name) if name in module.exports else None
    value = let.value if let is not None else None
    while isinstance(value, ir.Cast):
        value = value.value
    return value.value if isinstance(value, ir.Literal) else None
