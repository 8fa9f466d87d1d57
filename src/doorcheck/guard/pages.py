"""Doors that a person opens in a browser: sent to a page instead of being told a status."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from doorcheck.guard.refusals import Refusal, Refused

MOST_PATH = 1024


@dataclass(frozen=True, slots=True)
class Pages:
    """Where callers go who have not signed in, and callers who may not come in; paths of this very site.

    The page they came for goes along as ``next``, a path and never an address of another site. Raises ``ValueError``
    for what is no path.
    """

    login: str = "/login"
    unauthorized: str = "/unauthorized"

    def __post_init__(self) -> None:
        for path in (self.login, self.unauthorized):
            if not is_local(path):
                raise ValueError(f"{path!r} is no path of this site")

    def instead_of(self, refused: Refused, scope: MutableMapping[str, Any]) -> str | None:
        """Where to go instead of this refusal, or None where it is told as it is."""
        if refused.refusal is Refusal.FORBIDDEN:
            return self.unauthorized
        if refused.refusal is not Refusal.UNAUTHENTICATED:
            return None
        path = str(scope.get("path", ""))
        if scope.get("method") != "GET" or not is_local(path):
            return self.login
        query = scope.get("query_string", b"").decode("latin-1")
        return f"{self.login}?next={quote(path + (f'?{query}' if query else ''), safe='/')}"


def is_local(path: str) -> bool:
    """Whether a browser takes this for a path of the site it is on (CWE-601).

    Browsers read ``\\`` as ``/`` and drop tabs and line breaks, and ``//host`` is another site.
    """
    return (
        path.startswith("/")
        and not path.startswith("//")
        and "\\" not in path
        and len(path) <= MOST_PATH
        and all(" " < sign != "\x7f" for sign in path)
    )
