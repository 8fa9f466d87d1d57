"""The demonstration: the real server, and the lines that it prints."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-W", "error", "-m", "examples.fastapi_guarded.demo"]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT / "src"), "GUARD_DEMO": ""}
SHOWN = re.compile(r"^# (\d{3}): (.+)\n(.+)$", re.MULTILINE)


@pytest.fixture(autouse=True)
def _curl() -> None:
    if shutil.which("curl") is None:
        said = "curl is not installed"
        if os.environ.get("CI"):
            pytest.fail(said)
        pytest.skip(said)


@contextmanager
def _started() -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = subprocess.Popen(
        COMMAND, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    printed = ""
    try:
        for line in process.stdout:
            printed += line
            if line.startswith("Ctrl-C"):
                break
        yield process, printed
    finally:
        process.kill()
        process.communicate()


def test_each_printed_line_shows_what_it_says_and_ctrl_c_ends_it() -> None:
    with _started() as (process, printed):
        shown = SHOWN.findall(printed)
        assert [status for status, _, _ in shown] == ["401", "200", "404", "422", "429", "401", "403"]
        for status, says, command in shown:
            done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60, check=False)
            assert (says, done.stdout.strip()[-5:], done.stderr) == (says, f"({status})", "")
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_it_asks_by_itself_and_says_what_held() -> None:
    environment = ENVIRONMENT | {"GUARD_DEMO": "check"}
    done = subprocess.run(COMMAND, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert len(lines) == 7
    assert all(line.startswith("ok ") for line in lines)


def test_an_environment_that_does_not_do_is_said_and_fails() -> None:
    environment = ENVIRONMENT | {"GUARD_DEMO": "check", "FILES_KEY": "short"}
    done = subprocess.run(COMMAND, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert "FILES_KEY" in done.stderr
    assert "Traceback" not in done.stderr
