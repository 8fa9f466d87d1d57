"""The headers that an app sends for its pages, and what it says of other sites' origins beside its doors.

Rules of files come first, then what the middleware sets, as Next.js merges them: the later one counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from doorcheck.core import DoorKind, Location, Written
from doorcheck.scan.doors.header_rules import Rule, Rules
from doorcheck.scan.doors.inventory import AppFiles
from doorcheck.scan.doors.matcher import Extent
from doorcheck.scan.doors.middleware import Front
from doorcheck.scan.doors.pages import pages_of
from doorcheck.scan.doors.samples import sample_paths
from doorcheck.scan.facts.following import Trace, WayOut
from doorcheck.scan.facts.origins import Allowed, Kind, allowed_by
from doorcheck.scan.facts.replies import header_on, is_unread
from doorcheck.scan.facts.spelled import spelled
from doorcheck.scan.facts.values import Const, Promise, Reply, Value
from doorcheck.scan.syntax import positions

NAMES = (
    "content-security-policy", "content-security-policy-report-only", "x-content-type-options", "referrer-policy",
    "strict-transport-security", "x-frame-options",
)  # fmt: skip
_ORIGIN, _CREDENTIALS = "access-control-allow-origin", "access-control-allow-credentials"
ACTIONS = "actions"
_MAX_PAGES, _MAX_FOLLOWED = 60, 6


@dataclass(frozen=True, slots=True)
class Header:
    """One header of the pages; ``gap`` is a page for which it is not sent, None where there is none."""

    name: str
    value: str
    whole: bool
    by: str
    at: Location
    gap: str | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """What an app sends for its pages. ``doubts`` are places where there may be more.

    ``origins`` are the rules of files about other sites' origins; ``fronted`` says that the middleware has some, too.
    ``actions`` are origins that anybody may have, from which its server actions may be called.
    """

    pages: int = 0
    sent: tuple[Header, ...] = ()
    doubts: tuple[Written, ...] = ()
    exported: bool = False
    origins: tuple[Rule, ...] = ()
    fronted: bool = False
    actions: tuple[tuple[str, Location], ...] = ()


@dataclass(frozen=True, slots=True)
class Allowance:
    """What stands beside a door says of an origin; ``kind`` is that of ``origins.Kind``, or ACTIONS."""

    kind: str
    says: str
    credentials: bool
    by: str
    at: Location


def site_of(files: AppFiles, rules: Rules, front: Front) -> Site:
    """What this app sends for its pages."""
    every = sorted({page.route for page in pages_of(files)}, key=lambda route: (route.count("["), len(route), route))
    routes = every[:_MAX_PAGES]
    trace = front.followed("", "") if front.guard is not None else Trace()
    passing = list(_passing(trace))
    set_there = tuple(name for name in NAMES if any(header_on(way, name) is not None for way in passing))
    doubts = (*rules.doubts, *_unfollowed(front, trace))
    by_route = {route: dict(_by_rules(rules.rules, route)) for route in routes}
    for route in routes[:_MAX_FOLLOWED] if set_there else ():
        by_route[route].update(_by_middleware(front, route, set_there))
    for route in routes[_MAX_FOLLOWED:] if set_there else ():
        by_route[route].update(_alike(by_route, routes, set_there, front, route))
    return Site(
        pages=len(every),
        sent=tuple(_merged(by_route)),
        doubts=doubts,
        exported=rules.exported,
        origins=tuple(rule for rule in rules.rules if rule.name in {_ORIGIN, _CREDENTIALS}),
        fronted=any(_says_of_origins(way) for way in trace.ways_out),
        actions=rules.actions,
    )


def _says_of_origins(way: WayOut) -> bool:
    value = header_on(way, _ORIGIN)
    return value is not None and not is_unread(value)


def _by_rules(rules: Sequence[Rule], route: str) -> Iterator[tuple[str, Header]]:
    path = sample_paths(route)[0]
    for rule in rules:
        if rule.name in NAMES and not rule.conditional and rule.covers(path):
            yield rule.name, Header(rule.name, rule.value, rule.whole, rule.by, rule.at)


def _passing(trace: Trace) -> Iterator[WayOut]:
    """The ways on which the middleware lets a request go on to the page."""
    for way in trace.ways_out:
        value: Value = way.value.value if isinstance(way.value, Promise) else way.value
        if way.how == "return" and not isinstance(value, Reply):
            yield way


def _unfollowed(front: Front, trace: Trace) -> Iterator[Written]:
    unread = any(value is not None and is_unread(value) for way in _passing(trace) for value in _headers(way))
    if front.guard is not None and (trace.opaque is not None or trace.over_budget or unread):
        yield Written("what the middleware sends could not be followed", front.guard.at)


def _headers(way: WayOut) -> Iterator[Value | None]:
    return (header_on(way, name) for name in NAMES)


def _by_middleware(front: Front, route: str, names: Sequence[str]) -> dict[str, Header]:
    """The headers that the middleware sends with a page, on every way to it."""
    if not _runs_for(front, route):
        return {}
    passing = list(_passing(front.followed(sample_paths(route)[0], "GET")))
    found: dict[str, Header] = {}
    for name in names:
        values = [header_on(way, name) for way in passing]
        if passing and all(value is not None and _is_sent(value) and not is_unread(value) for value in values):
            text, whole = spelled(values[0]) if values[0] is not None else ("", False)
            file, at = passing[0].at
            where = Location(file, max(positions.line_of(at), 1))
            found[name] = Header(name, text, whole, "the middleware", where)
    return found


def _is_sent(value: Value) -> bool:
    return not isinstance(value, Const) or bool(value.value)


def _runs_for(front: Front, route: str) -> bool:
    """Whether the middleware runs for a page, conditions aside: those leave out requests that are made ahead."""
    coverage = front.covers(route)
    path = sample_paths(route)[0]
    return coverage.extent is Extent.ALWAYS or (coverage.extent is Extent.SOMETIMES and coverage.gap != path)


def _alike(
    by_route: dict[str, dict[str, Header]], routes: Sequence[str], names: Sequence[str], front: Front, route: str
) -> dict[str, Header]:
    """Of a page that the middleware was not followed for: what it sends with all pages that it was followed for."""
    if not _runs_for(front, route):
        return {}
    known = [by_route[each] for each in routes[:_MAX_FOLLOWED] if _runs_for(front, each)]
    return {
        name: known[0][name]
        for name in names
        if known and all(name in each and each[name].by == "the middleware" for each in known)
    }


def _merged(by_route: dict[str, dict[str, Header]]) -> Iterator[Header]:
    """Each header that any page is sent with, and a page that is not."""
    for name in NAMES:
        having = [route for route, sent in by_route.items() if name in sent]
        gap = next((route for route in by_route if route not in having), None)
        if having:
            yield replace(by_route[having[0]][name], gap=gap)


def allowances(
    site: Site, front: Front | None, kind: DoorKind, route: str, methods: Sequence[str]
) -> tuple[Allowance, ...]:
    """What stands beside a door says of the origins that may read its answers."""
    if kind is DoorKind.SERVER_ACTION:
        return tuple(Allowance(ACTIONS, pattern, True, "next.config", at) for pattern, at in site.actions)
    if not route:
        return ()
    found = list(_by_files(site.origins, sample_paths(route)[0]))
    if site.fronted and front is not None and _runs_for(front, route):
        for method in methods or ("GET",):
            trace = front.followed(sample_paths(route)[0], method)
            found.extend(each for way in trace.ways_out for each in _on_way(way))
    return tuple(dict.fromkeys(found))


def _by_files(rules: Sequence[Rule], path: str) -> Iterator[Allowance]:
    covering = {rule.name: rule for rule in rules if rule.covers(path)}
    origin, credentials = covering.get(_ORIGIN), covering.get(_CREDENTIALS)
    if origin is None or not origin.whole:
        return
    for allowed in allowed_by(Const(origin.value), frozenset()):
        with_them = credentials is not None and credentials.value.strip().lower() == "true"
        yield Allowance(allowed.kind.value, allowed.says, with_them, origin.by, origin.at)


def _on_way(way: WayOut) -> Iterator[Allowance]:
    value = header_on(way, _ORIGIN)
    if value is None:
        return
    credentials = header_on(way, _CREDENTIALS)
    with_them = credentials is not None and spelled(credentials)[0].lower() == "true"
    for allowed in allowed_by(value, way.facts):
        file, at = _place(allowed, way)
        where = Location(file, max(positions.line_of(at), 1))
        yield Allowance(allowed.kind.value, allowed.says, with_them, "the middleware", where)


def _place(allowed: Allowed, way: WayOut) -> tuple[str, int]:
    return allowed.at if allowed.at is not None and allowed.kind is not Kind.UNTOLD else way.at
