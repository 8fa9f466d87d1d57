"""What surrounds a door: who refers to it, which pages show what it reads, which page checks in its stead."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

from doorcheck.core import Door, Reach, Written
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
    """Answers from the files, each question only when it is asked."""

    def __init__(
        self, ev: Evaluator, imports: Imports, files: Sequence[AppFiles], is_shielded: IsShielded = never_shielded
    ) -> None:
        self._imports = imports
        self._pages = {each.app.path: list(pages_of(each)) for each in files}
        self._is_shielded = is_shielded
        self._visits = Visits(ev)
        self._reaching = Reaching(imports)
        self._locked: dict[str, bool] = {}
        self._users: dict[str, set[str]] = {}

    def reach(self, file: str, name: str, *, inline: bool) -> Reach:
        """Whether browsers are given the id of an action."""
        return self._reaching.reach(file, name, inline=inline)

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

    def rendered_by(self, file: str, app: str) -> Written | None:
        """The page that checks for the actions of a file: every page that is given them turns strangers away."""
        checks = [self._check(page) for page in self._reaching_pages(file, app)]
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


class Pages(Protocol):
    """What is asked of the pages round a door."""

    def shown_at(self, key: str, app: str) -> Written | None:
        """The page of this app that shows a stranger the read of this key."""

    def rendered_by(self, file: str, app: str) -> Written | None:
        """The page that checks for the actions of this file, where every page that is given them does."""


def around(pages: Pages, opt_outs: OptOuts, found: FoundDoor, case: DoorCase) -> DoorCase:
    """The case with its surroundings."""
    door, trace = case.door, case.trace
    checked = door.reach is Reach.REACHABLE and _unguarded(trace)
    return dataclasses.replace(
        case,
        shown_publicly=_Shown(pages, door),
        rendered_by=pages.rendered_by(door.file, door.app) if checked else None,
        opted_out=_opted_out(opt_outs, found, trace),
    )


def _opted_out(opt_outs: OptOuts, found: FoundDoor, trace: Trace) -> Written | None:
    if trace.own_handler is not None or trace.over_budget or not _lets_strangers_in(trace):
        return None
    return opt_outs.of(found, trace)


class _Shown(Mapping[str, Written]):
    """The reads shown to anyone by key. Made when looked up: most doors need no page to be followed."""

    def __init__(self, pages: Pages, door: Door) -> None:
        self._pages = pages
        self._door = door
        self._found: dict[str, Written | None] = {}

    def __getitem__(self, key: str) -> Written:
        if key not in self._found:
            self._found[key] = self._pages.shown_at(key, self._door.app)
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
