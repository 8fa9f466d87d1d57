"""An append-only audit log in which each entry holds the digest of the one before it (CWE-778, CWE-1284)."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from doorcheck.guard.records.events import Event

FIRST = "0" * 64
MOST_LINE = 16_384


class AuditBroken(Exception):
    """An entry does not follow from the one before it. ``line`` is its number, from 1."""

    def __init__(self, line: int, says: str) -> None:
        super().__init__(f"line {line}: {says}")
        self.line = line


class AuditLog:
    """Lines of JSON in one file. One process writes it; a file that is broken is not written on.

    ``head`` is the digest of the last entry: kept elsewhere now and then, it shows that the end was not cut off.
    """

    def __init__(self, path: Path, *, durable: bool = False) -> None:
        """``durable`` waits for the disk at each entry. Raises ``AuditBroken`` and ``OSError``."""
        self._lock = threading.Lock()
        self._durable = durable
        self.head: str = FIRST
        self.entries: int = 0
        if path.exists():
            for self.entries, entry in enumerate(verify_audit(path), start=1):  # the last one counts
                self.head = entry["digest"]
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._file: BinaryIO = os.fdopen(descriptor, "ab", buffering=0)

    def record(self, event: Event) -> None:
        """Write one entry. Raises ``OSError``; the chain then goes on from the last entry that was written."""
        with self._lock:
            entry = {
                "time": datetime.now(UTC).isoformat(timespec="microseconds"),
                "kind": event.kind.value,
                "door": event.door[:500],
                "account": event.account[:500],
                "address": event.address[:100],
                "request_id": event.request_id,
                "outcome": event.outcome[:100],
                "reason": event.reason[:1000],
                "before": self.head,
            }
            digest = _digest(entry)
            line = json.dumps(entry | {"digest": digest}, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
            self._file.write(line)
            if self._durable:
                os.fsync(self._file.fileno())
            self.head = digest
            self.entries += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._file.close()


def verify_audit(path: Path) -> Iterator[dict[str, Any]]:
    """Every entry of the log, in order. Raises ``AuditBroken`` at the first that was changed, moved or taken out."""
    before = FIRST
    with path.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(MOST_LINE), b""), start=1):
            try:
                entry = json.loads(line)
                digest = entry.pop("digest")
            except (ValueError, KeyError, AttributeError, TypeError) as fault:
                raise AuditBroken(number, "is no entry") from fault
            if not line.endswith(b"\n") or entry.get("before") != before or digest != _digest(entry):
                raise AuditBroken(number, "does not follow from the entry before it")
            before = digest
            yield entry | {"digest": digest}


def _digest(entry: dict[str, Any]) -> str:
    text = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
