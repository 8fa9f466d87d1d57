"""Every way into an application, in the order in which its routers would try them."""

from __future__ import annotations

import enum
import functools
import inspect
import operator
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Host, Match, Mount, Route, Router, WebSocketRoute

from doorcheck.guard.declaration import Declaration, declaration_of, written_at

try:
    from fastapi.routing import APIRoute
except ImportError:  # Starlette alone.
    APIRoute = Route  # type: ignore[assignment, misc]
try:
    from fastapi.routing import iter_route_contexts
except ImportError:  # Starlette alone, or a FastAPI that copies the routes it includes.
    iter_route_contexts = None  # type: ignore[assignment]

Scope = MutableMapping[str, Any]
MAX_DEPTH = 16
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY")
_BY_PATH = {one.matches for one in (Route, WebSocketRoute, Mount, APIRoute)}
"""How routes are met whose type, method and path say whether they are. A version in a header would be another way."""


class Kind(enum.StrEnum):
    """What a door leads to."""

    ROUTE = "asgi-route"
    WEBSOCKET = "asgi-websocket"
    MOUNT = "asgi-mount"
    UNKNOWN = "asgi-unknown"


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """One way in. ``path`` is whole, mounts included; ``endpoint`` is what runs, ``route`` the framework's object."""

    kind: Kind
    path: str
    methods: frozenset[str]
    endpoint: object
    route: BaseRoute
    app: object
    declaration: Declaration | None
    reached: object = None
    """What handles a request to it: the route, or the copy of it that knows the prefix it was included with."""

    @property
    def name(self) -> str:
        """``DELETE /invoices/{invoice_id}``: how a person calls this door."""
        verb = " ".join(sorted(self.methods)) or {Kind.WEBSOCKET: "WS", Kind.MOUNT: "MOUNT"}.get(self.kind, "?")
        return f"{verb} {self.path or '/'}"

    @property
    def at(self) -> tuple[str, int]:
        """File and line of the endpoint."""
        return written_at(self.endpoint)


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One step of routing: a leaf, or a mount whose own doors come after it."""

    matches: Callable[[Scope], tuple[Match, Scope]]
    leaf: Leaf | None
    children: tuple[Node, ...] = ()
    last: bool = False
    """Whether it is tried only where nothing before it has the path at all."""
    root: str = ""
    """The ``root_path`` that a mounted application puts in the place of its mount's."""


@dataclass(frozen=True, slots=True)
class Found:
    """Where a request goes: nowhere if ``leaf`` is None. ``allowed`` has the methods of a path met in part."""

    leaf: Leaf | None
    path_params: dict[str, Any]
    allowed: frozenset[str] = frozenset()


NOWHERE = Found(None, {})


@dataclass(frozen=True, slots=True)
class Census:
    """The doors of an application and what they were read from, so that a later change shows."""

    nodes: tuple[Node, ...]
    sources: tuple[tuple[list[Any], list[Any]], ...]
    applications: tuple[object, ...]
    varies: bool
    """Whether more than type, method and path of a request may decide where it goes."""
    known: dict[tuple[str, str, str, str], Found] = field(default_factory=dict, compare=False, repr=False)

    def leaves(self) -> Iterator[Leaf]:
        """Every door, in routing order."""
        return _leaves(self.nodes)

    def fresh(self) -> bool:
        """Whether no list of routes changed since. Routes that are only equal may lead to other applications."""
        for live, then in self.sources:
            if len(live) != len(then) or not all(map(operator.is_, live, then)):
                return False
        return True

    def find(self, scope: Scope) -> Found:
        """The door by which this request would come in, found as the routers find it (first whole match)."""
        if self.varies:
            return _find(self.nodes, scope)
        key = (scope["type"], scope.get("method", ""), scope.get("root_path", ""), scope["path"])
        found = self.known.get(key)
        if found is None:
            found = _find(self.nodes, scope)
            # Only paths without parameters are kept, so that strangers cannot fill the memory with paths or methods.
            leaf = found.leaf
            if leaf is not None and key[3] == key[2] + leaf.path and (not key[1] or key[1] in leaf.methods):
                self.known[key] = found
        return found


def _leaves(nodes: Sequence[Node]) -> Iterator[Leaf]:
    for node in nodes:
        if node.leaf is not None:
            yield node.leaf
        yield from _leaves(node.children)


def _find(nodes: Sequence[Node], scope: Scope) -> Found:
    partial: Leaf | None = None
    for node in nodes:
        if node.last and partial is not None:
            break
        match, child = node.matches(scope)
        if match is Match.NONE:
            continue
        if node.leaf is None:
            inside = {**scope, **child}
            if node.root:
                inside["root_path"] = node.root
            return _find(node.children, inside)
        if match is Match.FULL:
            return Found(node.leaf, child.get("path_params", {}))
        partial = partial or node.leaf
    return NOWHERE if partial is None else Found(None, {}, partial.methods)


