"""The pages of an app, followed as a stranger opens them: what they read, and whether they turn the stranger away."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from doorcheck.scan.doors import conventions, routes
from doorcheck.scan.doors.inventory import AppFiles
from doorcheck.scan.facts import following
from doorcheck.scan.facts.evaluator import Evaluator
from doorcheck.scan.facts.following import Trace, WayOut
from doorcheck.scan.facts.modules import LoadedModule
from doorcheck.scan.facts.proofs import Fact, proven
from doorcheck.scan.facts.values import (
    ANYTHING,
    Choice,
    Const,
    Effect,
    Input,
    Obj,
    Promise,
    ReplyWriter,
    Row,
    Session,
    Test,
    Value,
    parts_of,
)  # fmt: skip
from doorcheck.scan.syntax import positions

MAX_STEPS = 160_000
"""Steps granted to all pages of a scan together; pages that come later are not followed."""

MAX_VISITS = 250
"""How many pages and layouts are followed."""

MAX_FILES = 400
"""How many files following pages may take in before no further page is followed: parsing them costs the most."""

_REFUSING = ("redirect", "notFound")
LOADERS = ("getServerSideProps", "getStaticProps")
"""The functions by which a page in the pages folder gets its data."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page's file, its URL pattern, and the layouts that wrap it, outermost first."""

    file: str
    route: str
    above: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        return (*self.above, self.file)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page or layout does for a stranger. ``check`` is the proof without which it shows nothing.

    ``shown`` are the keys of what it reads before anybody has proved anything, without what is bound to the caller.
    """

    shown: frozenset[str] = frozenset()
    check: Fact | None = None
    over_budget: bool = False


def pages_of(files: AppFiles) -> Iterator[Page]:
    """The pages of an app that have a URL."""
    folder = files.folders.app
    layouts: dict[str, list[str]] = {}
    for path in files.pages:
        if folder is not None and path.startswith(folder + "/") and conventions.is_layout_file(path):
            layouts.setdefault(posixpath.dirname(path), []).append(path)
    for path in files.pages:
        if folder is not None and path.startswith(folder + "/"):
            route = routes.route_of(path[len(folder) + 1 :]) if conventions.is_page_file(path) else None
            if route is not None:
                above = [layout for each in _parents(path, folder) for layout in layouts.get(each, [])]
                yield Page(path, route, tuple(above))
        elif files.folders.pages is not None:
            route = routes.pages_route_of(path[len(files.folders.pages) + 1 :])
            if route is not None:
                yield Page(path, route)


def _parents(path: str, top: str) -> list[str]:
    """The folders from ``top`` down to the one that holds the file."""
    below = posixpath.dirname(path)[len(top) :].strip("/")
    parts = below.split("/") if below else []
    return ["/".join([top, *parts[:count]]) for count in range(len(parts) + 1)]


class Visits:
    """Follows pages and layouts, each once. What they make of the evaluator's notes is not kept: they are no doors."""

    def __init__(self, ev: Evaluator) -> None:
        self._ev = ev
        self._seen: dict[str, Seen] = {}
        self._files: set[str] = set()
        self._steps = 0

    def of(self, path: str) -> Seen:
        """What the file shows a stranger; nothing for one that runs in the browser or took too many steps."""
        if path not in self._seen:
            self._seen[path] = self._visit(path)
        return self._seen[path]

    def _visit(self, path: str) -> Seen:
        module = self._ev.program.module(path)
        if module is None or module.is_client():
            return Seen()
        if self._steps > MAX_STEPS or len(self._seen) >= MAX_VISITS or len(self._files) > MAX_FILES:
            return Seen(over_budget=True)
        notes = dict(self._ev.notes)
        try:
            return self._followed(module)
        except RecursionError:
            return Seen(over_budget=True)
        finally:
            self._ev.notes = notes
            self._steps += self._ev.steps

    def _followed(self, module: LoadedModule) -> Seen:
        exported = self._ev.program.export_names(module)
        loader = next((name for name in LOADERS if name in exported), None)
        name = loader or "default"
        if name not in exported:
            return Seen()
        value = following.handler_value(self._ev, module, name)
        arguments = loader_arguments() if loader is not None else page_arguments()
        trace = following.follow(self._ev, value, arguments, module.path, positions.pack(1, 0))
        self._files |= trace.touched
        if trace.over_budget or trace.opaque is not None:
            return Seen(over_budget=True)
        return Seen(_shown(trace), _check_of(trace))


