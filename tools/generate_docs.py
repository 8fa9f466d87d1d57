"""Writes the parts of the documentation that come from the catalogue, or with --check says which are out of date.

A control's page in docs/controls is its data and its own page up to the examples, of which there are many. README.md
has a table with a line for each control, and an excerpt of the report on the example app. The reference of the guard
is its docstrings, and its checklist shows parts of the example service.
"""

from __future__ import annotations

import sys
from pathlib import Path

from code_excerpts import with_excerpts
from doorcheck.controls import CATALOGUE, page_of
from doorcheck.core import ControlSpec
from excerpt import excerpt
from guard_issuers import FOLDER, issuer_pages
from guard_reference import reference

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "docs/controls"
README = ROOT / "README.md"
REFERENCE = ROOT / "docs/guard-reference.md"
ISSUERS = ROOT / FOLDER
CHECKLIST = ROOT / "docs/guard-checklist.md"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def page(spec: ControlSpec, written: str) -> str:
    """The control's page: what is written about it, with its data below the title and a link to its examples.

    Exits when what is written has no title, or does not name a way in which the control goes missing.
    """
    title, _, body = written.lstrip().partition("\n")
    if not title.startswith("# "):
        raise SystemExit(f"{spec.id}: control.md starts with its title, '# …'")
    if unnamed := [way.id for way in spec.ways if f"`{way.id}`" not in body]:
        raise SystemExit(f"{spec.id}: control.md does not name {', '.join(unnamed)}")
    explained, _, _ = body.partition("\n## Examples")
    source = f"src/doorcheck/controls/{_folder(spec)}/control.md"
    return f"""\
<!-- Made by tools/generate_docs.py; edit {source} instead. -->
{title}

**{spec.title}**

| question | asked of | severity | CWE | OWASP API Security | since |
|---|---|---|---|---|---|
| {spec.question} | each {spec.scope} | {spec.severity.label} | CWE-{spec.cwe} | {spec.owasp} | {spec.since} |

{explained.strip()}

## Examples

`doorcheck explain {spec.id} --examples` shows each form with its verdict, as does
[the whole page](../../{source}). They are the tests of this control, too.
"""


def table(specs: list[ControlSpec]) -> str:
    """The README's table of controls."""
    rows = [
        f"| [`{spec.id}`](docs/controls/{spec.id}.md) | {spec.question} | each {spec.scope} | {_cell(spec.title)} |"
        for spec in specs
    ]
    return "\n".join(["| control | question | asked of | held when |", "|---|---|---|---|", *rows, ""])


def _folder(spec: ControlSpec) -> str:
    return spec.id.replace("-", "_")


def _between(name: str, text: str, document: str) -> str:
    start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    before, found, rest = document.partition(start)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise SystemExit(f"README.md has no {start.strip()} … {end}")
    return f"{before}{start}{text}{end}{after}"


def generated() -> dict[Path, str]:
    """Every file that is made or holds a made part, with what it should hold."""
    specs = [control.spec for control in CATALOGUE]
    readme = README.read_text(encoding="utf-8")
    files = {README: _between("controls", table(specs), _between("excerpt", excerpt(ROOT), readme))}
    files[REFERENCE] = reference(ROOT)
    files |= issuer_pages(ROOT)
    files[CHECKLIST] = with_excerpts(CHECKLIST.read_text(encoding="utf-8"), ROOT)
    for spec in specs:
        files[PAGES / f"{spec.id}.md"] = page(spec, page_of(spec))
    return files


def main(check: bool) -> int:
    """Writes what differs and returns 0, or with ``check`` names what differs and returns 1 if anything does."""
    wanted = generated()
    stray = sorted({*PAGES.glob("*.md"), *ISSUERS.glob("*.md")} - wanted.keys())
    differing = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if not check:
        for folder in (PAGES, ISSUERS):
            folder.mkdir(parents=True, exist_ok=True)
        for path in differing:
            path.write_text(wanted[path], encoding="utf-8")
        for path in stray:
            path.unlink()
        return 0
    for path in (*differing, *stray):
        print(f"{path.relative_to(ROOT)} is out of date: run make docs", file=sys.stderr)
    return int(bool(differing or stray))


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
