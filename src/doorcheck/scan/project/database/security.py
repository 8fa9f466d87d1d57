"""Row-level security: which rows of a table a client's own queries reach, by the policies that SQL files create."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

COMMANDS = ("select", "insert", "update", "delete")

# Roles of the server itself; a policy for them says nothing of what a client reaches.
_SERVER_ROLES = frozenset(
    ("service_role", "postgres", "supabase_admin", "supabase_auth_admin", "supabase_storage_admin", "dashboard_user")
)
_IDENTITY = re.compile(r"\bauth\s*\.\s*(?:uid|jwt|email|user_id|session)\s*\(|\bcurrent_setting\s*\(")
_SIGNED_IN = re.compile(
    r"\(?\s*(?:select\s+)?auth\s*\.\s*(?:uid|jwt|email)\s*\(\s*\)\s*(?:as\s+\w+\s*)?\)?\s*is\s+not\s+null"
    r"|\bauth\s*\.\s*role\s*\(\s*\)(?:\s*as\s+\w+)?\s*\)?\s*=\s*'authenticated'(?:::text)?"
)
_CALLED = re.compile(r"(?:\b(\w+)\s*\.\s*)?\b(\w+)\s*\(")
_NOISE = re.compile(r"[\s()]+")
# What comes before a bracket and asks nobody.
_OF_SQL = frozenset(
    (
        *("select", "exists", "in", "any", "all", "some", "and", "or", "not", "where", "on", "as", "values", "array"),
        *("coalesce", "lower", "upper", "now", "cast", "count", "length", "nullif", "current_date", "date_trunc"),
        *("jsonb_build_object", "to_jsonb", "array_length", "foldername", "filename", "extension", "split_part"),
    )
)
MAX_FUNCTION_CALLS = 5
"""How many functions deep a policy is followed to where the caller is asked for."""


class Rows(enum.Enum):
    """Which rows a policy, or all of a table's policies together, let a client's command reach."""

    ALL = "all"
    """Everybody's, for anyone: row-level security is off, or a policy says ``true``."""
    SIGNED_IN = "signed-in"
    """Everybody's, for anyone who is signed in."""
    CALLERS = "callers"
    """Those that a condition on who is calling lets through."""
    SOME = "some"
    """Those that a condition lets through which does not ask who is calling."""
    UNCLEAR = "unclear"
    """Those that a condition lets through which asks a function that no file defines."""
    NONE = "none"
    """None: there is no policy for this command."""


_WIDEST = (Rows.ALL, Rows.SIGNED_IN, Rows.UNCLEAR, Rows.SOME, Rows.CALLERS)


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy. ``using`` chooses among rows that are there, ``check`` judges rows as written; both in lower case.

    ``command`` is one of COMMANDS or ``all``; ``roles`` is empty for everybody. ``rows`` are those it opens that are
    there, ``written`` those it lets a client write.
    """

    name: str
    command: str
    roles: tuple[str, ...] = ()
    using: str = ""
    check: str = ""
    permissive: bool = True
    rows: Rows = Rows.SOME
    written: Rows = Rows.SOME
    file: str = ""
    line: int = 1

    @property
    def for_clients(self) -> bool:
        """Whether it opens anything to a client, as against the server's own roles."""
        return not self.roles or not set(self.roles) <= _SERVER_ROLES

    def opens(self, command: str) -> Rows:
        """The rows it opens to this command: one that inserts chooses none, so only what it writes is judged."""
        return self.written if command == "insert" else self.rows


@dataclass(frozen=True, slots=True)
class RowSecurity:
    """What a table's SQL says: whether row-level security is on, and its policies.

    ``complete`` is false where SQL makes policies in a way that is not read, as text that it puts together.
    """

    enabled: bool
    policies: tuple[Policy, ...] = ()
    complete: bool = True

    def rows(self, command: str) -> Rows | None:
        """Which rows a client's ``command`` (one of COMMANDS) reaches; None when the files do not tell."""
        if not self.enabled:
            return Rows.ALL if self.complete else None
        mine = [each for each in self.policies if each.command in (command, "all") and each.for_clients]
        if any(not each.permissive and each.opens(command) is Rows.CALLERS for each in mine):
            return Rows.CALLERS
        opened = {each.opens(command) for each in mine if each.permissive}
        for widest in _WIDEST:
            if widest in opened:
                return widest
        return Rows.NONE if self.complete else None


@dataclass(frozen=True, slots=True)
class Functions:
    """The functions that SQL files define, by name, and those of them that look at who is calling."""

    known: frozenset[str] = frozenset()
    asking: frozenset[str] = frozenset()


def functions_of(bodies: Mapping[str, str]) -> Functions:
    """What these functions do, by name and body; one that asks another which asks who is calling does so too."""
    found: frozenset[str] = frozenset()
    for _ in range(MAX_FUNCTION_CALLS):
        more = found | {name for name, body in bodies.items() if name not in found and asks_who_calls(body, found)}
        if more == found:
            break
        found = more
    return Functions(frozenset(bodies), found)


def rows_opened(condition: str, roles: Iterable[str], functions: Functions) -> Rows:
    """What a policy with this condition, for these roles, opens; without a condition, everything."""
    for_signed_in = set(roles) - _SERVER_ROLES == {"authenticated"}
    rows = _opened_by(condition.lower(), functions) if condition else Rows.ALL
    return Rows.SIGNED_IN if rows is Rows.ALL and for_signed_in else rows


def asks_who_calls(text: str, asking: frozenset[str] = frozenset()) -> bool:
    """Whether SQL looks at the caller's identity, itself or in one of the functions that do."""
    lowered = text.lower()
    if _IDENTITY.search(_SIGNED_IN.sub(" ", lowered)):
        return True
    return bool(asking) and not asking.isdisjoint(_called(lowered))


def _called(text: str) -> set[str]:
    """The functions that SQL calls, with their schema and without; words that only look like calls among them."""
    return {name for schema, last in _CALLED.findall(text) for name in (f"{schema}.{last}" if schema else last, last)}


def _opened_by(text: str, functions: Functions) -> Rows:
    bare = _NOISE.sub("", text)
    if bare in ("true", "1=1"):
        return Rows.ALL
    if bare == "false":
        return Rows.NONE
    if asks_who_calls(text, functions.asking):
        return Rows.CALLERS
    if _SIGNED_IN.search(text):
        return Rows.SIGNED_IN
    called = {last for _, last in _CALLED.findall(text)} - _OF_SQL
    return Rows.SOME if all(name in functions.known for name in called) else Rows.UNCLEAR
