"""The exact version of a package, read from a lock file by searching its text: lock files are too long to parse."""

from __future__ import annotations

import re
from collections.abc import Callable

from doorcheck import core
from doorcheck.scan.project.tree import LOCK_FILES, Tree, UnreadableFile

MAX_LOCK_BYTES = 32 * 1024 * 1024

_VERSION = r"v?(\d+\.\d+\.\d+[0-9A-Za-z.+-]*)"


def locked_version(tree: Tree, root: str, app: str, package: str, written: str | None) -> str | None:
    """The version that the lock files in the folder ``root`` hold for ``app`` (a path below it, ``""`` for itself).

    ``written`` is the range in the app's package.json, by which yarn names its entries. None when no lock says.
    """
    prefix = f"{root}/" if root else ""
    preferred = tree.data(f"{prefix}package.json").get("packageManager")
    manager = preferred.partition("@")[0] if isinstance(preferred, str) else ""
    for name in sorted(LOCK_FILES, key=lambda name: not name.startswith(_PREFIX.get(manager, "\0"))):
        path = prefix + name
        if not tree.exists(path):
            continue
        try:
            text = tree.read(path, MAX_LOCK_BYTES).decode("utf-8", "replace")
        except UnreadableFile as error:
            tree.unread.append(core.Unread(path, error.why))
            continue
        if version := _READERS[name](text, app, package, written):
            return version
    return None


def _from_npm(text: str, app: str, package: str, written: str | None) -> str | None:  # noqa: ARG001 - one signature
    name = re.escape(package)
    places = [rf"{re.escape(app)}/node_modules/{name}"] if app else []
    for place in (*places, f"node_modules/{name}", name):
        if found := re.search(rf'"{place}": \{{\s*"version": "{_VERSION}"', text):
            return found[1]
    return None


def _from_pnpm(text: str, app: str, package: str, written: str | None) -> str | None:  # noqa: ARG001 - one signature
    importer = re.escape(app or ".")
    name = re.escape(package)
    block = re.search(rf"^  ['\"]?{importer}['\"]?:\n((?:    .*\n|\n)*)", text, re.MULTILINE)
    body = (
        block[1] if block else "" if re.search(r"^importers:", text, re.MULTILINE) else text[: text.find("\npackages:")]
    )
    entry = rf"^ +['\"]?{name}['\"]?:(?:\n +specifier: .*\n +version:)? ['\"]?{_VERSION}"
    if found := re.search(entry, body, re.MULTILINE):
        return re.split(r"[_(]", found[1])[0]
    return None


def _from_yarn(text: str, app: str, package: str, written: str | None) -> str | None:  # noqa: ARG001 - one signature
    name = re.escape(package)
    entries = re.findall(rf'^("?{name}@[^\n]*):\n +version:? "?{_VERSION}', text, re.MULTILINE)
    for head, version in entries:
        wanted = {f"{package}@{written}", f"{package}@npm:{written}"}
        if wanted & {part.strip().strip('"') for part in head.split(",")}:
            return str(version)
    return str(entries[0][1]) if len(entries) == 1 else None


def _from_bun(text: str, app: str, package: str, written: str | None) -> str | None:  # noqa: ARG001 - one signature
    name = re.escape(package)
    own = rf'"{re.escape(app)}": \{{\s*"name": "([^"]+)"'
    workspace = re.search(own, text) if app else None
    places = [f"{re.escape(workspace[1])}/{name}"] if workspace else []
    for place in (*places, name):
        if found := re.search(rf'"{place}": \["{name}@{_VERSION}"', text):
            return found[1]
    return None


_Reader = Callable[[str, str, str, str | None], str | None]
_READERS: dict[str, _Reader] = {
    "pnpm-lock.yaml": _from_pnpm,
    "package-lock.json": _from_npm,
    "npm-shrinkwrap.json": _from_npm,
    "yarn.lock": _from_yarn,
    "bun.lock": _from_bun,
}
_PREFIX = {"pnpm": "pnpm", "npm": "package-lock", "yarn": "yarn", "bun": "bun"}
