"""Versions and version ranges as npm reads them: order, prereleases, and the lowest version a range admits.

The rules are those of npm's ``semver`` package, without its loose mode.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from functools import total_ordering
from typing import Literal

MAX_LENGTH = 256
_MAX_NUMBER = 2**53 - 1
_NUMBER = r"0|[1-9]\d{0,15}"
_IDENTIFIER = r"(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)"
_TAIL = rf"(?:-(?P<pre>{_IDENTIFIER}(?:\.{_IDENTIFIER})*))?(?:\+[0-9A-Za-z.-]+)?"
_VERSION = re.compile(rf"[v=\s]*(?P<major>{_NUMBER})\.(?P<minor>{_NUMBER})\.(?P<patch>{_NUMBER}){_TAIL}", re.ASCII)
_PART = rf"{_NUMBER}|[xX*]"
_PARTIAL = rf"[v=\s]*(?P<major>{_PART})(?:\.(?P<minor>{_PART})(?:\.(?P<patch>{_PART}){_TAIL})?)?"
_SIMPLE = re.compile(rf"(?P<op>[<>]=?|=|~>?|\^)?\s*{_PARTIAL}", re.ASCII)
_HYPHEN = re.compile(r"([v=\s]*\S+)\s+-\s+([v=\s]*\S+)")
_GAP_AFTER_OPERATOR = re.compile(r"([<>]=?|=|~>?|\^)\s+")

Operator = Literal["<", "<=", ">", ">=", "="]


class VersionError(ValueError):
    """The text is no version, or no range."""


@total_ordering
@dataclass(frozen=True, slots=True)
class Version:
    """A version; build metadata is not kept, since it has no part in the order."""

    major: int
    minor: int
    patch: int
    pre: tuple[int | str, ...] = ()

    @classmethod
    def of(cls, text: str) -> Version:
        """The version written in the text; raises VersionError."""
        found = _VERSION.fullmatch(text.strip()) if len(text) <= MAX_LENGTH else None
        if not found:
            raise VersionError("not a version")
        return _version(found["major"], found["minor"], found["patch"], found["pre"])

    def __lt__(self, other: Version) -> bool:
        return self._key() < other._key()

    def _key(self) -> tuple[object, ...]:
        """Numbers before words, and the release after all its prereleases."""
        pre = tuple((0, part, "") if isinstance(part, int) else (1, 0, part) for part in self.pre)
        return (self.major, self.minor, self.patch, not self.pre, pre)

    @property
    def release(self) -> tuple[int, int, int]:
        return (self.major, self.minor, self.patch)

    def __str__(self) -> str:
        text = f"{self.major}.{self.minor}.{self.patch}"
        return text + ("-" + ".".join(str(part) for part in self.pre) if self.pre else "")


@dataclass(frozen=True, slots=True)
class Bound:
    """One side of a range: an operator and a version."""

    operator: Operator
    version: Version

    def admits(self, version: Version) -> bool:
        """Whether the version lies on the right side, prereleases taken for what they are in the order."""
        match self.operator:
            case "<":
                return version < self.version
            case "<=":
                return version <= self.version
            case ">":
                return version > self.version
            case ">=":
                return version >= self.version
            case _:
                return version == self.version


@dataclass(frozen=True, slots=True)
class Range:
    """Alternatives, each a set of bounds that must all hold; an alternative without bounds admits every release."""

    alternatives: tuple[tuple[Bound, ...], ...]

    @classmethod
    def of(cls, text: str) -> Range:
        """The range written in the text; raises VersionError. The empty text is the range of all releases."""
        if len(text) > MAX_LENGTH:
            raise VersionError("not a range")
        alternatives = tuple(_bounds(alternative.strip()) for alternative in text.split("||"))
        # One that admits every release says it all, even of the prereleases that others would admit.
        return cls(((),) if () in alternatives else alternatives)

    def admits(self, version: Version) -> bool:
        """Whether npm would take the version: a prerelease only where a bound names one of the same release."""
        return any(_admits(bounds, version) for bounds in self.alternatives)

    def lowest(self) -> Version | None:
        """The lowest version the range admits, or None when it admits none."""
        return min(self.floors(), default=None)

    def floors(self) -> tuple[Version, ...]:
        """The lowest version each alternative admits, in order; those that admit none have none."""
        found = {floor for bounds in self.alternatives if (floor := _lowest(bounds))}
        return tuple(sorted(found))


def _lowest(bounds: tuple[Bound, ...]) -> Version | None:
    floors = (Version(0, 0, 0), Version(0, 0, 0, (0,)), max(map(_floor, bounds), default=Version(0, 0, 0)))
    return next((floor for floor in floors if _admits(bounds, floor)), None)


def _admits(bounds: tuple[Bound, ...], version: Version) -> bool:
    if not all(bound.admits(version) for bound in bounds):
        return False
    return not version.pre or any(b.version.pre and b.version.release == version.release for b in bounds)


def _floor(bound: Bound) -> Version:
    """The least version on the right side of a bound."""
    if bound.operator in {"<", "<="}:
        return Version(0, 0, 0)
    if bound.operator != ">":
        return bound.version
    version = bound.version
    if version.pre:
        return Version(*version.release, (*version.pre, 0))
    return Version(version.major, version.minor, version.patch + 1)


def _bounds(text: str) -> tuple[Bound, ...]:
    hyphen = _HYPHEN.fullmatch(text)
    if hyphen:
        return _between(_partial(hyphen[1]), _partial(hyphen[2]))
    found: list[Bound] = []
    for part in _GAP_AFTER_OPERATOR.sub(r"\1", text).split():
        simple = _SIMPLE.fullmatch(part)
        if not simple:
            raise VersionError("not a range")
        if not (simple["op"] or "").startswith(("^", "~")):
            _refuse_number_after_x(simple.group("major", "minor", "patch"))
        found += _simple(simple["op"] or "", _Partial.of(simple))
    return tuple(found)


def _refuse_number_after_x(parts: tuple[str | None, ...]) -> None:
    written = [part for part in parts if part is not None]
    if any(before in "xX*" and after not in "xX*" for before, after in itertools.pairwise(written)):
        raise VersionError("a number after an x")


@dataclass(frozen=True, slots=True)
class _Partial:
    """A version of which the last parts may be left out; None stands for those."""

    major: int | None
    minor: int | None
    patch: int | None
    pre: tuple[int | str, ...]

    @classmethod
    def of(cls, found: re.Match[str]) -> _Partial:
        parts = [None if p is None or p in "xX*" else _number(p) for p in found.group("major", "minor", "patch")]
        for index in (1, 2):
            if parts[index - 1] is None:
                parts[index] = None
        return cls(parts[0], parts[1], parts[2], () if parts[2] is None else _prerelease(found["pre"]))

    def lowest(self) -> Version:
        return Version(self.major or 0, self.minor or 0, self.patch or 0, self.pre)

    def after(self) -> Version | None:
        """The first version, prereleases included, past all that the parts written admit; None when that is none."""
        if self.major is None:
            return None
        if self.minor is None:
            return Version(self.major + 1, 0, 0, (0,))
        if self.patch is None:
            return Version(self.major, self.minor + 1, 0, (0,))
        return Version(self.major, self.minor, self.patch + 1, (0,))


def _partial(text: str) -> _Partial:
    found = re.compile(_PARTIAL, re.ASCII).fullmatch(text)
    if not found:
        raise VersionError("not a range")
    return _Partial.of(found)


def _between(low: _Partial, high: _Partial) -> tuple[Bound, ...]:
    bounds = [] if low.major is None else [Bound(">=", low.lowest())]
    if high.patch is not None:
        return (*bounds, Bound("<=", high.lowest()))
    after = high.after()
    return (*bounds, Bound("<", after)) if after else tuple(bounds)


def _simple(operator: str, part: _Partial) -> tuple[Bound, ...]:
    if operator == "^":
        return _caret(part)
    if operator in {"~", "~>"}:
        return _up_to(part, _Partial(part.major, part.minor, None, ()))
    if operator in {"", "="}:
        return (Bound("=", part.lowest()),) if part.patch is not None else _up_to(part, part)
    return _compared(operator, part)


def _compared(operator: str, part: _Partial) -> tuple[Bound, ...]:
    """The bound of ``<``, ``<=``, ``>`` or ``>=`` before a version whose missing parts stand for all there are."""
    low, after = part.lowest(), part.after()
    if after is None:
        # Nothing lies above or below everything.
        return (Bound("<", Version(0, 0, 0, (0,))),) if operator in {"<", ">"} else ()
    if part.patch is None:
        first = Version(*low.release, (0,))
        whole: dict[str, Bound] = {
            "<": Bound("<", first),
            "<=": Bound("<", after),
            ">": Bound(">=", Version(*after.release)),
        }
        return (whole.get(operator, Bound(">=", low)),)
    exact: dict[str, Bound] = {"<": Bound("<", low), "<=": Bound("<=", low), ">": Bound(">", low)}
    return (exact.get(operator, Bound(">=", low)),)


def _caret(part: _Partial) -> tuple[Bound, ...]:
    """Up to the next version that changes the first number that is not zero."""
    if part.major or part.minor is None:
        return _up_to(part, _Partial(part.major, None, None, ()))
    if part.minor or part.patch is None:
        return _up_to(part, _Partial(part.major, part.minor, None, ()))
    return _up_to(part, _Partial(part.major, part.minor, part.patch, ()))


def _up_to(low: _Partial, within: _Partial) -> tuple[Bound, ...]:
    after = within.after()
    return (Bound(">=", low.lowest()), Bound("<", after)) if after else ()


def _version(major: str, minor: str, patch: str, pre: str | None) -> Version:
    return Version(_number(major), _number(minor), _number(patch), _prerelease(pre))


def _prerelease(text: str | None) -> tuple[int | str, ...]:
    return tuple(int(part) if part.isdecimal() else part for part in text.split(".")) if text else ()


def _number(text: str) -> int:
    number = int(text)
    if number > _MAX_NUMBER:
        raise VersionError("a number is too large")
    return number
