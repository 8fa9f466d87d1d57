"""Invoices: each is one account's, and to everybody else it does not exist."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from doorcheck.guard import Failure, Idempotency, Payload, Success
from doorcheck.guard.resource import owns, scoped
from doorcheck.guard.resource.dependencies import Owned, Scoped

from .models import Invoice
from .service import Service
from .texts import Name, Prose


class NewInvoice(Payload):
    """What a caller may say of a new invoice. Whose it is, and its status, are the service's to say."""

    customer: Name
    amount_cents: int = Field(strict=True, gt=0, le=100_000_000)
    notes: Prose = ""


class InvoiceChanges(Payload):
    """What may be changed later."""

    customer: Name
    notes: Prose


class InvoiceView(BaseModel):
    """What leaves the service of an invoice."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    customer: str
    amount_cents: int
    status: str
    notes: str


class Sending(Payload):
    """The form that sends an invoice."""

    invoice_id: str = Field(max_length=36)


def doors(service: Service) -> APIRouter:
    """The doors to invoices."""
    router = APIRouter()
    guard, member = service.guard, service.member

    @router.get("/invoices")
    @guard.door(caller=member, resource=scoped)
    async def list_invoices(db: Scoped) -> list[InvoiceView]:
        found = await db.scalars(select(Invoice).order_by(Invoice.amount_cents.desc()).limit(200))
        return [InvoiceView.model_validate(invoice) for invoice in found]

    @router.post("/invoices", status_code=201)
    @guard.door(caller=member, resource=scoped, idempotent=Idempotency(service.store, required=False))
    async def create_invoice(given: NewInvoice, db: Scoped) -> InvoiceView:
        # Its owner is filled in by the session, from the caller's own.
        invoice = Invoice(customer=given.customer, amount_cents=given.amount_cents, notes=given.notes)
        db.add(invoice)
        await db.commit()
        return InvoiceView.model_validate(invoice)

    @router.get("/invoices/{invoice_id}")
    @guard.door(caller=member, resource=owns(Invoice, "invoice_id"))
    async def read_invoice(invoice: Owned[Invoice]) -> InvoiceView:
        return InvoiceView.model_validate(invoice)

    @router.patch("/invoices/{invoice_id}")
    @guard.door(caller=member, resource=owns(Invoice, "invoice_id"))
    async def change_invoice(invoice: Owned[Invoice], given: InvoiceChanges, db: Scoped) -> InvoiceView:
        invoice.customer, invoice.notes = given.customer, given.notes
        await db.commit()
        return InvoiceView.model_validate(invoice)

    @router.delete("/invoices/{invoice_id}", status_code=204)
    @guard.door(caller=member, resource=owns(Invoice, "invoice_id"), account_limit="30/minute")
    async def delete_invoice(invoice: Owned[Invoice], db: Scoped) -> None:
        await db.delete(invoice)
        await db.commit()

    @router.post("/actions/send-invoice")
    @guard.action(payload=Sending, returns=InvoiceView, caller=member, resource=scoped, account_limit="20/hour")
    async def send_invoice(given: Sending) -> Success[InvoiceView] | Failure:
        async with service.records.session() as db:
            invoice = await db.get(Invoice, given.invoice_id)
            if invoice is None:
                return Failure("no such invoice")
            invoice.status = "sent"
            await db.commit()
            return Success(InvoiceView.model_validate(invoice), redirect="/invoices")

    return router
