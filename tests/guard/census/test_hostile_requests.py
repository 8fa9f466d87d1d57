"""Requests that are made to be read in two ways, or to break whoever reads them."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import pytest
from fastapi import Body, FastAPI
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from tests.guard.asgi import Answer, Client

from doorcheck.guard import Guard, public, raw, shared

NOBODYS = shared(because="a test")
ANYBODY = public(because="a test")


class Said(BaseModel):
    ok: bool = True


def taking_json() -> Client:
    app, guard = FastAPI(docs_url=None, redoc_url=None, openapi_url=None), Guard()

    @app.post("/things")
    @guard.door(caller=ANYBODY, resource=NOBODYS, payload=raw(because="a test"))
    async def things(body: Annotated[Any, Body()]) -> Said:
        return Said()

    @app.get("/things/{number:int}")
    @guard.door(caller=ANYBODY, resource=NOBODYS)
    async def thing(number: int) -> Said:
        return Said()

    guard.protect(app)
    return Client(app)


def post(body: bytes, **headers: str) -> Answer:
    sent = {"content-type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return asyncio.run(taking_json().request("POST", "/things", body=body, headers=sent))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_nesting_does_not_hide_in_another_encoding(encoding: str) -> None:
    """In UTF-16 the sign U+2200 has the byte of a quotation mark, so that strings seem to end elsewhere."""
    deep = '["\u2200",' + "[" * 200 + "]" * 200 + "]"
    assert post(deep.encode(encoding)).status == 400
    assert post(deep.encode()).status == 422


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'["' + b"[" * 500 + b'"]', 200),
        (b'["\\"' + b"[" * 500 + b'\\\\"]', 200),
        (b"[" + b"[]," * 500 + b"[]]", 200),
        (b'["\\\\",' + b"[" * 40 + b"]" * 40 + b"]", 422),
        (b'{"a":' * 40 + b"1" + b"}" * 40, 422),
        (b"[" * 32 + b"]" * 32, 200),
        (b"[" * 33 + b"]" * 33, 422),
    ],
)
def test_only_nesting_is_counted(body: bytes, status: int) -> None:
    assert post(body).status == status


def test_a_body_without_a_type_is_looked_at_as_json() -> None:
    guard = Guard()

    @guard.door(caller=ANYBODY, resource=NOBODYS, payload=raw(because="a test"), returns=raw(because="a test"))
    async def read(request: Request) -> JSONResponse:
        return JSONResponse(len(str(await request.json())))

    app = Starlette(routes=[Route("/read", read, methods=["POST"])])
    guard.protect(app)
    deep = b"[" * 400 + b"]" * 400
    for headers in ({}, {"content-type": "text/json"}, {"content-type": "application/json-patch+json"}):
        assert asyncio.run(Client(app).request("POST", "/read", body=deep, headers=headers)).status == 422


def test_a_length_is_a_number_that_can_be_one() -> None:
    for length in ("9" * 5000, "-1", "1e3", "+1"):
        answer = post(b"1", content_length=length)
        assert (answer.status, answer.body_reads) == (400, 0)


def test_a_body_has_one_length() -> None:
    answer = post(b"1", content_length="1", transfer_encoding="chunked")
    assert (answer.status, answer.body_reads) == (400, 0)
    assert post(b"1", transfer_encoding="chunked").status == 200


def test_a_number_that_is_too_long_to_be_read_leads_nowhere() -> None:
    answer = asyncio.run(taking_json().request("GET", "/things/" + "9" * 5000))
    assert answer.status == 404
