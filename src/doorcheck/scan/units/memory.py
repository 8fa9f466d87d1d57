"""What a scan remembers of every unit of doors, so that the next one follows only those that may have changed.

What is found about a unit follows from the files it read, where their imports lead, and the answers to its questions.
All three are kept beside it and compared. Nothing that was loaded is trusted further than its types: a file that does
not decode counts as none.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from doorcheck.core import BlindSpot, ControlId, Door, Unread
from doorcheck.scan.cache import digest_of, forget_oldest, is_recent, keep, load, program_digest
from doorcheck.scan.doors.guards import Shield
from doorcheck.scan.judging import Control
from doorcheck.scan.project.resolution import Resolver
from doorcheck.scan.reading import Taken
from doorcheck.scan.results import Cell, Comment, cell_of, verdict_of
from doorcheck.scan.units.alone import Answers
from doorcheck.scan.units.ground import Ground
from doorcheck.scan.units.outside import Answer, Answered, Outside, Question
from doorcheck.scan.units.unit import JudgedDoor, JudgedUnit, Unit

MAX_MEMORIES = 3
"""How many memories of one tree are kept: for other controls, for other knowledge."""
MAX_PARTS = 24
"""In how many parts the table of resolutions may lie before they are made one."""

_Resolutions = dict[str, dict[str, str]]


class _File(msgspec.Struct, array_like=True, gc=False):
    """A source file as it was: its content, its imports, and what reading it gave, where anybody did."""

    path: str
    digest: bytes
    skim: bytes
    taken: Taken | None


class _Door(msgspec.Struct, array_like=True, gc=False):
    door: Door
    shield: Shield
    verdicts: list[Cell]
    notes: dict[ControlId, bytes]


class _Unit(msgspec.Struct, array_like=True, gc=False):
    app: str
    kind: str
    files: tuple[str, ...]
    read: list[str]
    asked: list[tuple[Question, Answer]]
    doors: list[list[_Door]]
    blind_spots: list[BlindSpot]
    comments: list[Comment]


class _Memory(msgspec.Struct, array_like=True):
    """``listing``, ``settings`` and ``ground`` are digests; ``resolutions`` are encoded tables by importing folder.

    ``outside`` and ``schema`` are the files that answers and the database's schema hang on, None where nobody asked.
    """

    listing: bytes
    settings: bytes
    ground: bytes
    files: list[_File]
    units: list[_Unit]
    answered: Answered
    outside: list[str]
    alone: list[Answers]
    schema: list[str] | None
    resolutions: list[bytes]
    unread: list[Unread]


@dataclass(eq=False, slots=True)
class Memory:
    """The memory of one tree for one question. Without a folder there is none, and nothing is kept."""

    folder: Path | None
    ground: Ground
    controls: Sequence[Control]
    knowledge: Sequence[Mapping[str, Any]]
    _file: Path | None = None
    _version: bytes = b""
    _before: _Memory | None = None
    _same_place: bool = False
    _other_schema: bool = False
    _files: dict[str, _File] = field(default_factory=dict)
    _units: dict[tuple[str, str, tuple[str, ...]], _Unit] = field(default_factory=dict)
    _changed: dict[str, bool] = field(default_factory=dict)
    _moved: frozenset[str] = frozenset()
    _kept: list[_Unit] = field(default_factory=list)
    _new: bool = False

    def __post_init__(self) -> None:
        if self.folder is None:
            return
        asked = [[control.spec.id.value for control in self.controls], list(self.knowledge)]
        options = digest_of(msgspec.msgpack.encode(asked))
        self._file = self.folder / f"units-{options.hex()[:16]}"
        self._version = digest_of(program_digest(), options)
        payload = load(self._file, self._version)
        try:
            before = msgspec.msgpack.decode(payload, type=_Memory) if payload is not None else None
            if before is None or before.ground != self._ground():
                return
            self._recall(before)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            self._before = None

    def _recall(self, before: _Memory) -> None:
        self._same_place = bool(before.settings) and (before.listing, before.settings) == self._place()
        self._files = {file.path: file for file in before.files}
        self._units = {(unit.app, unit.kind, unit.files): unit for unit in before.units}
        if not self._same_place:
            self._moved = _moved(before.resolutions, self.ground.resolver)
        self._before = before
        if before.schema is not None and not self._same_schema(before):
            self._units = {}
            self._other_schema = True

    def _same_schema(self, before: _Memory) -> bool:
        """Whether the database is described by the same files, and none of them is another one."""
        if (
            not before.settings
            or before.settings != self._place()[1]
            or any(map(self._has_changed, before.schema or ()))
        ):
            return False
        tables = {package for package, _ in self.ground.knowledge.tables}
        edited = (path for path in self.ground.tree.sources if self._edited(path))
        skims = (self.ground.reader.skim_of(path) for path in edited)
        return not any(skim is not None and any(link.specifier in tables for link in skim.links) for skim in skims)

    @property
    def answered(self) -> Answered | None:
        """What was answered to the units' questions, where every answer would be the same today."""
        before = self._before
        return before.answered if before is not None and self.stands(before.outside) else None

    @property
    def alone(self) -> Sequence[Answers]:
        """What was answered about whole apps, each to be used where what it read ``stands``."""
        return self._before.alone if self._before is not None and not self._other_schema else ()

    def stands(self, read: Sequence[str]) -> bool:
        """Whether these files, the settings, and what every file imports are all as they were."""
        if not self._same_place or any(map(self._has_changed, read)):
            return False
        return all(self._skim(path) == file.skim for path, file in self._files.items() if self._edited(path))

    def recall(self, unit: Unit, outside: Outside) -> JudgedUnit | None:
        """What was found in a unit, where nothing it hangs on has changed."""
        known = self._units.get((unit.app.app.path, unit.kind, unit.files))
        if known is None or any(map(self._has_changed, known.read)):
            return None
        if any(outside.ask(question) != answer for question, answer in known.asked):
            return None
        try:
            doors = tuple(tuple(self._door(each) for each in doors) for doors in known.doors)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return None
        for path in known.read:
            self._take(path)
        self._kept.append(known)
        return JudgedUnit(doors, frozenset(known.blind_spots), tuple(known.comments), frozenset(known.read))

    def _take(self, path: str) -> None:
        file = self._files.get(path)
        if file is not None and file.taken is not None:
            self.ground.reader.take(path, file.taken)

    def remember(self, unit: Unit, judged: JudgedUnit, asked: Sequence[tuple[Question, Answer]]) -> None:
        """Take down what was found in a unit."""
        self._new = True
        doors = [[_kept_door(each) for each in some] for some in judged.doors]
        found = [[each for each in some if each is not None] for some in doors]
        if list(map(len, found)) != list(map(len, doors)):
            return
        spots = sorted(judged.blind_spots, key=lambda spot: (spot.at, spot.says))
        self._kept.append(
            _Unit(
                unit.app.app.path, unit.kind, unit.files, sorted(judged.read), list(asked), found, spots,
                list(judged.comments),
            )
        )  # fmt: skip

    def told_before(self, outside: Outside) -> Iterable[Unread]:
        """What only the last run met: settings that could not be read, and files that the kept answers hang on."""
        if self._before is None or not self._same_place:
            return ()
        for path in self._before.outside if not outside.looked else ():
            self._take(path)
        for path in outside.alone.recalled:
            self._take(path)
        return self._before.unread

    def save(self, outside: Outside, unread: Sequence[Unread]) -> None:
        """Keep everything for the next run, if it is not what was loaded."""
        tree, reader = self.ground.tree, self.ground.reader
        looked = outside.looked or outside.alone.looked
        same = self._before is not None and self._same_place and not self._new and not looked
        if self._file is None or (same and not any(map(self._edited, self._files))):
            return
        read = outside.read if outside.looked else frozenset(self._before.outside) if self._before is not None else ()
        files = [_File(path, reader.digest(path), self._skim_to_keep(path), None) for path in tree.sources]
        wanted = {path for unit in self._kept for path in unit.read} | set(read)
        wanted.update(path for each in outside.alone.answers for path in each.read)
        known = {file.path: file for file in files}
        for path in wanted:
            file = known.setdefault(path, _File(path, reader.digest(path), b"", None))
            file.taken = reader.taken.get(path)
        listing, settings = self._place()
        settings_unread = [each for each in unread if each.file in tree.others]
        memory = _Memory(
            listing, settings, self._ground(), list(known.values()), self._kept, outside.answered(), sorted(read),
            outside.alone.answers, self._schema(), self._resolutions(), settings_unread,
        )  # fmt: skip
        keep(self._file, self._version, msgspec.msgpack.encode(memory))
        forget_oldest(self._file.parent, "units-*", MAX_MEMORIES)

    def _ground(self) -> bytes:
        ground = self.ground
        parts = [repr((each.app, each.folders, each.middleware is not None)) for each in ground.files]
        variables = ground.documented_variables
        parts.append(repr(sorted(variables) if variables is not None else None))
        return digest_of(*(part.encode("utf-8", "surrogatepass") for part in parts))

    def _place(self) -> tuple[bytes, bytes]:
        """Digests of the listing and of the settings, of these an empty one where they may change unseen."""
        tree, now = self.ground.tree, time.time_ns()
        recent = any(is_recent(file, now) for file in tree.others.values())
        return digest_of(tree.names()), b"" if recent else digest_of(tree.settings())

    def _schema(self) -> list[str] | None:
        declaring = self.ground.declaring
        before = self._before.schema if self._before is not None and self._units else None
        read = {*(before or ()), *(declaring.program.asked_for if declaring is not None else ())}
        return sorted(read) if declaring is not None or before is not None else None

    def _edited(self, path: str) -> bool:
        """Whether a file holds something else than it did, or is not there any more, or was not there before."""
        file = self._files.get(path)
        return file is None or file.digest != self.ground.reader.digest(path)

    def _has_changed(self, path: str) -> bool:
        """Whether a file, or what one of its imports leads to, is another one."""
        known = self._changed.get(path)
        if known is None:
            known = self._changed[path] = path.rpartition("/")[0] in self._moved or self._edited(path)
        return known

    def _skim(self, path: str) -> bytes:
        found = self.ground.reader.skim_of(path)
        return digest_of(msgspec.msgpack.encode(found)) if found is not None else b"-"

    def _skim_to_keep(self, path: str) -> bytes:
        before = self._files.get(path)
        return before.skim if before is not None and not self._edited(path) else self._skim(path)

    def _resolutions(self) -> list[bytes]:
        parts = list(self._before.resolutions) if self._before is not None and self._same_place else []
        if len(parts) > MAX_PARTS:
            # none of them is asked for any more: ask for all, so that they are part of the new one
            _moved(parts, self.ground.resolver)
            parts = []
        table: _Resolutions = {}
        for (folder, specifier), found in self.ground.resolver.known.items():
            table.setdefault(folder, {})[specifier] = repr(found)
        return [*parts, msgspec.msgpack.encode(table)] if table else parts

    def _door(self, known: _Door) -> JudgedDoor:
        verdicts = {cell.control: verdict_of(cell) for cell in known.verdicts}
        types = {each.spec.id: each.note_type for each in self.controls}
        notes = {
            control: msgspec.msgpack.decode(noted, type=make()) if (make := types.get(control)) is not None else None
            for control, noted in known.notes.items()
        }
        return JudgedDoor(known.door, known.shield, verdicts, notes)


def _kept_door(judged: JudgedDoor) -> _Door | None:
    cells = [cell_of((judged.door.id, control), verdict) for control, verdict in judged.verdicts.items()]
    kept = [cell for cell in cells if cell is not None]
    if len(kept) < len(cells):
        return None
    notes = {control: msgspec.msgpack.encode(note) for control, note in judged.notes.items()}
    return _Door(judged.door, judged.shield, kept, notes)


def _moved(parts: Sequence[bytes], resolver: Resolver) -> frozenset[str]:
    """The folders from which some import leads elsewhere than it did."""
    moved: set[str] = set()
    for part in parts:
        for folder, resolutions in msgspec.msgpack.decode(part, type=_Resolutions).items():
            importer = f"{folder}/" if folder else ""
            if any(repr(resolver.resolve(importer, each)) != found for each, found in resolutions.items()):
                moved.add(folder)
    return frozenset(moved)
