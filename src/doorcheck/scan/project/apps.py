"""The Next.js apps of a repository, and which version of Next.js each runs."""

from __future__ import annotations

import re
from collections.abc import Iterable

from doorcheck import core
from doorcheck.scan.project.locks import Locks
from doorcheck.scan.project.manifests import Manifest, Manifests, ancestors, strings
from doorcheck.scan.project.tree import LOCK_FILES, Tree

_CONFIGURATIONS = ("next.config.js", "next.config.mjs", "next.config.cjs", "next.config.ts", "next.config.mts")
_ROUTE_FOLDERS = ("app", "src/app", "pages", "src/pages")
_WRITTEN = re.compile(r"[\w.^~<>=|*+\- ]{1,64}", re.ASCII)


def find_apps(tree: Tree) -> tuple[core.App, ...]:
    """Every folder that depends on Next.js or configures it and has route folders, in order of path."""
    manifests = Manifests(tree)
    locks = Locks(tree)
    folders = {path.rpartition("/")[0] for path in tree.sources}
    with_sources = {above for folder in folders for above in ancestors(folder)}
    found: list[core.App] = []
    for folder in sorted(_candidates(tree, manifests)):
        prefix = f"{folder}/" if folder else ""
        if any(prefix + routes in with_sources for routes in _ROUTE_FOLDERS):
            found.append(core.App(folder or ".", _version(tree, manifests, locks, folder)))
    return tuple(found)


def app_of(apps: Iterable[core.App], path: str) -> core.App | None:
    """The nearest app whose folder holds the file ``path``; None when no app does."""
    best: core.App | None = None
    for app in apps:
        if app.path == ".":
            best = best or app
        elif path.startswith(f"{app.path}/") and (best is None or best.path == "." or len(app.path) > len(best.path)):
            best = app
    return best


def _candidates(tree: Tree, manifests: Manifests) -> set[str]:
    folders: set[str] = set()
    for path in (*tree.others, *tree.sources):
        folder, _, name = path.rpartition("/")
        manifest = manifests.at(folder) if name == "package.json" else None
        if name in _CONFIGURATIONS or (manifest and _runs_next(manifest)):
            folders.add(folder)
    return folders


def _runs_next(manifest: Manifest) -> bool:
    """A package that only accepts the Next.js of whoever uses it (a peer) is no app."""
    return any("next" in strings(manifest.content.get(field)) for field in ("dependencies", "devDependencies"))


def _version(tree: Tree, manifests: Manifests, locks: Locks, folder: str) -> str | None:
    above = manifests.above(folder)
    written = _resolved(tree, manifests, folder, manifests.written("next", above))
    owner = next((manifest.folder for manifest in above if "next" in manifest.dependencies), folder)
    for root in ancestors(folder):
        prefix = f"{root}/" if root else ""
        if any(tree.exists(prefix + name) for name in LOCK_FILES):
            inside = owner.removeprefix(prefix) if owner.startswith(prefix) and owner != root else ""
            return locks.version(root, inside, "next", written) or written
    return written


def _resolved(tree: Tree, manifests: Manifests, folder: str, written: str | None) -> str | None:
    """The range as written, after looking up ``catalog:`` and ``workspace:``."""
    if written is None:
        return None
    if written.startswith("catalog:"):
        written = _catalog(tree, folder, written.removeprefix("catalog:").strip())
    elif written.startswith("workspace:"):
        home = manifests.workspace("next", manifests.above(folder))
        manifest = manifests.at(home) if home is not None else None
        written = manifest.text("version") if manifest else None
    elif written.startswith("npm:"):
        written = written.rpartition("@")[2]
    # It is shown to people, so nothing but what a range can hold.
    return written if written and _WRITTEN.fullmatch(written) else None


def _catalog(tree: Tree, folder: str, name: str) -> str | None:
    """What pnpm's or bun's catalog of this name (the default one for an empty name) holds for Next.js."""
    for root in ancestors(folder):
        prefix = f"{root}/" if root else ""
        package = tree.data(f"{prefix}package.json")
        workspaces = package.get("workspaces")
        for holder in (tree.data(f"{prefix}pnpm-workspace.yaml"), package, workspaces):
            if not isinstance(holder, dict):
                continue
            catalogs = holder.get("catalogs")
            named = catalogs.get(name or "default") if isinstance(catalogs, dict) else None
            for catalog in (named, holder.get("catalog") if name in ("", "default") else None):
                if version := strings(catalog).get("next"):
                    return version
    return None
