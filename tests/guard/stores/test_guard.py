"""A guard whose limits are counted in a store."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from tests.guard.asgi import Client, started
from tests.guard.redis_server import RedisServer, require_redis

from doorcheck.guard import NOTHING, Guard, public, raw, shared
from doorcheck.guard.stores import Store


@pytest.fixture
def own_server() -> Iterator[RedisServer]:
    server = require_redis()
    yield server
    server.kill()


def _app(store: str | Store) -> Starlette:
    guard = Guard(store=store, limit="5/hour")

    @guard.door(
        caller=public(because="says nothing"),
        payload=NOTHING,
        resource=shared(because="nobody's"),
        returns=raw(because="a word"),
    )
    async def hello(request: Request) -> PlainTextResponse:
        return PlainTextResponse("hello")

    app = Starlette(routes=[Route("/", hello)])
    guard.protect(app)
    return app


def test_processes_that_share_a_file_share_their_limits(tmp_path: Path) -> None:
    async def check() -> None:
        apps = [_app(f"sqlite:///{tmp_path}/guard.db") for _ in range(2)]
        async with started(apps[0]) as told, started(apps[1]) as also:
            assert (told, also) == ([], [])
            answers = await asyncio.gather(*(Client(apps[number % 2]).request("GET", "/") for number in range(20)))
            assert sorted(answer.status for answer in answers) == [200] * 5 + [429] * 15
        assert not [thread for thread in threading.enumerate() if thread.name == "doorcheck-store"]
        assert [path.name for path in tmp_path.iterdir()] == ["guard.db"], "the end of the application closes the store"

    asyncio.run(check())


def test_a_guard_whose_redis_dies_refuses_and_goes_on_when_it_is_back(own_server: RedisServer) -> None:
    async def check() -> None:
        app = _app(own_server.url)
        async with started(app) as told:
            assert told == []
            client = Client(app)
            assert (await client.request("GET", "/")).status == 200
            own_server.kill()
            answers = await asyncio.gather(*(client.request("GET", "/") for _ in range(20)))
            assert {(answer.status, answer.body_reads) for answer in answers} == {(503, 0)}
            own_server.start()
            answers = await asyncio.gather(*(client.request("GET", "/") for _ in range(200)))
            assert sorted(answer.status for answer in answers) == [200] * 5 + [429] * 195
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(check())


def test_a_redis_that_is_away_does_not_keep_the_application_from_starting(own_server: RedisServer) -> None:
    own_server.kill()

    async def check() -> None:
        app = _app(own_server.url)
        async with started(app) as told:
            assert told == []
            assert (await Client(app).request("GET", "/")).status == 503

    asyncio.run(check())
