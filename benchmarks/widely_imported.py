"""Which module of a tree the files of its doors import most: the edit that should cost a scan the most."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

SPECIFIER = re.compile(r"""\bfrom\s+["'](?:[@~]/|(?:\.{1,2}/)+)([\w./-]+)["']""")


def most_imported(tree: Path, importers: Iterable[str], suffixes: Iterable[str]) -> Path | None:
    """The file that most of the importers name by alias or relative path, or None where no name leads to one file.

    It is a guess from the text, so that it owes nothing to the resolver that is being measured.
    """
    named = Counter(
        specifier
        for importer in importers
        for specifier in set(SPECIFIER.findall((tree / importer).read_text(encoding="utf-8", errors="replace")))
    )
    wanted = set(suffixes)
    files = [path for path in tree.rglob("*") if path.suffix in wanted and path.is_file()]
    for specifier, _ in named.most_common(50):
        ends = (f"/{specifier}", f"/{specifier}/index")
        found = [path for path in files if path.with_suffix("").as_posix().endswith(ends)]
        if len(found) == 1:
            return found[0]
    return None
