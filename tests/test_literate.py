"""The runner of pages notices what is wrong with a page."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.literate import Example, MalformedPage, complaints, examples_of, marks_of, verdicts_shown, write

from doorcheck.controls import CATALOGUE

ONE = [control for control in CATALOGUE if control.spec.id == "authenticate"]
DELETE = """import {{ sql }} from "@vercel/postgres";
{above}
export async function DELETE() {{
  await sql`DELETE FROM users`;{within}
  return new Response(null);
}}
{below}
"""


def said(tmp_path: Path, above: str, within: str = "", below: str = "") -> str:
    files = {"app/api/x/route.ts": DELETE.format(above=above, within=within, below=below)}
    write(files, tmp_path)
    return "\n".join(complaints(tmp_path, marks_of(files, "authenticate"), ONE, every_door=True))


@pytest.mark.parametrize(
    "above",
    [
        "// want missing",
        "// want missing no-check",
        '// want missing no-check "anyone can reach this"',
        "// want DELETE missing",
        "// want authenticate missing",
        "// want missing\n// wish held",
    ],
)
def test_a_true_expectation_is_no_complaint(tmp_path: Path, above: str) -> None:
    assert not said(tmp_path, above)


@pytest.mark.parametrize(
    ("above", "complaint"),
    [
        ("", "it expects nothing"),
        ("// want held", "it is missing no-check"),
        ("// want missing check-after", "it is missing no-check"),
        ('// want missing "a cat"', "it is missing no-check"),
        ("// want POST missing", "no door here"),
        ("// want missing\n// wish missing", "the wish came true"),
        ("// want missing\n// fact StopsWithoutSession", "fact StopsWithoutSession: DELETE has ReachesSink"),
    ],
)
def test_what_is_not_so_is_a_complaint(tmp_path: Path, above: str, complaint: str) -> None:
    assert complaint in said(tmp_path, above)


def test_evidence_must_be_where_it_is_said_to_be(tmp_path: Path) -> None:
    assert not said(tmp_path, "// want missing", " // because")
    complaint = said(tmp_path, "// because\nconst a = 1;\n// want missing")
    assert "app/api/x/route.ts:3 is not among the evidence" in complaint


def test_every_door_states_its_verdict(tmp_path: Path) -> None:
    other = "export async function POST() {\n  return new Response(null);\n}"
    complaint = said(tmp_path, "// want missing", below=other)
    assert "POST /api/x at app/api/x/route.ts:7 states no verdict of authenticate; it is not-needed" in complaint


@pytest.mark.parametrize(
    "comment",
    ["// want", "// want maybe", "// wish held", "// want held 'single'", "// fact X"],
)
def test_a_comment_that_cannot_be_read_is_no_silence(comment: str) -> None:
    with pytest.raises(MalformedPage):
        marks_of({"a.ts": f"{comment}\nx();\n"}, "authenticate")


def test_a_page_is_read_example_by_example() -> None:
    page = (
        "# x\n\n## Fix\n\n```ts\nfree();\n```\n\n## Examples: one\n\n`lib.ts`\n\n```ts\nshared();\n```\n\n"
        "### First\n\nText.\n\n`a.ts`\n\n```ts\n// want held\n```\n\n## Examples: two\n\n### Second\n\n`b.ts`\n\n"
        "```ts\n// want missing\nx();\n```\n"
    )
    assert examples_of("x", page) == [
        Example("x", "First", {"lib.ts": "shared();\n", "a.ts": "// want held\n"}),
        Example("x", "Second", {"b.ts": "// want missing\nx();\n"}),
    ]
    assert verdicts_shown(examples_of("x", page)[1:]) == {"missing"}


@pytest.mark.parametrize("example", ["### Nameless\n\n```ts\nx();\n```\n", "### Empty\n\nWords.\n"])
def test_a_fence_without_a_path_and_an_example_without_files_are_wrong(example: str) -> None:
    with pytest.raises(MalformedPage):
        examples_of("x", f"## Examples\n\n{example}")


def test_an_expectation_that_speaks_of_nothing_is_wrong() -> None:
    with pytest.raises(MalformedPage):
        marks_of({"a.ts": "x();\n// want held\n"}, "authenticate")
