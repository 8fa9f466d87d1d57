"""The application: ``uvicorn fastapi_guarded.main:app --factory --no-proxy-headers --no-access-log``."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from pydantic import BaseModel

from doorcheck.guard import public
from doorcheck.guard.records.log import ScrubbedJson

from . import admin, files, invoices, preview, projects, sign_in, summary, webhooks
from .service import Service
from .settings import Settings


class Health(BaseModel):
    """That the service answers, and nothing about it."""

    ok: bool = True


def application(service: Service) -> FastAPI:
    """The application around these locks. It does not start while one of its doors leaves a question open."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with service.running():
            yield

    app = FastAPI(title="Tally", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    for module in (sign_in, invoices, projects, admin, summary, webhooks, files, preview):
        app.include_router(module.doors(service))

    @app.get("/health")
    @service.guard.door(caller=public(because="liveness probe, returns no data"))
    async def health() -> Health:
        return Health()

    service.guard.protect(app)
    return app


def app() -> FastAPI:
    """The application of this environment, with a private log of lines of JSON."""
    handler = logging.StreamHandler()
    handler.setFormatter(ScrubbedJson())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    return application(Service(Settings.from_env(os.environ)))
