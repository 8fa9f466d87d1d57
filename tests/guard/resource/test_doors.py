"""Doors to owned rows, from the request to the answer, by FastAPI and by Starlette."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, assert_type

import pytest
from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy import event, select, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from tests.guard.asgi import Answer, Client
from tests.guard.resource.models import A, B, Invoice, Model, fill

from doorcheck.guard import Carrier, Guard, Principal, raw, role, shared, signed_in
from doorcheck.guard.resource import (
    AsyncScopedSession,
    OutOfScope,
    Records,
    Scope,
    ScopedSession,
    UnscopedUse,
    owned,
    owns,
    scoped,
    scoped_session,
)
from doorcheck.guard.resource.dependencies import Owned, Scoped
from doorcheck.guard.sessions.credentials import Credential, Presented


class ByName:
    """Whoever says a name is that account; ``a+admin`` has a role too."""

    name = "by-name"
    cacheable = False

    def find(self, presented: Presented) -> tuple[Credential, ...]:
        return () if presented.bearer is None else (Credential(Carrier.BEARER, "", presented.bearer),)

    async def verify(self, credential: Credential, now: float) -> Principal:
        name, _, has = credential.value.partition("+")
        return Principal(
            name, "by-name", Carrier.BEARER, time.time() + 60, roles=frozenset({has}), tenant=f"org-{name}"
        )


class Told(BaseModel):
    id: int
    owner_id: str
    amount: int


class Amount(BaseModel, extra="forbid"):
    amount: int


USES: list[UnscopedUse] = []


def fastapi() -> FastAPI:
    guard = Guard(sessions=[ByName()])
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    to_one_row(app, guard)
    to_several_rows(app, guard)
    guard.protect(app)
    return app


def to_one_row(app: FastAPI, guard: Guard) -> None:
    @app.get("/invoices/{invoice_id}")
    @guard.door(caller=signed_in, resource=owns(Invoice, "invoice_id").all_seen_by("support"))
    async def one(invoice: Owned[Invoice]) -> Told:
        return Told(id=invoice.id, owner_id=invoice.owner_id, amount=invoice.amount)

    @app.put("/invoices/{invoice_id}")
    @guard.door(caller=signed_in, resource=owns(Invoice, "invoice_id").all_changed_by("admin"))
    async def change(invoice: Owned[Invoice], amount: Amount, db: Scoped) -> Told:
        # To a type checker these are what they are in a handler's hands.
        assert_type(invoice, Invoice)
        assert_type(db, AsyncScopedSession)
        invoice.amount = amount.amount
        await db.commit()
        return Told(id=invoice.id, owner_id=invoice.owner_id, amount=invoice.amount)

    @app.delete("/typed/{invoice_id}")
    @guard.door(caller=signed_in, resource=owns(Invoice, "invoice_id"), returns=raw(because="says what it deleted"))
    async def typed(invoice_id: int, db: Scoped) -> dict[str, int]:
        return {"deleted": invoice_id}

    @app.get("/settled/{invoice_id}")
    @guard.door(caller=signed_in, resource=owns(Invoice, "invoice_id"), returns=raw(because="the id alone"))
    async def settled(invoice_id: int) -> dict[str, int]:
        return {"id": invoice_id}

    @app.get("/by-amount/{amount}")
    @guard.door(caller=signed_in, resource=owns(Invoice, "amount", key="amount"))
    async def by_amount(invoice: Owned[Invoice]) -> Told:
        return Told(id=invoice.id, owner_id=invoice.owner_id, amount=invoice.amount)

    @app.get("/mistaken/{invoice_id}")
    @guard.door(caller=signed_in, resource=shared(because="it is not"), returns=raw(because="nothing"))
    async def mistaken(invoice: Owned[Invoice]) -> dict[str, int]:
        return {"id": invoice.id}


def to_several_rows(app: FastAPI, guard: Guard) -> None:
    @app.get("/invoices")
    @guard.door(caller=signed_in, resource=scoped)
    async def several(db: Scoped) -> list[Told]:
        found = await db.scalars(select(Invoice))
        return [Told(id=one.id, owner_id=one.owner_id, amount=one.amount) for one in found]

    @app.post("/invoices")
    @guard.door(caller=signed_in, resource=scoped)
    async def make(amount: Amount, db: Scoped) -> Told:
        made = Invoice(amount=amount.amount)
        db.add(made)
        await db.commit()
        return Told(id=made.id, owner_id=made.owner_id, amount=made.amount)

    @app.get("/forgetful")
    @guard.door(caller=signed_in, resource=scoped)
    async def forgetful(db: Scoped) -> list[Told]:
        return [Told(**row._mapping) for row in await db.execute(text("SELECT * FROM invoice"))]

    @app.get("/report")
    @guard.door(caller=role("admin"), resource=scoped)
    async def report(db: Scoped) -> list[Told]:
        async with db.unscoped(because="the monthly report"):
            found = (await db.scalars(select(Invoice).order_by(Invoice.id))).all()
        assert await db.get(Invoice, A) is None or db.scope.owner == "a"
        return [Told(id=one.id, owner_id=one.owner_id, amount=one.amount) for one in found]


def starlette() -> Starlette:
    guard = Guard(sessions=[ByName()])

    @guard.door(caller=signed_in, resource=owns(Invoice, "invoice_id"), payload=raw(because="none"), returns=Told)
    async def one(request: Request) -> JSONResponse:
        invoice = await owned(request, Invoice)
        return JSONResponse({"id": invoice.id, "owner_id": invoice.owner_id, "amount": invoice.amount})

    @guard.door(caller=signed_in, resource=owns(Invoice, "invoice_id"), payload=raw(because="none"), returns=Told)
    async def double(request: Request) -> JSONResponse:
        async with scoped_session(request) as db:
            invoice = await owned(request, Invoice)
            invoice.amount *= 2
            await db.commit()
        return JSONResponse({"id": invoice.id, "owner_id": invoice.owner_id, "amount": invoice.amount})

    app = Starlette(
        routes=[
            Route("/invoices/{invoice_id}", one, methods=["GET"]),
            Route("/invoices/{invoice_id}", double, methods=["PUT"]),
        ]
    )
    guard.protect(app)
    return app


@asynccontextmanager
async def serving(app: Starlette) -> AsyncIterator[Callable[..., Any]]:
    """Calls the application as an account, over a database in memory that two accounts have rows in."""
    engine = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)
    Records(engine, audit=USES.append).serve(app)
    async with engine.begin() as connection:
        await connection.run_sync(Model.metadata.create_all)
    async with engine.connect() as connection:
        await connection.run_sync(lambda sync: fill(Session(sync)))
        await connection.commit()

    async def call(account: str, method: str, path: str, **sent: Any) -> Answer:
        headers = {"authorization": f"Bearer {account}"} if account else {}
        return await Client(app, headers=headers).request(method, path, **sent)

    try:
        yield call
    finally:
        await engine.dispose()


APPS = {"fastapi": fastapi, "starlette": starlette}


@pytest.mark.parametrize("make", APPS.values(), ids=APPS)
def test_an_account_gets_its_own_invoice(make: Callable[[], Starlette]) -> None:
    async def run() -> None:
        async with serving(make()) as call:
            answer = await call("b", "GET", f"/invoices/{B}")
            assert (answer.status, answer.json()) == (200, {"id": B, "owner_id": "b", "amount": 200})

    asyncio.run(run())


@pytest.mark.parametrize("method", ["GET", "PUT"])
@pytest.mark.parametrize("make", APPS.values(), ids=APPS)
def test_somebody_elses_invoice_is_as_absent_as_none(make: Callable[[], Starlette], method: str) -> None:
    async def run() -> None:
        async with serving(make()) as call:
            answers = []
            for number in (str(A), "4000", "01", "x", "9" * 300, f"{A}%00"):
                answer = await call("b", method, f"/invoices/{number}", json={"amount": 1} if method == "PUT" else None)
                assert answer.status == 404
                shown = answer.json()
                assert shown.pop("request_id") == answer.headers["x-request-id"]
                answers.append((shown, len(answer.body), {**answer.headers, "x-request-id": ""}))
            assert all(one == answers[0] for one in answers)
            assert (await call("a", "GET", f"/invoices/{A}")).json()["amount"] == 100

    asyncio.run(run())


def test_a_door_without_the_row_in_its_parameters_is_settled_too() -> None:
    async def run() -> None:
        async with serving(fastapi()) as call:
            for method, path in (("DELETE", "typed"), ("GET", "settled")):
                assert (await call("b", method, f"/{path}/{B}")).status == 200
                assert (await call("b", method, f"/{path}/{A}")).status == 404
            assert (await call("b", "GET", "/by-amount/200")).json()["id"] == B
            assert (await call("b", "GET", "/by-amount/100")).status == 404

    asyncio.run(run())


def test_an_invoice_is_changed_and_made_for_the_caller() -> None:
    async def run() -> None:
        async with serving(fastapi()) as call:
            assert (await call("b", "PUT", f"/invoices/{B}", json={"amount": 5})).json()["amount"] == 5
            made = (await call("b", "POST", "/invoices", json={"amount": 6})).json()
            assert made["owner_id"] == "b"
            assert [one["amount"] for one in (await call("b", "GET", "/invoices")).json()] == [5, 6]
            assert [one["amount"] for one in (await call("a", "GET", "/invoices")).json()] == [100]

    asyncio.run(run())


def test_starlette_changes_in_the_session_of_the_request() -> None:
    async def run() -> None:
        async with serving(starlette()) as call:
            assert (await call("b", "PUT", f"/invoices/{B}")).json()["amount"] == 400
            assert (await call("b", "GET", f"/invoices/{B}")).json()["amount"] == 400

    asyncio.run(run())


def test_nobody_gets_nothing() -> None:
    async def run() -> None:
        async with serving(fastapi()) as call:
            assert (await call("", "GET", f"/invoices/{A}")).status == 401

    asyncio.run(run())


def test_a_role_is_let_through_by_the_door_that_says_so_alone() -> None:
    async def run() -> None:
        async with serving(fastapi()) as call:
            assert (await call("b+support", "GET", f"/invoices/{A}")).status == 200
            assert (await call("b+admin", "GET", f"/invoices/{A}")).status == 404
            assert (await call("b+support", "PUT", f"/invoices/{A}", json={"amount": 1})).status == 404
            assert (await call("b+admin", "PUT", f"/invoices/{A}", json={"amount": 1})).json()["amount"] == 1
            assert len((await call("b+support", "GET", "/invoices")).json()) == 1

    asyncio.run(run())


def test_a_handler_that_forgets_the_scope_tells_nothing() -> None:
    async def run() -> None:
        async with serving(fastapi()) as call:
            for path in ("/forgetful", f"/mistaken/{A}"):
                answer = await call("b", "GET", path)
                assert answer.status == 500
                assert "nvoice" not in answer.body.decode()

    asyncio.run(run())


def test_leaving_the_scope_is_audited_with_the_request() -> None:
    async def run() -> None:
        USES.clear()
        async with serving(fastapi()) as call:
            answer = await call("b+admin", "GET", "/report")
            assert [one["id"] for one in answer.json()] == [A, B]
        (use,) = USES
        assert (use.because, use.scope.owner) == ("the monthly report", "b")
        assert use.door.endswith("report")
        assert use.request_id == answer.headers["x-request-id"]

    asyncio.run(run())


def test_a_row_is_read_once_for_its_parameter_and_its_door() -> None:
    async def run() -> None:
        read = []
        async with serving(fastapi()) as call:

            def note(session: Any, transaction: Any, connection: Any) -> None:
                event.listen(connection, "before_cursor_execute", lambda *seen: read.append(seen[2]))

            event.listen(ScopedSession, "after_begin", note)
            try:
                await call("b", "GET", f"/invoices/{B}")
            finally:
                event.remove(ScopedSession, "after_begin", note)
        assert len([one for one in read if "FROM invoice" in one]) == 1

    asyncio.run(run())


def test_an_application_without_records_says_so(caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        app = fastapi()
        answer = await Client(app, headers={"authorization": "Bearer b"}).request("GET", f"/invoices/{B}")
        assert answer.status == 500
        assert "no records" in caplog.text

    asyncio.run(run())


def test_a_session_is_not_opened_unscoped_in_the_background() -> None:
    async def run() -> None:
        engine = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)
        with pytest.raises(Exception, match="Something went wrong"):
            Records(engine).session()
        await engine.dispose()

    asyncio.run(run())


def test_a_block_that_fails_in_an_async_session_ends_unscoped() -> None:
    async def run() -> None:
        engine = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)
        async with Records(engine).session(Scope("b")) as session:

            async def fail() -> None:
                async with session.unscoped(because="x"):
                    await session.execute(text("SELECT 1"))
                    raise ZeroDivisionError

            with pytest.raises(ZeroDivisionError):
                await fail()
            with pytest.raises(OutOfScope):
                await session.execute(text("SELECT 1"))
            with pytest.raises(OutOfScope):
                await session.connection()
            with pytest.raises(OutOfScope):
                await session.stream(text("SELECT 1"))
        await engine.dispose()

    asyncio.run(run())
