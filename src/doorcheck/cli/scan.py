"""``doorcheck scan``: the report, and an exit code that says what it holds."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from doorcheck.cli import options
from doorcheck.cli.examination import Examined, Request, examine
from doorcheck.cli.failing import debug_option
from doorcheck.cli.output import put, put_drawing, remark
from doorcheck.cli.progress import progress_shown
from doorcheck.cli.repository import Sources
from doorcheck.core import Report, Standing, Unknown
from doorcheck.policy.baseline import Baseline, read_baseline
from doorcheck.report.writing import write_atomically

NOTHING_TO_DO = 0
FINDINGS = 1
INCOMPLETE = 3

Format = Literal["terminal", "json", "sarif"]
Show = Literal["default", "all"]


@click.command(short_help="Judge every door.")
@options.path_argument
@click.option(
    "-f", "--format", "form", type=click.Choice(["terminal", "json", "sarif"]), default="terminal", show_default=True
)
@options.output_option
@click.option(
    "--show",
    type=click.Choice(["default", "all"]),
    default="default",
    show_default=True,
    help="On the terminal: new findings and the beginnings of long lists, or everything.",
)
@options.control_option
@options.threshold_option
@options.confidence_option
@click.option(
    "--baseline", type=click.Path(path_type=Path), metavar="FILE", help="Fail on findings only that are not in FILE."
)
@click.option("--baseline-prune", is_flag=True, help="Take what is mended out of the baseline's FILE.")
@options.config_option
@options.ignore_option
@click.option("--exit-zero", is_flag=True, help="Exit with 0, whatever was found.")
@click.option("--strict", is_flag=True, help="Exit with 3 when something was unread or unknown, or there is no door.")
@options.cache_option
@click.option("-q", "--quiet", is_flag=True, help="Show no report and no progress; the exit code and --output tell.")
@debug_option
def scan(
    *,
    path: Path,
    form: Format,
    output: Path | None,
    show: Show,
    controls: tuple[str, ...],
    threshold: str | None,
    confidence: str | None,
    baseline: Path | None,
    baseline_prune: bool,
    config: Path | None,
    ignore: tuple[str, ...],
    exit_zero: bool,
    strict: bool,
    cache: bool,
    quiet: bool,
) -> None:
    """Judge every door of the Next.js apps in PATH (default: the folder you are in).

    Exit codes: 0 nothing to do, 1 findings at or above the threshold, 2 wrong use, 3 incomplete (with --strict),
    4 a fault of doorcheck's own.
    """
    if baseline_prune and baseline is None:
        raise click.UsageError("--baseline-prune needs --baseline FILE")
    known = read_baseline(baseline) if baseline else None
    request = Request(
        path,
        config,
        ignore,
        options.severity(threshold),
        options.confidence(confidence),
        options.control_ids(controls),
        use_cache=cache,
    )
    with progress_shown(form == "terminal" and not quiet) as progress:
        examined = examine(request, baseline=known, progress=progress)
    report = examined.report
    if output is not None or not quiet:
        _show(examined, form, output, show)
    if output is not None and not quiet:
        remark(f"{output}: {_counted(report)}")
    if baseline is not None and known is not None and baseline_prune:
        _prune(baseline, known, report)
    raise click.exceptions.Exit(exit_code(report, strict=strict, exit_zero=exit_zero))


def exit_code(report: Report, *, strict: bool, exit_zero: bool) -> int:
    """What the report means to a program that called us."""
    if exit_zero:
        return NOTHING_TO_DO
    if any(finding.standing is Standing.NEW for finding in report.findings):
        return FINDINGS
    if strict and (report.unread or not report.doors or _any_unknown(report)):
        return INCOMPLETE
    return NOTHING_TO_DO


def _any_unknown(report: Report) -> bool:
    cells = (*report.verdicts.values(), *report.app_verdicts.values())
    return any(isinstance(verdict, Unknown) for verdict in cells)


def _show(examined: Examined, form: Format, output: Path | None, show: Show) -> None:
    # Each format is loaded when it is asked for: together they take longer than a small scan.
    if form == "json":
        from doorcheck.report.json_report import to_json  # noqa: PLC0415

        put(to_json(examined.report), output)
    elif form == "sarif":
        from doorcheck.report.sarif import to_sarif  # noqa: PLC0415

        put(to_sarif(examined.report), output)
    else:
        from doorcheck.report.terminal import render  # noqa: PLC0415

        lines = Sources(examined.root).lines
        put_drawing(lambda console: render(examined.report, console, read_lines=lines, show=show), output)


def _counted(report: Report) -> str:
    new = sum(finding.standing is Standing.NEW for finding in report.findings)
    return f"{new} new {'finding' if new == 1 else 'findings'}, {len(report.doors)} doors"


def _prune(file: Path, known: Baseline, report: Report) -> None:
    if report.resolved_baseline:
        write_atomically(file, known.without(report.resolved_baseline).to_json())
