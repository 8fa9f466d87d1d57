"""What is asked of an app as a whole. Each question is answered on its own, from files of its own.

An answer hangs on no other question, and is known from the last run where nothing it read has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache

import msgspec

from doorcheck.core import DoorKind
from doorcheck.scan.doors.cached import cached_by, cached_in, imports_a_cache, own_caches
from doorcheck.scan.doors.header_rules import rules_of
from doorcheck.scan.doors.inventory import AppFiles, owner_of
from doorcheck.scan.doors.kept import Kept
from doorcheck.scan.doors.middleware import Front
from doorcheck.scan.doors.pages import pages_of
from doorcheck.scan.doors.prerendered import Prerendering
from doorcheck.scan.doors.raw import Raw
from doorcheck.scan.doors.sent import Browsers
from doorcheck.scan.doors.showing import Showing
from doorcheck.scan.doors.site import Allowance, Site, allowances, site_of
from doorcheck.scan.facts.evaluator import Evaluator
from doorcheck.scan.facts.modules import LoadedModule
from doorcheck.scan.project.imports import Imports
from doorcheck.scan.project.tree import UnreadableFile
from doorcheck.scan.units.browsing import Browsing, secrets_named
from doorcheck.scan.units.ground import Ground

MAX_CACHING = 150
"""How many files with cached functions are followed."""


class Whole(msgspec.Struct, frozen=True, array_like=True):
    """One question of an app: ``kind`` is kept, browsers, raw, site or allowed; ``about`` is what it is about, and what
    beside files and their imports it hangs on."""

    kind: str
    app: str
    about: tuple[str, ...] = ()


class Told(msgspec.Struct, frozen=True, array_like=True):
    """The answer to one of them."""

    kept: tuple[Kept, ...] = ()
    browsers: Browsers | None = None
    raw: tuple[Raw, ...] = ()
    site: Site | None = None
    allowed: tuple[Allowance, ...] = ()


class Answers(msgspec.Struct, array_like=True):
    """An answer with the files it was read from."""

    asked: Whole
    told: Told
    read: list[str]


class Alone:
    """Answers what is asked of whole apps, from the last run's answers where ``stands`` says that they still hold."""

    def __init__(
        self, ground: Ground, known: Sequence[Answers] = (), stands: Callable[[Sequence[str]], bool] | None = None
    ) -> None:
        self._ground = ground
        self._known = {each.asked: each for each in known}
        self._stands = stands
        self._answers: dict[Whole, Answers] = {}
        self._fronts: dict[str, tuple[Front, Evaluator]] = {}
        self._caching: dict[str, tuple[str, ...]] = {}
        self._giving: tuple[str, ...] | None = None
        self.looked = False
        """Whether anything was answered from the files."""

    def kept(self, app: str) -> tuple[Kept, ...]:
        """What an app keeps longer than one request."""
        if app not in self._caching:
            self._caching[app] = tuple(self._files_that_cache(app))
        return self._ask(Whole("kept", app, self._caching[app])).kept

    def browsers(self, app: str) -> Browsers:
        """What an app sends to browsers that is its server's."""
        return self._ask(Whole("browsers", app, secrets_named(self._ground, app))).browsers or Browsers()

    def raw(self, app: str) -> tuple[Raw, ...]:
        """The columns that pages of an app show as HTML."""
        if self._giving is None:
            self._giving = tuple(self._ground.reader.giving_html())
        return self._ask(Whole("raw", app, self._giving)).raw if self._giving else ()

    def site(self, app: str) -> Site:
        """What an app sends for its pages, and says of other sites' origins."""
        return self._ask(Whole("site", app)).site or Site()

    def allowed(self, app: str, kind: str, route: str, methods: Sequence[str]) -> tuple[Allowance, ...]:
        """What stands beside a door says of the origins that may read its answers."""
        site = self.site(app)
        if site.fronted:
            return self._ask(Whole("allowed", app, (kind, route, *methods))).allowed
        return allowances(site, None, DoorKind(kind), route, methods) if site.origins or site.actions else ()

    @property
    def answers(self) -> list[Answers]:
        """All that was asked, to be kept for the next run."""
        return list(self._answers.values())

    @property
    def recalled(self) -> list[str]:
        """The files that answers of the last run hang on which still hold."""
        return [path for asked, each in self._answers.items() if each is self._known.get(asked) for path in each.read]

    def _ask(self, question: Whole) -> Told:
        answer = self._answers.get(question)
        if answer is None:
            answer = self._answers[question] = self._recalled(question) or self._answered(question)
        return answer.told

    def _recalled(self, question: Whole) -> Answers | None:
        known = self._known.get(question)
        return known if known is not None and self._stands is not None and self._stands(known.read) else None

    def _answered(self, question: Whole) -> Answers:
        self.looked = True
        files = next(each for each in self._ground.files if each.app.path == question.app)
        if question.kind in {"site", "allowed"}:
            return self._about_headers(question, files)
        ev = self._ground.evaluator()
        if question.kind == "raw":
            imports = Imports(self._ground.tree, ev.program.resolve, self._ground.reader.skim_of)
            showing = Showing(ev, imports, files.folders.pages)
            told, searched = Told(raw=showing.of(pages_of(files), frozenset(question.about))), imports.searched
        elif question.kind == "browsers":
            browsing = Browsing(self._ground, ev, files)
            told, searched = Told(browsers=browsing.answer(question.about)), browsing.searched
        else:
            searched = set()
            told = Told(kept=tuple(self._keeping(ev, files, question.about, searched)))
        return Answers(question, told, sorted({*ev.program.asked_for, *searched}))

    def _about_headers(self, question: Whole, files: AppFiles) -> Answers:
        front, ev = self._front(files)
        if question.kind == "site":
            rules = rules_of(ev, self._ground.tree, files.app.path)
            told = Told(site=site_of(files, rules, front))
        else:
            kind, route, *methods = question.about
            told = Told(allowed=allowances(self.site(question.app), front, DoorKind(kind), route, methods))
        return Answers(question, told, sorted(ev.program.asked_for))

    def _front(self, files: AppFiles) -> tuple[Front, Evaluator]:
        """The middleware of an app, with the evaluator that follows it."""
        known = self._fronts.get(files.app.path)
        if known is None:
            ev = self._ground.evaluator()
            front = Front(ev, ev.program, files, self._ground.tree.sources)
            known = self._fronts[files.app.path] = front, ev
        return known

    def _keeping(self, ev: Evaluator, files: AppFiles, caching: Sequence[str], searched: set[str]) -> list[Kept]:
        found: list[Kept] = []
        for path in caching[:MAX_CACHING]:
            module = ev.program.module(path)
            if module is not None and not module.is_client():
                found.extend(cached_in(ev, module))
                found.extend(self._by_own_caches(ev, module))

        def source_of(path: str) -> bytes:
            searched.add(path)
            try:
                return self._ground.tree.read(path)
            except UnreadableFile:
                return b""

        pages = list(pages_of(files))
        configurations = self._configurations(files.app.path)
        prerendering = Prerendering(ev, cache(self._ground.reader.skim_of), source_of)
        found.extend(prerendering.kept(pages, configurations))
        found.extend(prerendering.kept_by_loaders(pages))
        found.extend(prerendering.kept_answers(files))
        return found

    def _by_own_caches(self, ev: Evaluator, module: LoadedModule) -> Iterator[Kept]:
        for name in own_caches(module):
            imports = Imports(self._ground.tree, ev.program.resolve, self._ground.reader.skim_of)
            for use in list(imports.uses_of(module.path, name))[:MAX_CACHING]:
                user = ev.program.module(use.path)
                if user is not None:
                    yield from cached_by(ev, user, use.name)

    def _configurations(self, app: str) -> list[str]:
        start = "" if app == "." else f"{app}/"
        return [path for path in self._ground.tree.sources if path.startswith(f"{start}next.config.")]

    def _files_that_cache(self, app: str) -> Iterator[str]:
        """The files of an app, or of packages beside all apps, that may hold cached functions."""
        reader, files = self._ground.reader, list(self._ground.files)
        marked = set(reader.marked())
        apps = tuple(each.app.path for each in files)
        for path in self._ground.tree.sources:
            skimmed = reader.skim_of(path) if path not in marked else None
            if path in marked or (skimmed is not None and imports_a_cache(skimmed.links)):
                inside = any(each == "." or path.startswith(each + "/") for each in apps)
                if not inside or owner_of(path, files).path == app:
                    yield path
