"""Requests that are carried out once, however often they are sent."""

from doorcheck.guard.idempotency.attempts import Attempt, Idempotency

__all__ = ["Attempt", "Idempotency"]
