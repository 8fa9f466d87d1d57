"""The guard as a package: installed alone, and typed to the last name of its interface."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYRIGHT = ROOT / "tests" / "oracles" / "node_modules" / "pyright" / "index.js"
IMPORTS = """
import importlib, importlib.util, json, pkgutil, sys
import doorcheck.guard
for part in ("sessions.issuers", "webhooks", "uploads", "outbound", "records", "accounts", "stores", "idempotency"):
    importlib.import_module(f"doorcheck.guard.{part}")
print(json.dumps({
    "loaded": sorted({name.split(".")[1] for name in sys.modules if name.startswith("doorcheck.")}),
    "installed": [name for name in ("fastapi", "sqlalchemy", "redis", "obstore") if importlib.util.find_spec(name)],
}))
"""


def test_guard_works_when_it_is_installed_alone(tmp_path: Path) -> None:
    python = tmp_path / "environment" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "environment")], check=True)
    installed = subprocess.run(
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"{ROOT}[guard]"],
        capture_output=True,
        text=True,
        check=False,
    )
    if installed.returncode and "CI" not in os.environ and "No matching distribution" in installed.stderr:
        pytest.skip("no package index can be reached")
    assert installed.returncode == 0, installed.stderr
    said = subprocess.run([str(python), "-c", IMPORTS], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert json.loads(said.stdout) == {"loaded": ["core", "guard"], "installed": []}


def test_every_name_of_the_interface_has_a_type_that_is_told() -> None:
    node = shutil.which("node")
    if node is None or not PYRIGHT.exists():
        assert "CI" not in os.environ, "node and the packages of tests/oracles are missing"
        pytest.skip("needs node and the packages of tests/oracles")
    said = subprocess.run(
        [node, str(PYRIGHT), "--verifytypes", "doorcheck.guard", "--ignoreexternal", "--outputjson"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
        cwd=ROOT / "tests" / "oracles",
    )
    found = json.loads(said.stdout)["typeCompleteness"]
    assert found["exportedSymbolCounts"]["withKnownType"] > 1000
    untold = [one["name"] for one in found["symbols"] if one["isExported"] and not one["isTypeKnown"]]
    assert untold == []
    assert found["completenessScore"] == 1
