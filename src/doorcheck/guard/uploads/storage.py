"""Where files are kept, and the addresses under which they can be read for a while."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from doorcheck.guard.refusals import Refusal, Refused

_NAME = re.compile(r"[A-Za-z0-9_-]{22}\.[a-z0-9]{2,5}")
LONGEST = 7 * 86400
"""The most seconds for which a signed address may hold."""
_SAFE = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "private, no-store",
}


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that was taken. ``name`` is ours, ``size`` in bytes, ``sha256`` of all of it in hexadecimal."""

    name: str
    kind: str
    media_type: str
    size: int
    sha256: str


class Storage(Protocol):
    """Keeps files out of reach of everybody but by a signed address."""

    @property
    def incoming(self) -> Path:
        """A private folder in which files are written until they are known to be good."""

    async def keep(self, path: Path, stored: Stored) -> None:
        """Take the file at ``path`` over under ``stored.name``. Raises ``OSError``."""

    async def remove(self, name: str) -> None:
        """Remove a file; one that is not there is no fault. Raises ``OSError``."""

    async def signed_url(self, name: str, seconds: int) -> str:
        """An address under which the file can be read for so many seconds."""


def checked_name(name: str) -> str:
    """The name, if it is one that was given to a stored file; ``ValueError`` otherwise."""
    if _NAME.fullmatch(name) is None:
        raise ValueError("no stored file has such a name")
    return name


class PrivateDirectory:
    """A directory outside of everything that is served, with addresses that we sign (HMAC-SHA256).

    ``path`` is where ``serve`` is mounted; ``key`` has at least 32 bytes. Raises ``ValueError`` and ``OSError``.
    """

    def __init__(self, root: Path, *, key: bytes, path: str = "/files") -> None:
        if len(key) < 32:
            raise ValueError("the key for signed addresses has at least 32 bytes")
        self._root = root.resolve()
        self._key = key
        self._path = path.rstrip("/")
        for folder in (self._root, self.incoming):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    @property
    def incoming(self) -> Path:
        return self._root / "incoming"

    async def keep(self, path: Path, stored: Stored) -> None:
        target = self._place(stored.name)
        await asyncio.to_thread(_move, path, target)

    async def remove(self, name: str) -> None:
        target = self._place(name)
        await asyncio.to_thread(target.unlink, missing_ok=True)

    async def signed_url(self, name: str, seconds: int) -> str:
        if not 0 < seconds <= LONGEST:
            raise ValueError(f"an address holds for at most {LONGEST} seconds")
        until = int(time.time()) + seconds
        return f"{self._path}/{checked_name(name)}?until={until}&signature={self._signature(name, until)}"

    async def serve(self, request: Request) -> Response:
        """An endpoint for ``{path}/{name}``: the file as a download, by a signed address that still holds.

        Raises ``Refused`` (404) for every other address, whatever is wrong with it.
        """
        name = str(request.path_params.get("name", ""))
        until = request.query_params.get("until", "")
        signature = request.query_params.get("signature", "")
        if _NAME.fullmatch(name) is None or not until.isascii() or not until.isdigit() or len(until) > 12:
            raise Refused(Refusal.ABSENT, "no signed address")
        expected = self._signature(name, int(until))
        if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "surrogatepass")):
            raise Refused(Refusal.ABSENT, "the address is not signed by us")
        if int(until) < time.time():
            raise Refused(Refusal.ABSENT, "the address holds no more")
        place = self._place(name)
        if not await asyncio.to_thread(place.is_file):
            raise Refused(Refusal.ABSENT, "the file was removed")
        return FileResponse(
            place, media_type="application/octet-stream", filename=f"download.{name.rpartition('.')[2]}", headers=_SAFE
        )

    def _place(self, name: str) -> Path:
        return self._root / checked_name(name)[:2] / name

    def _signature(self, name: str, until: int) -> str:
        return hmac.new(self._key, f"{name}\n{until}".encode(), hashlib.sha256).hexdigest()


def _move(path: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o700, exist_ok=True)
    path.replace(target)
