"""Procedures and routes that a router mounts behind one route file: tRPC, oRPC, Hono and their like."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

from doorcheck.scan.doors.contexts import context_maker
from doorcheck.scan.facts import chains, names, routers
from doorcheck.scan.facts.evaluator import Evaluator
from doorcheck.scan.facts.modules import LoadedModule
from doorcheck.scan.facts.values import External, Native, Obj, Promise, Value

_MAX_DEPTH = 12


@dataclass(frozen=True, slots=True)
class Mounted:
    """One procedure or route: its dotted path or URL, its own key, what answers it and where it is written."""

    path: str
    name: str
    method: str
    value: Value
    file: str
    at: int


def mounted_in(ev: Evaluator, module: LoadedModule) -> list[Mounted]:
    """What the routers that this module names or imports mount; empty for an ordinary route file."""
    found: list[Mounted] = []
    if not _imports_router(module):
        return found
    seen: set[int] = set()
    values = [names.module_value(ev, module, name) for name in [*module.imports, *module.variables]]
    inner = {id(part) for value in values if isinstance(value, routers.Router) for _, part, _ in value.mounted}
    for value in values:
        if id(value) not in inner:
            found.extend(_of_value(ev, value, (), seen, 0))
    found = _each_once(found)
    maker = context_maker(ev, module)
    return [_with_maker(each, maker) for each in found] if maker is not None else found


def _each_once(found: list[Mounted]) -> list[Mounted]:
    """A procedure that is named on its own and as a part of a router is only there as a part."""
    longest: dict[int, Mounted] = {}
    for each in found:
        known = longest.get(id(each.value))
        if known is None or known.path.count(".") < each.path.count("."):
            longest[id(each.value)] = each
    return list(longest.values())


def _with_maker(mounted: Mounted, maker: Value) -> Mounted:
    value = mounted.value
    if isinstance(value, chains.Procedure):
        value = dataclasses.replace(value, maker=maker)
    return dataclasses.replace(mounted, value=value)


def _imports_router(module: LoadedModule) -> bool:
    """Only a module that imports some router's package is worth evaluating for routers."""
    sources = {imported.source for imported in module.summary.imports}
    return any(source == name or source.startswith(name + "/") for source in sources for name in ROUTER_PACKAGES)


ROUTER_PACKAGES = (
    "@trpc/server/adapters",
    "@orpc/server",
    "hono",
    "@hono",
    "elysia",
    "@ts-rest",
    "next-connect",
    "itty-router",
)


def _of_value(ev: Evaluator, value: Value, path: tuple[str, ...], seen: set[int], depth: int) -> Iterator[Mounted]:
    if isinstance(value, Promise):
        value = value.value
    if depth > _MAX_DEPTH or id(value) in seen:
        return
    if isinstance(value, chains.Procedure):
        key = path[-1] if path else value.kind
        name, at = _own_name(ev, value) or (key, value.at)
        yield Mounted(".".join(path), name, "", value, value.file, at)
    elif isinstance(value, routers.Router):
        seen.add(id(value))
        yield from _of_router(value)
    elif isinstance(value, Obj) and value.cls is None:
        parts = [((*path, key), item) for key, item in value.props.items()]
        for way, item in [*parts, *((path, rest) for rest in value.rest)]:
            yield from _of_value(ev, item, way, seen, depth + 1)
    elif isinstance(value, External) and _is_router(value):
        seen.add(id(value))
        for argument in value.links[-1].arguments if value.links else ():
            yield from _of_value(ev, argument, path, seen, depth + 1)


def _own_name(ev: Evaluator, procedure: chains.Procedure) -> tuple[str, int] | None:
    """The name a procedure's own module exports it by, and where; None for one written straight into a router."""
    module = ev.program.module(procedure.file)
    for name, value in module.constants.items() if module is not None else ():
        if value is procedure and module is not None and name in module.exports:
            return name, module.exports[name].at
    return None


def _is_router(value: External) -> bool:
    calls = [value.path[n - 1] for n, part in enumerate(value.path) if part == "()" and n]
    return bool(calls) and calls[-1].lower().endswith(("router", "routers")) and value.package.startswith("@")


def _of_router(router: routers.Router) -> Iterator[Mounted]:
    for route in routers.routes_of(router):
        path = route.path or "/"
        yield Mounted(path, f"{route.method} {path}", route.method, _handler(route), route.file, route.at)


def _handler(route: routers.Route) -> Value:
    def run(ev: Evaluator, arguments: tuple[Value, ...], state: object, at: int, file: str) -> Value:
        del arguments, at, file
        return routers.run_route(ev, route, state)  # type: ignore[arg-type]

    return Native(f"{route.method} {route.path}", run)
