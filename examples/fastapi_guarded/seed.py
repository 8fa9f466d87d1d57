"""Two accounts, an administrator, and something of everything for the demonstration and the tests."""

from __future__ import annotations

from dataclasses import dataclass

from doorcheck.guard.resource import Scope

from .models import Invoice, Membership, Project, User
from .service import Service

NAMES = {"ada@example.test": "member", "bob@example.test": "member", "admin@example.test": "admin"}


@dataclass(frozen=True, slots=True)
class Seeded:
    """The ids by the account's e-mail address."""

    users: dict[str, str]
    invoices: dict[str, str]
    projects: dict[str, str]


async def seed(service: Service, password: str) -> Seeded:
    """Fill a database that is empty. All accounts have this password; each has a team, an invoice and a project."""
    hashed = await service.passwords.hash(password)
    users = {
        email: User(email=email, name=email.partition("@")[0].title(), role=role, password_hash=hashed)
        for email, role in NAMES.items()
    }
    async with service.records.session(Scope("seed", writes_all=True)) as db:
        db.add_all(users.values())
        await db.flush()
        invoices = {
            email: Invoice(owner_id=user.id, customer=f"Customer of {user.name}", amount_cents=120_000)
            for email, user in users.items()
        }
        projects = {
            email: Project(team_id=f"team-{user.name.lower()}", name=f"Project of {user.name}")
            for email, user in users.items()
        }
        db.add_all(Membership(user_id=user.id, team_id=projects[email].team_id) for email, user in users.items())
        db.add_all([*invoices.values(), *projects.values()])
        await db.commit()
        return Seeded(*({email: row.id for email, row in rows.items()} for rows in (users, invoices, projects)))
