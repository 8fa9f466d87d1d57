"""Names of tables and columns as they compare: code, schema and database each write them in their own way."""

from __future__ import annotations

import re
from functools import lru_cache

_SEPARATORS = re.compile(r"[\W_]+")
# What code adds to a table's name where it names the variable that holds it.
_ADDED = ("table", "model", "collection")


@lru_cache(maxsize=20_000)
def plain(name: str) -> str:
    """The name in lower case, without what separates its words."""
    return _SEPARATORS.sub("", name.lower())


@lru_cache(maxsize=20_000)
def singular(name: str) -> str:
    """The plain name of one of them: ``companies`` and ``Company`` are both ``company``."""
    name = plain(name)
    if name.endswith("ies") and len(name) > 4:
        return name[:-3] + "y"
    if name.endswith(("sses", "xes", "ches", "shes")):
        return name[:-2]
    if name.endswith("s") and not name.endswith(("ss", "us", "is")):
        return name[:-1]
    return name


def spellings(name: str) -> tuple[str, ...]:
    """What to look a table up by, the most exact first."""
    last = name.rpartition(".")[2]
    found = [plain(name), plain(last), singular(last)]
    found += [
        singular(plain(last).removesuffix(word))
        for word in _ADDED
        if plain(last).endswith(word) and plain(last) != word
    ]
    return tuple(dict.fromkeys(part for part in found if part)) or (name,)
