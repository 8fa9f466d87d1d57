"""The same one route four times: bare, with the usual stack, with fastapi-guard, and with doorcheck.guard.

Each is a module-level ASGI application, so that uvicorn can serve it as ``guard_apps:NAME``.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

import jwt
from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from pydantic import BaseModel
from slowapi import Limiter
from slowapi.middleware import SlowAPIMiddleware
from slowapi.util import get_remote_address
from starlette.middleware.base import BaseHTTPMiddleware

import guard as fastapi_guard
from doorcheck.guard import Guard, Payload, shared, signed_in
from doorcheck.guard.sessions.issuers import Jose, SharedSecret

SECRET = "a secret for a benchmark, 32 bytes and more"
TOKEN = jwt.encode({"sub": "ann", "exp": int(time.time()) + 86400, "iss": "bench", "aud": "bench"}, SECRET, "HS256")
BODY = b'{"title": "a title of some length", "count": 3, "tags": ["one", "two", "three"]}'


class Titled(BaseModel):
    title: str
    count: int
    tags: list[str]


class StrictTitled(Payload):
    title: str
    count: int
    tags: list[str]


class Said(BaseModel):
    title: str
    owner: str


def _application() -> FastAPI:
    return FastAPI(docs_url=None, redoc_url=None, openapi_url=None)


bare = _application()


@bare.post("/things")
async def make_bare(body: Titled) -> Said:
    return Said(title=body.title, owner="ann")


usual = _application()


async def caller(request: Request) -> str:
    _scheme, _, token = request.headers.get("authorization", "").partition(" ")
    try:
        claims = jwt.decode(token, SECRET, ["HS256"], audience="bench", issuer="bench", options={"require": ["exp"]})
    except jwt.PyJWTError as fault:
        raise HTTPException(401) from fault
    return str(claims["sub"])


@usual.post("/things")
async def make_usual(body: Titled, who: str = Depends(caller)) -> Said:
    return Said(title=body.title, owner=who)


async def add_headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await call_next(request)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Content-Security-Policy"] = "default-src 'none'"
    response.headers["Strict-Transport-Security"] = "max-age=63072000"
    return response


usual.state.limiter = Limiter(key_func=get_remote_address, default_limits=["100000000/minute"])
usual.add_middleware(SlowAPIMiddleware)
usual.add_middleware(BaseHTTPMiddleware, dispatch=add_headers)
usual.add_middleware(CORSMiddleware, allow_origins=["https://app.example.test"], allow_credentials=True)

peer = _application()


@peer.post("/things")
async def make_peer(body: Titled, who: str = Depends(caller)) -> Said:
    return Said(title=body.title, owner=who)


peer.add_middleware(
    fastapi_guard.SecurityMiddleware,
    config=fastapi_guard.SecurityConfig(enable_redis=False, rate_limit=100_000_000, rate_limit_window=60),
)

_guard = Guard(
    sessions=[Jose(key=SharedSecret(SECRET, "HS256"), bearer=True, cookie=None, issuer="bench", audience="bench")],
    limit="100000000/minute",
    account_limit="100000000/minute",
)
guarded = _application()


@guarded.post("/things")
@_guard.door(caller=signed_in, resource=shared(because="a benchmark"))
async def make_guarded(body: StrictTitled) -> Said:
    return Said(title=body.title, owner="ann")


_guard.protect(guarded)
APPLICATIONS: dict[str, Any] = {"bare": bare, "usual": usual, "peer": peer, "guarded": guarded}
