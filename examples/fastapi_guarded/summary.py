"""A door that costs money with each call: bounded input, a limit, and a ceiling for each day."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from doorcheck.guard import Payload, shared

from .service import Service

MOST_ANSWERED = 300


class Text(Payload):
    """What is to be summarised."""

    text: str = Field(min_length=1, max_length=8_000)


class Summary(BaseModel):
    """What leaves the service of a model's answer."""

    summary: str


def pretend_model(text: str) -> tuple[str, int]:
    """Stands in for a provider that bills by the token: the first sentence, and what it would have cost."""
    first = text.partition(".")[0][:MOST_ANSWERED]
    return first, tokens_of(text) + tokens_of(first)


def tokens_of(text: str) -> int:
    """An upper estimate."""
    return len(text) // 3 + 1


def doors(service: Service) -> APIRouter:
    """The door to the model."""
    router = APIRouter()

    @router.post("/summary")
    @service.guard.door(
        caller=service.member, resource=shared(because="keeps nothing"), account_limit="5/minute", body="64KiB"
    )
    async def summarise(given: Text) -> Summary:
        async with service.tokens.spend(tokens_of(given.text) + MOST_ANSWERED) as spending:
            answer, cost = pretend_model(given.text)
            spending.used(cost)
        return Summary(summary=answer)

    return router
