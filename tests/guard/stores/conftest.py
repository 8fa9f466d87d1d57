"""Each kind of store, empty, for the tests that hold all of them to one behaviour."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from tests.guard.redis_server import RedisServer, require_redis

from doorcheck.guard.stores import Store, open_store

OpenStore = Callable[[], AbstractAsyncContextManager[Store]]


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    server = require_redis()
    yield server
    server.kill()


@pytest.fixture(params=["memory", "sqlite", "redis"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> OpenStore:
    """Opens the store of this kind; closes it at the end."""
    if request.param == "redis":
        server: RedisServer = request.getfixturevalue("redis_server")
        number = request.session.stash.setdefault(_DATABASE, -1) + 1
        request.session.stash[_DATABASE] = number
        url = f"redis://127.0.0.1:{server.port}/{number % 16}"
    else:
        url = {"memory": "memory://", "sqlite": f"sqlite:///{tmp_path}/store.db"}[request.param]

    @asynccontextmanager
    async def open_one() -> AsyncIterator[Store]:
        store = open_store(url)
        try:
            if request.param == "redis":
                await _emptied(url)
            yield store
        finally:
            await store.close()

    return open_one


_DATABASE = pytest.StashKey[int]()


async def _emptied(url: str) -> None:
    from redis.asyncio import Redis  # noqa: PLC0415  # only these tests need the extra

    async with Redis.from_url(url) as client:
        await client.flushdb()
