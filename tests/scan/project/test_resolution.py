"""Where imports lead, rule by rule, on trees small enough to see at a glance."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from doorcheck.scan.project.resolution import InRepository, Package, Resolution, Resolver, Unresolved
from doorcheck.scan.project.tree import list_tree


def resolver(root: Path, files: dict[str, Any]) -> Resolver:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content if isinstance(content, str) else json.dumps(content))
    return Resolver(list_tree(root))


def tsconfig(paths: dict[str, list[str]] | None = None, **fields: Any) -> dict[str, Any]:
    options = {key: fields.pop(key) for key in ("baseUrl",) if key in fields}
    return {"compilerOptions": {**options, **({"paths": paths} if paths else {})}, **fields}


FILES = {
    "a/b.ts": "", "a/c.tsx": "", "a/d/index.ts": "", "a/e.ts": "", "a/e.js": "", "a/f.mts": "", "a/g.config.ts": "",
    "a/h.ts": "", "a/h/index.ts": "", "a/types.d.ts": "", "a/style.css": "", "a/both.js": "", "a/both.ts": "",
    "a/p/package.json": {"main": "lib/start.js"}, "a/p/lib/start.ts": "", "a/p/index.ts": "", "top.ts": "",
}  # fmt: skip


@pytest.mark.parametrize(
    ("specifier", "path"),
    [
        ("./b", "a/b.ts"), ("./b.ts", "a/b.ts"), ("./b.js", "a/b.ts"), ("./c.js", "a/c.tsx"), ("./c.jsx", "a/c.tsx"),
        ("./f.mjs", "a/f.mts"), ("./d", "a/d/index.ts"), ("./d/", "a/d/index.ts"), ("./g.config", "a/g.config.ts"),
        ("./h", "a/h.ts"), ("./h/", "a/h/index.ts"), ("./both", "a/both.ts"), ("./both.js", "a/both.ts"),
        ("./p", "a/p/lib/start.ts"), ("../top", "top.ts"), ("./d/../b", "a/b.ts"), ("./b?raw", "a/b.ts"),
        ("/top", "top.ts"),
    ],
)  # fmt: skip
def test_relative_and_absolute_paths(tmp_path: Path, specifier: str, path: str) -> None:
    assert resolver(tmp_path, FILES).resolve("a/x.ts", specifier) == InRepository(path)


def test_a_dot_is_the_index_of_the_folder(tmp_path: Path) -> None:
    resolve = resolver(tmp_path, FILES).resolve
    assert resolve("a/d/x.ts", ".") == InRepository("a/d/index.ts")
    assert resolve("a/h/y/x.ts", "..") == InRepository("a/h/index.ts")


@pytest.mark.parametrize(
    ("specifier", "inert"),
    [("./none", False), ("../../../etc/passwd", False), ("https://deno.land/x.ts", False), ("", False),
     ("./types", True), ("./style.css", True), ("./none.svg", True), ("raw-loader!./b", True)],
)  # fmt: skip
def test_what_finds_nothing_is_unresolved(tmp_path: Path, specifier: str, inert: bool) -> None:
    assert resolver(tmp_path, FILES).resolve("a/x.ts", specifier) == Unresolved(specifier, inert)


@pytest.mark.parametrize(
    ("specifier", "package"),
    [
        ("react", Package("react", "")), ("@clerk/nextjs/server", Package("@clerk/nextjs", "server")),
        ("node:crypto", Package("crypto", "")), ("fs/promises", Package("fs", "promises")),
        ("next/headers", Package("next", "headers")),
    ],
)  # fmt: skip
def test_other_names_are_packages(tmp_path: Path, specifier: str, package: Package) -> None:
    assert resolver(tmp_path, {"a.ts": ""}).resolve("a.ts", specifier) == package


def test_paths_take_the_longest_prefix_and_try_each_target(tmp_path: Path) -> None:
    paths = {"@/*": ["./src/*", "./*"], "@/lib/*": ["./library/*.ts"], "@/lib/one": ["./one"], "*-x": ["./x/*"]}
    files = {"src/lib/a.ts": "", "library/a.ts": "", "one.ts": "", "two.ts": "", "src/b.ts": "", "x/q.ts": ""}
    resolve = resolver(tmp_path, {"tsconfig.json": tsconfig(paths), **files}).resolve
    assert resolve("src/z.ts", "@/lib/a") == InRepository("library/a.ts")
    assert resolve("src/z.ts", "@/lib/one") == InRepository("one.ts")
    assert resolve("src/z.ts", "@/b") == InRepository("src/b.ts")
    assert resolve("src/z.ts", "@/two") == InRepository("two.ts")
    assert resolve("src/z.ts", "q-x") == InRepository("x/q.ts")
    assert resolve("src/z.ts", "@/none") == Unresolved("@/none")


def test_paths_are_relative_to_the_base_url_and_bare_names_are_tried_in_it(tmp_path: Path) -> None:
    config = tsconfig({"~/*": ["lib/*"]}, baseUrl="./src")
    resolve = resolver(tmp_path, {"tsconfig.json": config, "src/lib/a.ts": "", "src/db/index.ts": ""}).resolve
    assert resolve("app/x.ts", "~/a") == InRepository("src/lib/a.ts")
    assert resolve("app/x.ts", "db") == InRepository("src/db/index.ts")
    assert resolve("app/x.ts", "react") == Package("react", "")


def test_a_pattern_for_everything_leaves_packages_packages(tmp_path: Path) -> None:
    config = tsconfig({"*": ["./*"], "react": ["./node_modules/@types/react"]})
    resolve = resolver(tmp_path, {"tsconfig.json": config, "lib/a.ts": ""}).resolve
    assert resolve("x.ts", "lib/a") == InRepository("lib/a.ts")
    assert resolve("x.ts", "zod") == Package("zod", "")
    assert resolve("x.ts", "react") == Package("react", "")


def test_the_nearest_configuration_governs_and_an_outer_one_is_asked_last(tmp_path: Path) -> None:
    outer, inner = tsconfig({"@/*": ["./out/*"], "#o/*": ["./out/*"]}), tsconfig({"@/*": ["./in/*"]})
    files = {"tsconfig.json": outer, "app/jsconfig.json": inner, "out/a.ts": "", "app/in/a.ts": "", "out/b.ts": ""}
    resolve = resolver(tmp_path, files).resolve
    assert resolve("app/x.ts", "@/a") == InRepository("app/in/a.ts")
    assert resolve("x.ts", "@/a") == InRepository("out/a.ts")
    assert resolve("app/x.ts", "#o/b") == InRepository("out/b.ts")


@pytest.mark.parametrize(
    "extends",
    ["../config/base.json", "../config/base", ["../config/other.json", "../config/base.json"], "@acme/config/base.json",
     "@acme/config/base", "@acme/config", "@acme/config/exported"],
)  # fmt: skip
def test_extends_is_followed_to_files_and_packages_of_the_tree(tmp_path: Path, extends: Any) -> None:
    config = {"name": "@acme/config", "tsconfig": "base.json"}
    if extends == "@acme/config/exported":
        config["exports"] = {"./exported": "./base.json"}  # type: ignore[assignment]
    files = {
        "config/package.json": config,
        "config/base.json": tsconfig({"@/*": ["${configDir}/lib/*"], "@cfg/*": ["./*"]}),
        "config/other.json": tsconfig({"@/*": ["./wrong/*"]}),
        "config/c.ts": "", "app/lib/a.ts": "", "config/wrong/a.ts": "",
        "app/tsconfig.json": tsconfig(extends=extends),
    }  # fmt: skip
    resolve = resolver(tmp_path, files).resolve
    assert resolve("app/x.ts", "@/a") == InRepository("app/lib/a.ts")
    assert resolve("app/x.ts", "@cfg/c") == InRepository("config/c.ts")


def test_a_solution_asks_the_projects_it_refers_to(tmp_path: Path) -> None:
    files = {
        "tsconfig.json": {"files": [], "references": [{"path": "./tsconfig.app.json"}, {"path": "./other"}]},
        "tsconfig.app.json": tsconfig({"@/*": ["./src/*"]}),
        "other/tsconfig.json": tsconfig({"@/*": ["./*"]}),
        "src/a.ts": "", "other/b.ts": "",
    }  # fmt: skip
    resolve = resolver(tmp_path, files).resolve
    assert resolve("src/x.ts", "@/a") == InRepository("src/a.ts")
    assert resolve("src/x.ts", "@/b") == Unresolved("@/b")


def test_configurations_that_extend_each_other_end(tmp_path: Path) -> None:
    one, two = tsconfig(extends="./two.json"), tsconfig({"@/*": ["./*"]}, extends="./tsconfig.json")
    files = {"tsconfig.json": one, "two.json": two, "a.ts": ""}
    assert resolver(tmp_path, files).resolve("x.ts", "@/a") == InRepository("a.ts")


def test_a_configuration_may_hold_comments_and_an_invalid_one_is_unread(tmp_path: Path) -> None:
    text = '{ // why\n "compilerOptions": { "paths": { "$a/*": ["./a/*",], } }, }'
    files = {
        "tsconfig.json": text,
        "a/b.ts": "",
        "bad/tsconfig.json": "{ nope",
        "bad/lib/c.ts": "",
        "bad/package.json": {},
    }
    made = resolver(tmp_path, files)
    assert made.resolve("x.ts", "$a/b") == InRepository("a/b.ts")
    assert made.resolve("bad/x.ts", "@/lib/c") == InRepository("bad/lib/c.ts")
    assert [(unread.file, unread.why) for unread in made.tree.unread] == [("bad/tsconfig.json", "invalid JSON")]


WORKSPACES: list[dict[str, Any]] = [
    {"package.json": {"workspaces": ["packages/*", "!packages/fixture"]}},
    {"package.json": {"workspaces": {"packages": ["packages/**", "!packages/fixture"]}}},
    {"package.json": {}, "pnpm-workspace.yaml": "packages:\n  - 'packages/*'\n  - '!packages/fixture'\n"},
]


@pytest.mark.parametrize("root", WORKSPACES, ids=["npm", "yarn", "pnpm"])
def test_workspace_packages_are_their_sources(tmp_path: Path, root: dict[str, Any]) -> None:
    files = {
        **root,
        "web/package.json": {"dependencies": {"@acme/db": "^1.0.0", "stripe": "^2.0.0", "zod": "^3.0.0"}},
        "packages/db/package.json": {"name": "@acme/db", "main": "dist/index.js"},
        "packages/db/src/index.ts": "", "packages/db/src/client.ts": "", "packages/db/seed.ts": "",
        "packages/fixture/package.json": {"name": "stripe"}, "packages/fixture/index.ts": "",
    }  # fmt: skip
    resolve = resolver(tmp_path, files).resolve
    assert resolve("web/x.ts", "@acme/db") == InRepository("packages/db/src/index.ts")
    assert resolve("web/x.ts", "@acme/db/client") == InRepository("packages/db/src/client.ts")
    assert resolve("web/x.ts", "@acme/db/dist/client") == InRepository("packages/db/src/client.ts")
    assert resolve("web/x.ts", "@acme/db/seed") == InRepository("packages/db/seed.ts")
    assert resolve("web/x.ts", "@acme/db/none") == Unresolved("@acme/db/none")
    assert resolve("web/x.ts", "stripe") == Package("stripe", "")
    assert resolve("web/x.ts", "zod") == Package("zod", "")


@pytest.mark.parametrize("written", [None, "workspace:*", "file:../shared", "link:../shared"])
def test_a_package_no_workspace_declares_is_found_by_its_name(tmp_path: Path, written: str | None) -> None:
    dependencies = {"dependencies": {"shared": written}} if written else {}
    files = {"web/package.json": dependencies, "shared/package.json": {"name": "shared"}, "shared/index.ts": ""}
    assert resolver(tmp_path, files).resolve("web/x.ts", "shared") == InRepository("shared/index.ts")


def test_of_two_packages_with_one_name_the_nearer_is_taken(tmp_path: Path) -> None:
    files = {f"{top}/ui/package.json": {"name": "ui"} for top in ("one", "two")}
    files |= {f"{top}/ui/index.ts": {} for top in ("one", "two")} | {"two/web/package.json": {}}
    assert resolver(tmp_path, files).resolve("two/web/x.ts", "ui") == InRepository("two/ui/index.ts")


EXPORTS: dict[str, Any] = {
    ".": {"types": "./dist/index.d.ts", "import": "./dist/index.mjs", "require": "./dist/index.js"},
    "./one": "./src/first.ts",
    "./built": {"node": {"import": "./dist/esm/deep/built.js"}},
    "./features/*": "./src/f/*.ts",
    "./features/a/*": ["./none/*.js", "./src/fa/*.tsx"],
    "./*.js": "./dist/*.js",
    "./live": {"types": "./src/live.ts", "default": "./generated/live.cjs"},
    "./old/": "./src/f/",
    "./private": None,
}


@pytest.mark.parametrize(
    ("specifier", "path"),
    [
        ("lib", "src/index.ts"), ("lib/one", "src/first.ts"), ("lib/built", "src/deep/built.ts"),
        ("lib/features/x", "src/f/x.ts"), ("lib/features/a/y", "src/fa/y.tsx"), ("lib/first.js", "src/first.ts"),
        ("lib/live", "src/live.ts"), ("lib/old/x", "src/f/x.ts"), ("lib/src/f/x", "src/f/x.ts"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("importer", ["web/x.ts", "packages/lib/src/z.ts"], ids=["from outside", "by itself"])
def test_exports_lead_to_sources_even_where_they_name_what_a_build_makes(
    tmp_path: Path, importer: str, specifier: str, path: str
) -> None:
    sources = ["index.ts", "first.ts", "deep/built.ts", "f/x.ts", "fa/y.tsx", "live.ts"]
    files: dict[str, Any] = {f"packages/lib/src/{name}": "" for name in sources}
    files["packages/lib/package.json"] = {"name": "lib", "exports": EXPORTS}
    assert resolver(tmp_path, files).resolve(importer, specifier) == InRepository(f"packages/lib/{path}")


@pytest.mark.parametrize("field", ["main", "module", "types", "source"])
def test_without_exports_the_entry_fields_decide(tmp_path: Path, field: str) -> None:
    files = {"lib/package.json": {"name": "lib", field: "./code/start.ts"}, "lib/code/start.ts": "", "lib/index.ts": ""}
    assert resolver(tmp_path, files).resolve("x.ts", "lib") == InRepository("lib/code/start.ts")


def test_imports_of_the_own_package(tmp_path: Path) -> None:
    imports = {"#db": {"node": "./src/db.ts"}, "#lib/*": "./src/*.js", "#dep": "zod/v4", "#gone": "./src/gone.js"}
    files = {"package.json": {"imports": imports}, "src/db.ts": "", "src/a.ts": ""}
    resolve = resolver(tmp_path, files).resolve
    expected: dict[str, Resolution] = {
        "#db": InRepository("src/db.ts"),
        "#lib/a": InRepository("src/a.ts"),
        "#dep": Package("zod", "v4"),
        "#gone": Unresolved("#gone"),
        "#other": Unresolved("#other"),
    }
    assert {specifier: resolve("src/x.ts", specifier) for specifier in expected} == expected


def test_hostile_manifests_resolve_to_something(tmp_path: Path) -> None:
    odd: dict[str, Any] = {"name": 7, "workspaces": [3, {}], "exports": [[[{}]]], "imports": [], "dependencies": [1]}
    config = {
        "extends": [7, None],
        "references": 3,
        "compilerOptions": {"paths": {"*": 3, "@/*": [None]}, "baseUrl": 5},
    }
    escape = {"name": "escape", "exports": "../../../etc/passwd", "main": "/etc/passwd"}
    files = {"package.json": odd, "tsconfig.json": config, "e/package.json": escape}
    resolve = resolver(tmp_path, files).resolve
    assert resolve("a.ts", "@/x") == Unresolved("@/x")
    assert resolve("a.ts", "zod") == Package("zod", "")
    assert resolve("a.ts", "escape") == Unresolved("escape")
