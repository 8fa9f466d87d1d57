"""Sessions that live in the store: the browser has a random name for one, and the store has the digest of that name.

What is asked of sessions is OWASP ASVS 5.0, chapter 7; the default times are those of NIST SP 800-63B-4 for AAL2.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections.abc import Awaitable, Callable

from starlette.responses import Response

from doorcheck.guard import passage
from doorcheck.guard.accounts.account import Account, SessionRecord, read_record
from doorcheck.guard.principal import Carrier, Principal
from doorcheck.guard.refusals import Refusal, Refused
from doorcheck.guard.sessions.credentials import (
    Credential,
    Presented,
    SessionRefused,
    SessionUnavailable,
    read_presented,
)
from doorcheck.guard.stores.protocol import Records, StoreUnavailable

HOUR = 3600.0
DAY = 24 * HOUR
_ID = re.compile(r"[A-Za-z0-9_-]{43}")
_TOUCHED_EVERY = 0.1
"""The part of the idle time after which a session that is used is written anew."""

Load = Callable[[str], Awaitable[Account | None]]


class OwnSessions:
    """An issuer whose sessions the application starts and ends itself.

    ``idle`` is for how many seconds a session lasts that is not used, and ``absolute`` for how many any lasts;
    ``most`` is how many one account may have: the oldest ends when there is one more. Every request asks the store,
    so that a session that was ended is ended at once; with ``cacheable`` it may be accepted for 30 seconds more.
    ``load`` finds the account as it is now (None: it may not sign in any more); without it a session says what the
    account was when it signed in. With ``persistent`` the browser keeps the cookie when it is closed.
    """

    def __init__(
        self,
        store: Records,
        *,
        name: str = "own",
        cookie: str = "__Host-session",
        idle: float = HOUR,
        absolute: float = DAY,
        most: int = 20,
        load: Load | None = None,
        cacheable: bool = False,
        persistent: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if not cookie.startswith("__Host-"):
            raise ValueError("the cookie's name starts with __Host-, by which browsers hold it to this host")
        if not 0 < idle <= absolute:
            raise ValueError("the idle time is more than 0 and at most the absolute time")
        self._store = store
        self._name = name
        self._cookie = cookie
        self._idle = idle
        self._absolute = absolute
        self._most = most
        self._load = load
        self._cacheable = cacheable
        self._persistent = persistent
        self._clock = clock

    @property
    def name(self) -> str:
        """See ``Issuer``."""
        return self._name

    @property
    def cacheable(self) -> bool:
        """See ``Issuer``."""
        return self._cacheable

    def find(self, presented: Presented) -> tuple[Credential, ...]:
        """See ``Issuer``."""
        value = presented.cookies.get(self._cookie)
        if value is None:
            return ()
        if self._cookie in presented.twice:
            raise SessionRefused("the session's cookie came twice")
        return (Credential(Carrier.COOKIE, self._cookie, value),)

    async def verify(self, credential: Credential, now: float) -> Principal:
        """See ``Issuer``."""
        key = self._key(credential.value)
        if key is None:
            raise SessionRefused("the cookie is no name of a session")
        try:
            record = await self._current(key, now)
        except StoreUnavailable as fault:
            raise SessionUnavailable(str(fault)) from fault
        account = record.account
        if self._load is not None:
            loaded = await self._load(account.id)
            if loaded is None or loaded.id != account.id:
                raise SessionRefused("the account may not sign in any more")
            account = loaded
        return Principal(
            id=account.id,
            issuer=self._name,
            carrier=Carrier.COOKIE,
            expires_at=min(record.seen + self._idle, record.created + self._absolute),
            roles=account.roles,
            permissions=account.permissions,
            tenant=account.tenant,
            session_id=key.rpartition(":")[2],
        )

    async def login(self, response: Response, account: Account | str) -> None:
        """Start a session and put its cookie on the response; one that was presented is ended.

        Call it as well when an account's rights have changed. Raises ``Refused`` (503) where the store does not answer.
        """
        account = Account(account) if isinstance(account, str) else account
        now = self._clock()
        value = secrets.token_urlsafe(32)
        key = self._key(value)
        assert key is not None  # noqa: S101  # made to fit
        await self._end_presented()
        try:
            record = SessionRecord(account, now, now)
            await self._store.put(key, record.written(), self._owner(account.id), self._idle, self._most)
        except StoreUnavailable as fault:
            raise Refused(Refusal.UNAVAILABLE, f"no session was started: {fault}", retry_after=5) from fault
        response.set_cookie(
            self._cookie,
            value,
            max_age=int(self._absolute) if self._persistent else None,
            path="/",
            secure=True,
            httponly=True,
            samesite="lax",
        )
        response.headers["cache-control"] = "no-store"
        passage.happened("sign-in", f"{self._name}:{account.id}", "session")

    async def logout(self, response: Response) -> None:
        """End the session that was presented and take its cookie away. Raises ``Refused`` (503)."""
        for account_id in await self._end_presented():
            passage.happened("sign-out", f"{self._name}:{account_id}", "session")
        self._take_away(response)

    async def logout_everywhere(self, account_id: str, response: Response | None = None) -> int:
        """End every session of an account and say how many there were: after a change of password, or a theft.

        Takes the cookie away too when there is a response. Raises ``Refused`` (503).
        """
        try:
            ended = await self._store.delete_owned(self._owner(account_id))
        except StoreUnavailable as fault:
            raise Refused(Refusal.UNAVAILABLE, f"no session was ended: {fault}", retry_after=5) from fault
        if response is not None:
            self._take_away(response)
        passage.happened("sign-out", f"{self._name}:{account_id}", f"{ended} sessions")
        return ended

    async def _current(self, key: str, now: float) -> SessionRecord:
        written = await self._store.get(key)
        if written is None:
            raise SessionRefused("no such session, or it is over")
        try:
            record = read_record(written)
        except ValueError as fault:
            raise SessionUnavailable("the store has something else in the place of a session") from fault
        left = record.created + self._absolute - now
        if left <= 0 or now >= record.seen + self._idle:
            await self._store.delete(key)
            raise SessionRefused("the session is over")
        if now - record.seen >= self._idle * _TOUCHED_EVERY:
            record = SessionRecord(record.account, record.created, now)
            if not await self._store.renew(key, record.written(), min(self._idle, left)):
                raise SessionRefused("the session was ended just now")
        return record

    async def _end_presented(self) -> list[str]:
        """End the session that was presented, if there is one, and say whose it was."""
        headers = passage.current().scope["headers"]
        cookie = b"; ".join(value for name, value in headers if name.lower() == b"cookie")
        try:
            presented = read_presented(cookie, None)
            keys = {self._key(presented.cookies.get(self._cookie, ""))} - {None}
        except SessionRefused:
            # Nobody can have signed in with it.
            return []
        ended = []
        for key in keys:
            assert key is not None  # noqa: S101  # taken out above
            try:
                written = await self._store.get(key)
                if await self._store.delete(key) and written is not None:
                    ended.append(read_record(written).account.id)
            except ValueError:
                # Something else stood there, and is gone.
                continue
            except StoreUnavailable as fault:
                raise Refused(Refusal.UNAVAILABLE, f"the session was not ended: {fault}", retry_after=5) from fault
        return ended

    def _take_away(self, response: Response) -> None:
        response.delete_cookie(self._cookie, path="/", secure=True, httponly=True, samesite="lax")
        response.headers["cache-control"] = "no-store"

    def _key(self, value: str) -> str | None:
        if _ID.fullmatch(value) is None:
            return None
        return f"session:{self._name}:{hashlib.sha256(value.encode()).hexdigest()}"

    def _owner(self, account_id: str) -> str:
        return f"session:{self._name}:{account_id}"
