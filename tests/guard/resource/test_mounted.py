"""Owned rows behind the doors of a mounted application, by the records that the guard was given."""

from __future__ import annotations

import asyncio

from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route
from tests.guard.asgi import Client
from tests.guard.resource.models import A, B, Invoice, Model, fill
from tests.guard.tokens import PlainTokens, bearer

from doorcheck.guard import Guard, raw, signed_in
from doorcheck.guard.resource import Records, owned, owns


def test_a_mounted_application_finds_the_records_of_the_guard() -> None:
    engine = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)
    guard = Guard(sessions=[PlainTokens()], records=Records(engine))

    @guard.door(
        caller=signed_in,
        resource=owns(Invoice, "invoice_id"),
        payload=raw(because="none"),
        returns=raw(because="an amount"),
    )
    async def one(request: Request) -> JSONResponse:
        return JSONResponse((await owned(request, Invoice)).amount)

    inner = Starlette(routes=[Route("/invoices/{invoice_id}", one)])
    app = Starlette(routes=[Mount("/inner", app=inner)])
    guard.protect(app)

    async def run() -> None:
        async with engine.begin() as connection:
            await connection.run_sync(Model.metadata.create_all)
        async with engine.connect() as connection:
            await connection.run_sync(lambda sync: fill(Session(sync)))
            await connection.commit()
        client = Client(app, headers=bearer("b"))
        own = await client.request("GET", f"/inner/invoices/{B}")
        assert (own.status, own.json()) == (200, 200)
        assert (await client.request("GET", f"/inner/invoices/{A}")).status == 404
        await engine.dispose()

    asyncio.run(run())
