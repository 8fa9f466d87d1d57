"""Fetching an address that a caller chose."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from doorcheck.guard import Payload, Refusal, Refused, shared
from doorcheck.guard.outbound import OutboundFailed, OutboundRefused

from .service import Service

_TITLE = re.compile(rb"<title>([^<]{1,200})", re.IGNORECASE)


class Page(Payload):
    """Which page."""

    url: str = Field(max_length=2_000)


class Preview(BaseModel):
    """Its title, and nothing else of it."""

    title: str


def doors(service: Service) -> APIRouter:
    """The door to other people's pages."""
    router = APIRouter()

    @router.get("/preview")
    @service.guard.door(
        caller=service.member, resource=shared(because="a page that is public"), account_limit="20/minute"
    )
    async def preview(page: Annotated[Page, Query()]) -> Preview:
        try:
            body = await service.web.fetch(page.url)
        except (OutboundRefused, OutboundFailed) as fault:
            # One answer for both, so that nobody learns which addresses there are inside.
            raise Refused(Refusal.INVALID, f"no preview: {fault}") from fault
        found = _TITLE.search(body)
        return Preview(title=found[1].decode("utf-8", "replace").strip() if found else "")

    return router
