"""Whether a database keeps its own rules between a client and its rows, as row-level security does."""

from __future__ import annotations

from doorcheck.scan.facts.values import Env, External, Obj, Value, made_from
from doorcheck.scan.knowledge import rows

_SERVERS = ("SERVICE", "SECRET", "ADMIN")
_CLIENTS = ("ANON", "PUBLISHABLE", "NEXT_PUBLIC_")
_CALLERS = frozenset({"cookies", "accessToken", "Authorization", "authorization"})
"""Options by which a client speaks for the caller."""
_OWN_KEY = "@supabase/auth-helpers"
"""Packages that take the public key from the environment by themselves."""
_MAX_PARTS = 120


def is_policed(row: rows.Sink, callee: External) -> bool:
    """Whether what this call reaches is limited by the database's rules for callers.

    A client that was made with a key of the server's passes by them; one with the public key, or with the caller's
    own token or cookies, does not.
    """
    if not row.policies or not callee.links:
        return False
    given = callee.links[0].arguments
    names = [name for value in given for name in _variables(value)]
    if any(word in name for name in names for word in _SERVERS):
        return False
    if any(word in name for name in names for word in _CLIENTS):
        return True
    return any(_speaks_for_caller(value) for value in given) or callee.package.startswith(_OWN_KEY)


def _variables(value: Value) -> list[str]:
    parts = made_from(value, _MAX_PARTS)
    return [part.name.upper() for part in parts if isinstance(part, Env) and not part.name.upper().endswith("URL")]


def _speaks_for_caller(value: Value) -> bool:
    return any(isinstance(part, Obj) and not _CALLERS.isdisjoint(part.props) for part in made_from(value, _MAX_PARTS))
