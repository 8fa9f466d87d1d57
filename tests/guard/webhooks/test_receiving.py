"""A webhook's door: verified before the handler, worked on once, tried again after a failure."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from typing import Any

import pytest
from fastapi import FastAPI, Request
from starlette.responses import PlainTextResponse
from tests.guard.asgi import Answer, Client

from doorcheck.guard import Guard, raw, shared, signed_by
from doorcheck.guard.webhooks import StripeWebhook

SECRET = "a secret that is long enough"
BODY = json.dumps({"id": "evt_1"}).encode()


def signed(body: bytes = BODY, secret: str = SECRET) -> dict[str, str]:
    stamp = int(time.time())
    mac = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {"stripe-signature": f"t={stamp},v1={mac}"}


class Shop:
    """An application with one webhook. ``statuses`` are what its handler answers, one after the other."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.bodies: list[bytes] = []
        self.waiting: asyncio.Event | None = None
        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        guard = Guard()

        @app.post("/stripe")
        @guard.door(
            caller=signed_by(StripeWebhook(SECRET)),
            payload=raw(because="verified as it is"),
            resource=shared(because="the event says whose"),
            returns=raw(because="Stripe reads the status alone"),
            body="64KiB",
        )
        async def received(request: Request) -> PlainTextResponse:
            self.bodies.append(await request.body())
            if self.waiting is not None:
                await self.waiting.wait()
            return PlainTextResponse("", self.statuses.pop(0))

        guard.protect(app)
        self.client = Client(app)

    async def deliver(self, headers: dict[str, str], body: bytes | list[bytes] = BODY) -> Answer:
        return await self.client.request("POST", "/stripe", body=body, headers=headers)


def test_the_handler_sees_the_raw_body_of_a_delivery_that_holds() -> None:
    shop = Shop(200)
    answer = asyncio.run(shop.deliver(signed(), [BODY[:3], BODY[3:]]))
    assert (answer.status, shop.bodies) == (200, [BODY])


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({}, BODY, 401),
        (signed(secret="another secret, as long"), BODY, 401),
        (signed(), BODY + b" ", 401),
        (signed(), [b"x" * 40_000, b"x" * 40_000], 413),
        ({"stripe-signature": "t=1,v1=\xe4"}, BODY, 401),
    ],
)
def test_no_other_reaches_the_handler(headers: dict[str, str], body: Any, status: int) -> None:
    shop = Shop()
    assert asyncio.run(shop.deliver(headers, body)).status == status
    assert shop.bodies == []


def test_a_delivery_that_comes_again_is_not_worked_on_again() -> None:
    shop = Shop(200)

    async def run() -> list[int]:
        return [(await shop.deliver(signed())).status for _ in range(3)]

    assert asyncio.run(run()) == [200, 204, 204]
    assert len(shop.bodies) == 1


def test_a_delivery_that_failed_may_come_again() -> None:
    shop = Shop(500, 200)

    async def run() -> list[int]:
        return [(await shop.deliver(signed())).status for _ in range(3)]

    assert asyncio.run(run()) == [500, 200, 204]


def test_a_delivery_that_comes_while_it_is_worked_on_is_to_wait() -> None:
    shop = Shop(200)

    async def run() -> tuple[int, int]:
        shop.waiting = asyncio.Event()
        first = asyncio.create_task(shop.deliver(signed()))
        while not shop.bodies:
            await asyncio.sleep(0)
        second = await shop.deliver(signed())
        shop.waiting.set()
        return (await first).status, second.status

    assert asyncio.run(run()) == (200, 409)


def test_one_event_may_come_to_several_doors() -> None:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    guard = Guard()
    came: list[str] = []

    def door(name: str) -> None:
        async def received(request: Request) -> PlainTextResponse:
            came.append(name)
            return PlainTextResponse("")

        received.__qualname__ = name
        answers: Any = {"payload": raw(because="a test"), "returns": raw(because="a test")}
        app.post(f"/{name}")(
            guard.door(caller=signed_by(StripeWebhook(SECRET)), resource=shared(because="a test"), **answers)(received)
        )

    door("billing")
    door("mailing")
    guard.protect(app)
    client = Client(app)

    async def run() -> None:
        for path in ("/billing", "/mailing", "/billing"):
            answer = await client.request("POST", path, body=BODY, headers=signed())
            assert answer.status in {200, 204}

    asyncio.run(run())
    assert came == ["billing", "mailing"]
