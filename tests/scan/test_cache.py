"""A scan that remembers says what a scan that does not would say."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from tests.fuzz.mutations import mutants

from doorcheck.controls import CATALOGUE
from doorcheck.scan.engine import ScanResult, scan
from doorcheck.scan.project.tree import MAX_FILE_BYTES, Tree

NAMES = ["app/api/a/route.ts", "app/api/b/route.ts", "app/b/actions.ts", "lib/auth.ts", "lib/db.ts", "middleware.ts"]
SOURCES = [
    """\
import { check } from '@/lib/auth';
import { db } from '@/lib/db';
export async function POST(request: Request) {
  await check();
  return Response.json(await db.user.create({ data: await request.json() }));
}
""",
    """\
'use server';
import { db } from '@/lib/db';
export async function wipe(id: string) { await db.post.delete({ where: { id } }); }
""",
    """\
import { auth } from '@clerk/nextjs/server';
export async function check() {
  const { userId } = await auth();
  if (!userId) throw new Error('Unauthorized');
}
""",
    "export async function check() {}\n",
    "import { PrismaClient } from '@prisma/client';\nexport const db = new PrismaClient();\n",
    "export { check } from './auth';\nexport * from './db';\n",
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "acme"
    write(folder, "package.json", '{"dependencies": {"next": "15.0.0"}}')
    write(folder, "tsconfig.json", '{"compilerOptions": {"paths": {"@/*": ["./*"]}}}')
    for name, text in zip(NAMES, (SOURCES[0], SOURCES[0], SOURCES[1], SOURCES[2], SOURCES[4], ""), strict=True):
        write(folder, name, text)
    return folder


def write(root: Path, name: str, text: str | bytes) -> None:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())


def scanned(root: Path, cache: Path | None = None) -> ScanResult:
    return scan(root, controls=CATALOGUE, cache=cache)


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """No file counts as changed just now: what the tests write would, and nothing would be kept."""
    monkeypatch.setattr("doorcheck.scan.reading.is_recent", lambda *_: False)
    monkeypatch.setattr("doorcheck.scan.results.is_recent", lambda *_: False)


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("seed", range(6))
def test_after_any_edit_the_remembering_scan_equals_the_forgetful_one(seed: int, root: Path, tmp_path: Path) -> None:
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    spoiled = list(mutants(seed, 10))
    for _ in range(12):
        name = chance.choice([*NAMES, "lib/new.ts", "tsconfig.json", "app/api/c/route.ts"])
        match chance.randrange(5):
            case 0:
                (root / name).unlink(missing_ok=True)
            case 1:
                write(root, name, chance.choice(spoiled))
            case 2:
                pass
            case _:
                write(root, name, chance.choice(SOURCES))
        assert scanned(root, tmp_path) == scanned(root)


@pytest.mark.usefixtures("settled")
def test_an_unchanged_tree_is_not_read(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = scanned(root, tmp_path)

    def read(tree: Tree, path: str, limit: int = 0) -> bytes:
        raise AssertionError(f"{path} was read")

    monkeypatch.setattr(Tree, "read", read)
    assert scanned(root, tmp_path) == first


@pytest.mark.usefixtures("settled")
def test_one_changed_file_is_read_alone(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scanned(root, tmp_path)
    write(root, "lib/auth.ts", SOURCES[3])
    read_files: list[str] = []
    read = Tree.read

    def noted(tree: Tree, path: str, limit: int = MAX_FILE_BYTES) -> bytes:
        read_files.append(path)
        return read(tree, path, limit)

    monkeypatch.setattr(Tree, "read", noted)
    scanned(root, tmp_path)
    assert [path for path in read_files if path.endswith(".ts")] == ["lib/auth.ts"]


def test_a_file_that_was_just_changed_is_read_again(root: Path, tmp_path: Path) -> None:
    write(root, "lib/auth.ts", SOURCES[2])
    before = scanned(root, tmp_path)
    assert not list(tmp_path.glob("result-*"))
    assert scanned(root, tmp_path) == before


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("damage", ["cut", "flipped", "foreign", "empty", "folder", "link", "large"])
def test_a_damaged_cache_counts_as_none(damage: str, root: Path, tmp_path: Path) -> None:
    expected = scanned(root, tmp_path)
    files = [file for file in tmp_path.iterdir() if file.is_file()]
    assert len(files) == 3
    for file in files:
        content = file.read_bytes()
        match damage:
            case "cut":
                file.write_bytes(content[: len(content) // 2])
            case "flipped":
                file.write_bytes(content[:-9] + bytes([content[-9] ^ 1]) + content[-8:])
            case "foreign":
                file.write_bytes(b"SQLite format 3\x00" * 100)
            case "empty":
                file.write_bytes(b"")
            case "folder":
                file.unlink()
                file.mkdir()
            case "link":
                file.rename(file.with_name("elsewhere"))
                file.symlink_to("elsewhere")
            case _:
                os.truncate(file, 300 * 1024 * 1024)
    assert scanned(root, tmp_path) == expected
    assert not list(tmp_path.glob(".writing-*"))


@pytest.mark.usefixtures("settled")
def test_other_options_have_results_of_their_own(root: Path, tmp_path: Path) -> None:
    whole = scan(root, controls=CATALOGUE, cache=tmp_path)
    assert scan(root, controls=CATALOGUE, cache=tmp_path, ignore=["app/api/b/"]) != whole
    assert scan(root, controls=(), cache=tmp_path).verdicts == {}
    for number in range(12):
        scan(root, controls=CATALOGUE, cache=tmp_path, ignore=[f"other{number}"])
    assert len(list(tmp_path.glob("result-*"))) == 8
    assert scan(root, controls=CATALOGUE, cache=tmp_path) == whole
