"""The file names and folders by which Next.js finds an app's server entry points.

Paths are relative to the scanned root and use ``/``; nothing here touches the disk. The rules are those of Next.js 13
to 16: its ``find-pages-dir``, ``find-page-file`` and ``build/index`` modules.
"""

from __future__ import annotations

import enum
import posixpath
from collections.abc import Callable, Sequence
from dataclasses import dataclass

HTTP_METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH")
"""The exported names of a route file that answer requests; any other export answers none."""

DEFAULT_PAGE_EXTENSIONS = ("tsx", "ts", "jsx", "js")
"""What ``pageExtensions`` is unless next.config says otherwise; ``.mjs`` and ``.cjs`` are not among them."""

_FIRST_MAJOR_WITH_PROXY = 16
_FIRST_MAJOR_ON_TURBOPACK = 16


class Middleware(enum.StrEnum):
    """The two names of the file that Next.js runs in front of requests, and of the function it exports."""

    MIDDLEWARE = "middleware"
    PROXY = "proxy"


@dataclass(frozen=True, slots=True)
class Folders:
    """Where an app keeps its routes. ``base`` is the folder that holds ``app`` and ``pages``: the app's own or its src.

    ``app`` and ``pages`` are None where the app has no such folder; one of them is there.
    """

    root: str
    base: str
    app: str | None
    pages: str | None


def folders_of(root: str, is_folder: Callable[[str], bool]) -> Folders | None:
    """The route folders of the app in ``root`` (``.`` for the scanned root), or None when it has none.

    Like Next.js, prefers ``app`` to ``src/app`` and ``pages`` to ``src/pages``. Where the two then lie apart, which
    Next.js refuses to build, the folder with ``app`` is taken for the base and both are still reported.
    """
    found: dict[str, str] = {}
    for name in ("app", "pages"):
        for base in (root, _below(root, "src")):
            if is_folder(_below(base, name)):
                found[name] = base
                break
    if not found:
        return None
    app, pages = found.get("app"), found.get("pages")
    base = app if app is not None else found["pages"]
    return Folders(
        root=root,
        base=base,
        app=None if app is None else _below(app, "app"),
        pages=None if pages is None else _below(pages, "pages"),
    )


def is_route_file(path: str, extensions: Sequence[str] = DEFAULT_PAGE_EXTENSIONS) -> bool:
    """Whether a file below an ``app`` folder exports route handlers: ``route`` and one of the page extensions."""
    return stem_of(path, extensions) == "route"


def is_page_file(path: str, extensions: Sequence[str] = DEFAULT_PAGE_EXTENSIONS) -> bool:
    """Whether a file below an ``app`` folder renders a page."""
    return stem_of(path, extensions) == "page"


def is_layout_file(path: str, extensions: Sequence[str] = DEFAULT_PAGE_EXTENSIONS) -> bool:
    """Whether a file below an ``app`` folder wraps the pages below it: a layout, or a template."""
    return stem_of(path, extensions) in {"layout", "template"}


def middleware_kind(
    path: str,
    folders: Folders,
    extensions: Sequence[str] = DEFAULT_PAGE_EXTENSIONS,
    next_major: int | None = None,
    turbopack: bool | None = None,
) -> Middleware | None:
    """Which middleware file Next.js takes this for, or None.

    Built by webpack, it must lie beside ``app`` or ``pages``: with ``src/app``, a ``middleware.ts`` in the app's own
    folder is not run. Turbopack runs it from the app's own folder and from ``src``, wherever the routes are.
    ``turbopack`` says which builds the app; None stands for the default, which is Turbopack from Next.js 16 on.
    ``proxy`` counts from Next.js 16 on, and where the version is not known.
    """
    if _parent(path) not in _middleware_folders(folders, next_major, turbopack):
        return None
    stem = stem_of(path, extensions)
    if stem == Middleware.MIDDLEWARE:
        return Middleware.MIDDLEWARE
    if stem == Middleware.PROXY and (next_major is None or next_major >= _FIRST_MAJOR_WITH_PROXY):
        return Middleware.PROXY
    return None


def is_middleware_file(
    path: str,
    folders: Folders,
    extensions: Sequence[str] = DEFAULT_PAGE_EXTENSIONS,
    next_major: int | None = None,
    turbopack: bool | None = None,
) -> bool:
    """Whether Next.js runs this file in front of requests; see ``middleware_kind``."""
    return middleware_kind(path, folders, extensions, next_major, turbopack) is not None


def is_misplaced_middleware(
    path: str,
    folders: Folders,
    extensions: Sequence[str] = DEFAULT_PAGE_EXTENSIONS,
    next_major: int | None = None,
    turbopack: bool | None = None,
) -> bool:
    """Whether the file is named like middleware and lies where people put it, yet is not run there."""
    likely = {folders.root, _below(folders.root, "src"), folders.base, folders.app}
    places = likely - _middleware_folders(folders, next_major, turbopack)
    return _parent(path) in places and stem_of(path, extensions) in set(Middleware)


def _middleware_folders(folders: Folders, next_major: int | None, turbopack: bool | None) -> set[str]:
    if turbopack is None:
        turbopack = next_major is not None and next_major >= _FIRST_MAJOR_ON_TURBOPACK
    return {folders.root, _below(folders.root, "src")} if turbopack else {folders.base}


def stem_of(path: str, extensions: Sequence[str] = DEFAULT_PAGE_EXTENSIONS) -> str | None:
    """The file's name without its page extension, or None when it has none or is a declaration file."""
    name = posixpath.basename(path)
    if name.endswith(".d.ts"):
        return None
    for extension in sorted(extensions, key=len, reverse=True):
        stem = name.removesuffix(f".{extension}")
        if stem != name:
            return stem
    return None


def _below(folder: str, name: str) -> str:
    return name if folder in {"", "."} else f"{folder}/{name}"


def _parent(path: str) -> str:
    return posixpath.dirname(path) or "."
