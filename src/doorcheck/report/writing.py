"""A report written to a file, whole or not at all."""

from __future__ import annotations

import contextlib
import os
import pathlib
import secrets
import stat

from doorcheck.core import UsageError

_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def write_atomically(path: pathlib.Path, data: bytes) -> None:
    """Put the data at the path so that a reader sees the old file or the new one, never a part.

    A file that was there keeps its permissions; a new one has those the umask leaves. A symbolic link is replaced, not
    followed: the repository may have put it there. Streams (``/dev/stdout``, a named pipe) are written to as they are.
    Raises UsageError with the reason where the file cannot be written.
    """
    try:
        mode = _mode_of(path)
        if mode is not None and (stat.S_ISCHR(mode) or stat.S_ISFIFO(mode)):
            path.write_bytes(data)
        else:
            _replace(path, data, None if mode is None or path.is_symlink() else stat.S_IMODE(mode))
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from error


def _mode_of(path: pathlib.Path) -> int | None:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _replace(path: pathlib.Path, data: bytes, mode: int | None) -> None:
    beside = path.with_name(f".{path.name[:100]}.{secrets.token_hex(6)}")
    # Opened with 0o666 rather than by tempfile (0o600), so that the umask decides who may read a new report.
    descriptor = os.open(beside, _NEW_FILE, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            beside.chmod(mode)
        beside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: pathlib.Path) -> None:
    # Not every system opens folders; the file itself is safe by now.
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
