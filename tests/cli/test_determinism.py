"""The same repository gives the same report, whatever order a run's sets happen to have."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.conftest import Run

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize("form", ["json", "sarif"])
@pytest.mark.parametrize("app", ["leaky", "locked"])
def test_two_runs_agree_to_the_byte(app: str, form: str, run: Run) -> None:
    words = ("scan", EXAMPLES / app, "--no-cache", "--exit-zero", "--format", form)
    first, second = (run(*words, PYTHONHASHSEED=seed) for seed in ("1", "2"))
    assert (first.returncode, second.returncode) == (0, 0)
    assert len(first.stdout) > 10_000
    assert first.stdout == second.stdout
