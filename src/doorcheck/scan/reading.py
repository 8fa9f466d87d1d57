"""Reads source files into summaries, once each, with a budget; what has not changed since the last run is not read."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from doorcheck.core import Unread
from doorcheck.scan.cache import Known, Summaries, digest_of, is_recent
from doorcheck.scan.project.skim import Skim, skim
from doorcheck.scan.project.tree import Tree, UnreadableFile
from doorcheck.scan.syntax import ir, positions
from doorcheck.scan.syntax.modules import summarise
from doorcheck.scan.syntax.parsing import MAX_SECONDS, TakesTooLong

_MARKS = (b"use server", b"use cache")
_PUBLIC = b"NEXT_PUBLIC_"
_RAW = b"dangerouslySetInnerHTML"
_PUBLIC_NAME = re.compile(rb"\bNEXT_PUBLIC_[A-Z0-9_]{1,80}\b")

MAX_WASTED = 20.0
"""Processor time for all files that are given up; past it, a file gets MAX_SECONDS_LATER."""
MAX_SECONDS_LATER = 0.3

_LARGE = 20_000
MAX_LINE = 20_000
MAX_AVERAGE_LINE = 500
"""Characters on the average line of a large file; past it, a program wrote the file and nobody reads it."""


class Taken(msgspec.Struct, frozen=True, array_like=True):
    """What reading a file's summary gave: whether there is one, and what to tell of it."""

    parsed: bool
    unread: tuple[Unread, ...] = ()


