"""What tests all over the tree ask for by name."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

ORACLES = Path(__file__).parent / "oracles"

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts what runs in its background so, and programs that the tests interrupt would inherit it.
    signal.signal(signal.SIGINT, signal.default_int_handler)

Ask = Callable[[str, str, Sequence[object]], list[dict[str, Any]]]


@pytest.fixture(scope="session")
def ask_oracle() -> Ask:
    """Runs ``tests/oracles/<program>`` on cases, as JSON, and returns its answers, one a case.

    Skips the test where node or the npm package is not installed; fails it there when CI is set.
    """

    def ask(program: str, package: str, cases: Sequence[object]) -> list[dict[str, Any]]:
        path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
        node = shutil.which("node", path=path)
        if node is None or not (ORACLES / "node_modules" / package).is_dir():
            said = f"{package} is not installed: npm ci --prefix tests/oracles"
            if os.environ.get("CI"):
                pytest.fail(said)
            pytest.skip(said)
        command = [node, str(ORACLES / program)]
        done = subprocess.run(command, input=json.dumps(cases), capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        answers: list[dict[str, Any]] = json.loads(done.stdout)
        assert len(answers) == len(cases)
        return answers

    return ask
