"""What a client and the log are told where the deployment is not as declared."""

from __future__ import annotations

import asyncio
import logging

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from tests.guard.asgi import Client

from doorcheck.guard import NOTHING, Guard, addresses, current, public, raw, shared

guard = Guard(proxies=addresses.nginx(), limit="2/minute")


@guard.door(
    caller=public(because="says nothing but the caller's own address"),
    payload=NOTHING,
    resource=shared(because="nobody's"),
    returns=raw(because="an address"),
)
async def whoami(request: Request) -> PlainTextResponse:
    return PlainTextResponse(current().address)


app = Starlette(routes=[Route("/whoami", whoami)])
guard.protect(app)


def test_the_address_behind_the_proxy_is_what_is_limited() -> None:
    async def check() -> None:
        nginx = Client(app, address="10.0.0.2")
        for number in range(6):
            forged = {"x-forwarded-for": f"198.51.100.{number}, 203.0.113.7"}
            answer = await nginx.request("GET", "/whoami", headers=forged)
            assert answer.status == (200 if number < 2 else 429)
        other = await nginx.request("GET", "/whoami", headers={"x-forwarded-for": "203.0.113.8"})
        assert (other.status, other.body) == (200, b"203.0.113.8")

    asyncio.run(check())


def test_another_deployment_is_503_with_the_reason_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "doorcheck.guard")

    async def check() -> None:
        answer = await Client(app, address="203.0.113.7").request(
            "GET", "/whoami", headers={"x-forwarded-for": "198.51.100.1"}
        )
        assert answer.status == 503
        assert b"proxies" not in answer.body

    asyncio.run(check())
    assert "none of the proxies that were declared" in caplog.text
