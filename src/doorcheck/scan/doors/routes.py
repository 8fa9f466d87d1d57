"""Files into URL patterns: what the path of a route or page file below ``app`` or ``pages`` answers to.

The rules are those of Next.js's ``normalizeAppPath``, ``interception-routes`` and ``route-discovery`` modules.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from doorcheck.scan.doors.conventions import DEFAULT_PAGE_EXTENSIONS, stem_of

_MARKERS = ("(..)(..)", "(.)", "(..)", "(...)")
_RESERVED_PAGES = frozenset({"/_app", "/_document", "/_error", "/404", "/500"})


def route_of(path_below_app_folder: str, extensions: Sequence[str] = DEFAULT_PAGE_EXTENSIONS) -> str | None:
    """The URL pattern of a ``route`` or ``page`` file, or None when the file is neither or nothing leads to it.

    ``(shop)/cart/[id]/route.ts`` gives ``/cart/[id]``. See ``route_of_folder`` for the folders.
    """
    path = path_below_app_folder.strip("/")
    if stem_of(path, extensions) not in {"route", "page"}:
        return None
    return route_of_folder(path.rpartition("/")[0])


def route_of_folder(folder_below_app: str) -> str | None:
    """The URL pattern of a folder below ``app``, or None when it cannot be reached.

    Groups ``(x)`` and slots ``@x`` are left out, an intercepting folder ``(.)x`` gives the URL it intercepts, ``%5F``
    stands for an underscore, and a folder that begins with an underscore is private.
    """
    segments = [segment for segment in folder_below_app.split("/") if segment]
    if any(segment.startswith("_") for segment in segments):
        return None
    visible = [s for s in segments if not _is_group(s) and not s.startswith("@")]
    intercepted = _without_interception([segment.replace("%5F", "_") for segment in visible])
    return None if intercepted is None else "/" + "/".join(intercepted)


def pages_route_of(path_below_pages: str, extensions: Sequence[str] = DEFAULT_PAGE_EXTENSIONS) -> str | None:
    """The URL pattern of a file below ``pages``, or None when it is no page: ``api/users/index.ts`` is ``/api/users``.

    The files around every page (``_app``, ``_document``, ``_error``, ``404``, ``500``) have no URL of their own.
    """
    path = "/" + path_below_pages.strip("/")
    stem = stem_of(path, extensions)
    if not stem:
        return None
    route = (path.rpartition("/")[0] + "/" + stem).removesuffix("/index")
    return None if route in _RESERVED_PAGES else route or "/"


def is_api_route(route: str) -> bool:
    """Whether a pages route is a handler rather than a page."""
    return route == "/api" or route.startswith("/api/")


def is_dynamic(route: str) -> bool:
    """Whether the pattern stands for more than one URL."""
    return bool(re.search(r"/\[[^/]+\](?=/|$)", route))


def _is_group(segment: str) -> bool:
    return segment.startswith("(") and segment.endswith(")")


def _without_interception(segments: list[str]) -> list[str] | None:
    """The segments of the URL that is intercepted; None where the marker climbs above the root."""
    for index, segment in enumerate(segments):
        marker = next((m for m in _MARKERS if segment.startswith(m)), None)
        if marker is None:
            continue
        climbs = {"(.)": 0, "(..)": 1, "(..)(..)": 2}.get(marker, index)
        if climbs > index:
            return None
        return [*segments[: index - climbs], segment.removeprefix(marker), *segments[index + 1 :]]
    return segments
