"""Keys with one ``*``, as ``paths`` of tsconfig.json and ``exports`` of package.json have them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar

# A hostile file may hold any number; every import would be tried against each.
MAX_STARRED = 1_000

V = TypeVar("V")


class StarPatterns(Generic[V]):
    """Finds the value of the key that matches a text: the same key first, then the longest prefix before a ``*``."""

    def __init__(self, entries: Iterable[tuple[str, V]], *, may_be_empty: bool) -> None:
        """``may_be_empty`` tells whether ``*`` may stand for nothing (it may in tsconfig.json, not in exports)."""
        self._exact: dict[str, V] = {}
        starred: list[tuple[str, str, V]] = []
        for key, value in entries:
            prefix, star, suffix = key.partition("*")
            if star:
                starred.append((prefix, suffix, value))
            else:
                self._exact[key] = value
        self._starred = sorted(starred[:MAX_STARRED], key=lambda entry: -len(entry[0]))
        self._least = 0 if may_be_empty else 1

    def match(self, text: str) -> tuple[V, str] | None:
        """The value that decides for ``text`` and what the ``*`` stands for; None when no key matches."""
        if text in self._exact:
            return self._exact[text], ""
        for prefix, suffix, value in self._starred:
            if text.startswith(prefix) and text.endswith(suffix):
                end = len(text) - len(suffix)
                if end - len(prefix) >= self._least:
                    return value, text[len(prefix) : end]
        return None
