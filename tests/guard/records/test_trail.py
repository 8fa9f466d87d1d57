"""What the audit log holds of a request that was let in: what came of it, and who it was."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tests.guard.asgi import Client
from tests.guard.tokens import PlainTokens, bearer

from doorcheck.guard import NOTHING, Guard, checked_by, public, raw, shared, signed_in
from doorcheck.guard.accounts import OwnSessions
from doorcheck.guard.addresses import Direct
from doorcheck.guard.idempotency import Idempotency
from doorcheck.guard.records import AuditLog, verify_audit
from doorcheck.guard.stores.memory import MemoryStore

MINE = checked_by(lambda who, what: bool(what["name"] == who.id), "name")
NOBODYS = shared(because="a test")


class Service:
    """An application with an audit log, and the entries that it wrote."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "audit.jsonl"
        self._log = AuditLog(self._path)
        store = MemoryStore()
        self.sessions = OwnSessions(store)
        self.guard = Guard(sessions=[PlainTokens(), self.sessions], audit=self._log)
        self._routes: list[Route] = []
        door: dict[str, Any] = {"payload": NOTHING, "returns": raw(because="a test")}
        nobodys = door | {"resource": NOBODYS}

        @self.guard.door(**door, caller=signed_in, resource=MINE)
        async def change(request: Request) -> Response:
            async def break_down() -> None:
                raise RuntimeError("after the answer")

            return Response("done", background=BackgroundTask(break_down) if "break" in request.query_params else None)

        @self.guard.door(**nobodys, caller=signed_in, idempotent=Idempotency(store))
        async def once(request: Request) -> Response:
            return Response("", int(request.query_params["status"]))

        @self.guard.door(**nobodys, caller=signed_in, limit="1/hour")
        async def rarely(request: Request) -> Response:
            return Response("")

        @self.guard.door(**nobodys, caller=public(because="a test"))
        async def enter(request: Request) -> Response:
            response = JSONResponse({})
            await self.sessions.login(response, "ann")
            return response

        @self.guard.door(**nobodys, caller=public(because="a test"))
        async def leave(request: Request) -> Response:
            response = JSONResponse({})
            await self.sessions.logout(response)
            return response

        @self.guard.door(**nobodys, caller=signed_in)
        async def leave_everywhere(request: Request) -> Response:
            await self.sessions.logout_everywhere("ann")
            return Response("")

        doors = {"/of/{name}": change, "/once": once, "/rarely": rarely, "/enter": enter, "/leave": leave}
        doors["/leave-everywhere"] = leave_everywhere
        app = Starlette(routes=[Route(path, door, methods=["POST"]) for path, door in doors.items()])
        self.guard.protect(app)
        self.client = Client(app)

    def post(self, path: str, headers: dict[str, str]) -> Any:
        return asyncio.run(self.client.request("POST", path, headers=headers))

    def entries(self) -> list[tuple[str, str, str]]:
        self._log.close()
        return [(one["kind"], one["account"], one["outcome"]) for one in verify_audit(self._path)]


def test_who_asks_for_the_records_of_others_is_written_down(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    service = Service(tmp_path)
    with caplog.at_level("INFO", "doorcheck.guard"):
        assert service.post("/of/bob", bearer("ann")).status == 404
    assert service.entries() == [("denial", "plain:ann", "404")]
    assert "the record is not the caller's" in caplog.text


def test_a_change_is_written_down_also_if_something_breaks_after_the_answer(tmp_path: Path) -> None:
    service = Service(tmp_path)
    assert service.post("/of/ann?break=1", bearer("ann")).status == 200
    assert service.entries() == [("change", "plain:ann", "200")]


def test_what_was_not_done_is_no_change(tmp_path: Path) -> None:
    service = Service(tmp_path)
    for status in (422, 500, 201, 201):
        service.post(f"/once?status={status}", bearer("ann") | {"idempotency-key": f"k{status}"})
    assert service.entries() == [("change", "plain:ann", "201")]


def test_who_is_over_a_limit_does_not_fill_the_log(tmp_path: Path) -> None:
    service = Service(tmp_path)
    assert [service.post("/rarely", {}).status for _ in range(5)] == [401, 429, 429, 429, 429]
    assert service.entries() == [("denial", "", "401")]


def test_who_comes_and_goes_is_written_down(tmp_path: Path) -> None:
    service = Service(tmp_path)
    (given,) = service.post("/enter", {}).set_cookies
    service.post("/leave", {"cookie": given.partition(";")[0]})
    service.post("/leave", {"cookie": given.partition(";")[0]})
    service.post("/enter", {})
    service.post("/leave-everywhere", bearer("ann"))
    found = [one for one in service.entries() if one[0] != "change"]
    assert found == [
        ("sign-in", "own:ann", "session"),
        ("sign-out", "own:ann", "session"),
        ("sign-in", "own:ann", "session"),
        ("sign-out", "own:ann", "1 sessions"),
    ]


def test_a_path_makes_no_lines_of_its_own_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    service = Service(tmp_path)
    forged = "/of/ann\n2026-01-01 CRITICAL forged"
    service.post(f"{forged}?break=1", {"authorization": "Bearer ann\n2026-01-01 CRITICAL forged:"})
    assert [one.getMessage() for one in caplog.records if "broke" in one.getMessage()] != []
    assert all("\n" not in one.getMessage() for one in caplog.records)
    assert len(service.entries()) == 1


def test_that_the_service_cannot_tell_is_said_where_somebody_looks(caplog: pytest.LogCaptureFixture) -> None:
    guard = Guard(proxies=Direct())

    @guard.door(caller=public(because="a test"), payload=NOTHING, returns=raw(because="a test"))
    async def one(request: Request) -> Response:
        return Response("")

    app = Starlette(routes=[Route("/one", one)])
    guard.protect(app)
    with caplog.at_level("WARNING", "doorcheck.guard"):
        client = Client(app, address="127.0.0.1", headers={"x-forwarded-for": "203.0.113.9"})
        assert asyncio.run(client.request("GET", "/one")).status == 503
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "declare the proxy" in record.getMessage()
