"""A repository examined as a command asks for it: configured, scanned and put together into a report."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from doorcheck.cli.repository import cache_folder, repository
from doorcheck.controls import CATALOGUE
from doorcheck.core import Confidence, ControlId, Report, Severity, UsageError
from doorcheck.policy.assembly import report_of
from doorcheck.policy.baseline import Baseline
from doorcheck.policy.configuration import load_configuration
from doorcheck.scan.engine import ScanResult, scan

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Request:
    """``threshold`` and ``confidence`` come before the configured ones; ``ignore`` is added to what is configured."""

    path: Path
    config: Path | None = None
    ignore: tuple[str, ...] = ()
    threshold: Severity | None = None
    confidence: Confidence | None = None
    controls: frozenset[ControlId] | None = None
    use_cache: bool = True
    only_doors: bool = False


@dataclass(frozen=True, slots=True)
class Examined:
    """``root`` is the absolute path of the repository."""

    root: Path
    report: Report


def examine(request: Request, *, baseline: Baseline | None = None, progress: Progress | None = None) -> Examined:
    """The repository's report.

    Raises UsageError for a path without a Next.js app, and ConfigurationError for a configuration that is not right.
    """
    began = time.perf_counter()
    root = repository(request.path)
    configuration = load_configuration(root, request.config)
    if request.threshold is not None:
        configuration = replace(configuration, threshold=request.threshold)
    if request.confidence is not None:
        configuration = replace(configuration, confidence=request.confidence)
    wanted = request.controls
    controls = [c for c in CATALOGUE if not request.only_doors and (wanted is None or c.spec.id in wanted)]
    result = scan(
        root,
        controls=controls,
        ignore=(*configuration.ignore, *request.ignore),
        knowledge=configuration.knowledge,
        cache=cache_folder(root, os.environ) if request.use_cache else None,
        progress=progress,
        only_doors=request.only_doors,
    )
    if not result.apps:
        raise UsageError(_no_app(request.path, result))
    report = report_of(
        result,
        root=str(root),
        controls=[control.spec for control in controls],
        configuration=configuration,
        baseline=baseline,
        seconds=time.perf_counter() - began,
    )
    return Examined(root, report)


def _no_app(path: Path, result: ScanResult) -> str:
    says = (
        f"no Next.js app was found in {path}: looked for folders with a package.json that depends on next, or a "
        "next.config file, and with app, src/app, pages or src/pages in them"
    )
    if result.unread:
        first = result.unread[0]
        says += f"; not everything could be read ({first.file}: {first.why})"
    return says
