"""One scan from the listing to the verdicts. Reads like a table of contents."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from doorcheck.core import (
    BlindSpot,
    ControlId,
    Door,
    Location,
    Scope,
    Unknown,
    Verdict,
    Why,
)  # fmt: skip
from doorcheck.core.door import DoorKind
from doorcheck.scan.doors import conventions
from doorcheck.scan.doors.inventory import AppFiles, FoundDoor, Inventory, files_of, owner_of, with_unique_ids
from doorcheck.scan.doors.middleware import Front
from doorcheck.scan.doors.pages import Page
from doorcheck.scan.facts import following
from doorcheck.scan.facts.evaluator import Evaluator
from doorcheck.scan.facts.following import Trace
from doorcheck.scan.facts.modules import Program
from doorcheck.scan.facts.tables import declared_models
from doorcheck.scan.judging import AppCase, Control, DoorCase
from doorcheck.scan.knowledge.library import load
from doorcheck.scan.project.apps import find_apps
from doorcheck.scan.project.database.models import Model
from doorcheck.scan.project.database.schemas import Schemas, declaring_files
from doorcheck.scan.project.environment import documented_variables
from doorcheck.scan.project.imports import Imports
from doorcheck.scan.project.resolution import Resolver
from doorcheck.scan.project.tree import Tree, UnreadableFile
from doorcheck.scan.reading import Reader
from doorcheck.scan.results import Comment, ScanResult
from doorcheck.scan.surroundings import Surroundings
from doorcheck.scan.syntax import positions

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
        self.program = Program(Resolver(self.tree), self.reader.summary)
        self.ev = Evaluator(self.program, load(knowledge))
        self.ev.documented_variables = documented_variables(self.tree)
        self.ev.schema = Schemas(self.tree, self.ev.knowledge.words, [app.path for app in self.apps], self._declared)
        self.inventory = Inventory(self.ev, self.program)
        self.files: list[AppFiles] = []
        self.fronts: dict[str, Front] = {}

    def run(self, *, only_doors: bool) -> ScanResult:
        files = self.files = self._files()
        self.fronts = {each.app.path: Front(self.ev, self.program, each, self.tree.sources) for each in files}
        around = Surroundings(
            self.ev, Imports(self.tree, self.program.resolve, self.reader.skim_of), files, self._shields
        )
        found = around.with_reach(with_unique_ids(list(self._doors(files))) if files else [])
        cases: list[DoorCase] = []
        if not only_doors:
            cases = list(map(around.around, found, self._followed(found)))
        verdicts = self._judged(cases)
        app_verdicts = self._apps_judged(files, cases) if not only_doors else {}
        self.reader.save()
        return ScanResult(
            apps=tuple(self.apps),
            doors=tuple(each.door for each in found),
            verdicts=verdicts,
            app_verdicts=app_verdicts,
            unread=(*self.tree.unread, *self.reader.unread, *self.ev.schema.unread),
            blind_spots=self._blind_spots(),
            files_parsed=self.reader.parsed,
            comments=self._comments(each.door for each in found),
        )

    def _declared(self) -> list[Model]:
        packages = {package for package, _ in self.ev.knowledge.tables}
        return declared_models(self.ev, declaring_files(self.tree, packages, self.reader.skim_of))

    def _files(self) -> list[AppFiles]:
        found: list[AppFiles] = []
        for app in self.apps:
            folders = conventions.folders_of(app.path, self.tree.has_folder)
            if folders is not None:
                found.append(files_of(app, folders, self.tree.sources))
        return found

    def _doors(self, files: list[AppFiles]) -> Iterable[FoundDoor]:
        for each in files:
            yield from self.inventory.of_app(each)
        for path in self.reader.marked():
            yield from self.inventory.of_actions(owner_of(path, files), path)

    def _followed(self, found: list[FoundDoor]) -> list[DoorCase]:
        cases: list[DoorCase] = []
        for number, each in enumerate(found):
            if self.progress is not None:
                self.progress(number, len(found))
            trace = self._follow(each)
            shield = self.fronts[each.door.app].shield(each.door)
            cases.append(DoorCase(each.door, trace, shield, self.ev.knowledge.words, schema=self.ev.schema))
        return cases

    def _shields(self, app: str, page: Page) -> bool:
        return self.fronts[app].stops_at(page.route)

    def _follow(self, found: FoundDoor) -> Trace:
        door = found.door
        self.ev.route = door.route or ""
        if door.kind is DoorKind.ROUTE_HANDLER:
            arguments = following.request_arguments()
        elif door.kind is DoorKind.PAGES_API:
            arguments = following.pages_arguments()
        else:
            arguments = following.action_arguments(found.value)
        try:
            at = positions.pack(door.at.line - 1, 0)
            return following.follow_door(self.ev, found.value, arguments, door.file, at)
        except RecursionError:
            return Trace(over_budget=True)

    def _judged(self, cases: list[DoorCase]) -> dict[tuple[str, ControlId], Verdict]:
        verdicts: dict[tuple[str, ControlId], Verdict] = {}
        for case in cases:
            answered: dict[ControlId, Verdict] = {}
            for control in self.controls:
                if control.spec.scope is Scope.DOOR and control.judge_door is not None:
                    verdicts[case.door.id, control.spec.id] = _verdict(control, case, answered)
        return verdicts

    def _apps_judged(self, files: list[AppFiles], cases: list[DoorCase]) -> dict[tuple[str, ControlId], Verdict]:
        verdicts: dict[tuple[str, ControlId], Verdict] = {}
        for each in files:
            mine = tuple(case for case in cases if case.door.app == each.app.path)
            manifest = "package.json" if each.app.path == "." else f"{each.app.path}/package.json"
            case = AppCase(each.app, each, self._framework_line(manifest), mine, self.fronts[each.app.path].guard)
            for control in self.controls:
                if control.judge_app is None:
                    continue
                try:
                    verdict = control.judge_app(case)
                except Exception as error:
                    verdict = Unknown(Why.JUDGE_FAILED, f"the judge failed on this app: {type(error).__name__}")
                verdicts[each.app.path, control.spec.id] = verdict
        return verdicts

    def _framework_line(self, manifest: str) -> Location:
        """Where the app's package.json names Next.js; its first line where that cannot be told."""
        try:
            text = self.tree.read(manifest).decode("utf-8", "replace")
        except UnreadableFile:
            text = ""
        found = _NEXT_DEPENDENCY.search(text)
        return Location(manifest, text.count("\n", 0, found.start()) + 1 if found is not None else 1)

    def _blind_spots(self) -> tuple[BlindSpot, ...]:
        noted = (
            BlindSpot(Location(file, max(positions.line_of(at), 1)), says) for (file, at), says in self.ev.notes.items()
        )
        misplaced = (
            BlindSpot(Location(path, 1), "is named like middleware but lies where Next.js does not run it")
            for files in self.files
            for path in files.misplaced
        )
        return tuple(sorted({*self.inventory.blind_spots, *noted, *misplaced}, key=lambda spot: (spot.at, spot.says)))

    def _comments(self, doors: Iterable[Door]) -> tuple[Comment, ...]:
        found: list[Comment] = []
        for path in sorted({door.file for door in doors}):
            module = self.program.module(path)
            for comment in module.summary.comments if module is not None else []:
                at = Location(path, positions.line_of(comment.at), positions.column_of(comment.at))
                found.append(Comment(at, comment.text))
        return tuple(found)


def _verdict(control: Control, case: DoorCase, answered: dict[ControlId, Verdict]) -> Verdict:
    """What a control says of a door, asked once; those that it comes after are asked first."""
    known = answered.get(control.spec.id)
    if known is not None or control.judge_door is None:
        return known or Unknown(Why.JUDGE_FAILED, "this control is not asked of doors")
    for each in control.after:
        _verdict(each, case, answered)
    try:
        verdict = control.judge_door(dataclasses.replace(case, answered=answered))
    except Exception as error:
        verdict = Unknown(Why.JUDGE_FAILED, f"the judge failed on this door: {type(error).__name__}")
    answered[control.spec.id] = verdict
    return verdict
