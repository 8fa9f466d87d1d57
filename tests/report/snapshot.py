"""Files under tests/report/snapshots that hold what a user sees.

Run pytest with DOORCHECK_REWRITE_SNAPSHOTS=1 to write them anew, and read the difference before you commit it.
"""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "snapshots"


def assert_snapshot(seen: bytes, path: Path) -> None:
    """The bytes are those of the file; or become them, when asked to."""
    if os.environ.get("DOORCHECK_REWRITE_SNAPSHOTS") == "1":
        path.write_bytes(seen)
    assert path.read_bytes().decode() == seen.decode()
