"""What a file is, from its first byte to its last."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.guard.uploads import files

from doorcheck.guard.uploads import (
    CSV,
    DOCX,
    GIF,
    JPEG,
    MP4,
    PDF,
    PNG,
    PPTX,
    TEXT,
    WEBP,
    XLSX,
    ZIP,
    FileKind,
)
from doorcheck.guard.uploads.kinds import recognise

ALL = (PNG, JPEG, GIF, WEBP, PDF, DOCX, XLSX, PPTX, ZIP, MP4, CSV, TEXT)
WHOLE = {
    PNG: files.png(),
    JPEG: files.jpeg(),
    GIF: files.gif(),
    WEBP: files.webp(),
    PDF: files.pdf(),
    DOCX: files.docx(),
    ZIP: files.archive("a.txt", "b/c.txt"),
    MP4: files.film(),
    CSV: "name;größe\n1;2\n".encode(),
}
SCRIPT = b"<script>alert(1)</script>"


def kind_of(tmp_path: Path, content: bytes, *kinds: FileKind) -> tuple[FileKind | None, str]:
    path = tmp_path / "file"
    path.write_bytes(content)
    return recognise(path, kinds or ALL)


@pytest.mark.parametrize("kind", WHOLE, ids=lambda kind: kind.name)
def test_a_whole_file_is_recognised(tmp_path: Path, kind: FileKind) -> None:
    assert kind_of(tmp_path, WHOLE[kind]) == (kind, "")


@pytest.mark.parametrize("kind", [kind for kind in WHOLE if kind is not CSV], ids=lambda kind: kind.name)
def test_something_behind_the_end_is_refused(tmp_path: Path, kind: FileKind) -> None:
    for tail in (SCRIPT, files.archive("a.txt"), b"\0" * 64 + b"MZ"):
        found, says = kind_of(tmp_path, WHOLE[kind] + tail, kind)
        if kind is ZIP and tail[:2] == b"PK":
            continue
        assert found is None
        assert says


@pytest.mark.parametrize("kind", [kind for kind in WHOLE if kind is not CSV], ids=lambda kind: kind.name)
def test_a_file_that_was_cut_is_refused(tmp_path: Path, kind: FileKind) -> None:
    whole = WHOLE[kind].rstrip(b"\n")
    for length in range(1, len(whole)):
        assert kind_of(tmp_path, whole[:length], kind)[0] is None, length


HOSTILE = {
    "script behind a picture's head": b"GIF89a/*" + SCRIPT + b"*/",
    "page": b"<!DOCTYPE html><html>" + SCRIPT,
    "page after space": b"\n  \xef\xbb\xbf <html>",
    "drawing with a script": b"<svg xmlns='http://www.w3.org/2000/svg'>" + SCRIPT + b"</svg>",
    "XML": b"<?xml version='1.0'?><x/>",
    "PHP": b"<?php system($_GET[0]);",
    "program": b"MZ\x90\0\x03" + b"\0" * 60,
    "ELF": b"\x7fELF\x02\x01\x01" + b"\0" * 60,
    "no text": b"a\0b",
    "no UTF-8": b"a\xff\xfeb",
    "empty": b"",
    "too many pixels": files.png(60_000, 60_000),
    "no pixels": files.jpeg(0, 1),
    "starting PDF": files.pdf(b"/OpenAction<</S/JavaScript/JS(app.alert(1))>>"),
    "launching PDF": files.pdf(b"/OpenAction<</S/Launch/F(calc.exe)>>"),
    "bomb": files.archive("zeros", content=b"\0" * 60_000_000),
    "climbing entry": files.archive("../../etc/passwd"),
    "climbing entry on Windows": files.archive("..\\..\\boot.ini"),
    "entry from the root": files.archive("/etc/passwd"),
    "entry on a drive": files.archive("C:/boot.ini"),
    "link": files.archive("link", content=b"/etc/passwd", link=True),
    "many entries": files.archive(*(f"{n}" for n in range(10_001))),
    "archive behind a picture": files.png() + files.archive("a"),
    "archive behind a page": SCRIPT + files.archive("a"),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_hostile_files_are_of_no_kind(tmp_path: Path, content: bytes) -> None:
    found, says = kind_of(tmp_path, content)
    assert found is None
    assert says


def test_macros_are_refused_in_a_document_that_is_asked_for(tmp_path: Path) -> None:
    assert kind_of(tmp_path, files.docx("word/vbaProject.bin"), DOCX) == (None, "as DOCX: it has macros")


def test_only_the_kinds_that_are_asked_for_are_taken(tmp_path: Path) -> None:
    assert kind_of(tmp_path, files.png(), JPEG, PDF)[0] is None
    assert kind_of(tmp_path, files.archive("a"), DOCX)[0] is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(head=st.sampled_from(sorted(WHOLE.values())), cut=st.integers(0, 60), tail=st.binary(max_size=80))
def test_nothing_makes_the_checks_fall_over(tmp_path: Path, head: bytes, cut: int, tail: bytes) -> None:
    found, says = kind_of(tmp_path, head[:cut] + tail)
    assert (found is None) == bool(says)
