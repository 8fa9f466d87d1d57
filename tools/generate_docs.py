"""Writes the parts of the documentation that come from the catalogue, or with --check says which are out of date.

A control's page in docs/controls is its data and its own page; the table in README.md has a line for each control.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from doorcheck.controls import CATALOGUE
from doorcheck.core import ControlSpec, Way

ROOT = Path(__file__).parents[1]
CONTROLS = ROOT / "src/doorcheck/controls"
PAGES = ROOT / "docs/controls"
README = ROOT / "README.md"
TABLE = re.compile(r"(?<=<!-- controls -->\n).*?(?=<!-- /controls -->)", re.DOTALL)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _way(spec: ControlSpec, way: Way) -> str:
    severity = (spec.severity if way.severity is None else way.severity).label
    return f"| `{way.id}` | {_cell(way.title)} | {severity} | {_cell(way.fix)} |"


def page(spec: ControlSpec, written: str) -> str:
    """The control's page: its data as tables, then what is written about it, one heading level below its title."""
    title, _, body = written.lstrip().partition("\n")
    if not title.startswith("# "):
        raise SystemExit(f"{spec.id}: control.md starts with its title, '# …'")
    scope, severity = f"each {spec.scope}", spec.severity.label
    return f"""\
<!-- Made by tools/generate_docs.py from the catalogue; edit src/doorcheck/controls/{_folder(spec)} instead. -->
{title}

{spec.why}

| id | question | asked of | severity | CWE | OWASP API Security (2023) | since |
|---|---|---|---|---|---|---|
| `{spec.id}` | {spec.question} | {scope} | {severity} | CWE-{spec.cwe} | {spec.owasp} | {spec.since} |

## Ways it goes missing

| way | means | severity | fix |
|---|---|---|---|
{chr(10).join(_way(spec, way) for way in spec.ways)}

{body.strip()}
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


def generated() -> dict[Path, str]:
    """Every file that is made or holds a made part, with what it should hold."""
    specs = [control.spec for control in CATALOGUE]
    readme = README.read_text(encoding="utf-8")
    if not TABLE.search(readme):
        raise SystemExit("README.md has no table between <!-- controls --> and <!-- /controls -->")
    files = {README: TABLE.sub(lambda _: table(specs), readme)}
    for spec in specs:
        written = (CONTROLS / _folder(spec) / "control.md").read_text(encoding="utf-8")
        files[PAGES / f"{spec.id}.md"] = page(spec, written)
    return files


def main(check: bool) -> int:
    """Writes what differs and returns 0, or with ``check`` names what differs and returns 1 if anything does."""
    wanted = generated()
    stray = sorted(set(PAGES.glob("*.md")) - wanted.keys())
    differing = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if not check:
        PAGES.mkdir(parents=True, exist_ok=True)
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
