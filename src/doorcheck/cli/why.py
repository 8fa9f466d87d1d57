"""``doorcheck why``: how the verdict on the door at a place was reached."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from doorcheck.cli import options
from doorcheck.cli.examination import Examined, Request, examine
from doorcheck.cli.failing import debug_option
from doorcheck.cli.output import put_drawing
from doorcheck.cli.progress import progress_shown
from doorcheck.cli.repository import Sources, repository
from doorcheck.core import Declared, Door, Location, Observed, Report, UsageError, Written
from doorcheck.report.ordering import doors_in_order

_PLACE = re.compile(r"(?P<file>.+?)(?::(?P<line>\d{1,9}))?(?::\d{1,9})?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Place:
    """A file relative to the root of the repository, and a line of it, None for all of them."""

    file: str
    line: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """``because`` says why these doors, where none is at the very place."""

    doors: tuple[Door, ...]
    because: str = ""


@click.command(short_help="Show how a verdict was reached.")
@click.argument("place", metavar="FILE:LINE")
@click.option(
    "--root",
    type=click.Path(path_type=Path),
    default=".",
    metavar="PATH",
    help="The repository. [default: the folder you are in]",
)
@options.config_option
@options.ignore_option
@options.cache_option
@debug_option
def why(*, place: str, root: Path, config: Path | None, ignore: tuple[str, ...], cache: bool) -> None:
    """Show how the verdict on the door at FILE:LINE was reached, with all the code it rests on.

    Without a line, every door of the file is shown. In a file without doors, those that rest on it are.
    """
    where = find_place(place, repository(root))
    with progress_shown(wanted=True) as progress:
        examined = examine(Request(root, config, ignore, use_cache=cache), progress=progress)
    answer = doors_at(where, examined.report)
    if not answer.doors:
        raise UsageError(_nothing(where, examined))
    # Loaded late because it draws, see doorcheck.cli.output.
    from doorcheck.cli.account import draw_account  # noqa: PLC0415

    lines = Sources(examined.root).lines
    put_drawing(lambda console: draw_account(examined.report, answer.doors, answer.because, console, lines))


def find_place(written: str, root: Path) -> Place:
    """The place that ``FILE:LINE`` means, with FILE relative to the root or to the folder one is in.

    Raises UsageError where there is no such file in the repository.
    """
    found = _PLACE.fullmatch(written)
    if found is None:
        raise UsageError("name a place as FILE:LINE, for instance app/api/users/route.ts:12")
    line = int(found["line"]) if found["line"] else None
    for file in (root / found["file"], Path(found["file"])):
        try:
            place = file.resolve(strict=True)
        except (OSError, RuntimeError, ValueError):
            continue
        if place.is_file() and place.is_relative_to(root):
            return Place(place.relative_to(root).as_posix(), line)
    raise UsageError(f"there is no file {found['file']} in {root}")


def doors_at(place: Place, report: Report) -> Answer:
    """The doors at the place, the innermost first; else those that rest on it; else the nearest one in the file."""
    inside = [door for door in doors_in_order(report) if place.file in {door.file, door.at.path}]
    if place.line is None and inside:
        return Answer(tuple(inside))
    line = place.line or 0
    around = [door for door in inside if door.at.line <= line <= max(door.at.line, door.at.end_line)]
    if around:
        return Answer(tuple(sorted(around, key=lambda door: door.at.end_line - door.at.line)))
    if resting := tuple(door for door in doors_in_order(report) if _rests_on(report, door, place)):
        return Answer(resting, "no door is at this place, but a verdict on what follows rests on it")
    return _nearest(inside, line)


def _nearest(inside: Sequence[Door], line: int) -> Answer:
    above = [door for door in inside if door.at.line <= line]
    below = [door for door in inside if door.at.line > line]
    # Where a door ends is not always known; a line below one is then more likely its own than the next one's.
    if above and not above[-1].at.end_line:
        return Answer((above[-1],), "this is the nearest door above this line")
    if below:
        return Answer((below[0],), "no door is at this line; this is the next one in the file")
    if above:
        return Answer((above[-1],), "no door is at this line or below; this is the last one in the file")
    return Answer(())


def _rests_on(report: Report, door: Door, place: Place) -> bool:
    return any(
        at.path == place.file and (place.line is None or at.line == place.line)
        for _, verdict in report.of_door(door)
        for at in _places(verdict.evidence)
    )


def _places(evidence: Sequence[Written | Observed | Declared]) -> Iterator[Location]:
    for piece in evidence:
        match piece:
            case Written(at=at, through=through):
                yield at
                yield from through
            case Declared(by=by):
                yield by
            case Observed():
                pass


def _nothing(place: Place, examined: Examined) -> str:
    for unread in examined.report.unread:
        if unread.file == place.file:
            return f"{place.file} was not read: {unread.why}"
    return f"there is no door in {place.file}, and no verdict rests on it; `doorcheck doors` lists the doors"
