"""The record of a stretch of work that was done without a scope."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from doorcheck.guard.passage import current
from doorcheck.guard.records.audit import AuditLog
from doorcheck.guard.records.events import Event, EventKind
from doorcheck.guard.refusals import Refused
from doorcheck.guard.resource.scope import Scope

_log = logging.getLogger("doorcheck.guard")


@dataclass(frozen=True, slots=True)
class UnscopedUse:
    """Who left their scope, why, and in which request; ``request_id`` and ``door`` are empty outside of one."""

    because: str
    scope: Scope
    request_id: str
    door: str


Audit = Callable[[UnscopedUse], None]
"""Told of each use before it begins. What it raises keeps the use from beginning."""


def to_log(use: UnscopedUse) -> None:
    """The audit of a session that was given no other: a line of the private log."""
    _log.warning("unscoped: %s (account %s, door %s, %s)", use.because, use.scope.owner, use.door, use.request_id)


def to_audit_log(log: AuditLog) -> Audit:
    """An audit that writes each use as an entry of this log. A log that cannot be written keeps the use from beginning.

    For ``Records(engine, audit=to_audit_log(log))``.
    """

    def audit(use: UnscopedUse) -> None:
        to_log(use)
        log.record(Event(EventKind.UNSCOPED, use.door, str(use.scope.owner), "", use.request_id, "lifted", use.because))

    return audit


def use_of(scope: Scope, because: str) -> UnscopedUse:
    """The record of a use that is about to begin. Raises ``ValueError`` for an empty reason."""
    if not because.strip():
        raise ValueError("unscoped() needs a reason: unscoped(because='counts every open invoice for the report')")
    try:
        passage = current()
    except Refused:
        return UnscopedUse(because, scope, "", "")
    return UnscopedUse(because, scope, passage.request_id, passage.declaration.name)
