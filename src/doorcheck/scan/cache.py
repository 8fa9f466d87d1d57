"""What was read of a tree's files, kept for the next run in one file of messages.

The file lies in the user's own folder and is still not trusted: it is decoded as the types it must hold and nothing
else, and one that is damaged, foreign or of another version counts as none. Summaries stay encoded until asked for.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import stat
import tempfile
from functools import cache
from pathlib import Path

import msgspec

from doorcheck import __version__
from doorcheck.scan.project.tree import SourceFile
from doorcheck.scan.syntax import ir

MAX_BYTES = 192 * 1024 * 1024
"""How much is kept of one tree, and how much is loaded; a tree of 15,000 files takes about 40 MB."""

_MAGIC = b"doorcheck cache 1\n"
_DIGEST_BYTES = 16
_SHAPES_SUMMARIES = ("scan/syntax", "scan/project/skim.py", "scan/reading.py", "scan/cache.py")


class Known(msgspec.Struct, array_like=True, gc=False):
    """What is known of one file. ``module`` and ``skim`` are encoded, empty where nobody has asked for them yet.

    ``note`` is to be shown with the file; ``skipped`` says that it is all there will ever be. ``public`` are the
    variables it names that a build puts into what browsers are sent.
    """

    path: str
    stamp: tuple[int, int, int]
    digest: bytes
    marked: bool
    note: str = ""
    skipped: bool = False
    module: bytes = b""
    skim: bytes = b""
    public: list[str] = []
    raw: bool = False
    """Whether it gives React HTML as it is."""


def digest_of(*parts: bytes) -> bytes:
    """A name for this content that no other content has."""
    digest = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.digest()


def is_recent(file: SourceFile, now: int) -> bool:
    """Whether a file was changed so shortly before ``now`` that its next change could get the same time."""
    whole_seconds = file.mtime_ns % 1_000_000_000 == 0
    margin = 2_000_000_000 if whole_seconds else 50_000_000
    return max(file.mtime_ns, file.changed_ns) > now - margin


@cache
def program_digest(*below: str) -> bytes:
    """A digest of doorcheck's own files, or of those below these paths, and of the grammar it parses with."""
    root = Path(__file__).parent.parent
    parts = [__version__.encode(), str(ir.SUMMARY_VERSION).encode(), _grammar()]
    for name in below or (".",):
        place = root / name
        files = (
            [place] if place.is_file() else sorted(p for p in place.rglob("*") if p.suffix in {".py", ".toml", ".md"})
        )
        for file in files:
            parts += [file.name.encode(), file.read_bytes()]
    return digest_of(*parts)


def _grammar() -> bytes:
    """The grammar's compiled files by name and size: reading its version from its metadata takes ten times as long."""
    found = importlib.util.find_spec("tree_sitter_typescript")
    folders = found.submodule_search_locations if found is not None else None
    entries = [entry for folder in folders or () for entry in os.scandir(folder) if entry.is_file()]
    return repr(sorted((entry.name, entry.stat().st_size) for entry in entries)).encode()


class Summaries:
    """What is known of the files of one tree. Changes are written by ``save``."""

    def __init__(self, folder: Path | None) -> None:
        self._file = folder / "summaries" if folder is not None else None
        self._known: dict[str, Known] = {}
        self._changed = False
        loaded = load(self._file, program_digest(*_SHAPES_SUMMARIES)) if self._file is not None else None
        if loaded is not None:
            with contextlib.suppress(msgspec.MsgspecError, RecursionError):
                self._known = {known.path: known for known in msgspec.msgpack.decode(loaded, type=list[Known])}

    @property
    def kept(self) -> bool:
        """Whether anything will be kept; where not, nothing needs to be encoded."""
        return self._file is not None

    def get(self, path: str) -> Known | None:
        return self._known.get(path)

    def put(self, known: Known) -> None:
        self._known[known.path] = known
        self._changed = True

    def changed(self) -> None:
        """Say that something was added to what is known of a file."""
        self._changed = True

    def save(self, current: set[str]) -> None:
        """Write what is known of these files, if it is not what was loaded. A full disk is no error."""
        if self._file is None or (not self._changed and self._known.keys() <= current):
            return
        left = [known for path, known in self._known.items() if path in current]
        keep(self._file, program_digest(*_SHAPES_SUMMARIES), msgspec.msgpack.encode(left))


def load(file: Path, version: bytes) -> bytes | None:
    """What ``keep`` wrote in this file for this version; None when it is not there, damaged, foreign or too large."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(file, flags)
    except OSError:
        return None
    try:
        with os.fdopen(handle, "rb") as stream:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode) or found.st_size > MAX_BYTES:
                return None
            head = stream.read(len(_MAGIC) + 2 * _DIGEST_BYTES)
            if not head.startswith(_MAGIC + version):
                return None
            payload = stream.read(MAX_BYTES)
    except OSError:
        return None
    return payload if digest_of(payload) == head[-_DIGEST_BYTES:] else None


def keep(file: Path, version: bytes, payload: bytes) -> None:
    """Write a file that ``load`` reads, whole or not at all. A place that cannot be written to is no error."""
    if len(payload) + 1024 > MAX_BYTES:
        return
    try:
        handle, name = tempfile.mkstemp(prefix=".writing-", dir=file.parent)
    except OSError:
        return
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(_MAGIC + version + digest_of(payload))
            stream.write(payload)
        Path(name).replace(file)
    except OSError:
        pass
    finally:
        # Still there only if it was not renamed, for whatever reason, an interruption included.
        with contextlib.suppress(OSError):
            Path(name).unlink()


def forget_oldest(folder: Path, names: str, left: int) -> None:
    """Take away all but the newest files with these names."""
    with contextlib.suppress(OSError):
        kept = sorted(folder.glob(names), key=lambda file: file.stat().st_mtime_ns)
        for file in kept[:-left]:
            file.unlink()
