"""A part of the report on the example app, as README.md shows it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HEADING = "── "
RULE = "  ──"
OF_A_DOOR = "authenticate"
SHOWN_DOORS = 19


def excerpt(root: Path) -> str:
    """The report's summary, its first doors and its first finding on one, in a fence. Raises where the scan fails."""
    command = [sys.executable, "-m", "doorcheck", "scan", "examples/leaky", "--exit-zero", "--no-cache"]
    env = os.environ | {"COLUMNS": "100", "NO_COLOR": "1", "PYTHONUTF8": "1"}
    shown = subprocess.run(command, cwd=root, env=env, check=True, capture_output=True, encoding="utf-8").stdout
    return "\n".join(["```", "$ doorcheck scan examples/leaky", *_chosen(shown.splitlines()), "```", ""])


def _chosen(lines: list[str]) -> list[str]:
    headings = [number for number, line in enumerate(lines) if line.startswith(HEADING)]
    # The first paragraph names the folder and how long it took, which differ from one machine to the next.
    summary = lines[lines.index("") : headings[0]]
    doors = lines[headings[0] : headings[0] + SHOWN_DOORS]
    findings = next(number for number in headings if lines[number].startswith(f"{HEADING}Findings"))
    said = next(number for number in range(findings, len(lines)) if lines[number].startswith(f"  {OF_A_DOOR}/"))
    first = max(number for number in range(said) if not lines[number].strip())
    end = next(number for number in range(said, len(lines)) if lines[number].startswith((RULE, HEADING)))
    chosen = (*summary, *doors, "  …", "", lines[findings], *lines[first:end])
    return [line.rstrip() for line in chosen][:-1]
