"""Why a request was not sent, or not answered."""

from __future__ import annotations


class OutboundRefused(Exception):
    """The request would have gone where it may not go. The text names the reason, for the private log."""


class OutboundFailed(Exception):
    """The other side did not answer as it should: no connection, no time left, too many bytes."""
