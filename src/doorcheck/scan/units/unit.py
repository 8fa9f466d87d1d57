"""The doors of a scan in units that know nothing of each other.

What is found about a unit follows from the files it reads and from what it asks of its surroundings. So a unit whose
files are as they were, and whose questions have the same answers, needs not be followed again.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from doorcheck.core import BlindSpot, ControlId, Door, DoorKind, Location, Scope, Unknown, Verdict, Why
from doorcheck.scan.doors.guards import Shield
from doorcheck.scan.doors.inventory import AppFiles, FoundDoor, Inventory
from doorcheck.scan.doors.optouts import OptOuts
from doorcheck.scan.facts import following
from doorcheck.scan.facts.evaluator import Evaluator
from doorcheck.scan.facts.following import Trace
from doorcheck.scan.judging import Control, DoorCase
from doorcheck.scan.results import Comment
from doorcheck.scan.surroundings import around
from doorcheck.scan.syntax import positions
from doorcheck.scan.units.ground import Ground
from doorcheck.scan.units.outside import Outside, blind_spots_of

MAX_FILES = 64
"""How many files with doors one unit holds at most; fewer share less of what they have in common."""
MIN_FILES = MAX_FILES // 2


@dataclass(frozen=True, slots=True)
class Unit:
    """Files of one kind (``routes``, ``pages_api`` or ``actions``) that hold doors of one app, in order of path."""

    app: AppFiles
    kind: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JudgedDoor:
    """A door with the answers about it, and what controls noted down for the judge of its app."""

    door: Door
    shield: Shield
    verdicts: Mapping[ControlId, Verdict]
    notes: Mapping[ControlId, object]


@dataclass(frozen=True, slots=True)
class JudgedUnit:
    """What a scan found in one unit: ``doors`` stand beside the unit's files. ``read`` are the files it hangs on."""

    doors: tuple[tuple[JudgedDoor, ...], ...]
    blind_spots: frozenset[BlindSpot]
    comments: tuple[Comment, ...]
    read: frozenset[str]


def divided(app: AppFiles, kind: str, files: Sequence[str]) -> Iterator[Unit]:
    """Units of files that lie together. Which folders end one is read off their names, so that an added file changes
    the unit it lies in and few others."""
    for together in _packed(_together(sorted(files), 0)):
        yield Unit(app, kind, tuple(together))


def _together(files: list[str], depth: int) -> Iterator[list[str]]:
    """The files in pieces that are small enough: whole folders, or what lies in one beside its own folders."""
    if len(files) <= MAX_FILES:
        if files:
            yield files
        return
    folders: dict[str, list[str]] = {}
    for path in files:
        parts = path.split("/")
        folders.setdefault(parts[depth] if depth < len(parts) - 1 else "", []).append(path)
    own = folders.pop("", [])
    for start in range(0, len(own), MAX_FILES):
        yield own[start : start + MAX_FILES]
    for below in folders.values():
        yield from _together(below, depth + 1)


def _packed(pieces: Iterable[list[str]]) -> Iterator[list[str]]:
    """Small pieces put together until there are too many files, or enough of them and a name that says so."""
    pack: list[str] = []
    for piece in pieces:
        if pack and (len(pack) + len(piece) > MAX_FILES or (len(pack) > MIN_FILES and _ends_a_unit(piece[0]))):
            yield pack
            pack = []
        pack = [*pack, *piece]
    if pack:
        yield pack


def _ends_a_unit(path: str) -> bool:
    return zlib.crc32(path.rpartition("/")[0].encode("utf-8", "surrogatepass")) % 3 == 0


