"""``doorcheck doors``: the inventory alone."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from doorcheck.cli import options
from doorcheck.cli.examination import Request, examine
from doorcheck.cli.failing import debug_option
from doorcheck.cli.output import put, put_drawing
from doorcheck.cli.progress import progress_shown


@click.command(short_help="List every door, without judging any.")
@options.path_argument
@click.option("-f", "--format", "form", type=click.Choice(["terminal", "json"]), default="terminal", show_default=True)
@options.output_option
@options.config_option
@options.ignore_option
@options.cache_option
@debug_option
def doors(
    *,
    path: Path,
    form: Literal["terminal", "json"],
    output: Path | None,
    config: Path | None,
    ignore: tuple[str, ...],
    cache: bool,
) -> None:
    """List every door of the Next.js apps in PATH (default: the folder you are in), without judging any."""
    request = Request(path, config, ignore, use_cache=cache, only_doors=True)
    with progress_shown(form == "terminal") as progress:
        report = examine(request, progress=progress).report
    if form == "json":
        from doorcheck.report.json_report import to_json  # noqa: PLC0415 - see doorcheck.cli.scan

        put(to_json(report), output)
    else:
        from doorcheck.cli.inventory import draw_inventory  # noqa: PLC0415 - see doorcheck.cli.scan

        put_drawing(lambda console: draw_inventory(report, console), output)
