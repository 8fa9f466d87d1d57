"""The page on doors shows what the inventory finds, door by door."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.literate import Example, examples_of, write

from doorcheck.scan.engine import scan

PAGE = (Path(__file__).parents[3] / "docs/inventory.md").read_text(encoding="utf-8")
ROW = re.compile(
    r"^\| `(?P<id>[^`]+)` \| (?P<kind>[a-z-]+) \| `(?P<file>[^`]+)` \| (?P<name>[^|]+) \| ?(?P<methods>[A-Z ]*)\|$",
    re.MULTILINE,
)
EXAMPLES = examples_of("doors", PAGE)
Row = tuple[str, str, str, str, str]


def rows_of(example: Example) -> list[Row]:
    section = PAGE.partition(f"### {example.heading}\n")[2].partition("\n### ")[0]
    rows = [
        (row["id"], row["kind"], row["file"], row["name"].strip(), row["methods"].strip())
        for row in ROW.finditer(section)
    ]
    assert len(rows) == section.count("\n| `"), "a row of the table that cannot be read"
    return sorted(rows)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_the_doors_are_those_of_the_table(example: Example, tmp_path: Path) -> None:
    write(example.files, tmp_path)
    doors = scan(tmp_path, controls=(), only_doors=True).doors
    found = sorted((door.id, door.kind.value, door.file, door.name, " ".join(door.methods)) for door in doors)
    assert found
    assert found == rows_of(example)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_a_door_is_where_it_is_written(example: Example, tmp_path: Path) -> None:
    write(example.files, tmp_path)
    for door in scan(tmp_path, controls=(), only_doors=True).doors:
        assert 1 <= door.at.line <= example.files[door.at.path].count("\n")
