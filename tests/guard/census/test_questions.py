"""What a door answered is asked of each request, in order and before the body."""

from __future__ import annotations

import pytest
from fastapi import FastAPI, Request
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount
from starlette.testclient import TestClient
from tests.guard.asgi import Client
from tests.guard.census.guarded import ANYBODY, NOBODYS, Said, Titled, ask, made
from tests.guard.tokens import PlainTokens, bearer, cookie

from doorcheck.guard import Guard, raw, signed_in, unlimited


def test_a_change_in_a_browser_comes_from_our_own_pages() -> None:
    app, guard, client = made(origins=["https://app.example.test"])

    @app.post("/things")
    @guard.door(caller=signed_in, resource=NOBODYS)
    async def things(body: Titled) -> Said:
        return Said()

    def post(headers: dict[str, str]) -> int:
        return ask(client, "POST", "/things", json={"title": "a"}, headers=headers).status

    signed = cookie("ann")
    assert post(signed | {"sec-fetch-site": "same-origin"}) == 200
    assert post(signed | {"sec-fetch-site": "cross-site"}) == 403
    assert post(signed | {"sec-fetch-site": "same-site"}) == 403
    assert post(signed | {"sec-fetch-site": "cross-site", "origin": "https://app.example.test"}) == 200
    assert post(signed | {"origin": "https://evil.example.test"}) == 403
    assert post(signed | {"origin": "http://testserver"}) == 200
    assert post(signed) == 200
    assert post(bearer("ann") | {"sec-fetch-site": "cross-site"}) == 200


def test_a_limit_is_counted_before_anything_else_and_says_when_to_come_back() -> None:
    app, guard, client = made()

    @app.get("/one")
    @guard.door(caller=signed_in, resource=NOBODYS, limit="2/minute")
    async def one() -> Said:
        return Said()

    for _ in range(2):
        assert ask(client, "GET", "/one").status == 401
    answer = ask(client, "GET", "/one", headers=bearer("ann"))
    assert answer.status == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 30
    client.address = "198.51.100.9"
    assert ask(client, "GET", "/one", headers=bearer("ann")).status == 200


def test_an_account_is_limited_from_every_address() -> None:
    app, guard, client = made()

    @app.get("/one")
    @guard.door(caller=signed_in, resource=NOBODYS, account_limit="1/hour")
    async def one() -> Said:
        return Said()

    assert ask(client, "GET", "/one", headers=bearer("ann")).status == 200
    client.address = "198.51.100.9"
    assert ask(client, "GET", "/one", headers=bearer("ann")).status == 429
    assert ask(client, "GET", "/one", headers=bearer("bob")).status == 200


def test_a_body_is_no_larger_and_no_deeper_than_its_door_allows() -> None:
    app, guard, client = made(body="1KiB")
    json = {"content-type": "application/json"} | bearer("ann")

    @app.post("/things")
    @guard.door(caller=signed_in, resource=NOBODYS)
    async def things(body: Titled) -> Said:
        return Said()

    @app.post("/raw")
    @guard.door(caller=signed_in, resource=NOBODYS, payload=raw(because="a test"))
    async def anything(request: Request) -> Said:
        await request.json()
        return Said()

    declared = ask(client, "POST", "/things", body=b"", headers=json | {"content-length": "2000"})
    assert (declared.status, declared.body_reads) == (413, 0)
    streamed = ask(client, "POST", "/things", body=[b"x" * 600, b"x" * 600, b"x" * 600], headers=json)
    assert (streamed.status, streamed.body_reads) == (413, 2)
    deep = b"[" * 40 + b"]" * 40
    flat = b"[" + b"[]," * 60 + b"[]]"
    assert ask(client, "POST", "/raw", body=deep, headers=json).status == 422
    assert ask(client, "POST", "/raw", body=flat, headers=json).status == 200
    brackets = ask(client, "POST", "/things", json={"title": "[" * 100}, headers=bearer("ann"))
    assert brackets.status == 200


def test_a_store_of_sessions_that_fails_is_not_a_stranger() -> None:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    issuer = PlainTokens(broken=True)
    guard = Guard(sessions=[issuer])
    guard.protect(app)

    @app.get("/one")
    @guard.door(caller=signed_in, resource=NOBODYS)
    async def one() -> Said:
        return Said()

    assert ask(Client(app), "GET", "/one", headers=bearer("ann")).status == 503


def test_faults_say_nothing_of_themselves() -> None:
    app, guard, client = made()

    @app.get("/broken")
    @guard.door(caller=ANYBODY)
    async def broken() -> Said:
        raise RuntimeError("password=hunter2")

    @app.get("/telling")
    @guard.door(caller=ANYBODY, returns=raw(because="a test"))
    async def telling(request: Request) -> PlainTextResponse:
        return PlainTextResponse("Traceback: hunter2", 500)

    for path in ("/broken", "/telling"):
        answer = ask(client, "GET", path)
        assert answer.status == 500
        assert answer.headers["content-type"] == "application/problem+json"
        assert b"hunter2" not in answer.body
        assert answer.json()["request_id"] == answer.headers["x-request-id"]


def test_a_cost_that_no_call_could_pay_is_no_cost() -> None:
    guard = Guard(limit="5/minute", account_limit="8/minute")
    for answers in ({"cost": 6}, {"cost": 0}, {"cost": -1}, {"cost": 9, "limit": "10/minute"}):
        with pytest.raises(ValueError, match="never fits"):
            guard.door(caller=ANYBODY, **answers)
    guard.door(caller=ANYBODY, cost=9, limit="10/minute", account_limit="10/minute")
    guard.door(caller=ANYBODY, cost=9, limit=unlimited(because="a test"), account_limit="10/minute")


def test_the_client_of_starlettes_own_tests_has_an_address() -> None:
    app, guard, _ = made()

    @app.get("/one")
    @guard.door(caller=ANYBODY)
    async def one() -> Said:
        return Said()

    with TestClient(app) as client:
        assert client.get("/one").status_code == 200


def test_a_mounted_application_that_was_called_before_tells_no_more_than_others() -> None:
    guard = Guard()
    inner = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @inner.post("/things")
    @guard.door(caller=ANYBODY, resource=NOBODYS)
    async def things(body: Titled) -> Said:
        return Said()

    assert ask(Client(inner), "POST", "/things", json={"title": "a"}).status == 503
    app = Starlette(routes=[Mount("/inner", app=inner)])
    guard.protect(app)
    answer = ask(Client(app), "POST", "/inner/things", json={"title": ["s3cret"]})
    assert (answer.status, b"s3cret" in answer.body) == (422, False)
