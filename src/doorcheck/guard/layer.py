"""The outermost ASGI layer: nothing of a request reaches the application before it was let in."""

from __future__ import annotations

import contextlib
import itertools
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol

from doorcheck.guard import passage
from doorcheck.guard.admission import Admission, read_headers
from doorcheck.guard.body import Capped, Replayed, read_whole
from doorcheck.guard.callers import SignedBy
from doorcheck.guard.census.doors import Found, Leaf
from doorcheck.guard.declaration import Declaration
from doorcheck.guard.messages import CappedMessages
from doorcheck.guard.refusals import Refusal, Refused
from doorcheck.guard.replies import Reply
from doorcheck.guard.webhooks.receiving import Receiving

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]
UNDECLARED = Declaration(name="no declaration", file="", line=0)
# The first half tells processes apart, the second requests; neither is a secret, and ids must be cheap.
_process = secrets.token_hex(6)
_requests = itertools.count()


def new_request_id() -> str:
    """An id that no other request of this or another process has: 18 hexadecimal digits."""
    return f"{_process}{next(_requests) & 0xFFFFFF:06x}"


class Doorkeeper(Protocol):
    """What the layer asks of the guard it belongs to."""

    admission: Admission
    receiving: Receiving
    observe: bool
    records: object | None

    def open(self) -> None:
        """Take the census if it was not taken; raises ``UndeclaredDoors``."""

    async def close(self) -> None:
        """Close what was opened for the application."""

    def find(self, scope: Scope) -> Found:
        """Where this request goes among the doors of the census."""

    def reply(self, send: Send, request_id: str) -> Reply:
        """What completes and watches the response."""

    def body_cap(self, declaration: Declaration) -> int:
        """The most bytes a request's body may have by this door."""

    def turned_away(self, scope: Scope, refused: Refused, request_id: str, leaf: Leaf | None) -> None:
        """Note a refusal in the private log."""

    def observed(self, scope: Scope, refused: Refused, request_id: str, leaf: Leaf | None) -> None:
        """Note a refusal that is not carried out, because the guard observes."""

    def let_through(self, passed: passage.Passage, status: int) -> None:
        """Note what came of a request that was let in. ``status`` is that of the answer, 0 for none."""

    def broke(self, scope: Scope, fault: BaseException, request_id: str) -> None:
        """Note a fault of the application in the private log."""


