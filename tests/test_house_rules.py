"""What every module of the project keeps to, and no linter checks."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("src", "tests", "tools", "benchmarks", "examples/fastapi_guarded")
MODULES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
# An empty file is only there to make its folder a package.
OURS = [path for path in MODULES if "node_modules" not in path.parts and path.stat().st_size]
BANNED = {"utils", "util", "helpers", "helper", "common", "base", "misc", "manager", "managers", "stuff", "shared"}


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _functions(tree: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_there_is_something_to_hold_to_the_rules() -> None:
    assert {"src", "tests", "tools", "benchmarks"} <= {path.relative_to(ROOT).parts[0] for path in OURS}


@pytest.mark.parametrize("path", OURS, ids=_name)
def test_a_module_says_what_it_holds_and_stays_small(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    assert ast.get_docstring(tree), "a module starts with a docstring that says what it holds"
    lines = source.count("\n")
    assert lines <= 400, "a file has at most 400 lines: one idea a file"
    long = [node.name for node in _functions(tree) if (node.end_lineno or 0) - node.lineno >= 60]
    assert not long, "a function has fewer than 60 lines"


@pytest.mark.parametrize("path", OURS, ids=_name)
def test_a_module_is_named_for_what_it_holds(path: Path) -> None:
    parts = {part.removesuffix(".py") for part in path.relative_to(ROOT).parts}
    assert not parts & BANNED, "name a module for what it holds"
