"""An account, as the application that has it says."""

from __future__ import annotations

import json
from dataclasses import dataclass

MAX_ID = 200


@dataclass(frozen=True, slots=True)
class Account:
    """Whose session it is, and what they may. ``id`` never changes and is nobody else's, as a primary key is.

    Raises ``ValueError`` for an empty or overlong id.
    """

    id: str
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    tenant: str | None = None

    def __post_init__(self) -> None:
        if not 0 < len(self.id) <= MAX_ID:
            raise ValueError(f"an account's id has 1 to {MAX_ID} characters")


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """What the store has of one session. Times are seconds since the epoch; ``seen`` is only roughly the last one."""

    account: Account
    created: float
    seen: float

    def written(self) -> bytes:
        """The record as bytes."""
        account = self.account
        content = [
            account.id,
            sorted(account.roles),
            sorted(account.permissions),
            account.tenant,
            self.created,
            self.seen,
        ]
        return json.dumps(content, separators=(",", ":")).encode()


def read_record(written: bytes) -> SessionRecord:
    """The record that was written. Raises ``ValueError`` for anything else."""
    try:
        name, roles, permissions, tenant, created, seen = json.loads(written)
        account = Account(str(name), frozenset(roles), frozenset(permissions), tenant)
        return SessionRecord(account, float(created), float(seen))
    except TypeError as fault:
        raise ValueError("not a session's record") from fault