class UnitScan:
    """Follows and judges the doors of one unit with an evaluator of its own."""

    def __init__(self, ground: Ground, controls: Sequence[Control], outside: Outside) -> None:
        self._ev: Evaluator = ground.evaluator()
        self._controls = controls
        self._outside = outside
        self._inventory = Inventory(self._ev, self._ev.program)
        self._opt_outs = OptOuts(self._ev)

    def judged(self, unit: Unit, *, only_doors: bool) -> JudgedUnit:
        """All that is found in this unit."""
        found = [[self._with_reach(each) for each in self._found_in(unit, path)] for path in unit.files]
        every = [each for some in found for each in some]
        cases = [self._case(each) for each in every] if not only_doors else []
        judged = iter([self._judged(case) for case in cases] or [JudgedDoor(e.door, Shield(), {}, {}) for e in every])
        return JudgedUnit(
            doors=tuple(tuple(next(judged) for _ in some) for some in found),
            blind_spots=self._blind_spots(),
            comments=tuple(self._comments({each.door.file for each in every})),
            read=frozenset(self._ev.program.asked_for),
        )

    def _found_in(self, unit: Unit, path: str) -> Iterable[FoundDoor]:
        if unit.kind == "actions":
            return self._inventory.of_actions(unit.app.app, path)
        of_file = self._inventory.of_route_file if unit.kind == "routes" else self._inventory.of_pages_file
        return of_file(unit.app, path)

    def _with_reach(self, found: FoundDoor) -> FoundDoor:
        if found.door.kind is not DoorKind.SERVER_ACTION:
            return found
        module = self._ev.program.module(found.door.file)
        whole = module is not None and bool({"use server", "use cache"} & set(module.summary.directives))
        reach = self._outside.reach(found.door, inline=not whole)
        return replace(found, door=replace(found.door, reach=reach))

    def _case(self, found: FoundDoor) -> DoorCase:
        trace = self._follow(found)
        case = DoorCase(
            found.door, trace, self._outside.shield(found.door), self._ev.knowledge.words, schema=self._ev.schema,
            kept=lambda: self._outside.kept(found.door.app), raw=lambda: self._outside.raw(found.door.app),
            allowed=lambda: self._outside.allowed(found.door),
        )  # fmt: skip
        return around(self._outside, self._opt_outs, found, case)

    def _follow(self, found: FoundDoor) -> Trace:
        door = found.door
        self._ev.route = door.route or ""
        if door.kind is DoorKind.ROUTE_HANDLER:
            arguments = following.request_arguments()
        elif door.kind is DoorKind.PAGES_API:
            arguments = following.pages_arguments()
        else:
            arguments = following.action_arguments(found.value)
        try:
            at = positions.pack(door.at.line - 1, 0)
            return following.follow_door(self._ev, found.value, arguments, door.file, at)
        except RecursionError:
            return Trace(over_budget=True)

    def _judged(self, case: DoorCase) -> JudgedDoor:
        answered: dict[ControlId, Verdict] = {}
        verdicts: dict[ControlId, Verdict] = {}
        notes: dict[ControlId, object] = {}
        for control in self._controls:
            if control.spec.scope is Scope.DOOR and control.judge_door is not None:
                verdicts[control.spec.id] = _verdict(control, case, answered)
            if control.note is not None:
                try:
                    notes[control.spec.id] = control.note(replace(case, answered=answered))
                except Exception:
                    notes[control.spec.id] = None
        return JudgedDoor(case.door, case.shield, verdicts, notes)

    def _blind_spots(self) -> frozenset[BlindSpot]:
        return frozenset({*self._inventory.blind_spots, *blind_spots_of(self._ev)})

    def _comments(self, paths: Iterable[str]) -> Iterator[Comment]:
        for path in sorted(paths):
            module = self._ev.program.module(path)
            for comment in module.summary.comments if module is not None else []:
                at = Location(path, positions.line_of(comment.at), positions.column_of(comment.at))
                yield Comment(at, comment.text)


def _verdict(control: Control, case: DoorCase, answered: dict[ControlId, Verdict]) -> Verdict:
    """What a control says of a door, asked once; those that it comes after are asked first."""
    known = answered.get(control.spec.id)
    if known is not None or control.judge_door is None:
        return known or Unknown(Why.JUDGE_FAILED, "this control is not asked of doors")
    for each in control.after:
        _verdict(each, case, answered)
    try:
        verdict = control.judge_door(replace(case, answered=answered))
    except Exception as error:
        verdict = Unknown(Why.JUDGE_FAILED, f"the judge failed on this door: {type(error).__name__}")
    answered[control.spec.id] = verdict
    return verdict
