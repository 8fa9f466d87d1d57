"""Repositories that are broken or mean harm: one clear sentence each, and the rest is still reported."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from doorcheck.controls import CATALOGUE
from doorcheck.core import ControlId, Missing
from doorcheck.scan.engine import ScanResult, scan

OPEN = "DELETE /api/invoices"
DOOR = """\
import { prisma } from '../../../lib/prisma';

export async function DELETE(request: Request) {
  const { id } = await request.json();
  await prisma.invoice.delete({ where: { id: String(id) } });
  return Response.json({ ok: true });
}
"""
ESCAPES = "\x1b[2J\x1b]0;owned\x07[bold red]x[/]"
Make = Callable[[Path], None]


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """An app with one open door."""
    root = tmp_path / "acme"
    put(root, "package.json", '{"dependencies": {"next": "16.4.6"}}')
    put(
        root,
        "lib/prisma.ts",
        "import { PrismaClient } from '@prisma/client';\nexport const prisma = new PrismaClient();\n",
    )
    put(root, "app/api/invoices/route.ts", DOOR)
    return root


def put(root: Path, name: str, content: str | bytes) -> None:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())


def scanned(root: Path) -> ScanResult:
    return scan(root, controls=CATALOGUE)


def program(root: Path, cache: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "doorcheck", "scan", str(root), *words]
    return subprocess.run(
        command, env={**os.environ, "XDG_CACHE_HOME": str(cache)}, capture_output=True, timeout=60, check=False
    )


def _deep(root: Path) -> None:
    put(root, "app/api/x/route.ts", "export const GET = () => " + "(" * 5000 + "1" + ")" * 5000 + ";\n")


def _import_cycle(root: Path) -> None:
    put(root, "app/api/x/route.ts", "import { a } from './a';\nexport const GET = () => a();\nexport const r = 1;\n")
    put(root, "app/api/x/a.ts", "import { b } from './b';\nexport const a = b;\nexport { b } from './b';\n")
    put(root, "app/api/x/b.ts", "import { a } from './a';\nexport const b = a;\nexport * from './a';\n")


def _reexport_cycle(root: Path) -> None:
    put(root, "app/api/x/route.ts", "export * from './a';\nexport { GET } from './b';\n")
    put(root, "app/api/x/a.ts", "export * from './b';\nexport { POST } from './b';\n")
    put(root, "app/api/x/b.ts", "export * from './a';\nexport { POST, GET } from './a';\n")


def _self_reference(root: Path) -> None:
    put(
        root,
        "app/api/x/route.ts",
        "export const GET = GET;\nexport * from './route';\nlet a = a; const o = { ...o, o };\n",
    )


def _recursion(root: Path) -> None:
    body = "".join(f"function f{n}(x) {{ return f{(n + 1) % 60}(f{(n + 7) % 60}(() => x)); }}\n" for n in range(60))
    put(root, "app/api/x/route.ts", body + "export function GET(r) { return f0(() => f1(r)); }\n")


def _many_branches(root: Path) -> None:
    body = "".join(
        f"  if (a[{n}] && b[{n}] || c[{n}]) x.push(a[{n}] ? b : c); else try {{ x.y{n}(a) }} catch {{}}\n"
        for n in range(400)
    )
    put(root, "app/api/x/route.ts", f"export async function GET(a, b, c) {{ let x = [];\n{body}  return x }}\n")


QUIET: dict[str, Make] = {
    "a cycle of imports": _import_cycle,
    "a cycle of re-exports": _reexport_cycle,
    "a name that stands for itself": _self_reference,
    "functions that call each other": _recursion,
    "hundreds of branches": _many_branches,
    "an empty route file": lambda root: put(root, "app/api/x/route.ts", ""),
    "a folder named like a source file": lambda root: (root / "app/api/x/route.ts").mkdir(parents=True),
}


@pytest.mark.parametrize("make", QUIET.values(), ids=QUIET)
def test_the_rest_is_judged_beside(make: Make, app: Path) -> None:
    make(app)
    began = time.process_time()
    result = scanned(app)
    assert isinstance(result.verdicts[OPEN, ControlId.AUTHENTICATE], Missing)
    assert time.process_time() - began < 15


def _binary(root: Path) -> None:
    put(root, "app/api/x/route.ts", b"\x7fELF\x00\x01" * 2000)


def _large(root: Path) -> None:
    put(root, "app/api/x/route.ts", b"export const x = 1;\n" * 500_000)


def _minified(root: Path) -> None:
    put(root, "app/api/x/route.js", "export function GET(){" + "a();" * 8000 + "}")


def _costly(root: Path) -> None:
    put(root, "app/api/x/route.ts", b"a<b,/*>*/`>`|\n" * 30_000)


def _fifo(root: Path) -> None:
    (root / "app/api/x").mkdir(parents=True)
    os.mkfifo(root / "app/api/x/route.ts")
    put(root, "tsconfig.json", '{"extends": "./nowhere.json", "compilerOptions": {"paths": }')


def _link(root: Path) -> None:
    (root / "app/api/x").mkdir(parents=True)
    (root / "app/api/x/route.ts").symlink_to("/etc/passwd")
    (root / "app/api/loop").symlink_to(root / "app", target_is_directory=True)


SPOKEN_OF: dict[str, tuple[Make, str, str]] = {
    "a binary file": (_binary, "app/api/x/route.ts", "it is a binary file"),
    "ten megabytes": (_large, "app/api/x/route.ts", "larger than 512 KiB"),
    "a minified file": (_minified, "app/api/x/route.js", "it is minified or generated: its lines are too long"),
    "a file that costs too much": (_costly, "app/api/x/route.ts", "takes too much time or memory to parse"),
    "Latin-1": (
        lambda root: put(root, "app/api/x/route.ts", b"// caf\xe9\nexport const GET = () => new Response()\n"),
        "app/api/x/route.ts",
        "is not UTF-8 from line 1 on; what could be read was",
    ),
    "UTF-16": (
        lambda root: put(root, "app/api/x/route.ts", "export const GET = 1".encode("utf-16")),
        "app/api/x/route.ts",
        "it is UTF-16, and only UTF-8 is read",
    ),
    "a syntax error": (
        lambda root: put(root, "app/api/x/route.ts", "export function GET( { return fetch('x') }\nexport const = 3"),
        "app/api/x/route.ts",
        "has a syntax error; what could be read was",
    ),
    "deep nesting": (_deep, "app/api/x/route.ts", "has a syntax error; what could be read was"),
    "an invalid tsconfig": (
        lambda root: put(root, "tsconfig.json", '{"compilerOptions": {'),
        "tsconfig.json",
        "invalid JSON",
    ),
    "a pipe": (_fifo, "tsconfig.json", "invalid JSON"),
    "a link out of the tree": (_link, "app/api/x/route.ts", "link out of the tree, not followed"),
    "a link to a folder above": (_link, "app/api/loop", "link, not followed"),
}


@pytest.mark.parametrize(("make", "file", "why"), SPOKEN_OF.values(), ids=SPOKEN_OF)
def test_a_file_that_is_not_read_is_spoken_of_and_the_rest_is_judged(
    make: Make, file: str, why: str, app: Path
) -> None:
    make(app)
    result = scanned(app)
    said = [unread.why for unread in result.unread if unread.file == file]
    assert len(said) == 1
    assert why in said[0]
    assert isinstance(result.verdicts[OPEN, ControlId.AUTHENTICATE], Missing)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions do not hold for this user")
def test_a_file_without_permission_is_spoken_of(app: Path) -> None:
    put(app, "app/api/x/route.ts", DOOR)
    (app / "app/api/x/route.ts").chmod(0)
    result = scanned(app)
    assert [unread.file for unread in result.unread] == ["app/api/x/route.ts"]


def test_all_of_it_at_once_ends_in_a_report_and_the_documented_code(app: Path, tmp_path: Path) -> None:
    for number, (make, *_) in enumerate(SPOKEN_OF.values()):
        other = tmp_path / f"part{number}"
        put(other, "package.json", '{"dependencies": {"next": "16.4.6"}}')
        make(other)
        other.rename(app / f"part{number}")
    put(app, "tsconfig.json", "{")
    done = program(app, tmp_path / "cache", "--format", "json")
    assert done.returncode == 1
    assert b"Traceback" not in done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert [finding["door"] for finding in report["findings"]].count(OPEN) == 1
    said = {unread["file"].rpartition("/")[2] for unread in report["unread"]}
    assert {"route.ts", "route.js", "tsconfig.json", "loop"} <= said


def test_names_and_code_never_act_on_a_terminal(app: Path, tmp_path: Path) -> None:
    folder = ESCAPES.replace("/", "_")
    put(
        app,
        f"app/api/{folder}/route.ts",
        DOOR.replace("../../../lib", "../../../lib").replace("{ id }", f"{{ id }} /* {ESCAPES} */"),
    )
    put(app, f"lib/{folder}.ts", b"\x00")
    done = program(app, tmp_path / "cache", "--show", "all")
    assert done.returncode == 1
    assert b"[bold red]x" in done.stdout, "markup is shown as it is written"
    assert not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", done.stdout + done.stderr)


@pytest.mark.skipif(os.name == "nt", reason="signals are sent otherwise there")
def test_an_interrupted_scan_leaves_nothing_behind(app: Path, tmp_path: Path) -> None:
    for number in range(400):
        put(app, f"app/api/slow{number}/route.ts", b"a<b|\n" * 2400)
    cache = tmp_path / "cache"
    command = [sys.executable, "-m", "doorcheck", "scan", str(app)]
    with subprocess.Popen(
        command, env={**os.environ, "XDG_CACHE_HOME": str(cache)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        while not list(cache.glob("doorcheck/*")):
            assert running.poll() is None
            time.sleep(0.02)
        time.sleep(0.5)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=30)
    # Python ends by the signal itself where it met it inside an exec; to a shell both are 130.
    assert running.returncode in {130, -signal.SIGINT}
    assert (out, err.decode()) == (b"", "doorcheck: interrupted; there is no report\n")
    assert [path for path in cache.rglob("*") if path.is_file()] == []
