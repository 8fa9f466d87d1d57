"""The evidence on the framework's version stands where package.json names it."""

from __future__ import annotations

import json
from pathlib import Path

from doorcheck.controls import CATALOGUE
from doorcheck.core import ControlId, Written
from doorcheck.scan.engine import scan


def test_evidence_points_at_the_line_that_names_next(tmp_path: Path) -> None:
    manifest = {"name": "next", "scripts": {"dev": "next dev"}, "dependencies": {"react": "19.0.0", "next": "15.0.0"}}
    (tmp_path / "package.json").write_text(json.dumps(manifest, indent=2), encoding="utf-8")
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "page.tsx").write_text("export default function Page() { return null }", encoding="utf-8")
    verdict = scan(tmp_path, controls=CATALOGUE).app_verdicts[".", ControlId.PATCH_FRAMEWORK]
    lines = (tmp_path / "package.json").read_text(encoding="utf-8").splitlines()
    shown = [each for each in verdict.evidence if isinstance(each, Written)]
    assert {lines[each.at.line - 1].strip() for each in shown} == {'"next": "15.0.0"'}
