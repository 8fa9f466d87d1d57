"""What a door answers to the questions after the first: what is taken, touched and told, and how often."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from doorcheck.guard.passage import Passage
from doorcheck.guard.principal import Principal
from doorcheck.guard.refusals import Refusal, Refused

Ownership = Callable[[Principal, Mapping[str, Any]], bool | Awaitable[bool]]


def _reasoned(because: str, example: str) -> str:
    if not because.strip():
        raise ValueError(f"a reason is needed, such as {example}")
    return because


@dataclass(frozen=True, slots=True)
class Reasoned:
    """An answer that leaves something open on purpose. The reason stands in the census."""

    says: str
    because: str


def raw(*, because: str) -> Reasoned:
    """What is taken, or told, has no model. For ``payload=`` and ``returns=``."""
    return Reasoned("raw", _reasoned(because, "raw(because='streams a file')"))


def unlimited(*, because: str) -> Reasoned:
    """No limit of this kind. For ``limit=`` and ``account_limit=``."""
    return Reasoned("unlimited", _reasoned(because, "unlimited(because='called by our own probe alone')"))


NOTHING = Reasoned("nothing", "takes no input")
"""For ``payload=`` of a door that reads neither body nor query."""


class Resource(ABC):
    """An answer to "which resource is touched?". ``settle`` runs when the input is valid, right before the handler."""

    __slots__ = ()

    @property
    @abstractmethod
    def says(self) -> str:
        """The answer in words, for the census."""

    def parameters(self) -> frozenset[str]:
        """The names of the handler's parameters that this answer needs; a start-up error where one is not there."""
        return frozenset()

    async def settle(  # noqa: B027  # most answers have nothing more to ask
        self, passage: Passage, arguments: Mapping[str, Any]
    ) -> None:
        """Refuse with ``Refused`` (404 for other people's records) or return. ``arguments`` are the handler's own."""


@dataclass(frozen=True, slots=True)
class Shared(Resource):
    """Nothing that belongs to anybody is touched."""

    because: str

    @property
    def says(self) -> str:
        """The answer in words, for the census."""
        return f"nobody's: {self.because}"


def shared(*, because: str) -> Shared:
    """The door touches nothing that belongs to one account. For ``resource=``."""
    return Shared(_reasoned(because, "shared(because='the price list is the same for everybody')"))


@dataclass(frozen=True, slots=True)
class CheckedBy(Resource):
    """A function of the service says whether the record is the caller's. False answers like a record that is absent."""

    check: Ownership
    names: frozenset[str] = frozenset()

    @property
    def says(self) -> str:
        """The answer in words, for the census."""
        return f"checked by {getattr(self.check, '__qualname__', repr(self.check))}"

    def parameters(self) -> frozenset[str]:
        return self.names

    async def settle(self, passage: Passage, arguments: Mapping[str, Any]) -> None:
        if passage.principal is None:
            raise Refused(Refusal.UNAUTHENTICATED, "an owned resource and nobody signed in")
        answer = self.check(passage.principal, arguments)
        if not (answer if isinstance(answer, bool) else await answer):
            raise Refused(Refusal.ABSENT, "the record is not the caller's")


def checked_by(check: Ownership, *parameters: str) -> CheckedBy:
    """``check(principal, arguments)`` says whether the record is the caller's; ``arguments`` are the handler's.

    For data layers other than SQLAlchemy. ``parameters`` names the handler's parameters that it reads.
    """
    return CheckedBy(check, frozenset(parameters))
