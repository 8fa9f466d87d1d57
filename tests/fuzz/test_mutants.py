"""Whatever a source file holds, a scan ends in time and says something about it.

``make fuzz`` runs many mutants, ``make test`` a few hundred: always the same ones, unless FUZZ_SEED says otherwise.
"""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

import pytest
from tests.fuzz.mutations import mutants, sources

from doorcheck.controls import CATALOGUE
from doorcheck.core import Unknown, Why
from doorcheck.scan.engine import deep_calls, scan
from doorcheck.scan.syntax import ir
from doorcheck.scan.syntax.modules import summarise
from doorcheck.scan.syntax.parsing import TakesTooLong

CASES = int(os.environ.get("FUZZ_CASES", "300"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))
BATCH = 25
MAX_SECONDS_OF_A_FILE = 4.0
MAX_SECONDS_OF_A_SCAN = 20.0
"""Processor time, so that a busy machine does not fail the test."""

HELPERS = "import { PrismaClient } from '@prisma/client';\nexport const prisma = new PrismaClient();\n"


def test_there_is_something_to_mutate() -> None:
    assert len(sources()) > 20


@pytest.mark.parametrize("number", range(-(-CASES // BATCH)))
def test_no_mutant_stops_a_scan(number: int, tmp_path: Path) -> None:
    folder = tmp_path / "app"
    for name, text in {"package.json": '{"dependencies": {"next": "16.0.0"}}', "lib/prisma.ts": HELPERS}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    for place, mutant in enumerate(mutants(SEED * 1_000_003 + number, BATCH)):
        name = f"app/api/m{place}/route.ts" if place % 2 else f"app/m{place}/actions.tsx"
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(mutant)
        _summary_of(name, mutant)
    began = time.process_time()
    result = scan(folder, controls=CATALOGUE)
    assert time.process_time() - began < MAX_SECONDS_OF_A_SCAN
    assert len(result.verdicts) == sum(c.judge_door is not None for c in CATALOGUE) * len(result.doors)
    failed = [v.says for v in result.verdicts.values() if isinstance(v, Unknown) and v.why is Why.JUDGE_FAILED]
    assert not failed


def _summary_of(name: str, text: bytes) -> None:
    began = time.process_time()
    with deep_calls(), contextlib.suppress(TakesTooLong):
        assert isinstance(summarise(name, text, 3.0), ir.Module)
    assert time.process_time() - began < MAX_SECONDS_OF_A_FILE
