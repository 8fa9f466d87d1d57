"""What a unit of doors asks of all that lies outside it: the middleware, the pages, who refers to its actions.

The questions are answered one after the other, since pages share a budget. Answers to the same questions in the same
order are known from the last run where nothing they hang on has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from doorcheck.core import BlindSpot, Door, DoorKind, Location, Reach, Written
from doorcheck.scan.cache import digest_of
from doorcheck.scan.doors.guards import Guard, Shield
from doorcheck.scan.doors.kept import Kept
from doorcheck.scan.doors.middleware import Front
from doorcheck.scan.doors.raw import Raw
from doorcheck.scan.doors.site import Allowance
from doorcheck.scan.facts.evaluator import Evaluator
from doorcheck.scan.project.imports import Imports
from doorcheck.scan.surroundings import Surroundings
from doorcheck.scan.syntax import positions
from doorcheck.scan.units.alone import Alone
from doorcheck.scan.units.ground import Ground


class Question(msgspec.Struct, frozen=True, array_like=True):
    """``kind`` is reach, shield, shown, rendered, kept, raw or allowed; ``about`` says of what, in its kind's terms."""

    kind: str
    app: str
    about: tuple[str, ...]


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """One of them is set, if there is anything to say."""

    reach: Reach | None = None
    shield: Shield | None = None
    written: Written | None = None
    digest: bytes = b""
    """Of an answer about the whole app, which is kept once."""


class Answered(msgspec.Struct, array_like=True):
    """All that was asked in one run, in order, with the middleware of every app by its folder."""

    guards: dict[str, Guard | None]
    answers: list[tuple[Question, Answer]]
    blind_spots: list[BlindSpot]


class World:
    """Answers from the files."""

    def __init__(self, ground: Ground) -> None:
        self.ev = ground.evaluator()
        program = self.ev.program
        sources = ground.tree.sources
        self.fronts = {each.app.path: Front(self.ev, program, each, sources) for each in ground.files}
        self.imports = Imports(ground.tree, program.resolve, ground.reader.skim_of)
        self._surroundings = Surroundings(
            self.ev, self.imports, ground.files, lambda app, page: self.fronts[app].stops_at(page.route)
        )

    @property
    def read(self) -> frozenset[str]:
        """The files whose content the answers hang on."""
        return frozenset((*self.ev.program.asked_for, *self.imports.searched))

    def answer(self, question: Question) -> Answer:
        """The answer to any question."""
        app, about = question.app, question.about
        match question.kind:
            case "reach":
                return Answer(reach=self._surroundings.reach(about[0], about[1], inline=bool(about[2])))
            case "shield":
                kind, route, *methods = about
                return Answer(shield=self.fronts[app].shield_of(DoorKind(kind), route or None, methods))
            case "shown":
                return Answer(written=self._surroundings.shown_at(about[0], app))
            case _:
                return Answer(written=self._surroundings.rendered_by(about[0], app))


class Outside:
    """Answers questions: as the last run did for as long as the same are asked, and from the files from then on."""

    def __init__(self, make: Callable[[], World], alone: Alone, known: Answered | None = None) -> None:
        self.alone = alone
        self._make = make
        self._known = known
        self._world: World | None = None
        self._answers: dict[Question, Answer] = {}
        self.asked: list[tuple[Question, Answer]] = []
        """The questions and answers since this was last emptied, each as often as it was asked."""

    def shield(self, door: Door) -> Shield:
        """What the middleware of its app does on the way to this door."""
        about = (door.kind.value, door.route or "", *door.methods)
        return self.ask(Question("shield", door.app, about)).shield or Shield()

    def reach(self, door: Door, *, inline: bool) -> Reach:
        """Whether browsers are given the id of this action."""
        about = (door.file, door.name, "inline" if inline else "")
        return self.ask(Question("reach", door.app, about)).reach or Reach.REACHABLE

    def shown_at(self, key: str, app: str) -> Written | None:
        """The page of this app that shows a stranger the read of this key."""
        return self.ask(Question("shown", app, (key,))).written

    def rendered_by(self, file: str, app: str) -> Written | None:
        """The page that checks for the actions of this file, where every page that is given them does."""
        return self.ask(Question("rendered", app, (file,))).written

    def kept(self, app: str) -> tuple[Kept, ...]:
        """What this app keeps longer than one request."""
        self.ask(Question("kept", app, ()))
        return self.alone.kept(app)

    def raw(self, app: str) -> tuple[Raw, ...]:
        """The columns that pages of this app show as HTML."""
        self.ask(Question("raw", app, ()))
        return self.alone.raw(app)

    def allowed(self, door: Door) -> tuple[Allowance, ...]:
        """What stands beside this door says of the origins that may read its answers."""
        route = door.route or ""
        self.ask(Question("allowed", door.app, (door.kind.value, route, *door.methods)))
        return self.alone.allowed(door.app, door.kind.value, route, door.methods)

    def ask(self, question: Question) -> Answer:
        """The answer to a question, always the same one in one run."""
        answer = self._answers.get(question)
        if question.kind == "kept":
            answer = Answer(digest=digest_of(msgspec.msgpack.encode(self.alone.kept(question.app))))
        elif question.kind == "raw":
            answer = Answer(digest=digest_of(msgspec.msgpack.encode(self.alone.raw(question.app))))
        elif question.kind == "allowed":
            kind, route, *methods = question.about
            allowed = self.alone.allowed(question.app, kind, route, methods)
            answer = Answer(digest=digest_of(msgspec.msgpack.encode(allowed)))
        elif answer is None:
            answer = self._answers[question] = self._next(question)
        self.asked.append((question, answer))
        return answer

    def _next(self, question: Question) -> Answer:
        number = len(self._answers)
        if self._world is None and self._known is not None and number < len(self._known.answers):
            asked, answer = self._known.answers[number]
            if asked == question:
                return answer
        return self.world.answer(question)

    @property
    def world(self) -> World:
        """What answers from the files; made when first needed, and then told all that has been asked so far."""
        if self._world is None:
            self._world = self._make()
            for question in self._answers:
                self._world.answer(question)
        return self._world

    @property
    def looked(self) -> bool:
        """Whether anything was answered from the files."""
        return self._world is not None

    @property
    def read(self) -> frozenset[str]:
        """The files that the answers hang on, beside every file's imports."""
        return self.world.read

    def answered(self) -> Answered:
        """What was asked, to be kept for the next run."""
        if self._world is None and self._known is not None:
            return Answered(self._known.guards, list(self._answers.items()), self._known.blind_spots)
        guards = {app: front.guard for app, front in self.world.fronts.items()}
        spots = sorted(blind_spots_of(self.world.ev), key=lambda spot: (spot.at, spot.says))
        return Answered(guards, list(self._answers.items()), spots)


def blind_spots_of(ev: Evaluator) -> Iterator[BlindSpot]:
    """The places an evaluation could not follow."""
    for (file, at), says in ev.notes.items():
        yield BlindSpot(Location(file, max(positions.line_of(at), 1)), says)
