"""An app's middleware, asked door by door: does its matcher cover the path, and does it stop a stranger there?

The exported function is followed on a request for one path of the door. It is a weaker layer than a check in the door:
what it stops today depends on a matcher, on its own list of paths, and on the framework running it at all.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from doorcheck.core import Door, DoorKind, Location, Written
from doorcheck.scan.doors import conventions
from doorcheck.scan.doors.guards import NO_SHIELD, Guard, Shield
from doorcheck.scan.doors.inventory import AppFiles
from doorcheck.scan.doors.matcher import Coverage, Extent, Matcher
from doorcheck.scan.doors.middleware_libraries import entry_of, special_functions
from doorcheck.scan.doors.middleware_outcome import Outcome, outcome_of
from doorcheck.scan.doors.next_config import routing_of
from doorcheck.scan.doors.pages import pages_of
from doorcheck.scan.doors.samples import sample_paths
from doorcheck.scan.facts import following, limits, names
from doorcheck.scan.facts.evaluator import Evaluator
from doorcheck.scan.facts.following import Trace
from doorcheck.scan.facts.modules import LoadedModule, Program
from doorcheck.scan.facts.proofs import ProofKind
from doorcheck.scan.facts.requests import request_for
from doorcheck.scan.facts.values import UNDEFINED, Arr, Const, Input, Obj, Value
from doorcheck.scan.syntax import positions

MAX_FOLLOWED = 500
"""Distinct paths the middleware of one app is followed for; past it, nobody can say."""

MAX_PAGES = 60
"""How many pages are asked for before an action counts as shielded; in an app with more, nobody can say."""

_ROUTER_SEGMENT = re.compile(r"/:(\w+)[^/]*")


@dataclass(frozen=True, slots=True)
class _Function:
    """The function Next.js calls, and where it and the matcher are written."""

    value: Value
    file: str
    at: int
    config_at: int | None


class Front:
    """The middleware of one app. ``guard`` is None where it has none."""

    def __init__(self, ev: Evaluator, program: Program, files: AppFiles, sources: Collection[str]) -> None:
        self._ev = ev
        self._files = files
        self._known: dict[tuple[str, str], Outcome] = {}
        self._over_actions: Shield | None = None
        self._settled: Outcome | None = None
        self._counts = False
        self._over_pages: tuple[Written | None] | None = None
        self.guard: Guard | None = None
        if files.middleware is not None:
            ev.special.update(special_functions())
        module = program.module(files.middleware) if files.middleware is not None else None
        function = _function_of(ev, program, module) if module is not None else None
        if function is None or module is None:
            return
        self._function = function
        self._matcher = _matcher_of(ev, program, module, (files.app.path, sources))
        trace = self.followed("", "")
        self.guard = self._guard(trace)
        self._counts = _may_limit(trace)

    def shield(self, door: Door) -> Shield:
        """What the middleware does on the way to this door."""
        return self.shield_of(door.kind, door.route, door.methods)

    def shield_of(self, kind: DoorKind, route: str | None, methods: Sequence[str]) -> Shield:
        """What the middleware does on the way to a door of this kind."""
        shield = self._shield_of(kind, route, methods)
        return dataclasses.replace(shield, limits=self._limits(kind, route, methods)) if self._counts else shield

    def _shield_of(self, kind: DoorKind, route: str | None, methods: Sequence[str]) -> Shield:
        if self.guard is None:
            return NO_SHIELD
        if route is None or kind is DoorKind.SERVER_ACTION:
            if self._over_actions is None:
                self._over_actions = self._of_action()
            return self._over_actions
        return self._of_route(_ROUTER_SEGMENT.sub(r"/[\1]", route), methods or ("GET", "POST"))

    def _limits(self, kind: DoorKind, route: str | None, methods: Sequence[str]) -> Written | None:
        """Where the middleware limits how often callers come this way; an action is called through any page."""
        if route is None or kind is DoorKind.SERVER_ACTION:
            if self._over_pages is None:
                self._over_pages = (self._limit_of_pages(),)
            return self._over_pages[0]
        return self._limit_of(_ROUTER_SEGMENT.sub(r"/[\1]", route), methods or ("GET", "POST"))

    def _limit_of_pages(self) -> Written | None:
        """The limit that there is on the way to every page."""
        pages = sorted({page.route for page in pages_of(self._files)} or {"/"}, key=lambda route: (len(route), route))
        first = None
        for page in pages if len(pages) <= MAX_PAGES else []:
            found = self._limit_of(page, ("POST",))
            if found is None:
                return None
            first = first or found
        return first

    def _limit_of(self, route: str, methods: Sequence[str]) -> Written | None:
        if self._matcher.covers(route).extent in {Extent.NEVER, Extent.UNKNOWN}:
            return None
        kept = [self._outcome(sample_paths(route)[0], method).limit for method in methods]
        fact = kept[0] if all(kept) else None
        return Written(fact.says, _located(fact.file, fact.at)) if fact is not None else None

    def stops_at(self, route: str) -> bool:
        """Whether the middleware stops strangers who open the page with this route."""
        return self.guard is not None and bool(self._of_route(route, ("GET",)).stops)

    def _of_route(self, route: str, methods: Sequence[str]) -> Shield:
        if self.guard is not None and self.guard.checks is False:
            return Shield(self._is_covered(route), False)
        coverage = self._matcher.covers(route)
        at = self.guard.at if self.guard is not None else None
        if coverage.extent is Extent.UNKNOWN:
            return Shield(None, None, f"the middleware's matcher could not be read ({coverage.says})", at)
        path = sample_paths(route)[0]
        if coverage.extent is Extent.NEVER or coverage.gap == path:
            return Shield(False, False, f"the middleware's matcher leaves out {route}", at)
        if coverage.extent is Extent.SOMETIMES and coverage.gap is None:
            return Shield(True, False, f"the middleware's matcher {coverage.says}", at)
        outcome = self._worst(path, methods)
        if not outcome.stops:
            return Shield(True, outcome.stops, f"{outcome.says} ({route})", at)
        return Shield(True, True, _covering(coverage, route), at)

    def covers(self, route: str) -> Coverage:
        """How much of a route the middleware runs for."""
        return self._matcher.covers(route)

    def _is_covered(self, route: str) -> bool | None:
        extent = self._matcher.covers(route).extent
        return None if extent is Extent.UNKNOWN else extent is not Extent.NEVER

    def _worst(self, path: str, methods: Sequence[str]) -> Outcome:
        """The outcome for the method that fares worst: let through, then nobody can say, then stopped."""
        if self._settled is not None:
            return self._settled
        outcomes = [self._outcome(path, method) for method in methods]
        return min(outcomes, key=lambda outcome: (False, None, True).index(outcome.stops))

    def _outcome(self, path: str, method: str) -> Outcome:
        known = self._known.get((path, method))
        if known is None:
            if len(self._known) >= MAX_FOLLOWED:
                return Outcome(None, "there are too many paths to follow the middleware for each")
            known = outcome_of(self.followed(path, method), path)
            self._known[path, method] = known
        return known

    def _of_action(self) -> Shield:
        """An action is called through the path of any page, so only what holds for all of them holds for it."""
        if self.guard is None or self.guard.checks is False:
            return Shield(None, False)
        pages = {page.route for page in pages_of(self._files)} or {"/"}
        for route in sorted(pages, key=lambda route: (route.count("["), len(route), route))[:MAX_PAGES]:
            shield = self._of_route(route, ("POST",))
            if not shield.stops:
                says = "an action can be called through any page, not only those the middleware guards"
                if shield.stops is False:
                    says = f"an action can be called through any page, and {route} is open to strangers"
                return Shield(None, None, says, self.guard.at)
        if len(pages) > MAX_PAGES:
            return Shield(None, None, "there are too many pages to tell whether one is open", self.guard.at)
        return Shield(True, True, "it stops strangers on the way to every page", self.guard.at)

    def followed(self, path: str, method: str) -> Trace:
        """The trace of a request for this path; of one for any path where it is empty."""
        function = self._function
        request = request_for(path, method) if path else Input("request")
        self._ev.asked = path
        try:
            return following.follow(self._ev, function.value, (request, Input("event")), function.file, function.at)
        except RecursionError:
            return Trace(over_budget=True)
        finally:
            self._ev.asked = ""

    def _guard(self, trace: Trace) -> Guard:
        function = self._function
        anywhere = outcome_of(trace, "")
        place = function.config_at if function.config_at is not None else function.at
        at = _located(function.file, place)
        checks = _checks(trace, anywhere)
        if anywhere.stops:
            self._settled = anywhere
        says = "the middleware checks who is calling" if checks else anywhere.says
        attempts = tuple(sorted(trace.attempts, key=lambda fact: (fact.file, fact.at, fact.kind)))
        return Guard(at, checks, says, attempts, self._matcher.refusal)


def _located(file: str, place: int) -> Location:
    return Location(file, max(positions.line_of(place), 1), max(positions.column_of(place), 1))


def _may_limit(trace: Trace) -> bool:
    """Whether anybody is let through who has passed a limit on calls."""
    if trace.over_budget:
        return any(fact.kind is ProofKind.LIMITED for fact in trace.attempts)
    return any(limits.passed(way.facts, limits.CALLS) for way in trace.ways_out)


def _checks(trace: Trace, anywhere: Outcome) -> bool | None:
    """Whether the middleware asks who is calling at all, on any path."""
    if any(fact.proves for fact in trace.attempts) or anywhere.stops:
        return True
    if trace.opaque is not None or trace.over_budget or anywhere.doubt:
        return None
    return anywhere.forgeable


def _covering(coverage: Coverage, route: str) -> str:
    if coverage.extent is Extent.SOMETIMES:
        return f"its matcher covers {route}, though not {coverage.gap}"
    return f"its matcher covers {route}" if coverage.matcher is not None else f"it runs for every path, {route} too"


def _function_of(ev: Evaluator, program: Program, module: LoadedModule) -> _Function | None:
    """The exported function: the one named like the file, else the default export."""
    stem = conventions.stem_of(module.path)
    names = program.export_names(module)
    name = next((name for name in (stem, "default") if name in names), None)
    if name is None:
        return None
    value = following.handler_value(ev, module, name)
    config = module.exports.get("config")
    return _Function(entry_of(ev, value), module.path, _place(module, name), config.at if config is not None else None)


def _place(module: LoadedModule, name: str) -> int:
    found = module.exports.get(name) or module.reexports.get(name)
    return found.at if found is not None else 0


def _matcher_of(ev: Evaluator, program: Program, module: LoadedModule, routing: tuple[str, Collection[str]]) -> Matcher:
    if "config" not in program.export_names(module):
        written: object = None
    else:
        config = names.export_value(ev, module, "config")
        if not isinstance(config, Obj) or (config.rest and "matcher" not in config.props):
            return Matcher.unreadable("its config is not written out")
        value = config.props.get("matcher")
        if value is not None and value is not UNDEFINED and not _is_constant(value):
            return Matcher.unreadable("it is not written out as constants")
        written = _plain(value) if value is not None else None
    folder, sources = routing
    return Matcher.of(written, routing_of(ev, program, folder, sources))


def _is_constant(value: Value) -> bool:
    if isinstance(value, Arr):
        return not value.rest and all(map(_is_constant, value.items))
    if isinstance(value, Obj):
        return not value.rest and all(map(_is_constant, value.props.values()))
    return isinstance(value, Const)


def _plain(value: Value) -> object:
    """A constant as Python has it."""
    if isinstance(value, Arr):
        return [_plain(item) for item in value.items]
    if isinstance(value, Obj):
        return {name: _plain(item) for name, item in value.props.items()}
    return value.value if isinstance(value, Const) and value is not UNDEFINED else None
