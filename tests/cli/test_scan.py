"""``doorcheck scan``: what it shows, where it writes, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.acme import LOCKED, MENDED, OPEN, UNKNOWN_DOOR, add, write_app
from tests.cli.conftest import Call, Run


def test_a_finding_is_shown_and_ends_with_1(app: Path, call: Call) -> None:
    result = call("scan", app)
    assert result.exit_code == 1
    assert "1 of 3 doors is unlocked." in result.stdout
    assert "DELETE /api/invoices" in result.stdout
    assert "await prisma.invoice.delete" in result.stdout
    assert result.stderr == ""


def test_nothing_to_do_ends_with_0(app: Path, call: Call) -> None:
    result = call("scan", add(app, MENDED))
    assert result.exit_code == 0
    assert "0 new" in result.stdout


def test_the_folder_one_stands_in_is_the_default(app: Path, run: Run) -> None:
    done = run("scan", cwd=app)
    assert done.returncode == 1
    assert b"DELETE /api/invoices" in done.stdout
    assert done.stderr == b""


def test_exit_zero_reports_all_the_same(app: Path, call: Call) -> None:
    result = call("scan", app, "--exit-zero", "--strict")
    assert result.exit_code == 0
    assert "1 new" in result.stdout


def test_strict_ends_with_3_for_what_is_unknown(app: Path, call: Call) -> None:
    add(app, MENDED, UNKNOWN_DOOR)
    assert call("scan", app).exit_code == 0
    assert call("scan", app, "--strict").exit_code == 3
    add(app, UNKNOWN_DOOR, {OPEN: "export {};\n"})
    assert call("scan", app, "--strict").exit_code == 3


def test_strict_ends_with_3_for_what_is_unread(app: Path, call: Call) -> None:
    add(app, MENDED)
    assert call("scan", app, "--strict").exit_code == 0
    (app / "tsconfig.json").write_text("{")
    assert call("scan", app, "--strict").exit_code == 3


def test_findings_come_before_what_is_incomplete(app: Path, call: Call) -> None:
    assert call("scan", add(app, UNKNOWN_DOOR), "--strict").exit_code == 1


def test_an_app_without_doors_is_no_success_under_strict(tmp_path: Path, call: Call) -> None:
    write_app(tmp_path)
    for door in tmp_path.glob("app/api/*/route.ts"):
        door.unlink()
    (tmp_path / "app" / "page.tsx").write_text("export default function Page() { return null; }\n")
    result = call("scan", tmp_path)
    assert result.exit_code == 0
    assert "No door was found, so nothing was checked." in result.stdout
    assert call("scan", tmp_path, "--strict").exit_code == 3


def test_the_threshold_of_the_command_line_comes_before_the_configured_one(app: Path, call: Call) -> None:
    add(app, {LOCKED: "export {};\n", "doorcheck.toml": 'threshold = "low"\n'})
    severities = {item["severity"] for item in json.loads(call("scan", app, "-f", "json").stdout)["findings"]}
    assert severities <= {"high", "critical"}
    assert call("scan", app).exit_code == 1
    if "critical" not in severities:
        assert call("scan", app, "--threshold", "critical").exit_code == 0
    assert call("scan", app, "--threshold", "fatal").exit_code == 2


def test_json_is_the_report_and_nothing_else(app: Path, run: Run) -> None:
    done = run("scan", app, "--format", "json")
    document = json.loads(done.stdout)
    assert done.returncode == 1
    assert done.stderr == b""
    assert document["root"] == str(app)
    assert {door["id"]: door["controls"]["authenticate"]["verdict"] for door in document["doors"]} == {
        "DELETE /api/invoices": "missing",
        "GET /api/me": "held",
        "GET /api/health": "not-needed",
    }


def test_sarif_goes_to_a_file(app: Path, tmp_path: Path, call: Call) -> None:
    file = tmp_path / "report.sarif"
    result = call("scan", app, "-f", "sarif", "-o", file)
    assert json.loads(file.read_bytes())["version"] == "2.1.0"
    assert result.stdout == ""
    assert result.stderr == f"{file}: 1 new finding, 3 doors\n"


def test_a_terminal_report_in_a_file_has_no_colour(app: Path, tmp_path: Path, run: Run) -> None:
    file = tmp_path / "report.txt"
    run("scan", app, "-o", file, FORCE_COLOR="1")
    assert "DELETE /api/invoices" in file.read_text()
    assert "\x1b" not in file.read_text()


def test_a_file_that_cannot_be_written_is_one_sentence(app: Path, tmp_path: Path, call: Call) -> None:
    result = call("scan", app, "-o", tmp_path / "absent" / "report.txt")
    assert result.exit_code == 2
    assert result.stderr.startswith("doorcheck: cannot write ")
    assert result.stderr.count("\n") == 1


def test_quiet_leaves_the_exit_code(app: Path, call: Call, tmp_path: Path) -> None:
    result = call("scan", app, "--quiet", "-o", tmp_path / "report.txt")
    assert (result.exit_code, result.output) == (1, "")
    assert (tmp_path / "report.txt").exists()


def test_one_control_can_be_asked_alone(app: Path, call: Call) -> None:
    document = json.loads(call("scan", app, "-f", "json", "--control", "authenticate").stdout)
    assert [control["id"] for control in document["controls"]] == ["authenticate"]


def test_an_unknown_control_is_suggested(app: Path, call: Call) -> None:
    result = call("scan", app, "--control", "autenticate")
    assert result.exit_code == 2
    assert result.stderr == "doorcheck: there is no control `autenticate`; did you mean authenticate?\n"


def test_ignored_paths_are_left_out(app: Path, call: Call) -> None:
    assert call("scan", app, "--ignore", OPEN).exit_code == 0
    add(app, {"doorcheck.toml": 'ignore = ["app/api/invoices/"]\n'})
    assert call("scan", app).exit_code == 0


def test_a_comment_accepts_and_is_still_counted(app: Path, call: Call) -> None:
    text = (app / OPEN).read_text()
    comment = "// doorcheck: accept authenticate - until spring\nexport async function DELETE"
    add(app, {OPEN: text.replace("export async function DELETE", comment)})
    result = call("scan", app)
    assert result.exit_code == 0
    assert "0 new · 1 accepted" in result.stdout


def test_a_comment_declares_a_door_public(app: Path, call: Call) -> None:
    text = (app / OPEN).read_text()
    comment = "// doorcheck: public - a demo\nexport async function DELETE"
    add(app, {OPEN: text.replace("export async function DELETE", comment)})
    result = call("scan", app)
    assert result.exit_code == 0
    assert "declared public: a demo" in result.stdout


def test_a_comment_without_a_reason_is_reported_and_has_no_effect(app: Path, call: Call) -> None:
    text = (app / OPEN).read_text()
    add(app, {OPEN: text.replace("export async", "// doorcheck: public\nexport async")})
    result = call("scan", app)
    assert result.exit_code == 1
    assert "Notices (1)" in result.stdout
    assert f"{OPEN}:3" in result.stdout


def test_knowledge_of_the_team_reaches_the_scan(app: Path, call: Call) -> None:
    code = "import { whoami } from '@acme/auth';\nimport { prisma } from '../../../lib/prisma';\n"
    code += "export async function DELETE() {\n  const me = await whoami();\n"
    code += "  if (!me) return new Response(null, { status: 401 });\n  await prisma.invoice.deleteMany();\n"
    code += "  return Response.json({});\n}\n"
    add(app, {OPEN: code})
    row = '[[knowledge.session_source]]\npackage = "@acme/auth"\npath = "whoami()"\nsays = "reads our session"\n'

    def verdict() -> str:
        document = json.loads(call("scan", app, "-f", "json").stdout)
        doors = {door["id"]: door["controls"]["authenticate"]["verdict"] for door in document["doors"]}
        return str(doors["DELETE /api/invoices"])

    assert verdict() != "held"
    add(app, {"doorcheck.toml": row})
    assert verdict() == "held"


@pytest.mark.parametrize("words", [("scan", "absent"), ("doors", "absent"), ("accept", "absent"), ("init", "absent")])
def test_a_path_that_does_not_exist(words: tuple[str, ...], call: Call) -> None:
    result = call(*words)
    assert (result.exit_code, result.stderr) == (2, "doorcheck: absent does not exist\n")


def test_a_path_that_is_a_file_or_empty_or_has_no_app(tmp_path: Path, call: Call) -> None:
    file, empty, other = tmp_path / "x.ts", tmp_path / "empty", tmp_path / "other"
    file.write_text("")
    empty.mkdir()
    other.mkdir()
    (other / "package.json").write_text('{"dependencies": {"react": "19"}}')
    said = {path: call("scan", path) for path in (file, empty, other)}
    assert {result.exit_code for result in said.values()} == {2}
    assert "is a file; name the folder" in said[file].stderr
    assert "is empty" in said[empty].stderr
    assert f"no Next.js app was found in {other}: looked for folders with a package.json" in said[other].stderr
    assert all(result.stderr.count("\n") == 1 for result in said.values())


def test_a_link_that_leads_to_itself(tmp_path: Path, call: Call) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    result = call("scan", tmp_path / "loop")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1


def test_a_configuration_that_is_not_right_is_one_sentence(app: Path, call: Call) -> None:
    result = call("scan", add(app, {"doorcheck.toml": 'treshold = "low"\n'}))
    assert result.exit_code == 2
    assert result.stderr == "doorcheck: doorcheck.toml: unknown key `treshold`; did you mean threshold?\n"


def test_a_configuration_elsewhere_can_be_named(app: Path, tmp_path: Path, call: Call) -> None:
    file = tmp_path / "team.toml"
    file.write_text('[[public]]\ndoor = "DELETE /api/*"\nreason = "a demo"\n')
    assert call("scan", app, "--config", file).exit_code == 0
    assert call("scan", app, "--config", tmp_path / "absent.toml").exit_code == 2


def test_the_cache_is_the_users_and_can_be_left_alone(app: Path, cache: Path, call: Call) -> None:
    before = set(app.rglob("*"))
    call("scan", app, "--no-cache")
    assert not list(cache.iterdir())
    call("scan", app)
    assert list(cache.glob("doorcheck/*"))
    assert set(app.rglob("*")) == before


def test_a_cache_that_cannot_be_written_stops_nothing(
    app: Path, tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert call("scan", app).exit_code == 1
