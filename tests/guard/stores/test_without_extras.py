"""What of the stores works where the libraries of the extras are not installed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PROGRAM = """
import sys
for name in ("redis", "sqlalchemy", "fastapi", "obstore", "argon2"):
    sys.modules[name] = None
import doorcheck.guard
import doorcheck.guard.ceilings
import doorcheck.guard.idempotency
from doorcheck.guard.errors import GuardError
from doorcheck.guard.stores import open_store
open_store("memory://")
open_store("sqlite:///guard.db")
try:
    open_store("redis://localhost:6379/0")
except GuardError as said:
    print(said)
"""


def test_the_guard_needs_redis_for_redis_alone() -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    ran = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "pip install 'doorcheck[guard-redis]'" in ran.stdout
