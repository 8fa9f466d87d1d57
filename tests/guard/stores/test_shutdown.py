"""Nothing is left when a guarded application ends: no task, no file, no connection, whatever was broken off before."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from fastapi import FastAPI
from pydantic import BaseModel
from tests.guard.asgi import Client, started
from tests.guard.redis_server import require_redis
from tests.guard.tokens import PlainTokens, bearer

from doorcheck.guard import Guard, Refused, current, shared, signed_in


class Said(BaseModel):
    ok: bool = True


@pytest.fixture(params=["memory", "sqlite", "redis"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "redis":
        server = require_redis()
        yield server.url
        server.kill()
    else:
        yield "memory://" if request.param == "memory" else f"sqlite:///{tmp_path / 'guard.db'}"


def held() -> tuple[set[str], int]:
    """What this process has open, sockets told apart from files by their names, and how many threads it has."""
    gc.collect()
    found = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            found.add(str(descriptor.readlink()))
    return found, threading.active_count()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="asks /proc what is open")
def test_nothing_is_left_after_the_end(store: str) -> None:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    guard = Guard(sessions=[PlainTokens()], store=store)
    reached = asyncio.Event()

    @app.get("/slow")
    @guard.door(caller=signed_in, resource=shared(because="a test"))
    async def slow() -> Said:
        reached.set()
        await asyncio.sleep(600)
        return Said()

    @app.get("/quick")
    @guard.door(caller=signed_in, resource=shared(because="a test"))
    async def quick() -> Said:
        return Said()

    guard.protect(app)
    client = Client(app)

    async def run() -> None:
        async with started(app) as told:
            assert told == []
            await asyncio.gather(*(client.request("GET", "/quick", headers=bearer("ann")) for _ in range(20)))
            broken_off = asyncio.create_task(client.request("GET", "/slow", headers=bearer("ann")))
            await reached.wait()
            waiting = [asyncio.create_task(client.request("GET", "/quick", headers=bearer("ann"))) for _ in range(20)]
            await asyncio.sleep(0)
            for task in (broken_off, *waiting):
                task.cancel()
            await asyncio.gather(broken_off, *waiting, return_exceptions=True)
            with pytest.raises(Refused):
                current()
            # Whoever comes next is served as if nothing had been broken off.
            assert (await client.request("GET", "/quick", headers=bearer("bob"))).status == 200
        assert asyncio.all_tasks() == {asyncio.current_task()}

    before = held()
    asyncio.run(run())
    files, threads = held()
    assert files - before[0] == set()
    assert threads == before[1]
