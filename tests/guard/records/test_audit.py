"""An audit log in which a change shows."""

from __future__ import annotations

import asyncio
import json
import stat
import threading
from pathlib import Path

import pytest
from fastapi import FastAPI
from pydantic import BaseModel
from tests.guard.asgi import Client
from tests.guard.tokens import PlainTokens, bearer

from doorcheck.guard import Guard, Refusal, Refused, role, shared, signed_in
from doorcheck.guard.records import AuditBroken, AuditLog, Event, EventKind, verify_audit


class Said(BaseModel):
    ok: bool = True


def event(number: int) -> Event:
    return Event(EventKind.DENIAL, "GET /a", "plain:ann", "203.0.113.7", f"r{number}", "403", "has no role")


def written(path: Path, count: int) -> list[str]:
    with AuditLog(path) as log:
        for number in range(count):
            log.record(event(number))
    return path.read_text().splitlines(keepends=True)


def test_entries_follow_from_each_other_over_restarts(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    written(path, 2)
    written(path, 1)
    entries = list(verify_audit(path))
    assert [entry["request_id"] for entry in entries] == ["r0", "r1", "r0"]
    with AuditLog(path, durable=True) as log:
        assert log.entries == 3
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("what", ["changed", "taken out", "moved", "put in", "cut", "no entry"])
def test_a_change_shows_and_the_file_is_not_written_on(tmp_path: Path, what: str) -> None:
    path = tmp_path / "audit.jsonl"
    lines = written(path, 4)
    if what == "changed":
        lines[1] = lines[1].replace("403", "200")
    elif what == "taken out":
        del lines[1]
    elif what == "moved":
        lines[1], lines[2] = lines[2], lines[1]
    elif what == "put in":
        lines.insert(2, lines[0])
    elif what == "cut":
        lines[3] = lines[3][:-10]
    else:
        lines[1] = "[]\n"
    path.write_text("".join(lines))
    with pytest.raises(AuditBroken):
        list(verify_audit(path))
    with pytest.raises(AuditBroken):
        AuditLog(path)


def test_the_head_shows_that_the_end_was_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    lines = written(path, 3)
    head = json.loads(lines[-1])["digest"]
    path.write_text("".join(lines[:-1]))
    with AuditLog(path) as log:
        assert log.head != head


def test_many_threads_write_one_chain(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"

    def write() -> None:
        for number in range(50):
            log.record(event(number))

    with AuditLog(path) as log:
        threads = [threading.Thread(target=write) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(list(verify_audit(path))) == 400


def test_denials_and_changes_are_written_and_reads_are_not(tmp_path: Path) -> None:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    with AuditLog(tmp_path / "audit.jsonl") as log:
        guard = Guard(sessions=[PlainTokens()], audit=log)

        @app.api_route("/things", methods=["GET", "POST"])
        @guard.door(caller=signed_in, resource=shared(because="a test"))
        async def things() -> Said:
            return Said()

        guard.protect(app)
        client = Client(app)

        async def run() -> None:
            await client.request("GET", "/things", headers=bearer("ann"))
            await client.request("POST", "/things", headers=bearer("ann"))
            await client.request("POST", "/things")

        asyncio.run(run())
    change, denial = verify_audit(tmp_path / "audit.jsonl")
    assert (change["kind"], change["account"], change["outcome"]) == ("change", "plain:ann", "200")
    assert (denial["kind"], denial["outcome"], denial["reason"]) == ("denial", "401", "no session was presented")
    assert change["door"].endswith("things")


def test_a_denial_names_the_account_and_a_flood_writes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    with AuditLog(tmp_path / "audit.jsonl") as log, caplog.at_level("INFO", "doorcheck.guard"):
        guard = Guard(sessions=[PlainTokens()], audit=log, limit="6/minute")

        @app.get("/admin")
        @guard.door(caller=role("admin"), resource=shared(because="a test"))
        async def admin() -> Said:
            return Said()

        @app.get("/hidden")
        @guard.door(caller=signed_in, resource=shared(because="a test"))
        async def hidden() -> Said:
            raise Refused(Refusal.ABSENT, "hidden from everybody")

        guard.protect(app)
        client = Client(app)

        async def run() -> None:
            for path in ("/admin", "/hidden", *["/hidden?again"] * 20):
                await client.request("GET", path, headers=bearer("ann"))

        asyncio.run(run())
    entries = list(verify_audit(tmp_path / "audit.jsonl"))
    assert [entry["outcome"] for entry in entries] == ["403", *["404"] * 5]
    assert {(entry["account"], entry["address"]) for entry in entries} == {("plain:ann", "203.0.113.7")}
    assert entries[1]["reason"] == "hidden from everybody"
    assert caplog.text.count("the address's limit is used up") == 16
    assert "no door in the census" not in caplog.text, "the canary is no request of anybody's"
