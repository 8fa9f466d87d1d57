"""What is worth an entry: denials, changes, who came and went, and what happens to keys."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class EventKind(enum.StrEnum):
    """Why an entry is written."""

    DENIAL = "denial"
    CHANGE = "change"
    KEY = "key"
    SIGN_IN = "sign-in"
    SIGN_OUT = "sign-out"
    UNSCOPED = "unscoped"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. ``account`` is the issuer and id of who did it, empty for a stranger.

    ``outcome`` is an HTTP status or a word, ``reason`` a sentence of the service's own, never of the caller's.
    """

    kind: EventKind
    door: str
    account: str
    address: str
    request_id: str
    outcome: str
    reason: str = ""
