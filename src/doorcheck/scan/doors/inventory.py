"""The inventory: every server entry point of an app, with the value that answers it."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from doorcheck.core import App, BlindSpot, Door, DoorKind, Location
from doorcheck.scan.doors import conventions, routes
from doorcheck.scan.doors.mounted import Mounted, mounted_in
from doorcheck.scan.facts import following
from doorcheck.scan.facts.evaluator import Evaluator
from doorcheck.scan.facts.modules import LoadedModule, Program
from doorcheck.scan.facts.values import Fn, Value
from doorcheck.scan.syntax import ir, positions
from doorcheck.scan.syntax.walking import nodes


@dataclass(frozen=True, slots=True)
class FoundDoor:
    """A door and what is called when somebody knocks; ``route_value`` is set for routes of a mounted router."""

    door: Door
    value: Value
    mounted: Mounted | None = None


@dataclass(frozen=True, slots=True)
class AppFiles:
    """The files of one app that Next.js gives a meaning, relative to the root."""

    app: App
    folders: conventions.Folders
    routes: tuple[str, ...]
    pages_api: tuple[str, ...]
    pages: tuple[str, ...]
    middleware: str | None
    misplaced: tuple[str, ...] = ()
    """Named like middleware, and lying where people put it, yet not run by Next.js."""


def files_of(app: App, folders: conventions.Folders, sources: Iterable[str]) -> AppFiles:
    """Sort an app's source files by what Next.js does with them."""
    route_files: list[str] = []
    pages_api: list[str] = []
    pages: list[str] = []
    middleware: str | None = None
    misplaced: list[str] = []
    major = _major(app.next)
    for path in sources:
        if conventions.is_misplaced_middleware(path, folders, next_major=major):
            misplaced.append(path)
        elif folders.app is not None and path.startswith(folders.app + "/"):
            if conventions.is_route_file(path):
                route_files.append(path)
            elif conventions.is_page_file(path) or conventions.is_layout_file(path):
                pages.append(path)
        elif folders.pages is not None and path.startswith(folders.pages + "/"):
            route = routes.pages_route_of(path[len(folders.pages) + 1 :])
            if route is not None and routes.is_api_route(route):
                pages_api.append(path)
            else:
                pages.append(path)
        elif conventions.is_middleware_file(path, folders, next_major=major):
            middleware = path
    return AppFiles(app, folders, tuple(route_files), tuple(pages_api), tuple(pages), middleware, tuple(misplaced))


def _major(version: str | None) -> int | None:
    digits = "".join(char if char.isdigit() else " " for char in version or "").split()
    return int(digits[0]) if digits else None


