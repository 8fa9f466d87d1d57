"""The tables, each with whose its rows are. A table that does not say so cannot be read by a scoped session."""

from __future__ import annotations

import uuid

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from doorcheck.guard.resource import Members, owned_by


def new_id() -> str:
    """An id that nobody can count on to."""
    return str(uuid.uuid4())


class Model(DeclarativeBase):
    """Of all tables."""


class User(Model):
    """An account. Its row is its own."""

    __tablename__ = "users"
    __rows__ = owned_by("id")

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str]
    role: Mapped[str] = mapped_column(default="member")
    password_hash: Mapped[str]


class Membership(Model):
    """Who belongs to which team."""

    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("user_id", "team_id"),)
    __rows__ = owned_by("user_id")

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    team_id: Mapped[str] = mapped_column(index=True)


class Project(Model):
    """A team's, and in reach of whoever has a membership of it."""

    __tablename__ = "projects"
    __rows__ = owned_by(tenant="team_id", members=Members(Membership, "team_id"))

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    team_id: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    archived: Mapped[bool] = mapped_column(default=False)


class Invoice(Model):
    """One account's."""

    __tablename__ = "invoices"
    __rows__ = owned_by("owner_id")

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    owner_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    customer: Mapped[str]
    amount_cents: Mapped[int]
    status: Mapped[str] = mapped_column(default="draft")
    notes: Mapped[str] = mapped_column(default="")


class Upload(Model):
    """A file of one account's. ``name`` is the one that the storage gave it."""

    __tablename__ = "uploads"
    __rows__ = owned_by("owner_id")

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    owner_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    kind: Mapped[str]
