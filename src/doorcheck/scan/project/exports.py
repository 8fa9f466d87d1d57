"""The ``exports`` and ``imports`` of a package.json: which targets a subpath or a ``#name`` stands for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

_CONDITIONS = frozenset(("import", "require", "node", "default"))


def export_targets(exports: object, subpath: str) -> tuple[list[str], list[str]]:
    """What ``exports`` gives for ``subpath`` (``""`` the package itself), in the order in which it is written.

    First the targets Node.js would take, then those under other conditions (``types``, ``source``, a team's own),
    which often name the source of a package that is built.
    """
    key = f"./{subpath}" if subpath else "."
    if isinstance(exports, dict) and any(isinstance(name, str) and name.startswith(".") for name in exports):
        return _targets(exports, key)
    return _targets({".": exports}, key)


def import_targets(imports: object, specifier: str) -> tuple[list[str], list[str]]:
    """What ``imports`` gives for a specifier that starts with ``#``; targets may be packages."""
    return _targets(imports, specifier) if isinstance(imports, dict) else ([], [])


def _targets(table: Mapping[str, object], key: str) -> tuple[list[str], list[str]]:
    matched = _match(table, key)
    usual: list[str] = []
    other: list[str] = []
    if matched is not None:
        value, star = matched
        for target, is_usual in _walk(value, is_usual=True):
            filled = target + star if target.endswith("/") else target.replace("*", star)
            (usual if is_usual else other).append(filled)
    return usual, other


def _match(table: Mapping[str, object], key: str) -> tuple[object, str] | None:
    """The value for a key and what its ``*`` stands for: the same key first, then the longest pattern."""
    if key in table and "*" not in key:
        return table[key], ""
    best: tuple[int, str, str] | None = None
    for pattern in table:
        if not isinstance(pattern, str):
            continue
        # A key that ends with "/" is the older form of one that ends with "/*".
        prefix, star, suffix = pattern.partition("*") if not pattern.endswith("/") else (pattern, "*", "")
        if not star or not key.startswith(prefix) or not key.endswith(suffix) or len(key) <= len(prefix) + len(suffix):
            continue
        if best is None or len(prefix) > best[0]:
            best = (len(prefix), pattern, key[len(prefix) : len(key) - len(suffix)])
    return (table[best[1]], best[2]) if best else None


def _walk(value: object, *, is_usual: bool) -> Iterator[tuple[str, bool]]:
    if isinstance(value, str):
        yield value, is_usual
    elif isinstance(value, list):
        for item in value:
            yield from _walk(item, is_usual=is_usual)
    elif isinstance(value, dict):
        for condition, item in value.items():
            yield from _walk(item, is_usual=is_usual and condition in _CONDITIONS)
