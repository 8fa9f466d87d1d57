"""A door: one server entry point that a stranger can call."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from doorcheck.core.location import Location


class DoorKind(enum.StrEnum):
    """The forms in which Next.js and the routers mounted in it expose a function."""

    ROUTE_HANDLER = "route-handler"
    SERVER_ACTION = "server-action"
    PAGES_API = "pages-api"
    PROCEDURE = "procedure"


class Reach(enum.StrEnum):
    """Whether code that runs in a browser refers to a server action."""

    REACHABLE = "reachable"
    UNREFERENCED = "unreferenced"
    NOT_APPLICABLE = "not-applicable"


@dataclass(frozen=True, slots=True)
class App:
    """A Next.js app in the repository. ``path`` is its folder relative to the root, ``.`` for the root itself.

    ``next`` is the version as written or locked, or None where none was found.
    """

    path: str
    next: str | None


@dataclass(frozen=True, slots=True)
class Door:
    """``id`` is a name (``POST /api/projects/[id]``, ``action app/actions.ts#rename``), never a line.

    ``at`` is where the door is written, ``name`` the exported name or the procedure's key, ``route`` the URL
    pattern in Next.js notation (None for server actions), ``methods`` the HTTP methods it answers.
    """

    id: str
    kind: DoorKind
    app: str
    file: str
    name: str
    at: Location
    route: str | None = None
    methods: tuple[str, ...] = ()
    reach: Reach = Reach.NOT_APPLICABLE
