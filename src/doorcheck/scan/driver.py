"""One scan from the listing to the verdicts. Reads like a table of contents."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from doorcheck.core import BlindSpot, ControlId, Location, Unknown, Verdict, Why
from doorcheck.scan.doors import conventions
from doorcheck.scan.doors.guards import Guard
from doorcheck.scan.doors.inventory import AppFiles, files_of, owner_of, with_unique_ids
from doorcheck.scan.judging import AppCase, Control, DoorNote
from doorcheck.scan.knowledge.library import load
from doorcheck.scan.project.apps import find_apps
from doorcheck.scan.project.environment import documented_variables
from doorcheck.scan.project.resolution import Resolver
from doorcheck.scan.project.tree import Tree, UnreadableFile
from doorcheck.scan.reading import Reader
from doorcheck.scan.results import ScanResult
from doorcheck.scan.units.alone import Alone
from doorcheck.scan.units.ground import Ground
from doorcheck.scan.units.memory import Memory
from doorcheck.scan.units.outside import Outside, World
from doorcheck.scan.units.unit import JudgedDoor, JudgedUnit, Unit, UnitScan, divided

Progress = Callable[[int, int], None]

_NEXT_DEPENDENCY = re.compile(r'"next"\s*:\s*"')


class Scan:
    """One scan's parts."""

    def __init__(
        self,
        tree: Tree,
        controls: Sequence[Control],
        knowledge: Sequence[Mapping[str, Any]],
        cache: Path | None,
        progress: Progress | None,
    ) -> None:
        self.controls = controls
        self.progress = progress
        self.tree = tree
        self.apps = find_apps(self.tree)
        self.reader = Reader(self.tree, cache)
        self.files = list(self._files())
        self.ground = Ground(tree, self.reader, Resolver(tree), load(knowledge), documented_variables(tree), self.files)
        self.memory = Memory(cache, self.ground, controls, knowledge)
        self.outside = Outside(
            lambda: World(self.ground), Alone(self.ground, self.memory.alone, self.memory.stands), self.memory.answered
        )

    def run(self, *, only_doors: bool) -> ScanResult:
        units = list(self._units())
        judged = list(self._judged(units, only_doors=only_doors))
        doors = self._doors(units, judged)
        verdicts = dict(self._settled(doors))
        answered = self.outside.answered()
        app_verdicts = dict(self._apps_judged(doors, answered.guards)) if not only_doors else {}
        settings = [*self.tree.unread, *self.ground.schema.unread]
        unread = {*self.memory.told_before(self.outside), *settings, *self.reader.unread}
        if not only_doors and not self.tree.refused:
            self.memory.save(self.outside, settings)
        self.reader.save()
        return ScanResult(
            apps=tuple(self.apps),
            doors=tuple(each.door for each in doors),
            verdicts=verdicts,
            app_verdicts=app_verdicts,
            unread=tuple(sorted(unread, key=lambda each: (each.file, each.why))),
            blind_spots=self._blind_spots(judged, answered.blind_spots),
            files_parsed=self.reader.parsed,
            comments=tuple(sorted({c for each in judged for c in each.comments}, key=lambda c: (c.at, c.text))),
        )

    def _files(self) -> Iterator[AppFiles]:
        for app in self.apps:
            folders = conventions.folders_of(app.path, self.tree.has_folder)
            if folders is not None:
                yield files_of(app, folders, self.tree.sources)

    def _units(self) -> Iterator[Unit]:
        for each in self.files:
            yield from divided(each, "routes", each.routes)
            yield from divided(each, "pages_api", each.pages_api)
        marked: dict[str, list[str]] = {}
        for path in self.reader.marked() if self.files else []:
            marked.setdefault(owner_of(path, self.files).path, []).append(path)
        for each in self.files:
            yield from divided(each, "actions", marked.get(each.app.path, []))

    def _judged(self, units: Sequence[Unit], *, only_doors: bool) -> Iterator[JudgedUnit]:
        done, total = 0, sum(len(unit.files) for unit in units)
        for unit in units:
            if self.progress is not None:
                self.progress(done, total)
            yield self._of_unit(unit, only_doors=only_doors)
            done += len(unit.files)

    def _of_unit(self, unit: Unit, *, only_doors: bool) -> JudgedUnit:
        known = self.memory.recall(unit, self.outside)
        if known is not None:
            return known
        self.outside.asked.clear()
        judged = UnitScan(self.ground, self.controls, self.outside).judged(unit, only_doors=only_doors)
        if not only_doors:
            self.memory.remember(unit, judged, self.outside.asked)
        return judged

    def _doors(self, units: Sequence[Unit], judged: Sequence[JudgedUnit]) -> list[JudgedDoor]:
        """The doors in the order of their files, each with an id of its own."""
        of_file = {
            (unit.app.app.path, unit.kind, path): doors
            for unit, each in zip(units, judged, strict=True)
            for path, doors in zip(unit.files, each.doors, strict=True)
        }
        order = [(each.app.path, "routes", path) for each in self.files for path in each.routes]
        order += [(each.app.path, "pages_api", path) for each in self.files for path in each.pages_api]
        apps = [each.app.path for each in self.files]
        order.sort(key=lambda key: apps.index(key[0]))
        order += sorted((key for key in of_file if key[1] == "actions"), key=lambda key: key[2])
        return with_unique_ids([door for key in order for door in of_file[key]])

    def _settled(self, doors: Sequence[JudgedDoor]) -> Iterator[tuple[tuple[str, ControlId], Verdict]]:
        """The answers about the doors, with those changed that the other doors of an app change."""
        settling = {control.spec.id: control.settle for control in self.controls if control.settle is not None}
        notes: dict[tuple[str, ControlId], list[DoorNote]] = defaultdict(list)
        for each in doors:
            for id_ in settling:
                notes[each.door.app, id_].append(DoorNote(each.door, each.shield, each.notes.get(id_)))
        for each in doors:
            for id_, verdict in each.verdicts.items():
                settle = settling.get(id_)
                own = DoorNote(each.door, each.shield, each.notes.get(id_))
                others = notes[each.door.app, id_]
                yield (each.door.id, id_), settle(verdict, own, others) if settle is not None else verdict

    def _apps_judged(
        self, doors: Sequence[JudgedDoor], guards: Mapping[str, Guard | None]
    ) -> Iterator[tuple[tuple[str, ControlId], Verdict]]:
        alone = self.outside.alone
        for each in self.files:
            app = each.app
            mine = [door for door in doors if door.door.app == app.path]
            manifest = self._framework_line("package.json" if app.path == "." else f"{app.path}/package.json")
            for control in self.controls:
                if control.judge_app is None:
                    continue
                notes = tuple(DoorNote(door.door, door.shield, door.notes.get(control.spec.id)) for door in mine)
                try:
                    of_app = partial(alone.browsers, app.path), partial(alone.site, app.path)
                    case = AppCase(app, manifest, notes, guards.get(app.path), *of_app)
                    verdict = control.judge_app(case)
                except Exception as error:
                    verdict = Unknown(Why.JUDGE_FAILED, f"the judge failed on this app: {type(error).__name__}")
                yield (app.path, control.spec.id), verdict

    def _framework_line(self, manifest: str) -> Location:
        """Where the app's package.json names Next.js; its first line where that cannot be told."""
        try:
            text = self.tree.read(manifest).decode("utf-8", "replace")
        except UnreadableFile:
            text = ""
        found = _NEXT_DEPENDENCY.search(text)
        return Location(manifest, text.count("\n", 0, found.start()) + 1 if found is not None else 1)

    def _blind_spots(self, judged: Sequence[JudgedUnit], outside: Sequence[BlindSpot]) -> tuple[BlindSpot, ...]:
        misplaced = (
            BlindSpot(Location(path, 1), "is named like middleware but lies where Next.js does not run it")
            for files in self.files
            for path in files.misplaced
        )
        found = {*outside, *misplaced, *(spot for each in judged for spot in each.blind_spots)}
        return tuple(sorted(found, key=lambda spot: (spot.at, spot.says)))
