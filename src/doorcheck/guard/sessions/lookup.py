"""Sessions that stand in the front end's own store: what it must tell about one, and how a silent store is taken."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from doorcheck.guard.principal import NOTHING
from doorcheck.guard.sessions.credentials import SessionRefused, SessionUnavailable
from doorcheck.guard.sessions.times import numeric, require_open

_TOKEN = re.compile(r"[A-Za-z0-9_~-]{16,256}")


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session as its store has it: ``expires_at`` in seconds since the epoch, ``claims`` as a ClaimMap reads them.

    ``claims`` name the account (``sub`` unless the map says otherwise) and whatever roles the store has.
    """

    expires_at: float
    claims: Mapping[str, Any] = field(default_factory=lambda: NOTHING, repr=False)


class SessionLookup(Protocol):
    """The front end's store of sessions, read by one query."""

    async def session(self, token: str) -> StoredSession | None:
        """The session that this token names, or None where there is none (any more).

        Whatever it raises is taken for a store that does not answer: 503.
        """


async def look_up(store: SessionLookup, token: str, now: float) -> StoredSession:
    """The open session of a token.

    Raises ``SessionRefused`` for a token of a form no store has, for an unknown and for an expired one, and
    ``SessionUnavailable`` where the store fails.
    """
    if _TOKEN.fullmatch(token) is None:
        raise SessionRefused("this is no session's token")
    try:
        found = await store.session(token)
    except SessionUnavailable:
        raise
    except Exception as fault:
        # The text of a driver's error may have the query in it, and with it the token.
        raise SessionUnavailable(f"the store of sessions failed: {type(fault).__name__}") from None
    if found is None:
        raise SessionRefused("there is no such session")
    require_open(numeric(found.expires_at, "the stored expiry"), now)
    return found
