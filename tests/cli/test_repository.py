"""The folder a command works on: nothing outside it is shown, and its cache is elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from doorcheck.cli.repository import Sources, cache_folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    return folder.resolve()


def test_lines_are_counted_by_line_feeds_alone(root: Path) -> None:
    (root / "a.ts").write_bytes("one\r\ntwo\u2028still two\fand here\n".encode() + b"three \xff")
    lines = Sources(root).lines("a.ts")
    assert lines is not None
    assert len(lines) == 3
    assert lines[0] == "one"
    assert lines[2] == "three \ufffd"


def test_nothing_outside_the_repository_is_shown(root: Path) -> None:
    secret = root.parent / "secret.txt"
    secret.write_text("secret")
    (root / "link.ts").symlink_to(secret)
    (root / "out").symlink_to(root.parent)
    sources = Sources(root)
    assert [sources.lines(path) for path in ("link.ts", "out/secret.txt", "../secret.txt", str(secret))] == [None] * 4


def test_what_is_no_ordinary_file_is_not_shown(root: Path) -> None:
    os.mkfifo(root / "pipe.ts")
    (root / "large.ts").write_bytes(b"x" * (2 * 1024 * 1024 + 1))
    sources = Sources(root)
    assert [sources.lines(path) for path in ("pipe.ts", "large.ts", ".", "absent.ts", "a\0b")] == [None] * 5


def test_every_repository_has_a_cache_of_its_own(root: Path, tmp_path: Path) -> None:
    environment = {"XDG_CACHE_HOME": str(tmp_path / "caches")}
    first, second = cache_folder(root, environment), cache_folder(tmp_path, environment)
    assert first is not None
    assert second is not None
    assert first != second
    assert first.parent == second.parent == tmp_path / "caches" / "doorcheck"
    assert first.stat().st_mode & 0o077 == 0


def test_without_a_setting_the_cache_is_in_the_home(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for environment in ({}, {"XDG_CACHE_HOME": ""}, {"XDG_CACHE_HOME": "relative"}):
        found = cache_folder(root, environment)
        assert found is not None
        assert found.parent == tmp_path / ".cache" / "doorcheck"


def test_there_is_no_cache_where_it_would_lie_in_the_repository(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(root))
    assert cache_folder(root, {}) is None
