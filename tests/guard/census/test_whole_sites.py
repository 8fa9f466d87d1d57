"""Front ends, catch-all mounts and hosts: what an application serves beside its routes."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Host, Mount, Route
from starlette.staticfiles import StaticFiles
from tests.guard.asgi import Answer, Client
from tests.guard.tokens import PlainTokens, bearer

from doorcheck.guard import NOTHING, Guard, UndeclaredDoors, public, raw, shared, signed_in

NOBODYS = shared(because="a test")
ANYBODY = public(because="a test")
needs_front_ends = pytest.mark.skipif(not hasattr(FastAPI, "frontend"), reason="this FastAPI has no front ends")


class Said(BaseModel):
    ok: bool = True


def ask(client: Client, method: str, path: str, **options: Any) -> Answer:
    return asyncio.run(client.request(method, path, **options))


def built(folder: Path, text: str) -> str:
    folder.mkdir()
    (folder / "index.html").write_text(text)
    return str(folder)


@needs_front_ends
def test_a_front_end_is_a_door_like_any_other(tmp_path: Path) -> None:
    app, guard = FastAPI(docs_url=None, redoc_url=None, openapi_url=None), Guard(sessions=[PlainTokens()])
    app.frontend("/", directory=built(tmp_path / "site", "site"))
    inner = APIRouter()
    inner.frontend("/", directory=built(tmp_path / "inside", "inside"))
    app.include_router(inner, prefix="/staff")
    guard.protect(app)
    with pytest.raises(UndeclaredDoors) as undeclared:
        guard.check()
    assert len(undeclared.value.offences) == 2

    guard.declare("/", caller=ANYBODY, resource=NOBODYS)
    guard.declare("/staff", caller=signed_in, resource=NOBODYS)

    @app.get("/api/{name}")
    @guard.door(caller=ANYBODY, resource=NOBODYS)
    async def api(name: str) -> Said:
        return Said()

    client = Client(app, headers={"accept": "text/html"})
    assert ask(client, "GET", "/").body == b"site"
    assert ask(client, "GET", "/staff/").status == 401
    assert ask(client, "GET", "/staff/", headers=bearer("ann")).body == b"inside"
    assert ask(client, "GET", "/api/one").json() == {"ok": True}
    assert ask(client, "POST", "/api/one").status == 405
    assert ask(client, "POST", "/").status == 405


@needs_front_ends
def test_a_front_end_that_is_added_after_the_start_stays_shut(tmp_path: Path) -> None:
    app, guard = FastAPI(docs_url=None, redoc_url=None, openapi_url=None), Guard()
    app.frontend("/", directory=built(tmp_path / "site", "site"))
    guard.declare("/", caller=ANYBODY, resource=NOBODYS)
    guard.protect(app)
    assert ask(Client(app), "GET", "/").status == 200
    app.frontend("/late", directory=built(tmp_path / "late", "late"))
    assert ask(Client(app), "GET", "/late/").status == 403


@pytest.mark.parametrize("caller", [ANYBODY, signed_in])
def test_an_application_that_serves_every_path_starts(caller: Any, tmp_path: Path) -> None:
    guard = Guard(sessions=[PlainTokens()])
    app = Starlette(routes=[Mount("/", app=StaticFiles(directory=built(tmp_path / "site", "site"), html=True))])
    guard.declare("/", caller=caller, resource=NOBODYS)
    guard.protect(app)
    assert ask(Client(app), "GET", "/", headers=bearer("ann")).body == b"site"


def test_what_is_declared_for_a_path_is_not_declared_for_a_host() -> None:
    async def opaque(scope: Any, receive: Any, send: Any) -> None:
        await PlainTextResponse("staff")(scope, receive, send)

    guard = Guard()
    app = Starlette(routes=[Host("staff.example.test", app=opaque), Mount("/", app=opaque)])
    guard.declare("/", caller=ANYBODY, resource=NOBODYS)
    guard.protect(app)
    with pytest.raises(UndeclaredDoors, match=r"//staff\.example\.test"):
        guard.check()


def test_a_mounted_application_is_met_where_it_says_that_it_is() -> None:
    guard = Guard()
    inner = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    inner.root_path = "/elsewhere"

    @inner.get("/inner/one")
    @guard.door(caller=ANYBODY)
    async def one() -> Said:
        return Said()

    app = Starlette(routes=[Mount("/inner", app=inner)])
    guard.protect(app)
    # Its own root path is no part of the path, which it therefore takes as a whole.
    assert ask(Client(app), "GET", "/inner/one").status == 200


def test_a_route_that_reads_more_than_the_path_is_met_anew_each_time() -> None:
    class Versioned(Route):
        version = b"1"

        def matches(self, scope: Any) -> Any:
            match, child = super().matches(scope)
            return (match, child) if dict(scope["headers"]).get(b"version") == self.version else (match.NONE, {})

    class Second(Versioned):
        version = b"2"

    guard = Guard()
    answers: dict[str, Any] = {"caller": ANYBODY, "payload": NOTHING, "returns": raw(because="a test")}

    @guard.door(**answers)
    async def first(request: Request) -> PlainTextResponse:
        return PlainTextResponse("first")

    @guard.door(**answers)
    async def second(request: Request) -> PlainTextResponse:
        return PlainTextResponse("second")

    app = Starlette(routes=[Versioned("/one", first), Second("/one", second)])
    guard.protect(app)
    for _ in range(2):
        assert ask(Client(app), "GET", "/one", headers={"version": "1"}).body == b"first"
        assert ask(Client(app), "GET", "/one", headers={"version": "2"}).body == b"second"


def test_made_up_methods_are_not_remembered() -> None:
    guard = Guard()

    @guard.door(caller=ANYBODY, payload=NOTHING, returns=raw(because="a test"), resource=NOBODYS)
    class Whole(HTTPEndpoint):
        async def get(self, request: Request) -> PlainTextResponse:
            return PlainTextResponse("whole")

    app = Starlette(routes=[Route("/one", Whole)])
    guard.protect(app)
    client = Client(app)
    assert ask(client, "GET", "/one").status == 200
    for number in range(20):
        assert ask(client, f"MADE-UP-{number}", "/one").status == 405
    assert guard._register is not None
    assert guard._register._census is not None
    assert len(guard._register._census.known) == 1
