"""The exact version of a package, read from a lock file by searching its text: lock files are too long to parse."""

from __future__ import annotations

import re
from collections.abc import Callable

from doorcheck import core
from doorcheck.scan.project.tree import LOCK_FILES, Tree, UnreadableFile

MAX_LOCK_BYTES = 16 * 1024 * 1024
# Each search reads the lock file anew; a repository of that many apps gets ranges for the rest.
MAX_SEARCHES = 500

_VERSION = re.compile(r"v?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)")
_OWN_LOCK = {"pnpm": "pnpm-lock", "npm": "package-lock", "yarn": "yarn", "bun": "bun"}


class Locks:
    """The lock files of one tree, each read once."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._texts: dict[str, str] = {}
        self._searches = 0

    def version(self, root: str, importer: str, package: str, written: str | None) -> str | None:
        """The version that the lock files in the folder ``root`` hold; None when they hold none.

        ``importer`` is the folder, below ``root``, of the package.json that asks for the package (``""`` the root's
        own), ``written`` the range in it, by which yarn names its entries.
        """
        prefix = f"{root}/" if root else ""
        asked = self._tree.data(f"{prefix}package.json").get("packageManager")
        own = _OWN_LOCK.get(asked.partition("@")[0], "\0") if isinstance(asked, str) else "\0"
        for name in sorted(LOCK_FILES, key=lambda name: not name.startswith(own)):
            if self._tree.exists(prefix + name) and self._searches < MAX_SEARCHES:
                self._searches += 1
                if found := _READERS[name](self._text(prefix + name), importer, package, written):
                    return found
        return None

    def _text(self, path: str) -> str:
        if path not in self._texts:
            try:
                text = self._tree.read(path, MAX_LOCK_BYTES).decode("utf-8", "replace")
            except UnreadableFile as error:
                self._tree.unread.append(core.Unread(path, error.why))
                text = ""
            self._texts[path] = "\n" + text.replace("\r\n", "\n")
        return self._texts[path]


def _after(text: str, *heads: str) -> str | None:
    """The version that follows the first of these heads that the text holds; white space may stand between."""
    for head in heads:
        at = text.find(head)
        if at >= 0 and (found := _VERSION.match(text[at + len(head) : at + len(head) + 200].lstrip())):
            return found[1]
    return None


def _from_npm(text: str, importer: str, package: str, written: str | None) -> str | None:  # noqa: ARG001 - one signature
    places = [f"node_modules/{package}", package]
    if importer:
        places.insert(0, f"{importer}/node_modules/{package}")
    for place in places:
        at = text.find(f'"{place}": {{')
        if at >= 0 and (found := _after(text[at : at + len(place) + 200], '"version": "')):
            return found
    return None


def _from_pnpm(text: str, importer: str, package: str, written: str | None) -> str | None:  # noqa: ARG001 - one signature
    head = text[: text.find("\npackages:") + 1] or text
    if "\nimporters:" in head:
        name = importer or "."
        starts = [at for quoted in (name, f"'{name}'") if (at := head.find(f"\n  {quoted}:\n")) >= 0]
        if not starts:
            return None
        block = re.compile(r"\n  \S.*((?:\n    .*|\n(?=\n))*)").match(head, starts[0])
        head = block[1] + "\n" if block else ""
    entry = rf"\n +'?{re.escape(package)}'?:(?:\n +specifier: .*\n +version:)? +'?"
    # "specifiers:" of older lock files holds ranges under the same name, so an exact version must follow.
    found = re.search(entry + _VERSION.pattern + r"(?=[\s'(_])", head)
    return found[1] if found else None


def _from_yarn(text: str, importer: str, package: str, written: str | None) -> str | None:  # noqa: ARG001 - one signature
    entries = re.findall(rf'\n("?{re.escape(package)}@.*):\n +version:? "?{_VERSION.pattern}', text)
    for head, version in entries:
        names = {part.strip().strip('"') for part in head.split(",")}
        if names & {f"{package}@{written}", f"{package}@npm:{written}"}:
            return str(version)
    return str(entries[0][1]) if len(entries) == 1 else None


def _from_bun(text: str, importer: str, package: str, written: str | None) -> str | None:  # noqa: ARG001 - one signature
    places = [package]
    workspace = re.search(rf'"{re.escape(importer)}": \{{\s*"name": "([^"]+)"', text) if importer else None
    if workspace:
        places.insert(0, f"{workspace[1]}/{package}")
    return _after(text, *(f'"{place}": ["{package}@' for place in places))


_READERS: dict[str, Callable[[str, str, str, str | None], str | None]] = {
    "pnpm-lock.yaml": _from_pnpm,
    "package-lock.json": _from_npm,
    "npm-shrinkwrap.json": _from_npm,
    "yarn.lock": _from_yarn,
    "bun.lock": _from_bun,
}
