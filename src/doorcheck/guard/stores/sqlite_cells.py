"""Cells and counters in the tables of a SQLite file."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS counters (key TEXT PRIMARY KEY, due REAL NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS counters_due ON counters (due);
CREATE TABLE IF NOT EXISTS cells (
    age INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, value BLOB NOT NULL, ends REAL NOT NULL, owner TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS cells_ends ON cells (ends);
CREATE INDEX IF NOT EXISTS cells_owner ON cells (owner, age) WHERE owner <> '';
"""
_PAGE = 4096
SWEPT = 500
"""How many rows of each table go in one sweep."""


def open_file(path: Path, size: int, wait: float) -> sqlite3.Connection:
    """A connection to the store's file, made if it is not there, which only its owner may read.

    ``size`` is the most bytes of the file, ``wait`` how many seconds another process may hold it. Raises
    ``sqlite3.Error`` and ``OSError``.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    connection = sqlite3.connect(path, timeout=wait, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA max_page_count = {max(64, size // _PAGE)}")
        connection.executescript(_SCHEMA)
    except BaseException:
        connection.close()
        raise
    return connection


class SqliteCells:
    """See ``Cells``. ``now`` (seconds since the epoch) is set before each step."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._ask = connection.execute
        self.now: float = 0.0

    def get(self, key: str) -> bytes | None:
        """See ``Cells``."""
        row = self._ask("SELECT value FROM cells WHERE key = ? AND ends > ?", (key, self.now)).fetchone()
        return bytes(row[0]) if row else None

    def ends(self, key: str) -> float:
        """See ``Cells``."""
        row = self._ask("SELECT ends FROM cells WHERE key = ? AND ends > ?", (key, self.now)).fetchone()
        return float(row[0]) if row else 0.0

    def owner(self, key: str) -> str:
        """See ``Cells``."""
        row = self._ask("SELECT owner FROM cells WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else ""

    def put(self, key: str, value: bytes, ends: float, owner: str = "") -> None:
        """See ``Cells``."""
        # A value whose time is over is not the one that comes now, which is younger.
        self._ask("DELETE FROM cells WHERE key = ? AND ends <= ?", (key, self.now))
        self._ask(
            "INSERT INTO cells (key, value, ends, owner) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value, ends = excluded.ends, owner = excluded.owner",
            (key, value, ends, owner),
        )

    def delete(self, key: str) -> bool:
        """See ``Cells``."""
        row = self._ask("DELETE FROM cells WHERE key = ? RETURNING ends", (key,)).fetchone()
        return bool(row) and row[0] > self.now

    def owned(self, owner: str) -> list[str]:
        """See ``Cells``."""
        asked = "SELECT key FROM cells WHERE owner = ? AND owner <> '' AND ends > ? ORDER BY age"
        return [row[0] for row in self._ask(asked, (owner, self.now))]

    def due(self, key: str) -> float:
        """The stored arrival time of a counter, in seconds since the epoch; 0 for none."""
        row = self._ask("SELECT due FROM counters WHERE key = ?", (key,)).fetchone()
        return float(row[0]) if row else 0.0

    def keep_due(self, key: str, due: float) -> None:
        """Store the arrival time of a counter."""
        self._ask("INSERT INTO counters VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET due = excluded.due", (key, due))

    def sweep(self, now: float, most: int = SWEPT) -> int:
        """Forget so many rows of each table whose time is over, and say how many there were."""
        gone = self._ask(
            "DELETE FROM cells WHERE age IN (SELECT age FROM cells WHERE ends <= ? LIMIT ?)", (now, most)
        ).rowcount
        # A counter whose time is over is the same as none.
        gone += self._ask(
            "DELETE FROM counters WHERE key IN (SELECT key FROM counters WHERE due <= ? LIMIT ?)", (now, most)
        ).rowcount
        return gone
