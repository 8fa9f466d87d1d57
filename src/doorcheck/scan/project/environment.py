"""The environment a project asks for: the variables its example files name."""

from __future__ import annotations

import re

from doorcheck.scan.project.tree import Tree, UnreadableFile

_EXAMPLE = re.compile(
    r"(^|/)\.?env[.\w-]*\.?(example|sample|template|dist|defaults?)$|(^|/)\.env\.(example|sample|template)[.\w-]*$"
)
_VARIABLE = re.compile(r"^\s*(?:export\s+)?#?\s*([A-Z][A-Z0-9_]*)\s*=", re.MULTILINE)


def documented_variables(tree: Tree) -> frozenset[str] | None:
    """The names in the project's example environments; None where it has no such file."""
    files = [path for path in tree.others if _EXAMPLE.search(path)]
    if not files:
        return None
    found: set[str] = set()
    for path in files:
        try:
            found.update(_VARIABLE.findall(tree.read(path).decode("utf-8", "replace")))
        except UnreadableFile:
            continue
    return frozenset(found)
