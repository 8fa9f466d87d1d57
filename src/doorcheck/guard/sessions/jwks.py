"""Key sets that an issuer publishes (JWKS, RFC 7517), kept so that no request waits for what was fetched before."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlsplit

from doorcheck.guard.errors import GuardError
from doorcheck.guard.outbound.client import SafeClient
from doorcheck.guard.sessions.credentials import SessionRefused, SessionUnavailable
from doorcheck.guard.sessions.json_object import LONGEST, read_object
from doorcheck.guard.sessions.jws import SYMMETRIC, Key, fits, known_algorithms
from doorcheck.guard.sessions.keys import public_key, require_fit

Fetch = Callable[[str], Awaitable[bytes]]
"""Gets the body of a URL that answered 200, and raises for everything else. It must not follow to another host."""

MOST_KEYS = 64
MOST_ABSENT = 256
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a key set is believed, all in seconds.

    It is ``fresh`` at first, then used for another while ``stale`` as it is fetched anew, then no more. A set is not
    fetched twice within ``cool_down`` because of a name that it lacks, nor within ``pause`` after a failure. One
    attempt takes no longer than ``timeout``.
    """

    fresh: float = 300.0
    stale: float = 3600.0
    cool_down: float = 30.0
    pause: float = 5.0
    timeout: float = 5.0


@dataclass(frozen=True, slots=True)
class _KeySet:
    keys: Mapping[str, Key]
    fetched_at: float


class RemoteKeys:
    """The keys at one URL, which is pinned here: nothing of a token says where its key is.

    One fetch at a time, whoever waits for it. ``fetch`` is a client of the public internet that asks this one host
    and follows no redirect, unless another is given. ``clock`` gives seconds that never go back.
    """

    __slots__ = ("_absent", "_clock", "_failed", "_fetch", "_flight", "_kept", "_patience", "algorithms", "url")

    algorithms: frozenset[str]
    url: str

    def __init__(
        self,
        url: str,
        fetch: Fetch | None = None,
        *,
        algorithms: frozenset[str] = frozenset({"RS256"}),
        patience: Patience | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.url = pinned(url)
        self.algorithms = known_algorithms(algorithms)
        if algorithms & SYMMETRIC:
            raise GuardError("a published key is no secret: name algorithms with public keys")
        self._fetch = fetch or _fetch_from(self.url)
        self._patience = patience or Patience()
        self._clock = clock
        self._kept: _KeySet | None = None
        self._absent: OrderedDict[str, float] = OrderedDict()
        self._failed: tuple[float, str] | None = None
        self._flight: asyncio.Task[None] | None = None

    async def key(self, kid: str | None, algorithm: str) -> Key:
        """The published key of this name.

        Raises ``SessionRefused`` where a set that is recent enough lacks it, and ``SessionUnavailable`` where no set
        could be fetched.
        """
        if kid is None:
            raise SessionRefused("the token does not name its key")
        now = self._clock()
        kept = self._usable(now)
        if kept is not None:
            found = kept.keys.get(kid)
            if found is not None:
                if now - kept.fetched_at > self._patience.fresh and not self._paused(now):
                    self._begin()
                return require_fit(found, algorithm)
            if now - kept.fetched_at < self._patience.cool_down or self._absent.get(kid, 0.0) > now:
                raise SessionRefused("the token names a key that its issuer does not publish")
        await self._renew(now)
        kept = self._usable(self._clock())
        if kept is None or kept.fetched_at < now:
            raise SessionUnavailable(self._failed[1] if self._failed else "the key set could not be fetched")
        found = kept.keys.get(kid)
        if found is None:
            self._remember_absent(kid)
        return require_fit(found, algorithm)

    def _usable(self, now: float) -> _KeySet | None:
        kept = self._kept
        longest = self._patience.fresh + self._patience.stale
        return kept if kept is not None and now - kept.fetched_at <= longest else None

    def _paused(self, now: float) -> bool:
        return self._failed is not None and now - self._failed[0] < self._patience.pause

    async def _renew(self, now: float) -> None:
        if self._paused(now) and not self._flying():
            return
        # Whoever goes away must not take the answer from the others who wait for it.
        await asyncio.shield(self._begin())

    def _flying(self) -> asyncio.Task[None] | None:
        flight = self._flight
        if flight is None or flight.done() or flight.get_loop() is not asyncio.get_running_loop():
            return None
        return flight

    def _begin(self) -> asyncio.Task[None]:
        flight = self._flying()
        if flight is None:
            flight = self._flight = asyncio.get_running_loop().create_task(self._get())
        return flight

    async def _get(self) -> None:
        try:
            async with asyncio.timeout(self._patience.timeout):
                keys = read_key_set(await self._fetch(self.url), self.algorithms)
        except Exception as fault:
            reason = str(fault) if isinstance(fault, SessionRefused) else type(fault).__name__
            self._failed = (self._clock(), f"the key set could not be fetched: {reason}")
            return
        self._kept = _KeySet(keys, self._clock())
        self._failed = None
        self._absent.clear()

    def _remember_absent(self, kid: str) -> None:
        self._absent[kid] = self._clock() + 2 * self._patience.cool_down
        if len(self._absent) > MOST_ABSENT:
            self._absent.popitem(last=False)


def _fetch_from(url: str) -> Fetch:
    parts = urlsplit(url)
    # No redirect, because that would be another host, or the same one saying something that nobody configured.
    client = SafeClient(hosts=[parts.hostname or ""], ports=[parts.port or 443], most=LONGEST, redirects=0)
    return client.fetch


def pinned(url: str) -> str:
    """The URL, if it is https and names one host; http is for this machine alone. Raises ``GuardError``."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as fault:
        raise GuardError(f"{url!r} is no URL of a key set: {fault}") from fault
    secure = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    if not secure or not host or parts.username is not None or parts.fragment or any(one.isspace() for one in url):
        raise GuardError(f"{url!r} is no URL of a key set: write https and a host, without a user or a fragment")
    return url


def read_key_set(body: bytes, algorithms: frozenset[str]) -> Mapping[str, Key]:
    """The keys of a set that can verify one of these algorithms, by name.

    Raises ``SessionRefused`` for a body of more than 64 KiB, of more than 64 keys, or with none that is of use; two
    keys of one name are none.
    """
    if not isinstance(body, bytes):
        raise SessionRefused("the key set is no bytes")
    listed = read_object(body).get("keys")
    if not isinstance(listed, list) or len(listed) > MOST_KEYS:
        raise SessionRefused("the key set has no list of keys, or too many")
    found: dict[str, Key] = {}
    doubled: set[str] = set()
    for one in listed:
        taken = public_key(one)
        if taken is None or not any(fits(taken[1], algorithm) for algorithm in algorithms):
            continue
        if taken[0] in found:
            doubled.add(taken[0])
        found[taken[0]] = taken[1]
    keys = {name: key for name, key in found.items() if name not in doubled}
    if not keys:
        raise SessionRefused("the key set has no key that is of use")
    return MappingProxyType(keys)
