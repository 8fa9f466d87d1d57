"""Where configuration may stand: doorcheck.toml, pyproject.toml or package.json, found in that order."""

from __future__ import annotations

import errno
import os
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from doorcheck.core import ConfigurationError, Location, Notice, UsageError
from doorcheck.scan.project.documents import InvalidDocumentError, parse

MAX_BYTES = 512 * 1024
NAMES = ("doorcheck.toml", "pyproject.toml", "package.json")


class _UnfitError(Exception):
    """The file cannot be made sense of; the message is a clause to show."""


@dataclass(frozen=True, slots=True)
class Document:
    """``content`` is what the file says to doorcheck, ``name`` how to call the file, relative to the root inside it."""

    name: str
    text: str
    content: Mapping[str, Any]

    def line_with(self, words: str) -> Location:
        """The first line that holds these words as a string; the first line of all where none does."""
        for number, line in enumerate(self.text.split("\n"), start=1):
            if any(f"{quote}{words}{quote}" in line for quote in ('"', "'")):
                return Location(self.name, number)
        return Location(self.name, 1)


def find_document(root: Path) -> tuple[Document | None, tuple[Notice, ...]]:
    """The first configuration in the folder, None where there is none; and a notice for each that is not taken.

    Raises ConfigurationError when doorcheck.toml cannot be read, or when what stands for doorcheck in another file is
    no table. The two other files belong to other programs first: where they cannot be read, that is a notice.
    """
    found: Document | None = None
    notices: list[Notice] = []
    for name in NAMES:
        try:
            document = _read(root / name, name, follow=False)
        except FileNotFoundError:
            continue
        except _UnfitError as error:
            if name == NAMES[0]:
                raise ConfigurationError(f"{name}: {error}") from None
            # The scan reports a package.json it cannot read as unread.
            if name != "package.json":
                notices.append(Notice(Location(name, 1), f"not looked into for configuration: {error}"))
            continue
        if document is not None and found is not None:
            says = f"the configuration in this file is not used, because {found.name} has one too"
            notices.append(Notice(Location(name, 1), says))
        found = found or document
    return found, tuple(notices)


def load_document(root: Path, file: Path) -> Document:
    """The configuration in a file that the user named. Raises ConfigurationError or UsageError with what is wrong."""
    absolute = Path(os.path.abspath(file))  # noqa: PTH100 - resolve() would follow links and name another file
    inside = absolute.is_relative_to(root.absolute())
    name = absolute.relative_to(root.absolute()).as_posix() if inside else file.as_posix()
    try:
        document = _read(file, name, follow=True)
    except FileNotFoundError:
        raise UsageError(f"the configuration file {file} does not exist") from None
    except _UnfitError as error:
        raise ConfigurationError(f"{name}: {error}") from None
    if document is None:
        key = '"doorcheck" key' if file.name == "package.json" else "[tool.doorcheck] table"
        raise ConfigurationError(f"{name}: it has no {key}")
    return document


def _read(path: Path, name: str, *, follow: bool) -> Document | None:
    """What the file says to doorcheck, None where it says nothing.

    Raises FileNotFoundError, _UnfitError, or ConfigurationError where it says something that is no table.
    """
    raw = _bytes_of(path, follow=follow)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _UnfitError("not UTF-8") from None
    if path.suffix == ".json":
        content = _section(_json(raw), "doorcheck")
    elif path.name == "pyproject.toml":
        content = _section(_section(_toml(text), "tool"), "doorcheck")
    else:
        content = _toml(text)
    if content is None:
        return None
    if not isinstance(content, dict):
        raise ConfigurationError(f"{name}: what it holds for doorcheck is no table")
    return Document(name, text, content)


def _section(content: object, key: str) -> object:
    return content.get(key) if isinstance(content, dict) else None


def _json(raw: bytes) -> object:
    try:
        return parse("package.json", raw)
    except InvalidDocumentError as error:
        raise _UnfitError(str(error)) from None


def _toml(text: str) -> object:
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise _UnfitError("nested too deeply") from None
    except tomllib.TOMLDecodeError as error:
        raise _UnfitError(f"invalid TOML: {error}") from None
    except ValueError:
        raise _UnfitError("invalid TOML: a number or date is out of range") from None


def _bytes_of(path: Path, *, follow: bool) -> bytes:
    # A link in a scanned repository may lead anywhere; one that the user names is the user's own.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | (0 if follow else getattr(os, "O_NOFOLLOW", 0))
    try:
        handle = os.open(path, flags)
    except FileNotFoundError:
        raise
    except OSError as error:
        link = error.errno == errno.ELOOP
        raise _UnfitError("a link, not followed" if link else (error.strerror or "unreadable").lower()) from None
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise _UnfitError("not a regular file")
        with os.fdopen(handle, "rb", closefd=False) as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _UnfitError((error.strerror or "unreadable").lower()) from None
    finally:
        os.close(handle)
    if len(raw) > MAX_BYTES:
        raise _UnfitError(f"larger than {MAX_BYTES // 1024} KiB")
    return raw
