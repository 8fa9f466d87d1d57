"""Files in a private bucket of S3, or of anything that speaks its protocol, read by addresses that it signs itself."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import obstore
from obstore.store import S3Store

from doorcheck.guard.uploads.storage import LONGEST, Stored, checked_name


class S3Storage:
    """A bucket behind an ``obstore.store.S3Store``. ``incoming`` is a private folder of this machine.

    The bucket must be private: an object is stored as a download, and its address is signed (SigV4) for a while.
    """

    def __init__(self, store: S3Store, *, incoming: Path) -> None:
        incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._store = store
        self._incoming = incoming

    @property
    def incoming(self) -> Path:
        """Where files are written until they are known to be good."""
        return self._incoming

    async def keep(self, path: Path, stored: Stored) -> None:
        """Upload the file. Raises ``OSError``."""
        extension = stored.name.rpartition(".")[2]
        try:
            await obstore.put_async(
                self._store,
                checked_name(stored.name),
                path,
                attributes={
                    "Content-Type": "application/octet-stream",
                    "Content-Disposition": f'attachment; filename="download.{extension}"',
                    "Cache-Control": "private, no-store",
                },
            )
        except obstore.exceptions.BaseError as fault:
            raise OSError("the bucket did not take the file") from fault

    async def remove(self, name: str) -> None:
        """Remove an object; one that is not there is no fault. Raises ``OSError``."""
        try:
            await obstore.delete_async(self._store, checked_name(name))
        except FileNotFoundError:
            return
        except obstore.exceptions.BaseError as fault:
            raise OSError("the bucket did not remove the file") from fault

    async def signed_url(self, name: str, seconds: int) -> str:
        """An address that the bucket accepts for so many seconds."""
        if not 0 < seconds <= LONGEST:
            raise ValueError(f"an address holds for at most {LONGEST} seconds")
        return await obstore.sign_async(self._store, "GET", checked_name(name), timedelta(seconds=seconds))
