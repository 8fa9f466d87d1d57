"""Source text into a syntax tree, within bounds of time and memory.

Some sequences of brackets and slashes cost the parser the square of their length, in time or in memory.
"""

from __future__ import annotations

import importlib
import os
import re
import sys
import time
from functools import cache
from typing import TYPE_CHECKING

import tree_sitter_typescript
from tree_sitter import Language, Parser

if TYPE_CHECKING:
    from tree_sitter import Tree

MAX_SECONDS = 3.0
"""Processor time; the largest file that is read at all takes a twentieth of it."""

MAX_MEMORY = 256 * 1024 * 1024
"""Bytes by which the process may grow; the largest file that is read takes a tenth of it."""

MAX_OPEN_ANGLES = 2_500
"""How many ``<`` may be left open. Each of them may begin type arguments or be a comparison, and the parser, which
follows both readings without asking how it is doing, takes memory by the square of their number."""

# Whatever may hold a ``>`` that closes nothing; what is never closed reaches to the end, so that time is linear.
_ANGLES = re.compile(
    rb"""//[^\n]*+|/\*.*?(?:\*/|\Z)|"[^"\n]*+"?|'[^'\n]*+'?|`[^`]*+`?|=>|<|>""",
    re.DOTALL,
)
_PIECE = 64 * 1024
_UNSUSPICIOUS = 0.05
_TYPED_ONLY = (".ts", ".mts", ".cts")


class TakesTooLong(Exception):
    """A file whose parse was given up, for the time or the memory it took."""


@cache
def _parser(typed_only: bool) -> Parser:
    language = tree_sitter_typescript.language_typescript() if typed_only else tree_sitter_typescript.language_tsx()
    return Parser(Language(language))


def parsed(path: str, source: bytes, seconds: float = MAX_SECONDS) -> Tree:
    """The syntax tree of a file; its suffix says which of the two grammars. Raises TakesTooLong."""
    if source.count(b"<") > MAX_OPEN_ANGLES and _open_angles(source) > MAX_OPEN_ANGLES:
        raise TakesTooLong
    parser = _parser(path.endswith(_TYPED_ONLY))
    budget = _Budget(seconds)
    try:
        # The parser asks how it is doing only where it reads through a function.
        return parser.parse(lambda offset, _: source[offset : offset + _PIECE], progress_callback=budget.spent)
    except ValueError:
        parser.reset()
        raise TakesTooLong from None


def _open_angles(source: bytes) -> int:
    """The most ``<`` that are open at one place."""
    most = depth = 0
    for match in _ANGLES.finditer(source):
        if match[0] == b"<":
            depth += 1
            most = max(most, depth)
        elif match[0] == b">":
            depth = max(depth - 1, 0)
    return most


class _Budget:
    """What one parse may take. Memory is looked at only where a parse takes longer than nearly all do."""

    __slots__ = ("_before", "_began", "_seconds")

    def __init__(self, seconds: float) -> None:
        self._began = time.process_time()
        self._seconds = seconds
        self._before = -1

    def spent(self, _offset: int, _failed: bool) -> bool:
        """Whether to give up."""
        taken = time.process_time() - self._began
        if taken < _UNSUSPICIOUS:
            return False
        if self._before < 0:
            self._before = _memory()
        return taken > self._seconds or _memory() - self._before > MAX_MEMORY


def _memory() -> int:
    """How many bytes of memory the process holds; where the system does not tell, the most it ever held, or nothing."""
    try:
        with open("/proc/self/statm", "rb") as figures:  # noqa: PTH123 - asked often
            return int(figures.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return _most_memory()


def _most_memory() -> int:
    try:
        # Not on Windows.
        resource = importlib.import_module("resource")
    except ImportError:
        return 0
    most: int = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
