"""Excerpts of the code in a page, each by the name of what it shows, so that they move with the code."""

from __future__ import annotations

import ast
import re
import textwrap
from pathlib import Path

MARK = re.compile(r"<!-- code (?P<path>\S+) (?P<name>\w+) -->\n(?P<shown>.*?)<!-- /code -->", re.DOTALL)


def with_excerpts(page: str, root: Path) -> str:
    """The page with each ``<!-- code PATH NAME -->`` followed by that function, class or value.

    Exits for a name that the file does not have.
    """

    def shown(mark: re.Match[str]) -> str:
        path, name = mark["path"], mark["name"]
        source = (root / path).read_text(encoding="utf-8")
        first, last = _lines(source, name, path)
        code = textwrap.dedent("\n".join(source.splitlines()[first - 1 : last]))
        link = f"[`{path}`, line {first}](../{path}#L{first})"
        return f"<!-- code {path} {name} -->\n{link}\n\n```python\n{code}\n```\n<!-- /code -->"

    return MARK.sub(shown, page)


def _lines(source: str, name: str, path: str) -> tuple[int, int]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name == name:
            return min([node.lineno, *(one.lineno for one in node.decorator_list)]), node.end_lineno or node.lineno
        if isinstance(node, ast.Assign) and any(ast.unparse(one).rpartition(".")[2] == name for one in node.targets):
            return node.lineno, node.end_lineno or node.lineno
    raise SystemExit(f"{path} has no {name}")
