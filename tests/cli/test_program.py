"""The program as a shell sees it: faults, Ctrl-C, readers who leave, colour, progress, hostile names."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.cli.acme import OPEN, add
from tests.cli.conftest import Call, Run

from doorcheck import __version__
from doorcheck.cli import examination
from doorcheck.core import Report

COLOUR = re.compile(rb"\x1b\[[0-9;]*3[0-7][0-9;]*m")
LARGE_LOCALE = {"LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "utf-8"}


def _on_a_terminal(*words: object, **environment: str) -> bytes:
    """What the program shows when both its outputs are one terminal."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "doorcheck", *(str(word) for word in words)]
    settings = {**os.environ, "TERM": "xterm-256color", **environment}
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, stdin=theirs, env=settings) as program:
        os.close(theirs)
        shown = b""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            if select.select([ours], [], [], 0.1)[0]:
                try:
                    part = os.read(ours, 65536)
                except OSError:
                    break
                if not part:
                    break
                shown += part
            elif program.poll() is not None:
                break
        program.kill()
    os.close(ours)
    return shown


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def scan(*_: object, **__: object) -> Report:
        raise ValueError("an \x1b[31m unexpected\nthing")

    monkeypatch.setattr(examination, "scan", scan)


@pytest.mark.usefixtures("broken")
def test_a_fault_of_our_own_is_one_sentence_and_ends_with_4(app: Path, call: Call) -> None:
    result = call("scan", app)
    assert result.exit_code == 4
    assert result.stderr.startswith("doorcheck: a fault of our own at test_program.py:")
    assert "(ValueError: an \\x1b[31m unexpected thing); please report it" in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


@pytest.mark.usefixtures("broken")
def test_debug_shows_where_a_fault_was_without_acting(app: Path, call: Call) -> None:
    result = call("scan", app, "--debug")
    assert result.exit_code == 4
    assert "Traceback (most recent call last):" in result.stderr
    assert "\x1b" not in result.stderr


@pytest.mark.parametrize(
    "when", ["doorcheck.cli.examination.scan", "doorcheck.cli.main.main"], ids=["in-the-scan", "around-the-command"]
)
def test_ctrl_c_is_one_sentence_and_ends_with_130(app: Path, when: str) -> None:
    module, _, name = when.rpartition(".")
    code = f"""
import os, signal, time
import doorcheck.cli.main
from doorcheck.cli.main import run
import {module} as place
def interrupt(*_, **__):
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(30)
place.{name} = interrupt
run()
"""
    done = subprocess.run([sys.executable, "-c", code, "scan", app], capture_output=True, timeout=60, check=False)
    assert done.returncode == 130
    assert done.stderr.strip() == b"doorcheck: interrupted; there is no report"
    assert done.stdout == b""


def test_an_interrupted_report_leaves_the_old_file(app: Path, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_text("old")
    code = """
import os, signal, time
import doorcheck.report.writing as writing
def interrupt(*_):
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(30)
writing.os.fsync = interrupt
from doorcheck.cli.main import run
run()
"""
    command = [sys.executable, "-c", code, "scan", str(app), "-f", "json", "-o", str(file), "--no-cache"]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert done.returncode == 130
    assert (file.read_text(), [path.name for path in tmp_path.glob("*report.json*")]) == ("old", ["report.json"])


@pytest.mark.parametrize("form", ["terminal", "json"])
def test_a_reader_who_leaves_early_is_no_failure(app: Path, form: str) -> None:
    command = [sys.executable, "-m", "doorcheck", "scan", str(app), "-f", form]
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, timeout=60, check=False)
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
def test_a_full_disk_is_one_sentence(app: Path) -> None:
    command = [sys.executable, "-m", "doorcheck", "scan", str(app), "-f", "json"]
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr == b"doorcheck: cannot write the report: No space left on device\n"


def test_a_pipe_gets_no_colour_and_no_progress(app: Path, run: Run) -> None:
    done = run("scan", app)
    assert b"\x1b" not in done.stdout
    assert done.stderr == b""


def test_a_terminal_gets_colour_and_progress(app: Path) -> None:
    shown = _on_a_terminal("scan", app)
    assert COLOUR.search(shown)
    assert b"reading" in shown
    assert b"1 of 3 doors is unlocked." in shown


def test_no_color_is_obeyed_and_quiet_is_quiet(app: Path) -> None:
    assert not COLOUR.search(_on_a_terminal("scan", app, NO_COLOR="1"))
    assert _on_a_terminal("scan", app, "--quiet") == b""


def test_a_page_is_drawn_on_a_terminal_and_left_as_it_is_in_a_pipe(run: Run) -> None:
    assert b"`no-check` (high)" in run("explain", "authenticate").stdout
    drawn = _on_a_terminal("explain", "authenticate", COLUMNS="120")
    assert COLOUR.search(drawn)
    assert b"no-check" in drawn
    assert b"`no-check`" not in drawn


def test_json_on_a_terminal_has_no_progress_in_it(app: Path) -> None:
    assert json.loads(_on_a_terminal("scan", app, "-f", "json"))["schema"] == 1


def test_where_there_is_no_unicode_plain_signs_are_drawn(app: Path, run: Run) -> None:
    done = run("scan", app, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0", PYTHONIOENCODING="ascii")
    assert done.returncode == 1
    assert done.stdout.isascii()
    assert b"x unlocked" in done.stdout


def test_hostile_names_do_not_act(app: Path, run: Run) -> None:
    hostile = "app/api/\x1b]0;owned\x07[red]/route.ts"
    add(app, {hostile: (app / OPEN).read_text()})
    for words in (("scan", app), ("doors", app), ("why", hostile, "--root", app), ("scan", app / "\x1b[31mabsent")):
        done = run(*words, **LARGE_LOCALE)
        assert b"\x1b" not in done.stdout + done.stderr
        assert b"\\x1b" in done.stdout + done.stderr
        assert b"Traceback" not in done.stderr


def test_a_name_that_is_not_utf_8_stops_nothing(app: Path, run: Run) -> None:
    (app / "app" / "api" / os.fsdecode(b"\xff")).mkdir()
    (app / "app" / "api" / os.fsdecode(b"\xff") / "route.ts").write_text("export function GET() {}\n")
    for form in ("terminal", "json", "sarif"):
        done = run("scan", app, "-f", form)
        assert done.returncode == 1
        assert b"Traceback" not in done.stderr


@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_unread(app: Path, call: Call) -> None:
    (app / OPEN).chmod(0)
    assert "Not read (1)" in call("scan", app).stdout


def test_version_and_help(call: Call) -> None:
    assert call("--version").stdout == f"doorcheck {__version__}\n"
    shown = call("--help").stdout
    assert all(command in shown for command in ("scan", "doors", "why", "explain", "accept", "init"))


def test_an_unknown_option_is_wrong_use(call: Call) -> None:
    result = call("scan", "--nonsense")
    assert result.exit_code == 2
    assert "No such option" in result.stderr


def test_termination_leaves_no_traceback(app: Path) -> None:
    code = "import os, signal\nimport doorcheck.cli.examination as e\n"
    code += "e.scan = lambda *_, **__: os.kill(os.getpid(), signal.SIGTERM)\n"
    code += "from doorcheck.cli.main import run\nrun()\n"
    done = subprocess.run([sys.executable, "-c", code, "scan", app], capture_output=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGTERM
    assert done.stderr == b""
