"""One guarded application for each test of the census, and a way to ask it."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from tests.guard.asgi import Answer, Client
from tests.guard.tokens import PlainTokens

from doorcheck.guard import Guard, Payload, public, shared

NOBODYS = shared(because="a test")
ANYBODY = public(because="a test")


class Said(BaseModel):
    ok: bool = True


class Titled(Payload):
    title: str


def made(**options: Any) -> tuple[FastAPI, Guard, Client]:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    guard = Guard(sessions=[PlainTokens()], **options)
    guard.protect(app)
    return app, guard, Client(app)


def ask(client: Client, method: str, path: str, **options: Any) -> Answer:
    return asyncio.run(client.request(method, path, **options))
