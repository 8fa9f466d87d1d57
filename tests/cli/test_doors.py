"""``doorcheck doors``: the inventory."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.acme import LOCKED, OPEN, PUBLIC, add
from tests.cli.conftest import Call


def test_every_door_is_listed_with_its_place_and_counted(app: Path, call: Call) -> None:
    add(app, {"app/actions.ts": "'use server';\n\nexport async function rename(name: string) {}\n"})
    result = call("doors", app)
    assert result.exit_code == 0
    for door, place in (
        ("DELETE /api/invoices", f"{OPEN}:3"),
        ("GET /api/me", f"{LOCKED}:4"),
        ("GET /api/health", f"{PUBLIC}:1"),
        ("rename", "app/actions.ts:3"),
    ):
        assert any(door in line and place in line for line in result.stdout.splitlines()), door
    assert "4 doors: 3 handlers, 1 action" in result.stdout
    assert "Next.js 16.4.6" in result.stdout


def test_the_inventory_as_json_judges_nothing(app: Path, call: Call) -> None:
    document = json.loads(call("doors", app, "--format", "json").stdout)
    assert [(door["id"], door["controls"]) for door in document["doors"]] == [
        ("GET /api/health", {}),
        ("DELETE /api/invoices", {}),
        ("GET /api/me", {}),
    ]
    assert document["findings"] == []


def test_an_app_without_doors_says_so(app: Path, call: Call) -> None:
    for door in app.glob("app/api/*/route.ts"):
        door.write_text("export {};\n")
    result = call("doors", app)
    assert result.exit_code == 0
    assert "no door" in result.stdout


def test_a_narrow_screen_loses_nothing(app: Path, call: Call, tmp_path: Path) -> None:
    deep = "/".join(["app", *["a-rather-long-folder-name"] * 6, "route.ts"])
    add(app, {deep: "export function GET() { return Response.json({}); }\n"})
    text = "".join(line.strip() for line in call("doors", app).stdout.splitlines())
    assert deep in text