class Reader:
    """Summaries by path. ``taken`` are the files that were asked for, now or by those whose findings are kept."""

    def __init__(self, tree: Tree, cache: Path | None) -> None:
        self.tree = tree
        self.taken: dict[str, Taken] = {}
        self._unread: list[Unread] = []
        self._summaries = Summaries(cache)
        self._checked: dict[str, Known | None] = {}
        self._skims: dict[str, Skim | None] = {}
        self._marked: list[str] | None = None
        self._source: tuple[str, bytes] = ("", b"")
        self._wasted = 0.0
        self._began = time.time_ns()

    def summary(self, path: str) -> ir.Module | None:
        """The summary of a file; None, and a note, when it cannot be read."""
        known = self._known(path)
        if known is None:
            return None
        module = None if known.skipped else self._decoded(known) or self._summarised(known)
        told = [Unread(path, known.note)] if known.note else []
        if module is not None and module.broken_at:
            line = positions.line_of(module.broken_at)
            told.append(Unread(path, "has a syntax error; what could be read was", line))
        self.take(path, Taken(module is not None, tuple(told)))
        return module

    def take(self, path: str, taken: Taken) -> None:
        """Count a file among those that were read, by this run or by an earlier one."""
        self.taken[path] = taken

    @property
    def parsed(self) -> int:
        """How many files were taken into account."""
        return sum(each.parsed for each in self.taken.values())

    @property
    def unread(self) -> list[Unread]:
        """Files that could not be taken into account, or not wholly."""
        return [*self._unread, *(told for each in self.taken.values() for told in each.unread)]

    def digest(self, path: str) -> bytes:
        """A name for the content of a file, and for whether it is given up; empty where it cannot be read."""
        known = self._known(path) if path in self.tree.sources else None
        return known.digest + bytes((known.skipped,)) if known is not None else b""

    def marked(self) -> list[str]:
        """The files that say ``use server`` or ``use cache`` somewhere."""
        if self._marked is None:
            known = ((path, self._known(path)) for path in self.tree.sources)
            self._marked = [path for path, each in known if each is not None and each.marked]
        return self._marked

    def giving_html(self) -> list[str]:
        """The files that give React HTML as it is."""
        return [path for path in self.tree.sources if (known := self._known(path)) is not None and known.raw]

    def public_variables(self) -> Iterator[tuple[str, str]]:
        """The variables that a build puts into what browsers are sent, each with a file that names it."""
        for path in self.tree.sources:
            known = self._known(path)
            yield from ((path, name) for name in known.public) if known is not None else ()

    def skim_of(self, path: str) -> Skim | None:
        """What the file imports; None when it cannot be read, or not as source code."""
        if path not in self._skims:
            self._skims[path] = self._skimmed(path)
        return self._skims[path]

    def _skimmed(self, path: str) -> Skim | None:
        known = self._known(path)
        if known is None or known.skipped:
            return None
        if known.skim:
            try:
                return msgspec.msgpack.decode(known.skim, type=Skim)
            except (msgspec.MsgspecError, RecursionError):
                known.skim = b""
        source = self._text(path)
        if source is None:
            return None
        found = skim(source)
        if self._summaries.kept:
            known.skim = msgspec.msgpack.encode(found)
            self._summaries.changed()
        return found

    def save(self) -> None:
        """Keep the summaries for the next run."""
        self._summaries.save(set(self.tree.sources))

    def _known(self, path: str) -> Known | None:
        if path not in self._checked:
            self._checked[path] = self._check(path)
        return self._checked[path]

    def _check(self, path: str) -> Known | None:
        """What is known of the file as it is now; None, and a note, when it cannot be read."""
        file = self.tree.sources.get(path)
        stamp = file.stamp if file is not None else (0, 0, 0)
        before = self._summaries.get(path)
        if before is not None and before.stamp == stamp and file is not None:
            return before
        source = self._text(path)
        if source is None:
            return None
        if file is None or is_recent(file, self._began):
            # It may change once more without a change of its size and times.
            stamp = (-1, -1, -1)
        digest = digest_of(source)
        if before is not None and before.digest == digest:
            if before.stamp != stamp:
                before.stamp = stamp
                self._summaries.changed()
            return before
        skipped = why_not_source(source)
        raw = not skipped and _RAW in source
        marked = not skipped and any(mark in source for mark in _MARKS)
        known = Known(path, stamp, digest, marked, skipped or _encoding(source), bool(skipped), raw=raw)
        if not skipped and _PUBLIC in source:
            known.public = sorted({found.decode() for found in _PUBLIC_NAME.findall(source)})
        self._summaries.put(known)
        return known

    def _text(self, path: str) -> bytes | None:
        if self._source[0] == path:
            return self._source[1]
        try:
            source = self.tree.read(path)
        except UnreadableFile as error:
            self._unread.append(Unread(path, error.why))
            return None
        self._source = path, source
        return source

    def _decoded(self, known: Known) -> ir.Module | None:
        if not known.module:
            return None
        try:
            return msgspec.msgpack.decode(known.module, type=ir.Module)
        except (msgspec.MsgspecError, RecursionError):
            return None

    def _summarised(self, known: Known) -> ir.Module | None:
        source = self._text(known.path)
        if source is None:
            return None
        began = time.process_time()
        try:
            module = summarise(known.path, source, MAX_SECONDS if self._wasted < MAX_WASTED else MAX_SECONDS_LATER)
        except TakesTooLong:
            self._wasted += time.process_time() - began
            known.note, known.skipped = "takes too much time or memory to parse", True
            self._summaries.changed()
            return None
        if self._summaries.kept:
            known.module = msgspec.msgpack.encode(module)
            self._summaries.changed()
        return module


def why_not_source(source: bytes) -> str:
    """Why these bytes are not read as source code; empty when they are."""
    if source.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "it is UTF-16, and only UTF-8 is read"
    if b"\0" in source:
        return "it is a binary file"
    if len(source) > _LARGE:
        lines = source.split(b"\n")
        if max(map(len, lines)) > MAX_LINE or len(source) / len(lines) > MAX_AVERAGE_LINE:
            return "it is minified or generated: its lines are too long"
    return ""


def _encoding(source: bytes) -> str:
    try:
        source.decode()
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        return f"is not UTF-8 from line {line} on; what could be read was"
    return ""
