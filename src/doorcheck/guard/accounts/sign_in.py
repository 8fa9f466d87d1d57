"""Signing in by name and password: the same answer for a wrong password and for nobody, and not too often."""

from __future__ import annotations

import hashlib
import logging
import unicodedata
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from doorcheck.guard import passage
from doorcheck.guard.accounts.account import Account
from doorcheck.guard.accounts.passwords import PasswordHashes
from doorcheck.guard.addresses import bucket
from doorcheck.guard.limits import Limit, parse_limit
from doorcheck.guard.refusals import Refusal, Refused
from doorcheck.guard.stores.protocol import Counters, StoreUnavailable

_log = logging.getLogger("doorcheck.guard")
MAX_NAME = 320
"""Characters of a name: as many as an e-mail address may have (RFC 5321, 4.5.3.1)."""


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """An account and the hash of its password; None for one that signs in otherwise."""

    account: Account
    password_hash: str | None = field(repr=False)


Find = Callable[[str], Awaitable[KnownAccount | None]]
Save = Callable[[str, str, str], Awaitable[None]]


class PasswordSignIn:
    """Checks names and passwords, and answers 429 to whoever tries too many.

    ``find(name)`` looks up the account by the name as it was given. ``save(account_id, old_hash, new_hash)`` stores a
    hash with today's parameters, and should do so only where the old one is still there. Tries are counted per account
    name, so that many addresses do not get more of them, and per client address, whether they succeed or not. Somebody
    who uses up the tries of another's account keeps its owner from signing in, not from being signed in.
    """

    def __init__(
        self,
        *,
        find: Find,
        counters: Counters,
        passwords: PasswordHashes | None = None,
        save: Save | None = None,
        per_account: str | Limit = "10/15 minutes",
        per_address: str | Limit = "30/15 minutes",
    ) -> None:
        self._find = find
        self._save = save
        self._counters = counters
        self._passwords = passwords or PasswordHashes()
        self._per_account = parse_limit(per_account) if isinstance(per_account, str) else per_account
        self._per_address = parse_limit(per_address) if isinstance(per_address, str) else per_address

    async def sign_in(self, name: str, password: str) -> Account:
        """The account, if the password is its own.

        Raises ``Refused``: 401 where it is not, or where there is no such account; 429 after too many tries; 503 where
        it cannot be told.
        """
        await self._count(f"sign-in-address:{_client()}", self._per_address, "address")
        if not 0 < len(name) <= MAX_NAME:
            raise Refused(Refusal.UNAUTHENTICATED, "no account has such a name")
        await self._count(f"sign-in-account:{_digest(name)}", self._per_account, "account")
        try:
            known = await self._find(name)
        except Refused:
            raise
        except Exception as fault:
            raise Refused(Refusal.UNAVAILABLE, f"accounts cannot be looked up: {type(fault).__name__}") from fault
        stored = None if known is None else known.password_hash
        checked = await self._passwords.check(stored, password)
        if known is None or stored is None or not checked.matches:
            raise Refused(Refusal.UNAUTHENTICATED, "the name or the password is wrong")
        if checked.replacement is not None and self._save is not None:
            await self._replace(known.account.id, stored, checked.replacement)
        return known.account

    async def _replace(self, account_id: str, stored: str, replacement: str) -> None:
        assert self._save is not None  # noqa: S101  # asked by the only one who calls this
        try:
            await self._save(account_id, stored, replacement)
        except Exception:
            # The old hash is as good as it was; the next time it is tried again.
            _log.warning("a password's hash could not be renewed", exc_info=True)

    async def _count(self, key: str, limit: Limit, whose: str) -> None:
        try:
            taken = await self._counters.take(key, limit, 1)
        except StoreUnavailable as fault:
            raise Refused(Refusal.UNAVAILABLE, f"tries cannot be counted: {fault}", retry_after=1) from fault
        if not taken.allowed:
            raise Refused(Refusal.TOO_MANY, f"the {whose}'s tries are used up", retry_after=taken.retry_after)


def _client() -> str:
    try:
        return bucket(passage.current().address)
    except ValueError as fault:
        raise Refused(Refusal.UNAVAILABLE, f"the client's address is not known: {fault}") from fault


def _digest(name: str) -> str:
    # However it is written, it is one account's name; and the store learns no names.
    text = unicodedata.normalize("NFKC", name).strip().casefold()
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
