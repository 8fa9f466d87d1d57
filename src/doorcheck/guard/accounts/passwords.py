"""Passwords as Argon2id hashes (RFC 9106), computed on a few threads so that the event loop goes on."""

from __future__ import annotations

import secrets
import unicodedata
from base64 import b64encode
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from typing import TypeVar

import anyio
import anyio.to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError
from argon2.profiles import RFC_9106_LOW_MEMORY

from doorcheck.guard.refusals import Refusal, Refused

T = TypeVar("T")
SHORTEST = 15
"""Characters of a password that is the only factor (NIST SP 800-63B-4, 3.1.1.2)."""

LONGEST = 1024
"""Bytes of a password, so that nobody has long texts hashed."""


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether a password is right; ``replacement`` is a new hash to store where the old one has weaker parameters."""

    matches: bool
    replacement: str | None = field(default=None, repr=False)


class PasswordHashes:
    """Hashes and checks passwords with RFC 9106's second recommended option: 64 MiB, 3 passes, 4 lanes.

    ``shortest`` is in characters and holds for new passwords; ``known`` contains those that are on lists of attackers.
    At most ``threads`` are computed at once, which takes 64 MiB each, and ``waiting`` wait; more are refused with 503.
    """

    def __init__(
        self,
        *,
        shortest: int = SHORTEST,
        known: Container[str] = frozenset(),
        threads: int = 2,
        waiting: int = 32,
        hasher: PasswordHasher | None = None,
    ) -> None:
        if shortest < 8:
            raise ValueError("passwords of fewer than 8 characters protect nothing (NIST SP 800-63B-4, 3.1.1.2)")
        self._shortest = shortest
        self._known = known
        self._hasher = hasher or PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
        self._threads = anyio.CapacityLimiter(threads)
        self._running = 0
        self._most = threads + waiting
        self._nobodys = _nobodys_hash(self._hasher)

    async def hash(self, password: str) -> str:
        """The hash to store for a new password.

        Raises ``Refused``: 422 for one that is too short, too long or known to attackers; 503 where too many wait.
        """
        text = _normal(password)
        if text is None:
            raise Refused(Refusal.INVALID, f"the password has more than {LONGEST} bytes or is no text")
        if len(text) < self._shortest:
            raise Refused(Refusal.INVALID, f"the password has fewer than {self._shortest} characters")
        if text in self._known:
            raise Refused(Refusal.INVALID, "the password is known to attackers")
        return await self._on_thread(lambda: self._hasher.hash(text))

    async def check(self, stored: str | None, password: str) -> Checked:
        """Whether the password is the one that was stored. None for an account that is not there takes as long.

        Raises ``Refused`` (503) where too many wait, and for something else in the place of an Argon2 hash.
        """
        text = _normal(password)
        if text is None:
            return Checked(matches=False)
        return await self._on_thread(lambda: self._compare(stored, text))

    def _compare(self, stored: str | None, text: str) -> Checked:
        try:
            self._hasher.verify(self._nobodys if stored is None else stored, text)
        except VerifyMismatchError:
            return Checked(matches=False)
        except (InvalidHashError, VerificationError) as fault:
            raise Refused(Refusal.UNAVAILABLE, "what is stored for a password is no Argon2 hash") from fault
        if stored is None:
            return Checked(matches=False)
        again = self._hasher.check_needs_rehash(stored)
        return Checked(matches=True, replacement=self._hasher.hash(text) if again else None)

    async def _on_thread(self, work: Callable[[], T]) -> T:
        if self._running >= self._most:
            raise Refused(Refusal.UNAVAILABLE, "too many passwords are waiting to be checked", retry_after=2)
        self._running += 1
        try:
            return await anyio.to_thread.run_sync(work, limiter=self._threads)
        finally:
            self._running -= 1


def _normal(password: str) -> str | None:
    """The password in its one form (NIST SP 800-63B-4, 3.1.1.2: NFKC); None for what is too long or no text."""
    if len(password) > LONGEST:
        return None
    text = unicodedata.normalize("NFKC", password)
    try:
        return text if len(text.encode()) <= LONGEST else None
    except UnicodeEncodeError:
        return None


def _nobodys_hash(hasher: PasswordHasher) -> str:
    """A hash that costs as much as any, and is no password's."""
    salt = b64encode(secrets.token_bytes(hasher.salt_len)).rstrip(b"=").decode()
    digest = b64encode(secrets.token_bytes(hasher.hash_len)).rstrip(b"=").decode()
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${cost}${salt}${digest}"