def take_census(app: Starlette) -> Census:
    """Every door of this application, its mounted applications' too.

    Raises ``ValueError`` where applications are mounted in each other without end.
    """
    reading = _Reading()
    nodes = reading.router(app.router, app, "", 0)
    return Census(nodes, tuple(reading.sources), tuple(reading.applications), reading.varies)


class _Reading:
    """One walk over an application."""

    def __init__(self) -> None:
        self.sources: list[tuple[list[Any], list[Any]]] = []
        self.applications: list[object] = []
        self.varies = False

    def router(self, router: Router, app: object, prefix: str, depth: int) -> tuple[Node, ...]:
        if depth > MAX_DEPTH:
            raise ValueError(f"applications are mounted in each other more than {MAX_DEPTH} deep at {prefix}")
        if isinstance(app, Starlette):
            self.applications.append(app)
        self._watch(router)
        if iter_route_contexts is None:
            return tuple(self.node(route, route, app, prefix, depth) for route in router.routes)
        found = []
        for context in iter_route_contexts(router.routes):
            # A route that was included under a prefix is met by the copy that knows the prefix.
            effective = context.original_route if context.path is None else context
            found.append(self.node(context.original_route, effective, app, prefix, depth))
        return (*found, *self._front_ends(router, app, prefix))

    def _front_ends(self, router: Router, app: object, prefix: str) -> list[Node]:
        """The folders of ``app.frontend()``, which FastAPI keeps apart and tries after all routes."""
        found = []
        for one in getattr(router, "_iter_low_priority_routes", tuple)():
            group: Any = getattr(one, "original_route", one)
            within = getattr(one, "frontend_prefix", "")
            self.sources.append((group.routes, list(group.routes)))
            for route in group.routes:
                path = within + route.path.rstrip("/")
                leaf = Leaf(Kind.MOUNT, prefix + path, frozenset(route.methods), route.app, route, app, None, route)
                matches = functools.partial(route.matches_with_path, path=path or "/")
                found.append((len(path), Node(matches, leaf, last=True)))
        return [node for _, node in sorted(found, key=lambda each: -each[0])]

    def _watch(self, router: Router) -> None:
        self.sources.append((router.routes, list(router.routes)))
        for route in router.routes:
            included = getattr(route, "original_router", None)
            if isinstance(included, Router):
                self._watch(included)

    def node(self, route: BaseRoute, effective: Any, app: object, prefix: str, depth: int) -> Node:
        path = prefix + (getattr(effective, "path", None) or "")
        reached = getattr(effective, "_effective_route", effective)
        self.varies |= getattr(type(route), "matches", None) not in _BY_PATH
        if isinstance(route, Mount | Host):
            inner = getattr(effective, "_base_app", None) or effective.app
            inside = _router_of(inner)
            at = _mounted_at(route, path)
            if inside is not None:
                nodes = self.router(inside, inner, at, depth + 1)
                # FastAPI's own wins over what its mount says.
                return Node(effective.matches, None, nodes, root=getattr(inner, "root_path", "") or "")
            return Node(effective.matches, _leaf(Kind.MOUNT, at, inner, route, app, reached))
        kind = Kind.UNKNOWN
        if isinstance(route, Route):
            kind = Kind.ROUTE
        elif isinstance(route, WebSocketRoute):
            kind = Kind.WEBSOCKET
        methods = frozenset(getattr(effective, "methods", None) or _methods_of(getattr(effective, "endpoint", None)))
        return Node(
            effective.matches, _leaf(kind, path, getattr(effective, "endpoint", route), route, app, reached, methods)
        )


def _methods_of(endpoint: object) -> Iterator[str]:
    """The methods of an endpoint class, for which its route has no list."""
    for method in _METHODS if inspect.isclass(endpoint) else ():
        if callable(getattr(endpoint, method.lower(), None)) or (method == "HEAD" and hasattr(endpoint, "get")):
            yield method


def _mounted_at(route: Mount | Host, path: str) -> str:
    return path if isinstance(route, Mount) else path + f"//{route.host}"


def _router_of(app: object) -> Router | None:
    """The router of an application or a router, which are walked; None for what cannot be looked into."""
    if isinstance(app, Starlette):
        return app.router
    return app if isinstance(app, Router) else None


def _leaf(
    kind: Kind,
    path: str,
    endpoint: object,
    route: BaseRoute,
    app: object,
    reached: object,
    methods: frozenset[str] = frozenset(),
) -> Leaf:
    return Leaf(kind, path, methods, endpoint, route, app, declaration_of(endpoint), reached)


def redeclared(census: Census, choose: Callable[[Leaf], Declaration | None]) -> Census:
    """The same doors with the declarations that ``choose`` gives them."""
    return replace(census, known={}, nodes=tuple(_redeclared(node, choose) for node in census.nodes))


def _redeclared(node: Node, choose: Callable[[Leaf], Declaration | None]) -> Node:
    leaf = node.leaf
    if leaf is not None:
        leaf = replace(leaf, declaration=choose(leaf))
    return replace(node, leaf=leaf, children=tuple(_redeclared(child, choose) for child in node.children))
