"""What surrounds a door: who refers to it, which pages show what it reads, which page checks in its stead."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence

from doorcheck.core import Door, DoorKind, Reach, Written
from doorcheck.scan.doors.inventory import AppFiles, FoundDoor
from doorcheck.scan.doors.optouts import OptOuts
from doorcheck.scan.doors.pages import Page, Visits, pages_of
from doorcheck.scan.doors.reach import Reaching
from doorcheck.scan.facts.evaluator import Evaluator
from doorcheck.scan.facts.following import Trace
from doorcheck.scan.facts.proofs import proven
from doorcheck.scan.judging import DoorCase, place
from doorcheck.scan.project.imports import Imports

IsShielded = Callable[[str, Page], bool]


def never_shielded(app: str, page: Page) -> bool:
    """The answer where nothing is known of middleware."""
    del app, page
    return False


class Surroundings:
    """Answers for the doors of one scan, each question only when it is asked."""

    def __init__(
        self, ev: Evaluator, imports: Imports, files: Sequence[AppFiles], is_shielded: IsShielded = never_shielded
    ) -> None:
        self._ev = ev
        self._imports = imports
        self._pages = {each.app.path: list(pages_of(each)) for each in files}
        self._is_shielded = is_shielded
        self._visits = Visits(ev)
        self._reaching = Reaching(imports)
        self._opt_outs = OptOuts(ev)
        self._locked: dict[str, bool] = {}
        self._users: dict[str, set[str]] = {}

    def with_reach(self, found: Sequence[FoundDoor]) -> list[FoundDoor]:
        """The doors, each action with its reach."""
        return [dataclasses.replace(each, door=self._with_reach(each.door)) for each in found]

    def _with_reach(self, door: Door) -> Door:
        if door.kind is not DoorKind.SERVER_ACTION:
            return door
        module = self._ev.program.module(door.file)
        whole = module is not None and bool({"use server", "use cache"} & set(module.summary.directives))
        return self._reaching.of(door, inline=not whole)

    def around(self, found: FoundDoor, case: DoorCase) -> DoorCase:
        """The case with its surroundings."""
        door, trace = case.door, case.trace
        return dataclasses.replace(
            case,
            shown_publicly=_Shown(self, door),
            rendered_by=self.rendered_by(door, trace),
            opted_out=self._opted_out(found, trace),
        )

    def _opted_out(self, found: FoundDoor, trace: Trace) -> Written | None:
        if trace.own_handler is not None or trace.over_budget or not _lets_strangers_in(trace):
            return None
        return self._opt_outs.of(found, trace)

    def shown_at(self, key: str, app: str) -> Written | None:
        """The page of this app that shows a stranger the read of this key, if the app has pages that it does lock."""
        file = key.split(":", 1)[0]
        for page in self._reaching_pages(file, app):
            if not any(key in self._visits.of(path).shown for path in page.files) or self._refuses(page):
                continue
            # asking the middleware is dear: last, and only about a page that shows what is looked for
            if not self._is_shielded(app, page) and self._locks_some(app):
                return Written(f"the page {page.route} shows it to anyone", place(page.file, 0))
        return None

    def rendered_by(self, door: Door, trace: Trace) -> Written | None:
        """The page that checks where the action it uses does not: every page that is given it turns strangers away."""
        if door.reach is not Reach.REACHABLE or not _unguarded(trace):
            return None
        pages = self._reaching_pages(door.file, door.app)
        checks = [self._check(page) for page in pages]
        if not checks or not all(checks):
            return None
        return checks[0]

    def _reaching_pages(self, file: str, app: str) -> list[Page]:
        """The pages that a file is part of, by their imports or their layouts'."""
        if file not in self._users:
            self._users[file] = self._imports.closure([file])
        users = self._users[file]
        return [page for page in self._pages.get(app, []) if not users.isdisjoint(page.files)]

    def _refuses(self, page: Page) -> bool:
        """Whether strangers do not get to see the page, or nobody can say."""
        seen = [self._visits.of(path) for path in page.files]
        return any(each.check is not None or each.over_budget for each in seen)

    def _check(self, page: Page) -> Written | None:
        for path in reversed(page.files):
            check = self._visits.of(path).check
            if check is not None:
                return Written(f"the page {page.route} checks, the action does not", place(check.file, check.at))
        return None

    def _locks_some(self, app: str) -> bool:
        """Whether the app turns strangers away from any page: where none is locked, an open one says nothing."""
        if app not in self._locked:
            pages = self._pages.get(app, [])
            self._locked[app] = any(
                self._visits.of(path).check is not None for page in pages for path in reversed(page.files)
            ) or any(self._is_shielded(app, page) for page in pages)
        return self._locked[app]


class _Shown(Mapping[str, Written]):
    """The reads shown to anyone by key. Made when looked up: most doors need no page to be followed."""

    def __init__(self, around: Surroundings, door: Door) -> None:
        self._around = around
        self._door = door
        self._found: dict[str, Written | None] = {}

    def __getitem__(self, key: str) -> Written:
        if key not in self._found:
            self._found[key] = self._around.shown_at(key, self._door.app)
        found = self._found[key]
        if found is None:
            raise KeyError(key)
        return found

    def __iter__(self) -> Iterator[str]:
        return (key for key, found in self._found.items() if found is not None)

    def __len__(self) -> int:
        return sum(found is not None for found in self._found.values())


def _unguarded(trace: Trace) -> bool:
    """Whether something happens that no proof, tried or not, stands before."""
    return not any(fact.proves for fact in trace.attempts) and _lets_strangers_in(trace)


def _lets_strangers_in(trace: Trace) -> bool:
    """Whether anything happens, or was read for an answer, with nobody proven."""
    return any(not proven(happening.facts) for happening in trace.happenings)
