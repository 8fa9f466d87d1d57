"""What the payment provider calls: whoever signed the raw body, once for each event."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import update

from doorcheck.guard import raw, shared, signed_by
from doorcheck.guard.resource import Scope
from doorcheck.guard.webhooks import StripeWebhook

from .models import Invoice
from .service import Service


class Metadata(BaseModel):
    """What we gave Stripe to remember."""

    invoice_id: str | None = Field(default=None, max_length=36)


class CheckoutSession(BaseModel):
    """What is read of the object that an event is about."""

    metadata: Metadata = Metadata()


class EventData(BaseModel):
    """Its place."""

    object: CheckoutSession


class StripeEvent(BaseModel):
    """What is read of an event. Stripe sends more, and adds to it as it likes."""

    type: str = Field(max_length=100)
    data: EventData


def doors(service: Service) -> APIRouter:
    """The door of the payment provider."""
    router = APIRouter()

    @router.post("/webhooks/stripe", status_code=204)
    @service.guard.door(
        caller=signed_by(StripeWebhook(service.settings.stripe_secret)),
        payload=raw(because="Stripe adds fields; the model reads those it names"),
        resource=shared(because="the invoice that a signed event names, below"),
        limit="300/minute",
        body="256KiB",
    )
    async def stripe(event: StripeEvent) -> None:
        invoice_id = event.data.object.metadata.invoice_id
        if event.type != "checkout.session.completed" or invoice_id is None:
            return
        async with service.records.session(Scope("stripe")) as db:
            async with db.unscoped(because="Stripe says that somebody's invoice was paid"):
                await db.execute(update(Invoice).where(Invoice.id == invoice_id).values(status="paid"))
            await db.commit()

    return router
