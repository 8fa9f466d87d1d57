"""What the service writes down for itself: a private log without secrets, and an audit log that shows tampering."""

from doorcheck.guard.records.audit import AuditBroken, AuditLog, verify_audit
from doorcheck.guard.records.events import Event, EventKind
from doorcheck.guard.records.log import ScrubbedJson
from doorcheck.guard.records.scrubbing import scrub, scrub_value

__all__ = ["AuditBroken", "AuditLog", "Event", "EventKind", "ScrubbedJson", "scrub", "scrub_value", "verify_audit"]
