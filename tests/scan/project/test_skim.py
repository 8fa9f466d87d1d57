"""What a file imports, read off its bytes; and who imports whom."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from doorcheck.scan.project.imports import Imports, Use
from doorcheck.scan.project.resolution import Resolver
from doorcheck.scan.project.skim import Link, skim
from doorcheck.scan.project.tree import list_tree


@pytest.mark.parametrize(
    ("written", "link"),
    [
        ("import { a } from './x'", Link("./x", (("a", "a"),))),
        ('import { a as b, type T, c } from "./x";', Link("./x", (("a", "b"), ("c", "c")))),
        ("import d from './x'", Link("./x", (("default", "d"),))),
        ("import d, { a } from './x'", Link("./x", (("default", "d"), ("a", "a")))),
        ("import d, * as ns from './x'", Link("./x", (("default", "d"), ("*", "ns")))),
        ("import * as ns from './x'", Link("./x", (("*", "ns"),))),
        ("import './x'", Link("./x", ())),
        ("import type from './x'", Link("./x", (("default", "type"),))),
        ("import type, { a } from './x'", Link("./x", (("default", "type"), ("a", "a")))),
        ("export * from './x'", Link("./x", (("*", "*"),), exports=True)),
        ("export * as ns from './x'", Link("./x", (("*", "ns"),), exports=True)),
        ("export { a, b as c } from './x'", Link("./x", (("a", "a"), ("b", "c")), exports=True)),
        ("export { default as a } from './x'", Link("./x", (("default", "a"),), exports=True)),
        ("const x = await import('./x')", Link("./x", (("*", "*"),))),
        ("const x = require('./x')", Link("./x", (("*", "*"),))),
        ("import {\n  a, // the user's\n  /* b, */ c,\n} from './x'", Link("./x", (("a", "a"), ("c", "c")))),
        (
            "import { importAll, exportAll } from './x'",
            Link("./x", (("importAll", "importAll"), ("exportAll", "exportAll"))),
        ),
        ("export const s = 1\nimport { $a } from './x'", Link("./x", (("$a", "$a"),))),
    ],
)
def test_an_import_gives_what_it_asks_for_and_what_that_is_called_here(written: str, link: Link) -> None:
    assert skim(written.encode()).links == (link,)


@pytest.mark.parametrize(
    "written",
    ["import type { T } from './x'", "import { type T } from './x'", "export type { T } from './x'", "Array.from('x')"],
)
def test_types_and_other_uses_of_the_word_from_are_no_imports(written: str) -> None:
    assert skim(written.encode()).links == ()


def test_each_import_has_its_own_names() -> None:
    found = skim(b"import { a } from './x'\nimport { b } from './y'\nexport { c } from './z'\nf(a)")
    assert [(link.specifier, link.names) for link in found.links] == [
        ("./x", (("a", "a"),)), ("./y", (("b", "b"),)), ("./z", (("c", "c"),)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("head", "side"),
    [
        ("'use client'", "client"), ('"use client";\nimport x from "y"', "client"),
        ("// (c)\n/* a */\n'use client'", "client"),
        ("'use strict';\n'use client';", "client"), ("\ufeff'use client'", "client"), ("'use server'", "server"),
        ("import x from 'y'\n'use client'", ""), ("const a = 'use client'", ""), ("// 'use client'\nf()", ""), ("", ""),
    ],
)  # fmt: skip
def test_only_a_directive_at_the_head_says_where_a_file_runs(head: str, side: str) -> None:
    assert skim(head.encode()).side == side


@pytest.mark.parametrize(
    "piece", [b"import ", b"import {a, ", b"/* a */ ", b"export * ", b"from 'x' ", b"/*", b"import('x'"]
)
def test_hostile_text_takes_time_that_grows_with_its_length_alone(piece: bytes) -> None:
    begun = time.perf_counter()
    skim(piece * (512 * 1024 // len(piece)))
    assert time.perf_counter() - begun < 5


def imports(root: Path, files: dict[str, str]) -> Imports:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    tree = list_tree(root)
    return Imports(tree, Resolver(tree).resolve)


def test_uses_are_found_through_barrels_and_new_names(tmp_path: Path) -> None:
    graph = imports(
        tmp_path,
        {
            "actions/post.ts": "export async function save() {}",
            "actions/index.ts": "export * from './post'",
            "index.ts": "export { save as keep } from './actions'",
            "a.ts": "import { keep as k } from './index'",
            "b.ts": "import * as all from './actions'",
            "c.ts": "import { other } from './actions'",
        },
    )
    found = sorted((use.path, use.name, use.whole) for use in graph.uses_of("actions/post.ts", "save"))
    assert found == [("a.ts", "k", False), ("b.ts", "all", True)]
    assert Use("a.ts", "k") in set(graph.uses_of("actions/post.ts", "save"))


def test_files_that_import_each_other_end(tmp_path: Path) -> None:
    graph = imports(tmp_path, {"a.ts": "export * from './b'", "b.ts": "export * from './a'"})
    assert graph.closure(["a.ts"]) == {"a.ts", "b.ts"}
    assert list(graph.uses_of("a.ts", "x")) == []
