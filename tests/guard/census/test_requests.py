"""At request time nothing runs that was not let in by its own door."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request as StarletteRequest
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from tests.guard.asgi import Client, started
from tests.guard.census.guarded import ANYBODY, NOBODYS, Said, Titled, ask, made
from tests.guard.tokens import PlainTokens, bearer

from doorcheck.guard import NOTHING, Guard, checked_by, raw, role, signed_in


def test_a_stranger_is_refused_before_one_byte_of_the_body() -> None:
    app, guard, client = made()

    @app.post("/things")
    @guard.door(caller=signed_in, resource=NOBODYS)
    async def things(body: Titled) -> Said:
        return Said()

    for body in (b"{malformed", b"x" * 5_000_000):
        answer = ask(client, "POST", "/things", body=body, headers={"content-type": "application/json"})
        assert answer.status == 401
        assert answer.body_reads == 0
    assert ask(client, "POST", "/things", json={"title": "a"}, headers=bearer("ann")).status == 200


def test_roles_are_asked_for_after_the_session() -> None:
    app, guard, client = made()

    @app.get("/admin")
    @guard.door(caller=role("admin"), resource=NOBODYS)
    async def admin() -> Said:
        return Said()

    assert ask(client, "GET", "/admin").status == 401
    assert ask(client, "GET", "/admin", headers=bearer("ann", "member")).status == 403
    assert ask(client, "GET", "/admin", headers=bearer("ann", "admin")).status == 200


def test_a_route_that_is_added_after_the_start_stays_shut() -> None:
    app, guard, client = made()
    ran: list[str] = []

    @app.get("/early")
    @guard.door(caller=ANYBODY)
    async def early() -> Said:
        return Said()

    assert ask(client, "GET", "/early").status == 200

    async def newcomer() -> Said:
        ran.append("newcomer")
        return Said()

    app.get("/late")(newcomer)
    app.get("/declared-late")(guard.door(caller=ANYBODY)(newcomer))
    for path in ("/late", "/declared-late"):
        assert ask(client, "GET", path).status == 403
    # One that stands in front of a declared door has not got its key either.
    app.get("/early")(newcomer)
    app.router.routes.insert(0, app.router.routes.pop())
    assert ask(client, "GET", "/early").status == 403
    assert ran == []


def test_a_route_that_is_put_in_the_place_of_another_stays_shut() -> None:
    app, guard, client = made()

    @app.get("/one")
    @guard.door(caller=ANYBODY)
    async def one() -> Said:
        return Said()

    assert ask(client, "GET", "/one").status == 200

    async def impostor() -> Said:
        raise AssertionError("ran")

    del app.router.routes[:]
    app.get("/one")(impostor)
    assert ask(client, "GET", "/one").status == 403


def test_a_router_that_grows_after_the_start_stays_shut() -> None:
    app, guard, client = made()
    router = APIRouter()

    @router.get("/early")
    @guard.door(caller=ANYBODY)
    async def early() -> Said:
        return Said()

    app.include_router(router, prefix="/v1")
    assert ask(client, "GET", "/v1/early").status == 200

    @router.get("/late")
    async def late() -> Said:
        raise AssertionError("ran")

    # FastAPI before 0.137 copied the routes at the time, and there is no such door.
    assert ask(client, "GET", "/v1/late").status in {403, 404}
    assert ask(client, "GET", "/v1/early").status == 200


def test_an_endpoint_does_not_run_on_the_key_of_another() -> None:
    """A middleware inside the guard that sends the request elsewhere meets the second key."""
    app, guard, client = made()
    ran: list[str] = []

    @app.get("/open")
    @guard.door(caller=ANYBODY)
    async def opened() -> Said:
        return Said()

    @app.get("/admin")
    @guard.door(caller=role("admin"), resource=NOBODYS)
    async def admin() -> Said:
        ran.append("admin")
        return Said()

    class Elsewhere:
        def __init__(self, app: Any) -> None:
            self.app = app

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http":
                scope["path"] = "/admin"
            await self.app(scope, receive, send)

    app.add_middleware(Elsewhere)
    assert ask(client, "GET", "/open").status == 403
    assert ran == []


def test_a_declared_endpoint_does_not_run_in_an_application_without_a_guard() -> None:
    app = FastAPI()
    guard = Guard()
    ran: list[str] = []

    @app.get("/one")
    @guard.door(caller=ANYBODY)
    async def one() -> Said:
        ran.append("one")
        return Said()

    assert ask(Client(app), "GET", "/one").status == 503
    assert ran == []


def test_what_no_door_is_for_is_not_passed_on() -> None:
    app, guard, client = made()
    seen: list[str] = []

    class Sees:
        def __init__(self, app: Any) -> None:
            self.app = app

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            seen.append(scope["type"])
            await self.app(scope, receive, send)

    app.add_middleware(Sees)

    @app.get("/one")
    @guard.door(caller=ANYBODY)
    async def one() -> Said:
        return Said()

    assert ask(client, "GET", "/two").status == 404
    assert ask(client, "GET", "/one/").status == 404
    other = ask(client, "POST", "/one")
    assert (other.status, other.headers["allow"]) == (405, "GET")
    assert seen == []


def test_the_doors_of_a_mounted_application_are_asked_their_own_questions() -> None:
    guard = Guard(sessions=[PlainTokens()])
    inner = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @inner.post("/things/{thing_id}")
    @guard.door(caller=signed_in, resource=checked_by(lambda who, what: what["thing_id"] == int(who.id), "thing_id"))
    async def thing(thing_id: int, body: Titled) -> Said:
        return Said()

    app = Starlette(routes=[Mount("/inner", app=inner)])
    guard.protect(app)
    client = Client(app)
    assert ask(client, "POST", "/inner/things/7", json={"title": "a"}).status == 401
    assert ask(client, "POST", "/inner/things/7", json={"title": "a"}, headers=bearer("7")).status == 200
    assert ask(client, "POST", "/inner/things/8", json={"title": "a"}, headers=bearer("7")).status == 404
    invalid = ask(client, "POST", "/inner/things/7", json={"title": "a", "secret": "s3cret"}, headers=bearer("7"))
    assert invalid.status == 422
    assert b"s3cret" not in invalid.body


def test_every_form_of_endpoint_is_locked() -> None:
    guard = Guard(sessions=[PlainTokens()])
    answers: dict[str, Any] = {"payload": NOTHING, "returns": raw(because="a test"), "resource": NOBODYS}

    @guard.door(caller=signed_in, **answers)
    async def coroutine(request: StarletteRequest) -> PlainTextResponse:
        return PlainTextResponse("coroutine")

    @guard.door(caller=signed_in, **answers)
    def function(request: StarletteRequest) -> PlainTextResponse:
        return PlainTextResponse("function")

    @guard.door(caller=signed_in, **answers)
    class Whole(HTTPEndpoint):
        async def get(self, request: StarletteRequest) -> PlainTextResponse:
            return PlainTextResponse("class")

    routes = [Route("/coroutine", coroutine), Route("/function", function), Route("/class", Whole)]
    app = Starlette(routes=routes)
    guard.protect(app)
    unguarded = Starlette(routes=routes)
    for name in ("coroutine", "function", "class"):
        assert ask(Client(app), "GET", f"/{name}").status == 401
        answer = ask(Client(app), "GET", f"/{name}", headers=bearer("ann"))
        assert (answer.status, answer.body) == (200, name.encode())
        assert ask(Client(unguarded), "GET", f"/{name}").status == 503


def test_a_plain_function_is_asked_whose_record_it_is() -> None:
    app, guard, client = made()

    async def mine(who: Any, what: Any) -> bool:
        await asyncio.sleep(0)
        return bool(what["item"] == who.id)

    @app.get("/items/{item}")
    @guard.door(caller=signed_in, resource=checked_by(mine, "item"))
    def item(item: str) -> Said:
        return Said()

    assert ask(client, "GET", "/items/ann", headers=bearer("ann")).status == 200
    foreign = ask(client, "GET", "/items/bob", headers=bearer("ann"))
    assert foreign.status == 404


@pytest.mark.parametrize("path", ["/things", "/v1/things"])
def test_a_door_is_open_under_each_prefix_it_was_included_with(path: str) -> None:
    app, guard, client = made()
    router = APIRouter()

    @router.get("/things")
    @guard.door(caller=ANYBODY)
    async def things() -> Said:
        return Said()

    app.include_router(router)
    app.include_router(router, prefix="/v1")
    assert ask(client, "GET", path).status == 200


def test_headers_that_decide_come_once() -> None:
    app, guard, client = made()

    @app.get("/one")
    @guard.door(caller=signed_in, resource=NOBODYS)
    async def one() -> Said:
        return Said()

    twice = [(b"authorization", b"Bearer ann:"), (b"authorization", b"Bearer bob:")]
    assert ask(client, "GET", "/one", raw_headers=twice).status == 400


def test_observing_lets_pass_what_it_would_refuse_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    app, guard, client = made(observe=True)

    @app.get("/undeclared")
    async def undeclared() -> Said:
        return Said()

    @app.get("/mine")
    @guard.door(caller=signed_in, resource=NOBODYS)
    async def mine() -> Said:
        return Said()

    with caplog.at_level("INFO", "doorcheck.guard"):
        assert ask(client, "GET", "/undeclared").status == 200
        assert ask(client, "GET", "/mine").status == 200
    text = caplog.text
    assert "would not start: GET /undeclared" in text
    assert "the door is not declared" in text
    assert "would refuse GET /mine: no session was presented" in text


def test_observing_lets_pass_a_record_of_somebody_else_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    app, guard, client = made(observe=True)

    @app.get("/things/{thing_id}")
    @guard.door(caller=signed_in, resource=checked_by(lambda principal, given: given["thing_id"] == 1, "thing_id"))
    async def thing(thing_id: int) -> Said:
        return Said()

    with caplog.at_level("INFO", "doorcheck.guard"):
        for number in (1, 2):
            answer = ask(client, "GET", f"/things/{number}", headers=bearer("ann"))
            assert answer.status == 200
    assert caplog.text.count("would refuse GET /things/{thing_id}: the record is not the caller's") == 1


def test_a_guard_without_issuers_says_that_doors_refuse_everybody(caplog: pytest.LogCaptureFixture) -> None:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    guard = Guard()

    @app.get("/mine")
    @guard.door(caller=signed_in, resource=NOBODYS)
    async def mine() -> Said:
        return Said()

    guard.protect(app)
    guard.check()
    assert "no issuer is given" in caplog.text


def test_the_census_is_written_in_the_form_of_a_scan() -> None:
    app, guard, _ = made()

    @app.delete("/things/{thing_id}")
    @guard.door(caller=role("admin"), resource=NOBODYS, limit="5/minute")
    async def remove(thing_id: int) -> Said:
        return Said()

    (door,) = guard.census()["doors"]
    assert door["id"] == "DELETE /things/{thing_id}"
    assert door["file"] == __file__
    assert door["methods"] == ["DELETE"]
    assert door["answers"]["caller"] == "signed in, role admin"
    assert door["answers"]["resource"] == "nobody's: a test"


def test_an_application_that_is_whole_starts_and_ends() -> None:
    app, guard, client = made()

    @app.get("/one")
    @guard.door(caller=ANYBODY)
    async def one() -> Said:
        return Said()

    async def run() -> int:
        async with started(app) as told:
            assert told == []
            return (await client.request("GET", "/one")).status

    assert asyncio.run(run()) == 200
