"""What a door leads to that is not ours asks for that door's key as well."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, FastAPI
from pydantic import BaseModel
from starlette.responses import PlainTextResponse
from tests.guard.asgi import Answer, Client
from tests.guard.tokens import PlainTokens, bearer

from doorcheck.guard import Guard, public, role, shared

NOBODYS = shared(because="a test")
ANYBODY = public(because="a test")


class Said(BaseModel):
    ok: bool = True


def ask(client: Client, method: str, path: str, **options: Any) -> Answer:
    return asyncio.run(client.request(method, path, **options))


def test_what_is_declared_by_its_path_does_not_run_on_the_key_of_another() -> None:
    async def opaque(scope: Any, receive: Any, send: Any) -> None:
        await PlainTextResponse("staff")(scope, receive, send)

    guard = Guard(sessions=[PlainTokens()])
    app = FastAPI(docs_url="/docs", redoc_url=None, openapi_url="/openapi.json")
    app.mount("/staff", opaque)
    inner = APIRouter()

    @inner.get("/theirs")
    async def theirs() -> Said:
        return Said()

    app.include_router(inner, prefix="/v1")

    @app.get("/open")
    @guard.door(caller=ANYBODY)
    async def opened() -> Said:
        return Said()

    paths = ("/staff/", "/docs", "/openapi.json", "/v1/theirs")
    for path in (*paths, "/docs/oauth2-redirect"):
        guard.declare(path.rstrip("/"), caller=role("admin"), resource=NOBODYS)
    instead = ""

    class Elsewhere:
        def __init__(self, app: Any) -> None:
            self.app = app

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            scope["path"] = instead or scope["path"]
            await self.app(scope, receive, send)

    app.add_middleware(Elsewhere)
    guard.protect(app)
    client = Client(app)
    for path in paths:
        instead = path
        assert ask(client, "GET", "/open").status == 403, path
        instead = ""
        assert ask(client, "GET", path, headers=bearer("ann", "admin")).status == 200, path
        assert ask(client, "GET", path).status == 401, path
    assert ask(client, "GET", "/open").status == 200
