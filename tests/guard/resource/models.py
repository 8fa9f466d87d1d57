"""A small service's models, and two accounts with a row of everything each."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from doorcheck.guard.resource import Members, open_rows, open_table, owned_by, owned_through


class Model(DeclarativeBase):
    pass


class Membership(Model):
    __tablename__ = "membership"
    __rows__ = owned_by("account_id")

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[str]
    org_id: Mapped[str]


class Invoice(Model):
    __tablename__ = "invoice"
    __rows__ = owned_by("owner_id")

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[str]
    amount: Mapped[int]
    next_id: Mapped[int | None] = mapped_column(ForeignKey("invoice.id"))
    lines: Mapped[list[Line]] = relationship(back_populates="invoice")
    tags: Mapped[list[Tag]] = relationship(secondary="invoice_tag", back_populates="invoices")
    following: Mapped[Invoice | None] = relationship(remote_side="Invoice.id")


class Line(Model):
    __tablename__ = "line"
    __rows__ = owned_through("invoice_id", lambda: Invoice)

    id: Mapped[int] = mapped_column(primary_key=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"))
    says: Mapped[str]
    invoice: Mapped[Invoice] = relationship(back_populates="lines")


class Tag(Model):
    __tablename__ = "tag"
    __rows__ = open_rows(because="the same tags for everybody")

    id: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str]
    invoices: Mapped[list[Invoice]] = relationship(secondary="invoice_tag", back_populates="tags")


INVOICE_TAG = Table(
    "invoice_tag",
    Model.metadata,
    Column("invoice_id", Integer, ForeignKey("invoice.id"), primary_key=True),
    Column("tag_id", Integer, ForeignKey("tag.id"), primary_key=True),
    info=open_table(because="tells nothing but numbers"),
)


class Document(Model):
    __tablename__ = "document"
    __rows__ = owned_by(tenant="org_id", members=Members(Membership, "org_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    org_id: Mapped[str]
    title: Mapped[str]


class Draft(Model):
    __tablename__ = "draft"
    __rows__ = owned_by("author_id", tenant="org_id")

    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[str]
    org_id: Mapped[str]
    title: Mapped[str]


class Stray(Model):
    """Nobody said whose its rows are."""

    __tablename__ = "stray"

    id: Mapped[int] = mapped_column(primary_key=True)


A, B = 1, 2


def fill(session: Session) -> None:
    """Account a owns every row numbered 1, account b every row numbered 2; tag 1 is on both invoices."""
    tag = Tag(id=1, word="urgent")
    for number, name in ((A, "a"), (B, "b")):
        invoice = Invoice(id=number, owner_id=name, amount=number * 100, tags=[tag])
        session.add_all(
            [
                Membership(id=number, account_id=name, org_id=f"org-{name}"),
                invoice,
                Line(id=number, invoice=invoice, says=f"line of {name}"),
                Document(id=number, org_id=f"org-{name}", title=f"document of {name}"),
                Draft(id=number, author_id=name, org_id=f"org-{name}", title=f"draft of {name}"),
                Stray(id=number),
            ]
        )
    session.commit()
    # b's invoice leads to a's, by a foreign key that nobody checked when it was written.
    second = session.get_one(Invoice, B)
    second.next_id = A
    session.commit()
