"""The listing of a repository: what is in it, what is left out, and what a hostile one cannot do."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from doorcheck.scan.project.tree import FileTooLarge, Tree, UnreadableFile, list_tree


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write(*paths: str, text: str = "export {}\n") -> Path:
        for path in paths:
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        return tmp_path

    return write


def whys(tree: Tree) -> dict[str, str]:
    return {unread.file: unread.why for unread in tree.unread}


def test_sources_are_every_typescript_and_javascript_file_but_declarations(write: Callable[..., Path]) -> None:
    names = ["a.ts", "b.tsx", "c.js", "d.jsx", "e.mjs", "f.cjs", "g.mts", "h.cts"]
    root = write(*(f"x/{name}" for name in names), "x/i.d.ts", "x/j.d.mts", "x/k.css", "x/l.json")
    tree = list_tree(root)
    assert list(tree.sources) == [f"x/{name}" for name in names]
    assert tree.sources["x/a.ts"].size == len("export {}\n")
    assert tree.sources["x/a.ts"].mtime_ns == (root / "x/a.ts").stat().st_mtime_ns


def test_others_are_the_files_that_configure_an_app_or_describe_its_data(write: Callable[..., Path]) -> None:
    kept = [
        ".env.example", "doorcheck.toml", "jsconfig.json", "package-lock.json", "package.json", "pnpm-lock.yaml",
        "pnpm-workspace.yaml", "prisma/schema.prisma", "supabase/migrations/1.sql", "tsconfig.base.json",
        "tsconfig.json", "vercel.json", "yarn.lock",
    ]  # fmt: skip
    tree = list_tree(write(*kept, ".env", "data.json", "README.md"))
    assert list(tree.others) == kept
    assert "next.config.mjs" in list_tree(write("next.config.mjs")).sources


def test_generated_folders_are_not_listed(write: Callable[..., Path]) -> None:
    root = write("package.json", "a.ts", *(f"{name}/x.ts" for name in ("node_modules", ".git", ".next", ".turbo")))
    write(*(f"{name}/x.ts" for name in ("dist", "build", "out", "coverage", "vendor", "p/.vercel", "p/node_modules")))
    assert list(list_tree(root).sources) == ["a.ts"]


def test_a_route_named_like_an_output_folder_is_listed(write: Callable[..., Path]) -> None:
    routes = ["app/.well-known/x/route.ts", "app/api/build/route.ts", "app/api/vendor/out/route.ts"]
    assert list(list_tree(write("package.json", *routes)).sources) == routes


@pytest.mark.parametrize(
    ("patterns", "left"),
    [
        (["legacy"], ["a.ts", "src/b.ts", "src/b.test.ts"]),
        (["*.test.ts"], ["a.ts", "legacy/c.ts", "src/b.ts", "src/legacy/d.ts"]),
        (["/legacy/"], ["a.ts", "src/b.test.ts", "src/b.ts", "src/legacy/d.ts"]),
        (["src/**"], ["a.ts", "legacy/c.ts"]),
        (["**/legacy"], ["a.ts", "src/b.test.ts", "src/b.ts"]),
        (["*.ts", "!a.ts"], ["a.ts"]),
        (["# a.ts", "", "src/*.ts"], ["a.ts", "legacy/c.ts", "src/legacy/d.ts"]),
        (["a.ts/"], ["a.ts", "legacy/c.ts", "src/b.test.ts", "src/b.ts", "src/legacy/d.ts"]),
        (["src/*/d.ts", "[ab].ts"], ["legacy/c.ts", "src/b.test.ts"]),
    ],
)
def test_ignore_patterns_mean_what_they_mean_to_git(
    write: Callable[..., Path], patterns: list[str], left: list[str]
) -> None:
    root = write("a.ts", "src/b.ts", "src/b.test.ts", "legacy/c.ts", "src/legacy/d.ts")
    assert sorted(list_tree(root, patterns).sources) == sorted(left)


def test_folders_and_existence_come_from_the_listing(write: Callable[..., Path]) -> None:
    tree = list_tree(write("app/page.tsx", "app/icon.svg", "package.json"))
    assert tree.folder("app") == {"page.tsx", "icon.svg"}
    assert tree.folder("") == tree.folder(".") == {"package.json"}
    assert tree.folder("nowhere") == frozenset()
    assert tree.exists("app/icon.svg")
    assert not tree.exists("app")
    assert tree.has_folder("app")


def test_a_loop_of_links_is_not_followed(write: Callable[..., Path]) -> None:
    root = write("a/x.ts")
    (root / "a/loop").symlink_to("..")
    (root / "a/self.ts").symlink_to("self.ts")
    tree = list_tree(root)
    assert list(tree.sources) == ["a/x.ts"]
    assert whys(tree) == {"a/loop": "link, not followed", "a/self.ts": "link, not followed"}


def test_a_link_out_of_the_tree_is_neither_listed_nor_read(tmp_path: Path) -> None:
    (tmp_path / "secret.ts").write_text("export const secret = 1")
    (tmp_path / "repo").mkdir()
    (tmp_path / "repo/a.ts").symlink_to("../secret.ts")
    (tmp_path / "repo/all").symlink_to("/")
    (tmp_path / "repo/LICENSE.md").symlink_to("../secret.ts")
    tree = list_tree(tmp_path / "repo")
    assert tree.sources == {}
    assert whys(tree) == {"a.ts": "link out of the tree, not followed", "all": "link out of the tree, not followed"}
    for path in ("a.ts", "../secret.ts", str(tmp_path / "secret.ts"), "all/etc/passwd"):
        with pytest.raises(UnreadableFile, match="not a file of this tree"):
            tree.read(path)


def test_a_file_that_becomes_a_link_after_the_listing_is_refused(write: Callable[..., Path]) -> None:
    root = write("a.ts", "b.ts")
    tree = list_tree(root)
    (root / "a.ts").unlink()
    (root / "a.ts").symlink_to("b.ts")
    with pytest.raises(UnreadableFile):
        tree.read("a.ts")


def test_a_pipe_is_no_file(write: Callable[..., Path]) -> None:
    root = write("a.ts")
    os.mkfifo(root / "pipe.ts")
    tree = list_tree(root)
    assert list(tree.sources) == ["a.ts"]
    (root / "a.ts").unlink()
    os.mkfifo(root / "a.ts")
    with pytest.raises(UnreadableFile, match="not a regular file"):
        tree.read("a.ts")


def test_reading_gives_the_bytes_and_stops_at_512_kib(write: Callable[..., Path]) -> None:
    root = write("a.ts", text="x" * 512 * 1024)
    write("b.ts", text="x" * (512 * 1024 + 1))
    tree = list_tree(root)
    assert len(tree.read("a.ts")) == 512 * 1024
    with pytest.raises(FileTooLarge, match="larger than 512 KiB"):
        tree.read("b.ts")


def test_a_file_that_vanishes_is_unreadable(write: Callable[..., Path]) -> None:
    root = write("a.ts")
    tree = list_tree(root)
    (root / "a.ts").unlink()
    with pytest.raises(UnreadableFile, match="no such file"):
        tree.read("a.ts")


def test_a_folder_without_permission_is_unread_and_the_rest_is_listed(
    write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write("a/x.ts", "b/y.ts")
    scandir = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("/a"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    tree = list_tree(root)
    assert list(tree.sources) == ["b/y.ts"]
    assert whys(tree) == {"a": "folder not listed: permission denied"}


def test_a_name_that_is_not_utf8_is_unread(write: Callable[..., Path]) -> None:
    root = write("a.ts")
    (root / os.fsdecode(b"caf\xe9")).mkdir()
    (root / os.fsdecode(b"caf\xe9/x.ts")).write_text("")
    (root / os.fsdecode(b"\xff.ts")).write_text("")
    tree = list_tree(root)
    assert list(tree.sources) == ["a.ts"]
    assert whys(tree) == {"caf\\xe9": "its name is not UTF-8", "\\xff.ts": "its name is not UTF-8"}


def test_a_very_deep_tree_is_listed_as_far_as_paths_go(tmp_path: Path) -> None:
    (tmp_path / "a.ts").write_text("")
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(2500):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    tree = list_tree(tmp_path)
    # Too deep for what pytest removes it with.
    subprocess.run(["rm", "-rf", str(tmp_path / "d")], check=True)
    assert list(tree.sources) == ["a.ts"]
    assert [unread.why for unread in tree.unread] == ["folder not listed: file name too long"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"{ nonsense", "invalid JSON"),
        (b"[]", "holds no object"),
        (b"\xff{}", "not UTF-8"),
        (b'{"a":' + b"[" * 1000 + b"]" * 1000 + b"}", "nested deeper than 64 levels"),
    ],
)
def test_a_configuration_file_that_is_invalid_is_unread_once(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "tsconfig.json").write_bytes(content)
    tree = list_tree(tmp_path)
    assert tree.data("tsconfig.json") == tree.data("tsconfig.json") == {}
    assert whys(tree) == {"tsconfig.json": why}
    assert len(tree.unread) == 1


def test_json_may_hold_comments_trailing_commas_and_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "tsconfig.json").write_bytes(b'\xef\xbb\xbf{ // why\n "a": 1, /* b */ }')
    assert list_tree(tmp_path).data("tsconfig.json") == {"a": 1}


def test_a_small_yaml_file_cannot_grow_without_end(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    (tmp_path / "pnpm-workspace.yaml").write_text("\n".join(lines))
    tree = list_tree(tmp_path)
    assert tree.data("pnpm-workspace.yaml") == {}
    assert whys(tree) == {"pnpm-workspace.yaml": "expands to too many values"}
