"""A bar on the standard error while a scan takes its time."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

from doorcheck.cli.examination import Progress


@contextlib.contextmanager
def progress_shown(wanted: bool) -> Iterator[Progress | None]:
    """What to tell how many files of how many are done; None where nobody looks."""
    if not wanted or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415 - see doorcheck.cli.output
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn  # noqa: PLC0415
    from rich.progress import Progress as Bars  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("reading", total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)