class Layer:
    """Authorises, then calls the application with a capped body and a completed response."""

    def __init__(self, app: ASGIApp, keeper: Doorkeeper) -> None:
        self._app = app
        self._keeper = keeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            raise Refused(Refusal.ABSENT, f"no door for the ASGI protocol {scope['type']!r}")

    async def _lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            self._keeper.open()
        except Exception as fault:
            await receive()
            await send({"type": "lifespan.startup.failed", "message": str(fault)})
            raise

        async def send_and_close(message: Message) -> None:
            if message["type"].startswith("lifespan.shutdown."):
                await self._keeper.close()
            await send(message)

        await self._app(scope, receive, send_and_close)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = new_request_id()
        reply = self._keeper.reply(send, request_id)
        leaf: Leaf | None = None
        try:
            self._keeper.open()
            found = self._keeper.find(scope)
            leaf = found.leaf
            headers = read_headers(scope)
            if self._keeper.observe:
                await self._let_in(scope, receive, reply, await self._observed(scope, headers, found, request_id))
                return
            passed = await self._admit(scope, headers, found, request_id)
            capped = Capped(receive, headers, self._keeper.body_cap(passed.declaration))
            if isinstance(passed.declaration.caller, SignedBy):
                await self._delivery(scope, capped, reply, passed, headers)
            elif passed.declaration.idempotent is not None:

                async def let_in(receive: Receive, through: Send) -> None:
                    await self._let_in(scope, receive, reply, passed, through)

                await passed.declaration.idempotent.serve(let_in, capped, reply, passed)
            else:
                await self._let_in(scope, capped, reply, passed)
        except Refused as refused:
            if reply.started:
                raise
            self._keeper.turned_away(scope, refused, request_id, leaf)
            await refuse(reply, refused, scope, leaf)
        except Exception as fault:
            self._keeper.broke(scope, fault, request_id)
            if not reply.started:
                await reply.problem(Refusal.FAULT)
            elif not reply.finished:
                # Half an answer is out: the server must break the connection, so that nobody takes it for a whole one.
                raise

    async def _let_in(
        self, scope: Scope, receive: Receive, send: Send, passed: passage.Passage, through: Send | None = None
    ) -> None:
        """Call the application, which sends ``through`` something on its way to ``send`` or directly."""
        if isinstance(send, Reply):
            send.passage = passed
        if self._keeper.records is not None:
            scope["doorcheck.records"] = self._keeper.records
        token = passage.begin(passed)
        try:
            await self._app(scope, receive, through or send)
        finally:
            passage.end(token)
            # Also where a background task broke, or the caller went away: what was answered was done.
            self._keeper.let_through(passed, getattr(through or send, "status", 0))

    async def _delivery(
        self, scope: Scope, receive: Receive, reply: Reply, passed: passage.Passage, headers: dict[bytes, bytes]
    ) -> None:
        """A webhook: its signature is over the body, so the body is read before it is let in, and once only."""
        caller = passed.declaration.caller
        assert isinstance(caller, SignedBy)  # noqa: S101  # asked by the only one who calls this
        body = await read_whole(receive)
        key = await self._keeper.receiving.begin(passed.declaration.name, caller.signature, headers, body)
        if key is None:
            await reply({"type": "http.response.start", "status": 204, "headers": []})
            await reply({"type": "http.response.body", "body": b""})
            return
        try:
            await self._let_in(scope, Replayed(body, receive), reply, passed)
        finally:
            await self._keeper.receiving.end(key, reply.status)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = new_request_id()
        leaf: Leaf | None = None
        try:
            self._keeper.open()
            found = self._keeper.find(scope)
            leaf = found.leaf
            admit = self._observed if self._keeper.observe else self._admit
            passed = await admit(scope, read_headers(scope), found, request_id)
        except Exception as fault:
            refused = fault if isinstance(fault, Refused) else Refused(Refusal.FAULT, type(fault).__name__)
            self._keeper.turned_away(scope, refused, request_id, leaf)
            await receive()
            # Closed before it was accepted: the server answers 403 (ASGI specification, WebSocket close).
            await send({"type": "websocket.close", "code": 1008})
            return
        if self._keeper.observe:
            await self._let_in(scope, receive, send, passed)
            return
        capped = CappedMessages(receive, send, self._keeper.body_cap(passed.declaration))
        await self._let_in(scope, capped.receive, capped.send, passed)

    async def _observed(
        self, scope: Scope, headers: dict[bytes, bytes], found: Found, request_id: str
    ) -> passage.Passage:
        """The passage of a request that is let in whatever is said against it, which is noted."""

        def note(refused: Refused) -> None:
            self._keeper.observed(scope, refused, request_id, found.leaf)

        try:
            passed = await self._admit(scope, headers, found, request_id)
        except Refused as refused:
            note(refused)
            declaration = found.leaf.declaration if found.leaf else None
            principal = None
            with contextlib.suppress(Refused):
                principal = await self._keeper.admission.resolver.resolve(
                    headers.get(b"cookie"), headers.get(b"authorization")
                )
            passed = passage.Passage(declaration or UNDECLARED, principal, request_id, "", scope, found.path_params)
        passed.only_noted = note
        return passed

    async def _admit(self, scope: Scope, headers: dict[bytes, bytes], found: Found, request_id: str) -> passage.Passage:
        leaf = found.leaf
        declaration = leaf.declaration if leaf is not None else None
        admission = self._keeper.admission
        address = await admission.address(scope, headers, declaration)
        if leaf is None:
            if found.allowed:
                allow = ", ".join(sorted(found.allowed))
                raise Refused(Refusal.METHOD, "no door for this method", headers={"Allow": allow})
            raise Refused(Refusal.ABSENT, "no door in the census")
        if declaration is None:
            raise Refused(Refusal.FORBIDDEN, "the door is not declared")
        try:
            principal = await admission.caller(scope, headers, declaration)
        except Refused as refused:
            refused.address = address
            raise
        return passage.Passage(declaration, principal, request_id, address, scope, found.path_params)


async def refuse(reply: Reply, refused: Refused, scope: Scope, leaf: Leaf | None) -> None:
    """Answer with the problem document of this refusal, or with the page that its door shows instead.

    The body of the request was not read.
    """
    pages = leaf.declaration.pages if leaf is not None and leaf.declaration is not None else None
    location = None if pages is None else pages.instead_of(refused, scope)
    if location is not None:
        await reply.redirect(location)
        return
    more = [(name.lower().encode(), value.encode()) for name, value in (refused.headers or {}).items()]
    await reply.problem(refused.refusal, refused.retry_after, more)
