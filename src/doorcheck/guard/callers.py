"""Who may come in by a door: the first of the five questions, as values."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from doorcheck.guard.principal import Principal
from doorcheck.guard.webhooks.signature import Signature

Predicate = Callable[[Principal], bool | Awaitable[bool]]


class Caller(ABC):
    """An answer to "who is calling?". Build one with the names below, never by itself."""

    __slots__ = ()

    @property
    @abstractmethod
    def says(self) -> str:
        """The answer in words, for the census."""


@dataclass(frozen=True, slots=True)
class Public(Caller):
    """Anybody, for the stated reason."""

    because: str

    @property
    def says(self) -> str:
        """The answer in words, for the census."""
        return f"anybody: {self.because}"

    def __post_init__(self) -> None:
        if not self.because.strip():
            raise ValueError("public() needs a reason: public(because='liveness probe, returns no data')")


@dataclass(frozen=True, slots=True)
class SignedIn(Caller):
    """Whoever has a verified session, if all the predicates hold.

    ``roles``: one of them is enough. ``permissions``: all of them are needed.
    """

    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    predicates: tuple[Predicate, ...] = ()

    def __and__(self, other: SignedIn) -> SignedIn:
        """Both. Two sets of roles cannot be had at once in one answer: ask for a permission or use ``where``."""
        if self.roles and other.roles:
            raise ValueError("a caller has one set of roles: role('admin', 'owner') is either of them")
        return SignedIn(
            self.roles | other.roles, self.permissions | other.permissions, self.predicates + other.predicates
        )

    @property
    def says(self) -> str:
        """The answer in words, for the census."""
        parts = [f"role {' or '.join(sorted(self.roles))}"] if self.roles else []
        parts += [f"permission {one}" for one in sorted(self.permissions)]
        parts += [f"where {getattr(one, '__qualname__', repr(one))}" for one in self.predicates]
        return "signed in" + (f", {', '.join(parts)}" if parts else "")


@dataclass(frozen=True, slots=True)
class SignedBy(Caller):
    """Whoever signed the raw body, which is why it is read before this question is answered."""

    signature: Signature

    @property
    def says(self) -> str:
        """The answer in words, for the census."""
        return f"signed by {self.signature.name}"


signed_in: SignedIn = SignedIn()
"""Whoever has a verified session. For ``caller=``."""


def public(*, because: str) -> Public:
    """Anybody may come in. ``because`` stands in the census; an empty one is a ``ValueError``."""
    return Public(because)


def role(*names: str) -> SignedIn:
    """Signed in, with one of these roles. Roles come from the session or the database, never from the request."""
    return SignedIn(roles=_named(names, "role"))


def permission(*names: str) -> SignedIn:
    """Signed in, with all of these permissions."""
    return SignedIn(permissions=_named(names, "permission"))


def where(predicate: Predicate) -> SignedIn:
    """Signed in, and ``predicate(principal)`` is true (it may be a coroutine function). A fault of it refuses."""
    return SignedIn(predicates=(predicate,))


def signed_by(signature: Signature) -> SignedBy:
    """A webhook: its signature over the raw body holds, in time, and it was not taken before."""
    return SignedBy(signature)


def _named(names: tuple[str, ...], word: str) -> frozenset[str]:
    if not names or not all(names):
        raise ValueError(f"{word}() needs a name")
    return frozenset(names)
