"""The census of one application over its life: taken at the start, and compared with what is there at each request."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware

from doorcheck.guard.census.answered import open_questions, written_here
from doorcheck.guard.census.doors import NOWHERE, Census, Found, Leaf, Scope, redeclared, take_census
from doorcheck.guard.census.locking import lock
from doorcheck.guard.declaration import Declaration, declaration_of
from doorcheck.guard.errors import UndeclaredDoors

Place = tuple[int, str]


class Register:
    """The doors that were there at the start. What comes later is met and kept shut."""

    def __init__(self, app: Starlette, declared: Mapping[str, Declaration]) -> None:
        self.app = app
        self._declared = declared
        self._census: Census | None = None
        self._admitted: frozenset[Place] = frozenset()
        self._first: Census | None = None

    @property
    def taken(self) -> bool:
        """Whether the doors were counted and found declared."""
        return self._census is not None

    def leaves(self) -> list[Leaf]:
        """Every door as it is now, declared or not."""
        return list(self._count().leaves())

    def close(self) -> None:
        """Forget the census, so that the next one counts what is there then."""
        self._census = None

    def open(self, *, observe: bool) -> list[str]:
        """Take the census; returns what is open, which is empty unless ``observe`` lets it pass.

        Raises ``UndeclaredDoors`` with every open question of every door.
        """
        census = self._count()
        offences = [*self._application(census), *self._doors(census), *self._stale(census)]
        if offences and not observe:
            raise UndeclaredDoors(offences)
        # The routes of the first census are kept, so that no later one has the place in memory of one of them.
        self._census = self._first = census
        self._admitted = frozenset(_place(leaf) for leaf in census.leaves())
        return offences

    def find(self, scope: Scope) -> Found:
        """Where this request goes. A door that was added after the start is found without its declaration."""
        census = self._census
        if census is None:
            return NOWHERE
        if not census.fresh():
            census = self._census = redeclared(
                self._count(), lambda leaf: leaf.declaration if _place(leaf) in self._admitted else None
            )
        try:
            return census.find(scope)
        except ValueError:
            # A convertor that cannot read what its own pattern lets pass, such as a number of 5000 digits.
            return NOWHERE

    def _count(self) -> Census:
        census = redeclared(
            take_census(self.app), lambda leaf: leaf.declaration or self._declared.get(leaf.path.rstrip("/") or "/")
        )
        for leaf in census.leaves():
            if leaf.declaration is not None and declaration_of(leaf.endpoint) is None:
                lock(leaf.reached, leaf.declaration)
        return census

    def _doors(self, census: Census) -> Iterator[str]:
        for leaf in census.leaves():
            file, line = leaf.at
            where = f" at {file}:{line}" if file and written_here(leaf) else ""
            for one in open_questions(leaf):
                yield f"{leaf.name}{where}: {one.question.value}: {one.says}"

    def _stale(self, census: Census) -> Iterator[str]:
        met = {leaf.path.rstrip("/") or "/" for leaf in census.leaves()}
        for path in self._declared:
            if path not in met:
                yield f"guard.declare({path!r}): no such door: take the declaration away"

    def _application(self, census: Census) -> Iterator[str]:
        for app in census.applications:
            if not isinstance(app, Starlette):
                continue
            if app.debug:
                yield "debug=True shows faults with their source to every caller: take it away"
            for middleware in app.user_middleware:
                options: dict[str, Any] = middleware.kwargs
                if inspect.isclass(middleware.cls) and issubclass(middleware.cls, CORSMiddleware):
                    yield (
                        "CORSMiddleware stands behind the guard, which answers a browser's preflight before it: give "
                        "Guard(cors=Cors(...)) instead"
                    )
                anybody = "*" in tuple(options.get("allow_origins", ())) or options.get("allow_origin_regex")
                if anybody and options.get("allow_credentials"):
                    yield (
                        f"{getattr(middleware.cls, '__name__', 'a middleware')} lets any site read with the caller's "
                        "credentials: name the origins"
                    )


def _place(leaf: Leaf) -> Place:
    return id(leaf.route), leaf.path
