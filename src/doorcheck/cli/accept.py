"""``doorcheck accept``: findings written into a baseline, so that only new ones fail."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

import click

from doorcheck.cli import options
from doorcheck.cli.examination import Request, examine
from doorcheck.cli.failing import debug_option
from doorcheck.cli.output import say
from doorcheck.cli.progress import progress_shown
from doorcheck.cli.repository import repository
from doorcheck.core import ControlId, Finding, Report, Standing, UsageError
from doorcheck.policy.baseline import Baseline, read_baseline
from doorcheck.policy.patterns import matches, names_door
from doorcheck.report.writing import write_atomically

NAME = "doorcheck-baseline.json"
_FINGERPRINT = re.compile("[0-9a-f]{8,32}")


@click.command(short_help="Write findings into a baseline.")
@click.argument("words", nargs=-1, metavar="[PATH] [FINGERPRINT | CONTROL DOOR]...")
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=f"The file to write. [default: {NAME} in PATH]",
)
@click.option("--reason", metavar="TEXT", help="Why these findings stay; kept in the file and shown in reports.")
@options.config_option
@options.ignore_option
@options.cache_option
@debug_option
def accept(
    *,
    words: tuple[str, ...],
    baseline: Path | None,
    reason: str | None,
    config: Path | None,
    ignore: tuple[str, ...],
    cache: bool,
) -> None:
    """Write findings into a baseline, and take out of it what is mended.

    Without a choice, every new finding at or above the threshold is written. FINGERPRINT may be its first eight
    digits or more; DOOR an id, route, file or glob.
    """
    path, choices = split_words(words)
    file = baseline or repository(path) / NAME
    known = read_baseline(file) if file.exists() or (baseline is None and file.is_symlink()) else Baseline()
    with progress_shown(wanted=True) as progress:
        report = examine(Request(path, config, ignore, use_cache=cache), baseline=known, progress=progress).report
    chosen = [finding for choice in choices for finding in _chosen(report, choice)] if choices else _new(report)
    kept = known.without(report.resolved_baseline)
    written = kept.and_also(chosen, reason)
    write_atomically(file, written.to_json())
    added = len(written.entries) - len(kept.entries)
    say(f"{file}: {added} added, {len(kept.entries)} kept, {len(report.resolved_baseline)} mended and taken out.")
    again = shlex.join(["doorcheck", "scan", str(path), "--baseline", str(file)])
    say(f"Only findings that are not in it fail: {again}")


def split_words(words: Sequence[str]) -> tuple[Path, list[tuple[str, str]]]:
    """The path, and the choices as ("", fingerprint) or (control, door).

    The first word is a path unless it is the name of a control or looks like a fingerprint. Raises UsageError for a
    word that is neither, and for a control without a door.
    """
    rest = list(words)
    path = Path(rest.pop(0)) if rest and not _is_choice(rest[0]) else Path()
    choices: list[tuple[str, str]] = []
    while rest:
        word = rest.pop(0)
        if word in set(ControlId):
            if not rest:
                raise UsageError(f"{word} is named without a door; `doorcheck doors` lists them")
            choices.append((word, rest.pop(0)))
        elif _FINGERPRINT.fullmatch(word):
            choices.append(("", word))
        else:
            raise UsageError(f"{word} is neither a fingerprint nor a control; `doorcheck explain` lists the controls")
    return path, choices


def _is_choice(word: str) -> bool:
    return word in set(ControlId) or (_FINGERPRINT.fullmatch(word) is not None and not Path(word).is_dir())


def _new(report: Report) -> list[Finding]:
    return [finding for finding in report.findings if finding.standing is Standing.NEW]


def _chosen(report: Report, choice: tuple[str, str]) -> list[Finding]:
    control, name = choice
    if not control:
        found = [finding for finding in report.findings if finding.fingerprint.startswith(name)]
        if len(found) > 1:
            raise UsageError(f"{len(found)} findings have a fingerprint that begins with {name}; write more of it")
    else:
        doors = {door.id: door for door in report.doors}
        found = [
            finding
            for finding in report.findings
            if finding.control == control
            and (
                names_door(name, doors[finding.subject])
                if finding.subject in doors
                else matches(name, (finding.subject, finding.app))
            )
        ]
    if not found:
        raise UsageError(f"there is no finding {' '.join(filter(None, choice))}; `doorcheck scan` lists them")
    return found
