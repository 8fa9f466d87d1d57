"""Whether an app's Next.js version is in the table of known holes."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any

from doorcheck.controls.patch_framework.spec import SPEC
from doorcheck.core import (
    App,
    Confidence,
    Evidence,
    Held,
    Location,
    Missing,
    Severity,
    Unknown,
    Verdict,
    Why,
    Written,
)
from doorcheck.scan.judging import AppCase
from doorcheck.scan.project.npm_versions import MAX_LENGTH, Range, Version, VersionError

_WAYS = [way.id for way in SPEC.ways]
_ELSEWHERE = ("catalog:", "workspace:", "file:", "link:", "portal:", "patch:", "git", "http:", "https:")


@dataclass(frozen=True, slots=True)
class Advisory:
    """A known hole. ``affected`` holds pairs: the first version that has it, and the first after it that has not."""

    id: str
    kind: str
    title: str
    severity: Severity
    source: str
    affected: tuple[tuple[Version, Version], ...]
    when: str | None = None

    def fixed_in(self, version: Version) -> Version | None:
        """The first version after this one without the hole; None when this one does not have it."""
        return next((fixed for first, fixed in self.affected if _with_prereleases(first) <= version < fixed), None)


@dataclass(frozen=True, slots=True)
class Table:
    """The known holes, worst first; ``covers_from`` is the oldest version the table was made for."""

    as_of: str
    covers_from: Version
    advisories: tuple[Advisory, ...]

    def open_in(self, version: Version) -> tuple[Advisory, ...]:
        """The holes the version has."""
        return tuple(advisory for advisory in self.advisories if advisory.fixed_in(version))

    def first_without(self, version: Version) -> Version:
        """The lowest version from this one on that has none."""
        while holes := self.open_in(version):
            version = max(fixed for advisory in holes if (fixed := advisory.fixed_in(version)))
        return version


@dataclass(frozen=True, slots=True)
class _Reading:
    """The version to judge, and whether it is the one installed or only the lowest that could be."""

    version: Version
    exact: bool


@functools.cache
def known_holes() -> Table:
    """The table in versions.toml."""
    data = tomllib.loads(resources.files(__package__).joinpath("versions.toml").read_text(encoding="utf-8"))
    advisories = sorted(map(_advisory, data["advisory"]), key=_worst_first)
    return Table(data["as_of"], Version.of(data["covers_from"]), tuple(advisories))


def judge(case: AppCase) -> Verdict:
    """The verdict on one app."""
    return judge_version(case.app, case.manifest)


def judge_version(app: App, package_json: Location) -> Verdict:
    """Whether the app's Next.js has a known hole. ``package_json`` is where its version is written.

    A range without a lock file is judged by the lowest version it admits, or one of its alternatives does. Tags, and
    versions kept elsewhere, are unknown.
    """
    if app.next is None:
        return Unknown(
            Why.UNPARSED_FILE, "no version of Next.js was found", (_at("no readable version", package_json),)
        )
    reading = _read(app.next)
    if isinstance(reading, str):
        return Unknown(Why.DYNAMIC_CODE, reading, (_at(f"next is {_shown(app.next)}", package_json),))
    table, version = known_holes(), reading.version
    named = f"next {version}" if reading.exact else f"{_shown(app.next)} admits next {version}, which"
    written = _at(f"next is {_shown(app.next)}", package_json)
    holes = table.open_in(version)
    if not holes and version < table.covers_from:
        says = f"{named} is older than the table of known holes reaches ({table.covers_from})"
        return Unknown(Why.DYNAMIC_CODE, says, (written,))
    if not holes:
        return Held(f"{named} has no known hole as of {table.as_of}", (written,))
    return Missing(
        way=holes[0].kind,
        says=_says(named, holes, table.first_without(version)),
        evidence=(written, *(_at(_described(hole), package_json) for hole in holes)),
        stake=holes[0].severity,
        confidence=Confidence.HIGH if reading.exact and not version.pre else Confidence.MEDIUM,
    )


def _says(named: str, holes: tuple[Advisory, ...], target: Version) -> str:
    count = "a known hole: " if len(holes) == 1 else f"{len(holes)} known holes, the worst of them "
    return f"{named} has {count}{holes[0].id} ({_told(holes[0])}); the first version without is {target}"


def _described(hole: Advisory) -> str:
    return f"{hole.id}: {_told(hole)} ({hole.severity.label}; {hole.source})"


def _told(hole: Advisory) -> str:
    return f"{hole.title}, where {hole.when}" if hole.when else hole.title


def _read(text: str) -> _Reading | str:
    """The version to judge, or why there is none."""
    text = text.strip()
    if text.startswith("npm:"):
        name, _, text = text.removeprefix("npm:").rpartition("@")
        if name != "next":
            return "another package is installed under the name next"
    if text.startswith(_ELSEWHERE) or "/" in text:
        return "the version is kept elsewhere, and was not found there"
    try:
        return _Reading(Version.of(text), exact=True)
    except VersionError:
        return _lowest(text)


def _lowest(text: str) -> _Reading | str:
    try:
        floors = Range.of(text).floors()
    except VersionError:
        tag = text.isascii() and text.replace("-", "").isalnum()
        return "a tag stands for whatever was newest at install" if tag else "the version cannot be read"
    if not floors:
        return "no version satisfies the range"
    if floors[0].release == (0, 0, 0):
        return "the range admits any version, however old"
    table = known_holes()
    return _Reading(next((floor for floor in floors if table.open_in(floor)), floors[0]), exact=False)


def _worst_first(hole: Advisory) -> tuple[object, ...]:
    """By severity, then those that need nothing but the version, then by kind."""
    return (-hole.severity, hole.when is not None, _WAYS.index(hole.kind), hole.id)


def _with_prereleases(version: Version) -> Version:
    return version if version.pre else Version(*version.release, (0,))


def _at(says: str, at: Location) -> Evidence:
    return Written(says, at)


def _shown(text: str) -> str:
    return text if len(text) <= MAX_LENGTH else text[:MAX_LENGTH] + "…"


def _advisory(row: dict[str, Any]) -> Advisory:
    return Advisory(
        id=row["id"],
        kind=row["kind"],
        title=row["title"],
        severity=Severity[row["severity"].upper()],
        source=row["source"],
        affected=tuple((Version.of(first), Version.of(fixed)) for first, fixed in row["affected"]),
        when=row.get("when"),
    )
