"""The findings a team already knows, in a file: only new ones fail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import msgspec

from doorcheck.core import ConfigurationError, ControlId, Finding, Unknown, UsageError
from doorcheck.policy.findings import Cells

SCHEMA = 1
_MAX_BYTES = 16 * 1024 * 1024


class Entry(msgspec.Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """A finding by its name, and what it was about when it was written down. ``door`` may be ``app <path>``."""

    fingerprint: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
    control: str
    door: str
    way: str
    reason: str | None = None


class _File(msgspec.Struct, forbid_unknown_fields=True):
    schema: int
    findings: list[Entry]


class _Version(msgspec.Struct):
    schema: int


@dataclass(frozen=True, slots=True)
class Baseline:
    """Entries by fingerprint."""

    entries: Mapping[str, Entry] = field(default_factory=dict)

    def without(self, fingerprints: Iterable[str]) -> Baseline:
        """The baseline less these."""
        gone = set(fingerprints)
        return Baseline({name: entry for name, entry in self.entries.items() if name not in gone})

    def and_also(self, findings: Iterable[Finding], reason: str | None) -> Baseline:
        """The baseline with these findings. One that was there keeps its reason, unless there is a new one."""
        entries = dict(self.entries)
        for finding in findings:
            known = entries.get(finding.fingerprint)
            entries[finding.fingerprint] = Entry(
                finding.fingerprint,
                finding.control,
                finding.subject,
                finding.verdict.way,
                reason or (known.reason if known else None),
            )
        return Baseline(entries)

    def to_json(self) -> bytes:
        """The file: an entry after the other in an order that keeps differences small."""
        ordered = sorted(self.entries.values(), key=lambda e: (e.control, e.door, e.way, e.fingerprint))
        return msgspec.json.format(msgspec.json.encode(_File(SCHEMA, ordered)), indent=2) + b"\n"


def read_baseline(path: Path) -> Baseline:
    """The baseline in this file.

    Raises UsageError when there is none or it cannot be read, ConfigurationError when it is not a baseline.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_BYTES + 1)
    except FileNotFoundError:
        says = f"the baseline {path} does not exist; `doorcheck accept --baseline {path}` writes it"
        raise UsageError(says) from None
    except OSError as error:
        raise UsageError(f"the baseline {path} cannot be read: {error.strerror or error}") from None
    if len(raw) > _MAX_BYTES:
        raise ConfigurationError(f"{path}: larger than {_MAX_BYTES // 1024 // 1024} MiB, so it is no baseline")
    try:
        version = msgspec.json.decode(raw, type=_Version).schema
        if version != SCHEMA:
            says = f"{path}: its schema is {version}, and this version of doorcheck reads schema {SCHEMA}"
            raise ConfigurationError(says)
        entries = msgspec.json.decode(raw, type=_File).findings
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise ConfigurationError(f"{path}: not a baseline of doorcheck: {error}") from None
    return Baseline({entry.fingerprint: entry for entry in entries})


def resolved(
    baseline: Baseline, findings: Sequence[Finding], cells: Cells, asked: AbstractSet[ControlId]
) -> tuple[str, ...]:
    """The fingerprints that no finding bears any more, in the order of their entries.

    One whose control was not ``asked``, or whose verdict is now unknown, may still be there.
    """
    found = {finding.fingerprint for finding in findings}
    unknown = {(subject, control) for (subject, control), verdict in cells.items() if isinstance(verdict, Unknown)}
    return tuple(
        entry.fingerprint
        for entry in baseline.entries.values()
        if entry.fingerprint not in found and entry.control in asked and (entry.door, entry.control) not in unknown
    )
