"""The engine's door: a repository in, verdicts out."""

from __future__ import annotations

import contextlib
import gc
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doorcheck.scan.project.tree import Tree, list_tree
from doorcheck.scan.results import Comment, Remembered, ScanResult

if TYPE_CHECKING:
    from doorcheck.scan.judging import Control

__all__ = ["Comment", "Progress", "ScanResult", "scan"]

Progress = Callable[[int, int], None]
_RECURSION_LIMIT = 12_000


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
            result = _scanned(
                tree,
                remembered,
                controls=controls,
                knowledge=knowledge,
                cache=cache,
                progress=progress,
                only_doors=only_doors,
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
