"""What an app sends to browsers that is its server's own."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from doorcheck.core import Location, Written


class Sent(msgspec.Struct, frozen=True, array_like=True):
    """One thing that is sent. ``kind`` says what it is, ``names`` what of it; ``seen`` are the places that show it.

    Kinds: secret (a variable of the server), token (of a session), columns (of a record that no browser is to have),
    session (all of one), public (a secret in a variable that browsers are given), inlined (one that a configuration
    gives them), hook (what asks the browser for its session, called on the server). ``sure`` is 0 where it is more
    likely meant, 2 where it cannot be.
    """

    kind: str
    names: tuple[str, ...]
    says: str
    seen: tuple[Written, ...]
    sure: int = 2


class Browsers(msgspec.Struct, frozen=True, array_like=True):
    """All that is sent, with places that send less than they could, and the pages that were not followed."""

    sent: tuple[Sent, ...] = ()
    held: tuple[Written, ...] = ()
    unfollowed: tuple[Location, ...] = ()
    pages: int = 0


def worst_first(sent: Iterable[Sent]) -> list[Sent]:
    """In the order of how sure it is, then of its places."""
    return sorted(sent, key=lambda one: (-one.sure, one.seen[0].at, one.kind, one.names))
