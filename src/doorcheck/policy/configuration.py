"""What the team configures: thresholds, ignored paths, public doors, accepted findings and knowledge of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

from doorcheck.core import Confidence, ConfigurationError, Location, Notice, Severity
from doorcheck.policy.documents import Document, find_document, load_document
from doorcheck.policy.suggestions import did_you_mean
from doorcheck.scan.knowledge import library

# Under these names no Next.js app keeps a door it serves, except a pages-API file that ends so.
TEST_FILES = ("*.test.*", "*.spec.*", "__tests__/", "__mocks__/", "__fixtures__/")
_LONGEST_REASON = 1000
_MOST_ITEMS = 500
_CHOICES = {"threshold": "info, low, medium, high or critical", "confidence": "low, medium or high"}


@dataclass(frozen=True, slots=True)
class PublicDoor:
    """``door`` is an id, or a glob over ids, routes and files; ``at`` is where the team wrote it."""

    door: str
    reason: str
    at: Location


@dataclass(frozen=True, slots=True)
class AcceptedFinding:
    """``control`` is as written, and may name none; ``door`` may also be ``app <path>``."""

    control: str
    door: str
    reason: str
    at: Location


@dataclass(frozen=True, slots=True)
class Configuration:
    """``knowledge`` has the form of the scan's own and has been checked; ``source`` is the file of all of it."""

    threshold: Severity = Severity.MEDIUM
    confidence: Confidence = Confidence.MEDIUM
    ignore: tuple[str, ...] = ()
    public: tuple[PublicDoor, ...] = ()
    accept: tuple[AcceptedFinding, ...] = ()
    knowledge: tuple[Mapping[str, Any], ...] = ()
    notices: tuple[Notice, ...] = ()
    source: str | None = None


class _Public(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    door: str
    reason: str


class _Accept(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    control: str
    door: str
    reason: str


class _Keys(msgspec.Struct, forbid_unknown_fields=True, frozen=True, rename="kebab"):
    threshold: Literal["info", "low", "medium", "high", "critical"] = "medium"
    confidence: Literal["low", "medium", "high"] = "medium"
    ignore: list[str] = []
    exclude_tests: bool = False
    public: list[_Public] = []
    accept: list[_Accept] = []
    knowledge: dict[str, Any] = {}


def load_configuration(root: Path, file: Path | None = None) -> Configuration:
    """The configuration in ``file``, or else the first of those in the folder ``root``; the defaults where it has none.

    Raises ConfigurationError, which names the file and the key, when it is not as it should be.
    """
    document, notices = find_document(root) if file is None else (load_document(root, file), ())
    if document is None:
        return Configuration(notices=notices)
    keys = _decode(document)
    _refuse_unfit(document, keys)
    if keys.knowledge:
        library.decode(keys.knowledge, f"{document.name}: knowledge")
    return Configuration(
        threshold=Severity[keys.threshold.upper()],
        confidence=Confidence[keys.confidence.upper()],
        ignore=(*keys.ignore, *(TEST_FILES if keys.exclude_tests else ())),
        public=tuple(PublicDoor(item.door, item.reason, document.line_with(item.door)) for item in keys.public),
        accept=tuple(
            AcceptedFinding(item.control, item.door, item.reason, document.line_with(item.door)) for item in keys.accept
        ),
        knowledge=(keys.knowledge,) if keys.knowledge else (),
        notices=notices,
        source=document.name,
    )


def _decode(document: Document) -> _Keys:
    try:
        return msgspec.convert(document.content, _Keys)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"{document.name}: {_sentence(str(error))}") from None


def _sentence(said: str) -> str:
    """msgspec's message in words that name the key first."""
    problem, _, path = said.partition(" - at `$")
    key = path.rstrip("`").removeprefix(".")
    if unknown := re.fullmatch(r"Object contains unknown field `(.*)`", problem, re.DOTALL):
        name = unknown[1][:100]
        known = _known_keys(key)
        place = f" in {key}" if key else ""
        return f"unknown key `{name}`{place}; {did_you_mean(name, known) or 'known are ' + ', '.join(known)}"
    if missing := re.fullmatch(r"Object missing required field `(.*)`", problem):
        return f"{key} has no `{missing[1]}`"
    problem = problem[:1].lower() + problem[1:]
    if problem.startswith("invalid enum value"):
        problem = f"expected {_CHOICES[key]}"
    return f"`{key}`: {problem}" if key else problem


def _known_keys(key: str) -> list[str]:
    structs: dict[str, type[msgspec.Struct]] = {"public": _Public, "accept": _Accept}
    struct = structs.get(key.partition("[")[0], _Keys)
    return [field.encode_name for field in msgspec.structs.fields(struct)]


def _refuse_unfit(document: Document, keys: _Keys) -> None:
    items: list[tuple[str, _Public | _Accept]] = [(f"public[{i}]", item) for i, item in enumerate(keys.public)]
    items += [(f"accept[{i}]", item) for i, item in enumerate(keys.accept)]
    for name, number in (("public", len(keys.public)), ("accept", len(keys.accept))):
        if number > _MOST_ITEMS:
            raise ConfigurationError(f"{document.name}: `{name}` has {number} entries; {_MOST_ITEMS} are allowed")
    for name, item in items:
        if not item.door.strip():
            raise ConfigurationError(f"{document.name}: {name} names no door")
        if not re.search(r"\w", item.reason):
            raise ConfigurationError(f"{document.name}: {name} ({item.door}) gives no reason")
        if len(item.reason) > _LONGEST_REASON:
            raise ConfigurationError(
                f"{document.name}: the reason of {name} is longer than {_LONGEST_REASON} characters"
            )
