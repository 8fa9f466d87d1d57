"""Owned rows: SQLAlchemy sessions that reach the caller's rows, and no others.

Needs the extra ``doorcheck[guard-sql]``. The parameters for FastAPI are in ``doorcheck.guard.resource.dependencies``.
"""

from doorcheck.guard.resource.doors import OwnedRecords, ScopedRows, owns, scoped
from doorcheck.guard.resource.faults import OutOfScope
from doorcheck.guard.resource.named import owned, scoped_session
from doorcheck.guard.resource.records import Records
from doorcheck.guard.resource.rows import Members, OpenRows, OwnedRows, open_rows, open_table, owned_by, owned_through
from doorcheck.guard.resource.scope import Scope
from doorcheck.guard.resource.session import AsyncScopedSession, ScopedSession
from doorcheck.guard.resource.unscoped import Audit, UnscopedUse, to_audit_log
from doorcheck.guard.resource.wall import RowSecurity, policies, require_row_security

__all__ = [
    "AsyncScopedSession",
    "Audit",
    "Members",
    "OpenRows",
    "OutOfScope",
    "OwnedRecords",
    "OwnedRows",
    "Records",
    "RowSecurity",
    "Scope",
    "ScopedRows",
    "ScopedSession",
    "UnscopedUse",
    "open_rows",
    "open_table",
    "owned",
    "owned_by",
    "owned_through",
    "owns",
    "policies",
    "require_row_security",
    "scoped",
    "scoped_session",
    "to_audit_log",
]
