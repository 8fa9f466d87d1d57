"""What a scan found, and how a finished result is kept for the next run on an unchanged tree.

A result is kept under a digest of all it was made from: the listing of the tree, what was asked, and doorcheck's own
files. Nothing else is loaded for it: neither the parser nor the knowledge.
"""

from __future__ import annotations

import enum
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from doorcheck.core import (
    App,
    BlindSpot,
    Confidence,
    ControlId,
    Door,
    Evidence,
    Held,
    Location,
    Missing,
    NotNeeded,
    Severity,
    Unknown,
    Unread,
    Verdict,
    Why,
    Written,
)
from doorcheck.scan.cache import digest_of, forget_oldest, is_recent, keep, load, program_digest
from doorcheck.scan.project.tree import Tree

MAX_RESULTS = 8
"""How many results of one tree are kept: with other options, other knowledge, other controls."""


@dataclass(frozen=True, slots=True)
class Comment:
    """A ``// doorcheck: …`` comment in a file that holds doors: the text behind the colon."""

    at: Location
    text: str


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What a scan found, before anybody's policy is applied to it."""

    apps: tuple[App, ...]
    doors: tuple[Door, ...]
    verdicts: Mapping[tuple[str, ControlId], Verdict]
    app_verdicts: Mapping[tuple[str, ControlId], Verdict]
    unread: tuple[Unread, ...]
    blind_spots: tuple[BlindSpot, ...]
    files_parsed: int
    comments: tuple[Comment, ...]


class Remembered:
    """The result of an earlier scan of this tree as it is now, asked the same. Without a folder there is none."""

    def __init__(self, folder: Path | None, tree: Tree, asked: Sequence[object]) -> None:
        self._file: Path | None = None
        self._version = b""
        if folder is None:
            return
        now = time.time_ns()
        files = (*tree.sources.values(), *tree.others.values())
        self._settled = not any(is_recent(file, now) for file in files)
        options = digest_of(msgspec.msgpack.encode(list(asked)))
        self._file = folder / f"result-{options.hex()[:16]}"
        self._version = digest_of(program_digest(), options, tree.listing())

    def recall(self) -> ScanResult | None:
        """The result, or None when nothing is known of this very tree."""
        payload = load(self._file, self._version) if self._file is not None else None
        if payload is None:
            return None
        try:
            return _result(msgspec.msgpack.decode(payload, type=_Stored))
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return None

    def remember(self, result: ScanResult) -> None:
        """Keep the result, unless a file was changed so recently that its next change might not be seen."""
        stored = _stored(result) if self._file is not None and self._settled else None
        if stored is None or self._file is None:
            return
        keep(self._file, self._version, msgspec.msgpack.encode(stored))
        forget_oldest(self._file.parent, "result-*", MAX_RESULTS)


class _Answer(enum.IntEnum):
    HELD = 0
    MISSING = 1
    UNKNOWN = 2
    NOT_NEEDED = 3


_Place = tuple[str, int, int, int]
_Piece = tuple[str, _Place, list[_Place]]


class Cell(msgspec.Struct, array_like=True, gc=False):
    """One verdict. ``word`` is the way of a missing one, the reason of an unknown one."""

    subject: str
    control: ControlId
    answer: _Answer
    says: str
    evidence: list[_Piece]
    word: str
    stake: Severity | None
    confidence: Confidence


class _Stored(msgspec.Struct, array_like=True):
    apps: tuple[App, ...]
    doors: tuple[Door, ...]
    verdicts: list[Cell]
    app_verdicts: list[Cell]
    unread: tuple[Unread, ...]
    blind_spots: tuple[BlindSpot, ...]
    files_parsed: int
    comments: tuple[Comment, ...]


def _stored(result: ScanResult) -> _Stored | None:
    """The result in the form that is kept; None for evidence that no scan gives."""
    cells = [cell_of(*item) for item in result.verdicts.items()]
    app_cells = [cell_of(*item) for item in result.app_verdicts.items()]
    kept, kept_of_apps = [c for c in cells if c is not None], [c for c in app_cells if c is not None]
    if len(kept) < len(cells) or len(kept_of_apps) < len(app_cells):
        return None
    return _Stored(
        result.apps,
        result.doors,
        kept,
        kept_of_apps,
        result.unread,
        result.blind_spots,
        result.files_parsed,
        result.comments,
    )


def _result(stored: _Stored) -> ScanResult:
    return ScanResult(
        apps=stored.apps,
        doors=stored.doors,
        verdicts={(cell.subject, cell.control): verdict_of(cell) for cell in stored.verdicts},
        app_verdicts={(cell.subject, cell.control): verdict_of(cell) for cell in stored.app_verdicts},
        unread=stored.unread,
        blind_spots=stored.blind_spots,
        files_parsed=stored.files_parsed,
        comments=stored.comments,
    )


def cell_of(key: tuple[str, ControlId], verdict: Verdict) -> Cell | None:
    """A verdict in the form that is kept; None for evidence that no scan gives."""
    pieces = _pieces(verdict.evidence)
    if pieces is None:
        return None
    word, stake, confidence = "", None, Confidence.HIGH
    match verdict:
        case Held():
            answer = _Answer.HELD
        case Missing():
            answer = _Answer.MISSING
            word, stake, confidence = verdict.way, verdict.stake, verdict.confidence
        case Unknown():
            answer, word = _Answer.UNKNOWN, verdict.why.value
        case NotNeeded():
            answer = _Answer.NOT_NEEDED
    return Cell(*key, answer, verdict.says, pieces, word, stake, confidence)


def verdict_of(cell: Cell) -> Verdict:
    """The verdict of a cell. Raises ValueError for a cell that stands for no verdict."""
    evidence = tuple(
        Written(says, Location(*at), tuple(Location(*step) for step in through)) for says, at, through in cell.evidence
    )
    match cell.answer:
        case _Answer.HELD:
            return Held(cell.says, evidence)
        case _Answer.MISSING:
            return Missing(cell.word, cell.says, evidence, cell.stake, cell.confidence)
        case _Answer.UNKNOWN:
            return Unknown(Why(cell.word), cell.says, evidence)
        case _Answer.NOT_NEEDED:
            return NotNeeded(cell.says, evidence)


def _pieces(evidence: Sequence[Evidence]) -> list[_Piece] | None:
    pieces: list[_Piece] = []
    for each in evidence:
        if not isinstance(each, Written):
            return None
        pieces.append((each.says, _place(each.at), [_place(step) for step in each.through]))
    return pieces


def _place(at: Location) -> _Place:
    return at.path, at.line, at.column, at.end_line
