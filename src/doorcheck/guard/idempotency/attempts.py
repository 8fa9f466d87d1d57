"""Which attempt of a request is the first, and what the others are answered.

Source: draft-ietf-httpapi-idempotency-key-header.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

from doorcheck.guard import passage
from doorcheck.guard.body import Replayed, read_whole
from doorcheck.guard.idempotency.recording import UNREPEATABLE, Recorder, repeat
from doorcheck.guard.refusals import Refusal, Refused
from doorcheck.guard.stores.bounds import checked_seconds
from doorcheck.guard.stores.protocol import Attempts, Begun, Finished, InFlight, StoreUnavailable

_log = logging.getLogger("doorcheck.guard")
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
HEADER = b"idempotency-key"
_KEY = re.compile(rb"[\x21-\x7e]{1,255}")
_TRIED_AGAIN = frozenset({401, 403, 408, 409, 425, 429})


class Attempt:
    """One attempt inside an endpoint. ``answer`` is what an earlier one was answered, or None for the first."""

    __slots__ = ("_kept", "answer")

    def __init__(self, answer: bytes | None) -> None:
        self.answer: bytes | None = answer
        self._kept = b""

    def keep(self, answer: bytes) -> None:
        """Answer later attempts with these bytes."""
        self._kept = answer

    @property
    def kept(self) -> bytes:
        """What later attempts will be answered."""
        return self._kept


class Idempotency:
    """Carries a request with an ``Idempotency-Key`` out once: for ``@guard.door(idempotent=...)``, or in an endpoint.

    A key belongs to the caller, the method and the door, so that nobody sees another's answer, and to the tenant, the
    path, the query and the body that it first came with: 422 for others. While the first attempt is in flight the
    others are 409; an attempt that did not end is given up after ``lease`` seconds, which is longer than any may take.
    Answers are kept for ``keep`` seconds without their cookies, and repeated to whoever may still call the door; the
    record is not looked at again. With ``required`` a request without a key is 400.
    """

    def __init__(self, store: Attempts, *, required: bool = True, lease: float = 300.0, keep: float = 86400.0) -> None:
        self._store = store
        self._required = required
        self._lease = checked_seconds(lease)
        self._keep = checked_seconds(keep)

    async def serve(
        self,
        let_in: Callable[[Receive, Send], Awaitable[None]],
        receive: Receive,
        send: Send,
        passed: passage.Passage,
    ) -> None:
        """Let a request in once, and repeat the answer of the first time. The body is read before, and is bounded.

        Nothing is sent before the answer is kept. An answer of 5xx, and one that asks to try again later, is not kept.
        One that is too large to be kept is not repeated: later attempts are 409. Raises ``Refused``: 400, 409, 422
        and 503.
        """
        headers = dict(passed.scope["headers"])
        key = self._key(passed)
        if key is None:
            await let_in(receive, send)
            return
        body = await read_whole(receive)
        begun = await self._begin(passed, key, headers.get(b"content-type", b"") + b"\0" + body)
        if isinstance(begun, Finished):
            if begun.answer == UNREPEATABLE:
                raise Refused(Refusal.CONFLICT, "it was carried out, and its answer was too large to be kept")
            await repeat(begun.answer, send)
            return
        recorder = Recorder(send)
        try:
            await let_in(Replayed(body, receive), recorder)
        except Exception:
            await self._abandon(begun)
            raise
        if recorder.status >= 500 or recorder.status in _TRIED_AGAIN or not recorder.status:
            await self._abandon(begun)
        else:
            await self._finish(begun, recorder.answer())
        await recorder.release()

    @asynccontextmanager
    async def attempt(self, content: bytes) -> AsyncIterator[Attempt]:
        """The attempt that is being served, inside an endpoint. ``content`` is all that the request asks for.

        If it has an ``answer`` the endpoint returns that, and does nothing else. What ``Attempt.keep`` was given is
        what later attempts get; an endpoint that breaks may be tried again. Raises ``Refused`` as ``serve`` does.
        """
        passed = passage.current()
        key = self._key(passed)
        if key is None:
            yield Attempt(None)
            return
        begun = await self._begin(passed, key, content)
        if isinstance(begun, Finished):
            yield Attempt(begun.answer)
            return
        attempt = Attempt(None)
        try:
            yield attempt
        except Exception:
            await self._abandon(begun)
            raise
        await self._finish(begun, attempt.kept)

    def _key(self, passed: passage.Passage) -> bytes | None:
        given = [value for name, value in passed.scope["headers"] if name.lower() == HEADER]
        if not given:
            if self._required:
                raise Refused(Refusal.MALFORMED, "there is no Idempotency-Key")
            return None
        if len(given) > 1 or _KEY.fullmatch(given[0]) is None:
            raise Refused(Refusal.MALFORMED, "the Idempotency-Key is not one of 1 to 255 visible characters")
        return bytes(given[0])

    async def _begin(self, passed: passage.Passage, key: bytes, content: bytes) -> Begun | Finished:
        principal = passed.principal
        if principal is None:
            raise Refused(Refusal.UNAUTHENTICATED, "an Idempotency-Key is its caller's, and nobody has signed in")
        scope = passed.scope
        name = _digest(scope["method"].encode(), passed.declaration.name.encode(), key)
        path = scope.get("raw_path") or scope["path"].encode()
        # What was answered for one tenant is no answer for another one that the caller works for now.
        tenant = b"" if principal.tenant is None else b"=" + principal.tenant.encode(errors="surrogatepass")
        fingerprint = _digest(path, scope.get("query_string", b""), tenant, content)
        try:
            answer = await self._store.attempt(f"{principal.issuer}:{principal.id}", name, fingerprint, self._lease)
        except StoreUnavailable as fault:
            raise Refused(Refusal.UNAVAILABLE, f"attempts cannot be told apart: {fault}", retry_after=1) from fault
        if isinstance(answer, InFlight):
            raise Refused(Refusal.CONFLICT, "the same request is in flight", retry_after=min(answer.retry_after, 5.0))
        if isinstance(answer, Begun | Finished):
            return answer
        raise Refused(Refusal.INVALID, "the Idempotency-Key was used for another request")

    async def _finish(self, begun: Begun, answer: bytes) -> None:
        try:
            if not await self._store.finish(begun, answer, self._keep):
                _log.warning("an attempt took longer than its lease, and was carried out again")
        except StoreUnavailable as fault:
            raise Refused(Refusal.UNAVAILABLE, f"it was carried out, and not kept: {fault}", retry_after=5) from fault

    async def _abandon(self, begun: Begun) -> None:
        try:
            await self._store.abandon(begun)
        except StoreUnavailable as fault:
            # It is given up when its lease is over.
            _log.warning("an attempt that broke could not be given up: %s", fault)


def _digest(*parts: bytes) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "big"))
        whole.update(part)
    return whole.hexdigest()
