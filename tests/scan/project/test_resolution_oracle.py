"""Our answers beside those of oxc-resolver, on a workspace that is laid out as a package manager would."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from doorcheck.scan.project.resolution import InRepository, Resolver
from doorcheck.scan.project.tree import list_tree

JSON: dict[str, Any] = {
    "package.json": {"name": "root", "private": True, "workspaces": ["apps/*", "packages/*"]},
    "tsconfig.base.json": {"compilerOptions": {"paths": {"@base/*": ["./packages/db/src/*"]}}},
    "apps/web/package.json": {"name": "web", "dependencies": {"@acme/db": "*", "@acme/ui": "*", "plain": "*"},
                              "imports": {"#lib/*": "./lib/*.ts", "#auth": {"node": "./lib/auth.ts"}}},
    "apps/web/tsconfig.json": {"compilerOptions": {"paths": {
        "@/*": ["./src/*", "./*"], "@/lib/*": ["./lib/*"], "@/exact": ["./lib/auth"], "~*": ["./lib/*"]}}},
    "apps/docs/package.json": {"name": "docs", "dependencies": {"@acme/ui": "*"}},
    "apps/docs/tsconfig.json": {"extends": "../../tsconfig.base.json", "compilerOptions": {"baseUrl": "./src"}},
    "packages/db/package.json": {"name": "@acme/db", "exports": {
        ".": {"types": "./src/index.ts", "import": "./src/index.ts"}, "./*": "./src/*.ts",
        "./models/*": {"default": "./src/models/*.ts"}, "./models/private/*": None}},
    "packages/ui/package.json": {"name": "@acme/ui", "main": "./lib/main.js"},
    "packages/plain/package.json": {"name": "plain"},
}  # fmt: skip
SOURCES = [
    "apps/web/app/page.tsx", "apps/web/src/a.ts", "apps/web/src/index.ts", "apps/web/lib/auth.ts", "apps/web/b.js",
    "apps/web/src/lib/auth.ts", "apps/web/lib/both.ts", "apps/web/lib/both/index.tsx", "apps/web/lib/esm.mts",
    "apps/docs/src/home.tsx", "apps/docs/src/util/index.js", "packages/db/src/index.ts", "packages/db/src/client.ts",
    "packages/db/src/models/user.ts", "packages/ui/lib/main.ts", "packages/ui/button.tsx", "packages/plain/index.cjs",
    "packages/plain/deep/index.ts",
]  # fmt: skip
SPECIFIERS = [
    "./a", "./a.js", "../src/a", "../lib/auth", "../lib/auth.js", "../lib/both", "../lib/both/", "../lib/esm.mjs", ".",
    "..", "../src", "./index", "../b", "@/a", "@/b", "@/lib/auth", "@/lib/both", "@/exact", "~auth", "@/none", "#auth",
    "#lib/auth", "#lib/none", "#other", "@base/client", "@base/models/user", "home", "util", "@acme/db",
    "@acme/db/client", "@acme/db/models/user", "@acme/ui", "@acme/ui/button", "@acme/ui/button.js",
    "plain", "plain/deep", "plain/none",
    "web", "./none", "../../../../../../outside",
]  # fmt: skip
IMPORTERS = ["apps/web/app/page.tsx", "apps/web/src/a.ts", "apps/docs/src/home.tsx", "packages/db/src/client.ts"]


def lay_out(root: Path) -> None:
    for path in SOURCES:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("export {}\n")
    for path, value in JSON.items():
        (root / path).write_text(json.dumps(value))
    for name, folder in (("@acme/db", "db"), ("@acme/ui", "ui"), ("plain", "plain")):
        link = root / "node_modules" / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(root / "packages" / folder)


def test_whatever_the_oracle_finds_we_find_too(
    tmp_path: Path, ask_oracle: Callable[[str, str, Sequence[object]], list[dict[str, Any]]]
) -> None:
    lay_out(tmp_path)
    ours = Resolver(list_tree(tmp_path))
    pairs = list(itertools.product(IMPORTERS, SPECIFIERS))
    cases = [{"root": str(tmp_path), "importer": importer, "specifier": specifier} for importer, specifier in pairs]
    answers = ask_oracle("resolve.mjs", "oxc-resolver", cases)
    theirs = {pair: answer["path"] for pair, answer in zip(pairs, answers, strict=True) if "path" in answer}
    found = {pair: ours.resolve(*pair) for pair in theirs}
    assert len(theirs) > 60, "the oracle found too little to compare with"
    assert {pair: (path, found[pair]) for pair, path in theirs.items() if found[pair] != InRepository(path)} == {}