def page_arguments() -> tuple[Value, ...]:
    """What Next.js passes to a page or a layout."""
    params, query = Input("params"), Input("query")
    return (Obj({"params": Promise(params), "searchParams": Promise(query), "children": ANYTHING}),)


def loader_arguments() -> tuple[Value, ...]:
    """What Next.js passes to the function of a page in the pages folder that loads its data."""
    request = Input("request")
    return (Obj({"params": Input("params"), "query": Input("query"), "req": request, "res": ReplyWriter()}),)


def _shown(trace: Trace) -> frozenset[str]:
    found: set[str] = set()
    for happening in trace.happenings:
        effect = happening.effect
        if not effect.writes and not proven(happening.facts) and not bound_to_caller(effect):
            found.update(keys_of(effect))
    return frozenset(found)


def _check_of(trace: Trace) -> Fact | None:
    """The proof without which nothing is shown; None where a stranger is shown anything."""
    attempts = sorted(
        (fact for fact in trace.attempts if fact.proves), key=lambda fact: (fact.file, fact.at, fact.kind)
    )
    if not attempts or not trace.ways_out:
        return None
    return attempts[0] if all(_turns_away(way) for way in trace.ways_out) else None


def _turns_away(way: WayOut) -> bool:
    if proven(way.facts) or way.how == "throw":
        return True
    value = way.value
    if isinstance(value, Const):
        return not value.value
    return isinstance(value, Obj) and any(name in value.props for name in _REFUSING)


def bound_to_caller(effect: Effect) -> bool:
    """Whether the caller's identity, or a record found by it, is among what the operation works on."""
    return _any_part(effect.operands, lambda value: isinstance(value, Session))


def chosen_by_caller(effect: Effect) -> bool:
    """Whether the caller chooses which records the operation finds."""
    return _any_part(_selecting(effect.operands), lambda value: isinstance(value, Input))


def key_of(effect: Effect) -> str:
    """A read's name when asking whether it is shown elsewhere: its place, and whether the caller chooses the rest."""
    return f"{effect.file}:{effect.at}{':chosen' if chosen_by_caller(effect) else ''}"


def keys_of(effect: Effect) -> tuple[str, ...]:
    """All that a read which is shown answers for: with records chosen freely also the same ones unchosen."""
    plain = f"{effect.file}:{effect.at}"
    return (plain, key_of(effect)) if chosen_by_caller(effect) else (plain,)


def _selecting(operands: Sequence[Value]) -> list[Value]:
    """What says which records are meant: the predicate, where there is one to be told from the rest."""
    return [
        operand.props["where"] if isinstance(operand, Obj) and "where" in operand.props else operand
        for operand in operands
    ]


def _any_part(values: Sequence[Value], holds: Callable[[Value], bool], limit: int = 400) -> bool:
    """Whether any value these were made from fits, through tests and the records they were taken from too."""
    queue = list(values)
    seen: set[int] = set()
    while queue and len(seen) < limit:
        current = queue.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        if holds(current):
            return True
        if isinstance(current, Row):
            queue.extend(current.effect.operands)
        elif not isinstance(current, Test):
            queue.extend(parts_of(current))
        queue.extend(_alternatives(current))
    return False


def _alternatives(value: Value) -> list[Value]:
    return [one.value for one in value.alternatives] if isinstance(value, Choice) else []
