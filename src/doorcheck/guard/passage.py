"""A request that was let in: which door it was let in by, and who came. The second of the two keys turns on it."""

from __future__ import annotations

import secrets
from contextvars import ContextVar, Token
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from doorcheck.guard.refusals import Refusal, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

    from doorcheck.guard.declaration import Declaration
    from doorcheck.guard.principal import Principal


@dataclass(slots=True)
class Passage:
    """What the rest of the request may ask about the way in. ``address`` is the client's, as the proxies tell it.

    ``only_noted`` is there while the guard observes: it is told of a refusal that would be carried out otherwise.
    """

    declaration: Declaration
    principal: Principal | None
    request_id: str
    address: str
    scope: MutableMapping[str, Any]
    path_params: dict[str, Any]
    nonce: str | None = None
    refused: Refused | None = None
    """Why it was turned away after all, by code further in."""
    happened: list[tuple[str, str, str]] | None = None
    """For the audit log: a kind of event, the account and the outcome."""
    only_noted: Callable[[Refused], None] | None = None


_passage: ContextVar[Passage | None] = ContextVar("doorcheck_passage", default=None)
begin: Callable[[Passage | None], Token[Passage | None]] = _passage.set
end: Callable[[Token[Passage | None]], None] = _passage.reset


def current() -> Passage:
    """The passage of the request that is being served; ``Refused`` (500) outside of one."""
    passage = _passage.get()
    if passage is None:
        raise Refused(Refusal.FAULT, "asked who is calling outside of a request that was let in")
    return passage


def happened(kind: str, account: str, outcome: str) -> None:
    """Have the guard write this into its audit log, if it has one, when the request is over."""
    passage = _passage.get()
    if passage is not None:
        passage.happened = [*(passage.happened or ()), (kind, account, outcome)]


def request_id_or_none() -> str | None:
    """The id of the request that is being served, if one is."""
    passage = _passage.get()
    return None if passage is None else passage.request_id


def current_principal() -> Principal:
    """Who is calling; ``Refused`` (401) by a door that is open to anybody, when nobody has signed in."""
    principal = current().principal
    if principal is None:
        raise Refused(Refusal.UNAUTHENTICATED, "the door is public and the caller has no session")
    return principal


def require_user() -> Principal:
    """Who is calling, for code that is not an endpoint itself; ``Refused`` (401) when nobody has signed in."""
    return current_principal()


def require_role(*names: str) -> Principal:
    """Who is calling, if they have one of these roles; ``Refused`` (401, 403) otherwise."""
    principal = current_principal()
    if not principal.roles.intersection(names):
        raise Refused(Refusal.FORBIDDEN, f"has none of the roles {', '.join(sorted(names))}")
    return principal


def csp_nonce() -> str:
    """The nonce that scripts and styles of this HTML response carry; its policy names it (CSP Level 3, 6.7.3)."""
    passage = current()
    if passage.nonce is None:
        passage.nonce = secrets.token_urlsafe(16)
    return passage.nonce


def require_key(declaration: Declaration) -> None:
    """Refuse unless the request that is being served was let in by the very door that is about to run."""
    passage = _passage.get()
    if passage is None:
        raise Refused(Refusal.UNAVAILABLE, f"{declaration.name} ran without guard.protect(app)")
    if passage.declaration is not declaration:
        raise Refused(
            Refusal.FORBIDDEN, f"{declaration.name} was about to run on the key of {passage.declaration.name}"
        )
