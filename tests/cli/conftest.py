"""How the tests call the program: in this process, or as one of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.cli.acme import write_app

from doorcheck.cli.main import main

Call = Callable[..., Result]
Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache of a test is its own, and so are its settings of colour and width."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A small app in a folder of its own."""
    return write_app(tmp_path / "acme")


@pytest.fixture
def call() -> Call:
    """Calls the command in this process."""

    def call(*words: object) -> Result:
        return CliRunner().invoke(main, [str(word) for word in words], prog_name="doorcheck")

    return call


@pytest.fixture
def run() -> Run:
    """Runs the program."""

    def run(*words: object, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "doorcheck", *(str(word) for word in words)]
        return subprocess.run(
            command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, timeout=60, check=False
        )

    return run
