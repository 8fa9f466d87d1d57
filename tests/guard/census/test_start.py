"""An application with an undeclared door does not start, and says everything that is open at once."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fastapi.routing
import pytest
from fastapi import APIRouter, FastAPI, Request, WebSocket
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Host, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from tests.guard.asgi import Client, started

from doorcheck.guard import Guard, GuardError, Payload, UndeclaredDoors, public, raw, shared, signed_in

NOBODYS = shared(because="a test")
ANYBODY = public(because="a test")


class Said(BaseModel):
    ok: bool = True


def bare() -> FastAPI:
    return FastAPI(docs_url=None, redoc_url=None, openapi_url=None)


def offences(app: Starlette, guard: Guard | None = None) -> list[str]:
    guard = guard or Guard()
    guard.protect(app)
    try:
        guard.check()
    except UndeclaredDoors as undeclared:
        return list(undeclared.offences)
    return []


async def nothing(request: Request) -> PlainTextResponse:
    return PlainTextResponse("nothing")


async def no_socket(websocket: WebSocket) -> None:
    await websocket.close()


def test_every_open_door_is_named_at_once_with_its_file_and_line() -> None:
    app = FastAPI()

    @app.get("/one")
    async def one() -> Said:
        return Said()

    @app.websocket("/two")
    async def two(websocket: WebSocket) -> None:
        await websocket.close()

    app.mount("/files", StaticFiles(directory=Path(__file__).parent))
    found = offences(app)
    names = {line.partition(":")[0].split(" at ")[0] for line in found}
    assert {"GET /one", "WS /two", "MOUNT /files", "GET HEAD /docs", "GET HEAD /openapi.json"} <= names
    line = inspect.getsourcelines(one)[1]
    assert any(f"{__file__}:{line}: caller" in text for text in found)


def _included_late(app: FastAPI, router: APIRouter) -> None:
    app.include_router(router, prefix="/late")


def _included_twice(app: FastAPI, router: APIRouter) -> None:
    app.include_router(router)
    app.include_router(router, prefix="/again")


def _included_in_another(app: FastAPI, router: APIRouter) -> None:
    outer = APIRouter(prefix="/outer")
    outer.include_router(router, prefix="/inner")
    app.include_router(outer)


def _filled_after_it_was_included(app: FastAPI, router: APIRouter) -> None:
    late = APIRouter()
    app.include_router(late)
    late.include_router(router)


def _mounted(app: FastAPI, router: APIRouter) -> None:
    inner = bare()
    inner.include_router(router)
    app.mount("/inner", inner)


def _mounted_twice_deep(app: FastAPI, router: APIRouter) -> None:
    inner, middle = bare(), Starlette()
    inner.include_router(router)
    middle.mount("/inner", inner)
    app.mount("/middle", middle)


def _on_a_host(app: FastAPI, router: APIRouter) -> None:
    inner = bare()
    inner.include_router(router)
    app.router.routes.append(Host("api.example.test", app=inner))


# Before 0.137 FastAPI copied the routes that were there, so that a later one was no door at all.
LAZY = [_filled_after_it_was_included] if hasattr(fastapi.routing, "iter_route_contexts") else []
WAYS_IN: list[Callable[[FastAPI, APIRouter], None]] = [
    *LAZY,
    _included_late,
    _included_twice,
    _included_in_another,
    _mounted,
    _mounted_twice_deep,
    _on_a_host,
]


@pytest.mark.parametrize("include", WAYS_IN)
def test_a_router_is_counted_however_it_came_in(include: Callable[[FastAPI, APIRouter], None]) -> None:
    router = APIRouter()
    app = bare()

    @router.get("/things")
    async def things() -> Said:
        return Said()

    @router.websocket("/live")
    async def live(websocket: WebSocket) -> None:
        await websocket.close()

    guard = Guard()
    guard.protect(app)
    include(app, router)
    with pytest.raises(UndeclaredDoors) as raised:
        guard.check()
    text = str(raised.value)
    assert "GET " in text
    assert "/things" in text
    assert "WS " in text
    assert text.count("/things at ") == (2 if include is _included_twice else 1)


@pytest.mark.parametrize(
    "route",
    [
        Route("/r", nothing),
        WebSocketRoute("/r", no_socket),
        Mount("/r", app=PlainTextResponse("an application that cannot be looked into")),
        Mount("/r", routes=[Route("/inside", nothing)]),
        Host("r.example.test", app=PlainTextResponse("another")),
    ],
    ids=["route", "websocket", "opaque mount", "mounted routes", "host"],
)
def test_each_kind_of_starlette_route_is_counted(route: Any) -> None:
    assert len(offences(Starlette(routes=[route]))) >= 1


def test_a_kind_of_route_that_is_not_known_does_not_start() -> None:
    class Odd(Route):
        pass

    from starlette.routing import BaseRoute  # noqa: PLC0415

    class Strange(BaseRoute):
        def matches(self, scope: Any) -> Any:
            raise NotImplementedError

    app = Starlette()
    app.router.routes.append(Strange())
    (line,) = offences(app)
    assert "a Strange is a kind of route that guard does not know" in line


def test_a_start_with_an_open_door_fails_for_the_server() -> None:
    app = bare()

    @app.get("/one")
    async def one() -> Said:
        return Said()

    guard = Guard()
    guard.protect(app)

    async def run() -> list[str]:
        async with started(app) as told:
            return list(told)

    (message,) = asyncio.run(run())
    assert "does not start: 1 open question" in message
    assert "GET /one" in message


def test_a_server_that_does_not_run_the_start_is_refused_every_request() -> None:
    app = bare()
    guard = Guard()

    @app.get("/declared")
    @guard.door(caller=ANYBODY)
    async def declared() -> Said:
        return Said()

    @app.get("/forgotten")
    async def forgotten() -> Said:
        return Said()

    guard.protect(app)
    for path in ("/declared", "/forgotten"):
        assert asyncio.run(Client(app).request("GET", path)).status == 500


def test_a_declaration_that_meets_no_door_is_an_error() -> None:
    guard = Guard()
    guard.declare("/docs", caller=ANYBODY, resource=NOBODYS)
    assert offences(bare(), guard) == ["guard.declare('/docs'): no such door: take the declaration away"]


def test_documentation_pages_and_static_files_are_declared_by_path() -> None:
    app = FastAPI()
    app.mount("/files", StaticFiles(directory=Path(__file__).parent))
    guard = Guard()
    for path in ("/docs", "/redoc", "/openapi.json", "/docs/oauth2-redirect", "/files"):
        guard.declare(path, caller=ANYBODY, resource=NOBODYS)
    assert offences(app, guard) == []


def test_debug_and_readable_credentials_do_not_start() -> None:
    from starlette.middleware.cors import CORSMiddleware  # noqa: PLC0415

    app = Starlette(debug=True)
    app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)
    found = offences(app)
    assert any("debug=True" in line for line in found)
    assert any("CORSMiddleware lets any site read" in line for line in found)


def test_a_cors_middleware_that_no_preflight_would_reach_does_not_start() -> None:
    from starlette.middleware.cors import CORSMiddleware  # noqa: PLC0415

    app = Starlette()
    app.add_middleware(CORSMiddleware, allow_origins=["https://app.example.test"])
    assert any("Guard(cors=Cors(...))" in line for line in offences(app))


class Loose(BaseModel):
    title: str


class Taken(Payload):
    title: str


class Owning(Payload):
    title: str
    userId: str  # noqa: N815  # as the front end writes it


class Nested(Payload):
    inside: Loose


@pytest.mark.parametrize(
    ("model", "says"),
    [
        (Loose, "Loose (body body) lets unknown fields pass"),
        (Nested, "Loose (Nested.inside) lets unknown fields pass"),
        (Owning, "Owning.userId would let the caller say it"),
        (dict[str, Any], "body body takes anything"),
        (Any, "body body takes anything"),
        (list[Loose], "Loose (body body) lets unknown fields pass"),
        (Taken | Loose, "Loose (body body) lets unknown fields pass"),
    ],
)
def test_a_body_that_admits_too_much_does_not_start(model: Any, says: str) -> None:
    app, guard = bare(), Guard()

    async def make(body: Any) -> Said:
        return Said()

    make.__annotations__["body"] = model
    from fastapi import Body  # noqa: PLC0415

    make.__defaults__ = (Body(),)
    app.post("/make")(guard.door(caller=signed_in, resource=NOBODYS)(make))
    found = offences(app, guard)
    assert any(says in line for line in found), found


def test_what_is_strict_or_declared_starts() -> None:
    app, guard = bare(), Guard()

    @app.post("/make")
    @guard.door(caller=signed_in, resource=NOBODYS)
    async def make(body: Taken) -> Said:
        return Said()

    @app.post("/assign")
    @guard.door(caller=signed_in, resource=NOBODYS, may_set=["userId"])
    async def assign(body: Owning) -> Said:
        return Said()

    assert offences(app, guard) == []


def test_each_question_that_is_left_open_is_said() -> None:
    app, guard = bare(), Guard()

    @app.post("/a/{item}")
    @guard.door()
    async def a(item: str, role: str, request: Request):  # type: ignore[no-untyped-def]
        return {}

    found = "\n".join(offences(app, guard))
    for words in (
        "caller: caller= is missing",
        "payload: query role would let the caller say it",
        "payload: what it takes is not declared",
        "resource: whose data it touches is not declared",
        "failure: its response has no model",
    ):
        assert words in found


def test_a_starlette_endpoint_says_what_it_takes_and_tells() -> None:
    guard = Guard()
    quiet = guard.door(caller=signed_in, resource=NOBODYS)(nothing)
    found = "\n".join(offences(Starlette(routes=[Route("/r", quiet)]), guard))
    assert "payload: what it takes is not declared" in found
    assert "failure: what it answers is not declared" in found
    other = Guard()
    answered = other.door(caller=signed_in, resource=NOBODYS, payload=Taken, returns=raw(because="plain text"))
    assert offences(Starlette(routes=[Route("/r", answered(nothing), methods=["POST"])]), other) == []


def test_a_resource_must_speak_of_a_parameter_that_is_there() -> None:
    from doorcheck.guard import checked_by  # noqa: PLC0415

    app, guard = bare(), Guard()

    @app.get("/things/{thing_id}")
    @guard.door(caller=signed_in, resource=checked_by(lambda _principal, _arguments: True, "thing"))
    async def thing(thing_id: int) -> Said:
        return Said()

    (line,) = offences(app, guard)
    assert "resource= speaks of 'thing', which is no parameter of this door" in line


def test_an_endpoint_is_declared_once_and_a_guard_protects_one_application() -> None:
    guard = Guard()
    with pytest.raises(GuardError, match="declared twice"):
        guard.door(caller=ANYBODY)(guard.door(caller=ANYBODY)(nothing))
    guard.protect(bare())
    with pytest.raises(GuardError, match="one application"):
        guard.protect(bare())


def test_a_reason_is_not_left_empty() -> None:
    for answer in (public, raw, shared):
        with pytest.raises(ValueError, match="reason"):
            answer(because=" ")
