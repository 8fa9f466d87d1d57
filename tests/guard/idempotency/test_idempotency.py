"""Requests that are sent more than once, and carried out once."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from tests.guard.asgi import Answer, Client
from tests.guard.signed_in import BearerNames

from doorcheck.guard import Guard, public, raw, shared, signed_in
from doorcheck.guard.idempotency import Idempotency
from doorcheck.guard.stores import Begun, StoreUnavailable
from doorcheck.guard.stores.memory import MemoryStore


class Payments:
    """A service that pays when it is asked to, and counts how often it did."""

    def __init__(self, **options: Any) -> None:
        self.paid: list[bytes] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.status = 201
        self.store = MemoryStore()
        self.idempotency = Idempotency(self.store, **options)
        guard = Guard(sessions=[BearerNames()], store=self.store, limit="10000/minute", account_limit="10000/minute")
        door: Any = {
            "caller": signed_in,
            "payload": raw(because="bytes"),
            "resource": shared(because="nobody's"),
            "returns": raw(because="a receipt"),
        }

        @guard.door(**door, idempotent=self.idempotency)
        async def pay(request: Request) -> Response:
            self.paid.append(await request.body())
            await self.gate.wait()
            if self.status == 0:
                raise RuntimeError("broken")
            receipt = JSONResponse({"receipt": len(self.paid)}, self.status, {"x-receipt": str(len(self.paid))})
            receipt.set_cookie("seen", "1")
            return receipt

        @guard.door(**door, idempotent=self.idempotency)
        async def export(request: Request) -> Response:
            self.paid.append(b"")

            async def lines() -> Any:
                for _ in range(20):
                    yield b"x" * 16384

            return StreamingResponse(lines())

        @guard.door(**door)
        async def inside(request: Request) -> Response:
            async with self.idempotency.attempt(await request.body()) as attempt:
                if attempt.answer is not None:
                    return Response(attempt.answer, headers={"x-again": "1"})
                self.paid.append(b"inside")
                if self.status == 0:
                    raise RuntimeError("broken")
                attempt.keep(b"receipt")
            return Response(b"receipt")

        self.app = Starlette(
            routes=[
                Route("/pay/{order}", pay, methods=["POST", "PUT"]),
                Route("/export", export, methods=["POST"]),
                Route("/inside", inside, methods=["POST"]),
            ]
        )
        guard.protect(self.app)

    async def ask(
        self,
        path: str = "/pay/1",
        *,
        key: str | None = "k1",
        body: bytes = b"10",
        who: str = "ann",
        method: str = "POST",
    ) -> Answer:
        headers = {"authorization": f"Bearer {who}"}
        if key is not None:
            headers["idempotency-key"] = key
        return await Client(self.app).request(method, path, body=body, headers=headers)


def test_the_same_request_is_carried_out_once_and_answered_the_same() -> None:
    async def check() -> None:
        payments = Payments()
        first, second = [await payments.ask() for _ in range(2)]
        assert payments.paid == [b"10"]
        assert (first.status, first.body) == (second.status, second.body) == (201, b'{"receipt":1}')
        assert second.headers["x-receipt"] == "1"
        assert second.headers["content-type"] == "application/json"
        assert second.headers["idempotent-replayed"] == "true"
        assert "idempotent-replayed" not in first.headers
        assert len(first.set_cookies) == 1
        assert second.set_cookies == [], "a cookie is not given twice"

    asyncio.run(check())


def test_a_key_belongs_to_its_caller_its_method_and_its_door() -> None:
    async def check() -> None:
        payments = Payments()
        await payments.ask()
        for other in ({"who": "bob"}, {"method": "PUT"}, {"key": "k2"}, {"who": "ann@acme", "key": "k3"}):
            answer = await payments.ask(**other)  # type: ignore[arg-type]
            assert "idempotent-replayed" not in answer.headers, other
        assert len(payments.paid) == 5

    asyncio.run(check())


@pytest.mark.parametrize("other", [{"body": b"11"}, {"path": "/pay/2"}, {"path": "/pay/1?to=eve"}, {"who": "ann@acme"}])
def test_a_key_that_is_used_for_another_request_is_422(other: dict[str, Any]) -> None:
    async def check() -> None:
        payments = Payments()
        await payments.ask()
        assert (await payments.ask(**other)).status == 422
        assert payments.paid == [b"10"]

    asyncio.run(check())


def test_while_the_first_is_in_flight_the_others_are_409() -> None:
    async def check() -> None:
        payments = Payments()
        payments.gate.clear()
        first = asyncio.create_task(payments.ask())
        while not payments.paid:
            await asyncio.sleep(0)
        others = await asyncio.gather(*(payments.ask() for _ in range(20)))
        assert {answer.status for answer in others} == {409}
        assert all(1 <= int(answer.headers["retry-after"]) <= 5 for answer in others)
        assert (await payments.ask(body=b"11")).status == 422
        payments.gate.set()
        assert (await first).status == 201
        assert (await payments.ask()).headers["idempotent-replayed"] == "true"
        assert payments.paid == [b"10"]

    asyncio.run(check())


@pytest.mark.parametrize("status", [0, 500, 503, 429, 409])
def test_a_fault_may_be_tried_again(status: int) -> None:
    async def check() -> None:
        payments = Payments()
        payments.status = status
        assert (await payments.ask()).status == (status or 500)
        payments.status = 201
        assert (await payments.ask()).status == 201
        assert len(payments.paid) == 2

    asyncio.run(check())


def test_a_refusal_of_the_service_itself_is_an_answer() -> None:
    async def check() -> None:
        payments = Payments()
        payments.status = 402
        assert (await payments.ask()).status == 402
        payments.status = 201
        assert (await payments.ask()).status == 402
        assert len(payments.paid) == 1

    asyncio.run(check())


def test_who_goes_away_leaves_the_attempt_in_flight_until_its_lease_is_over() -> None:
    async def check() -> None:
        payments = Payments(lease=0.3)
        payments.gate.clear()
        first = asyncio.create_task(payments.ask())
        while not payments.paid:
            await asyncio.sleep(0)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        payments.gate.set()
        assert (await payments.ask()).status == 409, "nobody knows how far it got"
        await asyncio.sleep(0.35)
        assert (await payments.ask()).status == 201

    asyncio.run(check())


def test_an_answer_that_is_too_large_is_sent_once_and_not_repeated() -> None:
    async def check() -> None:
        payments = Payments()
        first = await payments.ask("/export")
        assert (first.status, len(first.body)) == (200, 20 * 16384)
        assert (await payments.ask("/export")).status == 409
        assert len(payments.paid) == 1

    asyncio.run(check())


@pytest.mark.parametrize("key", [None, "", " ", "a b", "x" * 256, "é", "k1\x7f"])
def test_a_request_without_a_key_that_can_be_one_is_400_and_its_body_is_not_read(key: str | None) -> None:
    async def check() -> None:
        payments = Payments()
        answer = await payments.ask(key=key)
        assert (answer.status, answer.body_reads) == (400, 0)
        assert payments.paid == []

    asyncio.run(check())


def test_two_keys_are_400() -> None:
    async def check() -> None:
        payments = Payments()
        answer = await Client(payments.app).request(
            "POST",
            "/pay/1",
            headers={"authorization": "Bearer ann"},
            raw_headers=[(b"idempotency-key", b"k1"), (b"idempotency-key", b"k2")],
        )
        assert answer.status == 400

    asyncio.run(check())


def test_where_it_is_not_required_a_request_without_a_key_is_carried_out_each_time() -> None:
    async def check() -> None:
        payments = Payments(required=False)
        assert [(await payments.ask(key=None)).status for _ in range(2)] == [201, 201]
        assert len(payments.paid) == 2

    asyncio.run(check())


def test_a_store_that_does_not_answer_refuses_before_anything_is_done() -> None:
    async def check() -> None:
        payments = Payments()
        payments.idempotency._store = MemoryStore()
        await payments.idempotency._store.close()
        assert (await payments.ask()).status == 503
        assert payments.paid == []

    asyncio.run(check())


def test_an_answer_that_cannot_be_kept_is_503_and_is_not_carried_out_again() -> None:
    async def check() -> None:
        payments = Payments()

        async def full(begun: Begun, answer: bytes, seconds: float) -> bool:
            raise StoreUnavailable("full")

        payments.store.finish = full  # type: ignore[method-assign]
        assert (await payments.ask()).status == 503
        assert (await payments.ask()).status == 409
        assert len(payments.paid) == 1

    asyncio.run(check())


def test_strangers_come_no_further_than_before() -> None:
    async def check() -> None:
        payments = Payments()
        await payments.ask()
        answer = await Client(payments.app).request("POST", "/pay/1", body=b"10", headers={"idempotency-key": "k1"})
        assert (answer.status, answer.body_reads) == (401, 0)

    asyncio.run(check())


def test_the_store_has_neither_the_key_nor_the_body() -> None:
    async def check() -> None:
        payments = Payments()
        await payments.ask(key="the-key-itself", body=b"the-body-itself")
        kept = repr(payments.store._cells._kept)
        assert "the-key-itself" not in kept
        assert "the-body-itself" not in kept
        assert hashlib.sha256(b"the-body-itself").hexdigest() not in kept

    asyncio.run(check())


def test_an_endpoint_can_ask_for_itself() -> None:
    async def check() -> None:
        payments = Payments()
        payments.status = 0
        assert (await payments.ask("/inside")).status == 500
        payments.status = 201
        first, second = [await payments.ask("/inside") for _ in range(2)]
        assert (first.body, second.body) == (b"receipt", b"receipt")
        assert "x-again" in second.headers
        assert (await payments.ask("/inside", body=b"other")).status == 422
        assert (await payments.ask("/inside", key=None)).status == 400
        assert payments.paid == [b"inside", b"inside"]

    asyncio.run(check())


def test_a_door_for_everybody_cannot_be_idempotent() -> None:
    with pytest.raises(ValueError, match="caller's"):
        Guard().door(caller=public(because="for all"), idempotent=Idempotency(MemoryStore()))
