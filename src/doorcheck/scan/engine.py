"""The engine's door: a repository in, verdicts out."""

from __future__ import annotations

import contextlib
import gc
import sys
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from doorcheck.scan.project.tree import Tree, list_tree
from doorcheck.scan.results import Comment, Remembered, ScanResult

if TYPE_CHECKING:
    from doorcheck.scan.judging import Control

__all__ = ["Comment", "Progress", "ScanResult", "scan"]

Progress = Callable[[int, int], None]
_Result = TypeVar("_Result")
_RECURSION_LIMIT = 12_000
_ROOM = 1 << 18


def scan(
    root: Path,
    *,
    controls: Sequence[Control],
    ignore: Sequence[str] = (),
    knowledge: Sequence[Mapping[str, Any]] = (),
    cache: Path | None = None,
    progress: Progress | None = None,
    only_doors: bool = False,
) -> ScanResult:
    """Scan a repository. Nothing of it is run.

    ``knowledge`` holds tables in the form of the built-in knowledge, ``cache`` is a folder for what later runs need not
    do again. Raises ConfigurationError for knowledge that does not fit.
    """
    with deep_calls(), _uncollected():
        tree = list_tree(root, ignore)
        asked = [[control.spec.id.value for control in controls], list(ignore), list(knowledge), only_doors]
        remembered = Remembered(cache, tree, asked)
        result = remembered.recall()
        if result is None:
            result = in_one_piece(
                lambda: _scanned(
                    tree,
                    remembered,
                    controls=controls,
                    knowledge=knowledge,
                    cache=cache,
                    progress=progress,
                    only_doors=only_doors,
                )
            )
        return result


@contextlib.contextmanager
def deep_calls() -> Iterator[None]:
    """Grants the depth of calls that summaries and evaluation keep within, and takes it back."""
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(max(usual, _RECURSION_LIMIT))
    try:
        yield
    finally:
        sys.setrecursionlimit(usual)


def in_one_piece(work: Callable[[], _Result]) -> _Result:
    """What this work gives, done with all its calls in one piece of memory.

    CPython keeps calls in pieces of 16 KB, asks the system for another whenever one is full and hands it back as soon
    as it is left: code that is called across such an edge again and again pays for that each time. A call that claims
    more gets a piece of the next power of two, and what it calls stands in the rest, here about 2 MB.
    """
    result: _Result = _roomy(work)
    return result


def _call(work: Callable[[], Any]) -> Any:
    return work()


_roomy = types.FunctionType(_call.__code__.replace(co_stacksize=_ROOM), globals())


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Keeps the collector of garbage from going through what a scan holds on to anyway."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _scanned(
    tree: Tree,
    remembered: Remembered,
    *,
    controls: Sequence[Control],
    knowledge: Sequence[Mapping[str, Any]],
    cache: Path | None,
    progress: Progress | None,
    only_doors: bool,
) -> ScanResult:
    # Loaded late because it takes longer than to recall a result: the parser, the knowledge, the evaluation.
    from doorcheck.scan.driver import Scan  # noqa: PLC0415

    result = Scan(tree, controls, knowledge, cache, progress).run(only_doors=only_doors)
    if not tree.refused:
        remembered.remember(result)
    return result
