"""Requests to addresses that a caller had a say in: no host inside, no redirect to one, no answer without end."""

from doorcheck.guard.outbound.client import Fetched, SafeClient
from doorcheck.guard.outbound.errors import OutboundFailed, OutboundRefused
from doorcheck.guard.outbound.internet import refusal_of

__all__ = ["Fetched", "OutboundFailed", "OutboundRefused", "SafeClient", "refusal_of"]
