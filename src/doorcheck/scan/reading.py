"""Reads source files into summaries, once each, with a budget."""

from __future__ import annotations

from pathlib import Path

from doorcheck.core import Unread
from doorcheck.scan.project.tree import Tree, UnreadableFile
from doorcheck.scan.syntax import ir
from doorcheck.scan.syntax.modules import summarise

_MARKS = (b"use server", b"use cache")


class Reader:
    """Summaries by path. ``unread`` are files that could not be taken into account, ``parsed`` counts those that were."""

    def __init__(self, tree: Tree, cache: Path | None) -> None:
        self.tree = tree
        self.cache = cache
        self.unread: list[Unread] = []
        self.parsed = 0

    def summary(self, path: str) -> ir.Module | None:
        """The summary of a file; None, and a note, when it cannot be read."""
        try:
            source = self.tree.read(path)
        except UnreadableFile as error:
            self.unread.append(Unread(path, str(error)))
            return None
        if b"\0" in source[:4096]:
            self.unread.append(Unread(path, "it is a binary file"))
            return None
        self.parsed += 1
        module = summarise(path, source)
        if module.broken_at:
            self.unread.append(Unread(path, "has a syntax error; what could be read was", ir.line_of(module.broken_at)))
        return module

    def marked(self) -> list[str]:
        """The files that say ``use server`` or ``use cache`` somewhere."""
        found: list[str] = []
        for path in self.tree.sources:
            try:
                source = self.tree.read(path)
            except UnreadableFile:
                continue
            if any(mark in source for mark in _MARKS):
                found.append(path)
        return found

    def save(self) -> None:
        """Keep the summaries for the next run."""
