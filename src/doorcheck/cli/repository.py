"""The folder a command works on: whether it can, where its cache is, and the lines of its files."""

from __future__ import annotations

import functools
import hashlib
import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

from doorcheck.core import UsageError

_MAX_SOURCE = 2 * 1024 * 1024


def repository(path: Path) -> Path:
    """The absolute path of the folder. Raises UsageError when it is not there, no folder, unreadable or empty."""
    try:
        root = path.resolve(strict=True)
        with os.scandir(root) as entries:
            empty = next(entries, None) is None
    except FileNotFoundError:
        raise UsageError(f"{path} does not exist") from None
    except NotADirectoryError:
        raise UsageError(f"{path} is a file; name the folder of the repository") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    except RuntimeError:
        raise UsageError(f"{path} is a link that leads to itself") from None
    if empty:
        raise UsageError(f"{path} is empty; there is nothing to look at")
    return root


def cache_folder(root: Path, environment: Mapping[str, str]) -> Path | None:
    """The user's own folder for what is remembered of this repository; None where there is no place for it.

    Never inside the repository: what lies there may have been planted.
    """
    configured = environment.get("XDG_CACHE_HOME", "")
    try:
        # The XDG specification: a relative path is invalid and to be ignored.
        caches = Path(configured) if os.path.isabs(configured) else Path.home() / ".cache"  # noqa: PTH117
        if caches.resolve().is_relative_to(root) and not configured:
            return None
        folder = caches / "doorcheck" / hashlib.sha256(os.fsencode(root)).hexdigest()[:32]
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return None
    return folder if os.access(folder, os.W_OK) else None


class Sources:
    """The files of a repository, as lines to show."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.lines = functools.lru_cache(maxsize=64)(self._lines)

    def _lines(self, path: str) -> Sequence[str] | None:
        """The lines of the file at this path relative to the root; None where it cannot be shown.

        No file outside the root is read, whatever links are on the way.
        """
        try:
            place = (self._root / path).resolve(strict=True)
            if not place.is_relative_to(self._root):
                return None
            handle = os.open(place, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
            try:
                found = os.fstat(handle)
                if not stat.S_ISREG(found.st_mode) or found.st_size > _MAX_SOURCE:
                    return None
                with os.fdopen(handle, "rb", closefd=False) as file:
                    text = file.read(_MAX_SOURCE).decode("utf-8", "replace")
            finally:
                os.close(handle)
        except (OSError, ValueError, RuntimeError):
            return None
        # Not splitlines(): lines are counted by line feeds alone.
        return [line.removesuffix("\r") for line in text.split("\n")]