class Inventory:
    """Finds doors. ``blind_spots`` are places where there may be more."""

    def __init__(self, ev: Evaluator, program: Program) -> None:
        self._ev = ev
        self._program = program
        self.blind_spots: list[BlindSpot] = []

    def of_route_file(self, files: AppFiles, path: str) -> Iterator[FoundDoor]:
        """The handlers of a route file, or what is mounted behind it."""
        route = routes.route_of(path[len(files.folders.app or "") + 1 :])
        module = self._program.module(path)
        if route is None or module is None:
            return
        mounted = mounted_in(self._ev, module)
        methods = [name for name in self._program.export_names(module) if name in conventions.HTTP_METHODS]
        if not methods and not mounted and not module.summary.broken_at:
            self._blind(path, 0, "this route file exports no HTTP method that could be seen")
        for method in methods:
            if mounted:
                continue
            value = following.handler_value(self._ev, module, method)
            at = Location(path, _line(_place(module, method)))
            door = Door(f"{method} {route}", DoorKind.ROUTE_HANDLER, files.app.path, path, method, at, route, (method,))
            yield FoundDoor(door, value)
        yield from self._of_mounted(files, mounted, route)

    def of_pages_file(self, files: AppFiles, path: str) -> Iterator[FoundDoor]:
        """The handler of a file below ``pages/api``, or what is mounted behind it."""
        route = routes.pages_route_of(path[len(files.folders.pages or "") + 1 :])
        module = self._program.module(path)
        if route is None or module is None:
            return
        if "default" not in self._program.export_names(module):
            return
        mounted = mounted_in(self._ev, module)
        if mounted:
            yield from self._of_mounted(files, mounted, route)
            return
        value = following.handler_value(self._ev, module, "default")
        methods = methods_named(module)
        at = Location(path, _line(_place(module, "default")))
        door = Door(f"pages {route}", DoorKind.PAGES_API, files.app.path, path, "default", at, route, methods)
        yield FoundDoor(door, value)

    def _of_mounted(self, files: AppFiles, mounted: list[Mounted], route: str) -> Iterator[FoundDoor]:
        for each in mounted:
            at = Location(each.file, positions.line_of(each.at), positions.column_of(each.at))
            base = route.split("[", maxsplit=1)[0].rstrip("/")
            where = each.path if each.path.startswith("/") else f"{base}/{each.path}"
            methods = (each.method,) if each.method else ()
            identity = f"{each.method} {where}" if each.method else f"procedure {each.path}"
            door = Door(identity, DoorKind.PROCEDURE, files.app.path, each.file, each.name, at, where, methods)
            yield FoundDoor(door, each.value, each)

    def of_actions(self, app: App, path: str) -> Iterator[FoundDoor]:
        """The server actions of a file: all its exports, or the functions that are marked one by one."""
        module = self._program.module(path)
        if module is None:
            return
        whole = {"use server", "use cache"} & set(module.summary.directives)
        exported = self._program.export_names(module) if whole else ()
        for name in exported:
            yield from self._of_export(app, module, name)
        for number, function in enumerate(module.summary.functions):
            if {"use server", "use cache"} & set(function.directives) and function.name not in exported:
                yield self._inline(app, module, function, number)

    def _of_export(self, app: App, module: LoadedModule, name: str) -> Iterator[FoundDoor]:
        value = following.handler_value(self._ev, module, name)
        if not following.is_callable_export(value):
            return
        place = _place(module, name)
        yield self._action(app, module.path, name, place, value)

    def _inline(self, app: App, module: LoadedModule, function: ir.Function, number: int) -> FoundDoor:
        name = function.name or f"anonymous-{number}"
        return self._action(app, module.path, name, function.at, Fn(module, function))

    def _action(self, app: App, path: str, name: str, place: int, value: Value) -> FoundDoor:
        at = Location(path, _line(place))
        door = Door(f"action {path}#{name}", DoorKind.SERVER_ACTION, app.path, path, name, at)
        return FoundDoor(door, value)

    def _blind(self, path: str, at: int, says: str) -> None:
        self.blind_spots.append(BlindSpot(Location(path, _line(at)), says))


def _place(module: LoadedModule, name: str) -> int:
    """Where a module writes an export; the first line for one that comes through ``export *``."""
    export = module.exports.get(name)
    if export is not None:
        return export.at
    reexport = module.reexports.get(name)
    if reexport is not None:
        return reexport.at
    return module.stars[0].at if module.stars else 0


def _line(at: int) -> int:
    return max(positions.line_of(at), 1)


def methods_named(module: LoadedModule) -> tuple[str, ...]:
    """The HTTP methods a pages-API handler's module compares with, in the order Next.js lists them."""
    found = {node.value for node in nodes(module.summary) if isinstance(node, ir.Literal)}
    return tuple(method for method in conventions.HTTP_METHODS if method in found)


def owner_of(path: str, apps: list[AppFiles]) -> App:
    """The app an action's file belongs to: the nearest that contains it, else the first of the repository."""
    inside = [files.app for files in apps if files.app.path == "." or path.startswith(files.app.path + "/")]
    if inside:
        return max(inside, key=lambda app: len(app.path))
    return min((files.app for files in apps), key=lambda app: (-_shared(app.path, path), app.path))


def _shared(first: str, second: str) -> int:
    return len(posixpath.commonprefix([first + "/", second]))


class HasDoor(Protocol):
    """Anything that is about one door."""

    @property
    def door(self) -> Door:
        """The door."""


OfDoor = TypeVar("OfDoor", bound=HasDoor)


def with_unique_ids(found: Sequence[OfDoor]) -> list[OfDoor]:
    """Doors of one name are told apart by their app, then by their file; all of them are, whichever came first."""
    named = [(each, each.door) for each in found]
    for suffix in ("app", "file"):
        counts = Counter(door.id for _, door in named)
        named = [
            (each, _suffixed(door, str(getattr(door, suffix))) if counts[door.id] > 1 else door) for each, door in named
        ]
    seen: Counter[str] = Counter()
    result: list[OfDoor] = []
    for each, door in named:
        seen[door.id] += 1
        number = seen[door.id]
        final = _suffixed(door, str(number)) if number > 1 else door
        result.append(each if final is each.door else replace(each, door=final))  # type: ignore[type-var]
    return result


def _suffixed(door: Door, suffix: str) -> Door:
    return replace(door, id=f"{door.id} ({suffix})")
