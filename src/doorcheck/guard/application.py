"""The guard of one application: its declarations, its census and its layer."""

from __future__ import annotations

import copy
import functools
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from doorcheck.guard import handlers
from doorcheck.guard.actions import Act, Answering, Input, Revalidate, T, endpoint_of
from doorcheck.guard.addresses import Direct, Proxies
from doorcheck.guard.admission import Admission
from doorcheck.guard.answers import Reasoned, Resource
from doorcheck.guard.body import parse_size
from doorcheck.guard.callers import Caller, SignedIn
from doorcheck.guard.canary import prove_refusal
from doorcheck.guard.census.document import census_document
from doorcheck.guard.census.doors import NOWHERE, Found, Leaf, take_census
from doorcheck.guard.census.register import Register
from doorcheck.guard.cors import Cors
from doorcheck.guard.declaration import Declaration, Endpoint, declaration_of, locked, written_at
from doorcheck.guard.errors import GuardError
from doorcheck.guard.headers import ResponseHeaders
from doorcheck.guard.idempotency import Idempotency
from doorcheck.guard.layer import Layer, Scope, Send
from doorcheck.guard.limits import Limit, parse_limit
from doorcheck.guard.origins import SAFE_METHODS, Origins
from doorcheck.guard.pages import Pages
from doorcheck.guard.passage import Passage
from doorcheck.guard.records.audit import AuditLog
from doorcheck.guard.records.events import Event, EventKind
from doorcheck.guard.records.scrubbing import scrub
from doorcheck.guard.refusals import Refusal, Refused
from doorcheck.guard.replies import Reply
from doorcheck.guard.sessions.issuer import Issuer
from doorcheck.guard.sessions.resolver import Resolver
from doorcheck.guard.stores.memory import MemoryCounters, MemoryStore
from doorcheck.guard.stores.opening import open_store
from doorcheck.guard.stores.protocol import Counters, Once, Store
from doorcheck.guard.webhooks.receiving import Receiving

if TYPE_CHECKING:
    from doorcheck.guard.resource.records import Records

_log = logging.getLogger("doorcheck.guard")
LimitText = str | Limit | Reasoned


class Guard:
    """Declares doors with ``door`` and ``declare`` and locks an application with ``protect``.

    ``limit`` and ``account_limit`` are what a door without limits of its own is held to, per client address and per
    account; ``body`` is the most bytes a request, or a message of a websocket, may carry; ``origins`` are the other
    sites whose pages may ask for changes; ``records`` opens the scoped sessions of all requests, those to mounted
    applications too; ``audit`` is told of denials, changes, sign-ins and sign-outs; ``observe`` lets callers pass
    whom it would refuse, and logs them. ``sessions`` name accounts of one kind: an id is the same account whichever
    of them says it. ``store`` is where limits and deliveries are counted (``counters`` and ``once`` are for other
    places): an address as ``open_store`` takes it, which is closed when the application ends, or a store that whoever
    opened it closes.
    """

    def __init__(
        self,
        *,
        sessions: Sequence[Issuer] = (),
        store: str | Store | None = None,
        counters: Counters | None = None,
        once: Once | None = None,
        proxies: Proxies | None = None,
        limit: LimitText = "120/minute",
        account_limit: LimitText = "600/minute",
        body: str | int = "1MiB",
        origins: Iterable[str] = (),
        cors: Cors | None = None,
        revalidate: Revalidate | None = None,
        headers: ResponseHeaders | None = None,
        audit: AuditLog | None = None,
        records: Records | None = None,
        observe: bool = False,
    ) -> None:
        kept: Store = open_store(store) if isinstance(store, str) else store or MemoryStore()
        self._own_store = kept if isinstance(store, str) else None
        self.admission: Admission = Admission(
            proxies=proxies or Direct(),
            counters=counters or kept,
            resolver=Resolver(sessions),
            origins=Origins([*origins, *(cors.origins if cors and cors.credentials else ())]),
            limit=_limit(limit),
            account_limit=_limit(account_limit),
        )
        self.receiving: Receiving = Receiving(once or kept)
        self.observe = observe
        self.records: object | None = records
        self._audit = audit
        self._cors = cors
        self._revalidate = revalidate
        self._body = parse_size(body)
        self._headers = headers or ResponseHeaders()
        self._declared: dict[str, Declaration] = {}
        self._register: Register | None = None
        self._opened = False
        self._silent = False

    def door(
        self,
        *,
        caller: Caller | None = None,
        payload: object | None = None,
        resource: Resource | None = None,
        limit: LimitText | None = None,
        account_limit: LimitText | None = None,
        cost: int = 1,
        body: str | int | None = None,
        may_set: Iterable[str] = (),
        returns: object | None = None,
        pages: Pages | None = None,
        idempotent: Idempotency | None = None,
    ) -> Callable[[Endpoint], Endpoint]:
        """Declare the endpoint below: a decorator that stands right above the function, under the route's own.

        What is left out is asked for when the application starts, all at once. Raises ``ValueError`` for a limit or a
        size that cannot be read, for a cost that no call could pay, and for a door that is idempotent for callers who
        are nobody.
        """
        if idempotent is not None and caller is not None and not isinstance(caller, SignedIn):
            raise ValueError(
                "an idempotency key is its caller's: such a door asks for signed_in, a role or a permission"
            )
        held = _optional_limit(limit), _optional_limit(account_limit)
        for one in (held[0] or self.admission.limit, held[1] or self.admission.account_limit):
            if isinstance(one, Limit) and not 1 <= cost <= one.calls:
                raise ValueError(f"a call that weighs {cost} never fits into {one.says}: give another limit or cost")
        answers: dict[str, Any] = {
            "caller": caller,
            "payload": payload,
            "resource": resource,
            "limit": held[0],
            "account_limit": held[1],
            "cost": cost,
            "body": None if body is None else parse_size(body),
            "may_set": frozenset(may_set),
            "returns": returns,
            "pages": pages,
            "idempotent": idempotent,
        }

        def declare(endpoint: Endpoint) -> Endpoint:
            name = f"{endpoint.__module__}.{getattr(endpoint, '__qualname__', repr(endpoint))}"
            if declaration_of(endpoint) is not None:
                raise GuardError(f"{name} is declared twice: one @guard.door for each function")
            file, line = written_at(endpoint)
            return locked(endpoint, Declaration(name=name, file=file, line=line, **answers))

        return declare

    def action(self, *, payload: type[Input], returns: type[T], **answers: Any) -> Callable[[Act[Input, T]], Answering]:
        """Make an endpoint of a function that a page's form posts to.

        It stands under ``@app.post(path)`` of FastAPI, or goes into ``app.add_route(path, made, methods=["POST"])``.

        The function takes a ``payload`` and returns ``Success`` of a ``returns``, or ``Failure``. ``answers`` are those
        of ``door``.
        """

        def declare(act: Act[Input, T]) -> Answering:
            endpoint = functools.wraps(act)(endpoint_of(act, payload, returns, self._revalidate))
            # It is called with a request, whatever the function it wraps takes.
            del endpoint.__wrapped__
            endpoint.__annotations__ = {"request": Request, "return": Response}
            return self.door(payload=payload, returns=returns, **answers)(endpoint)

        return declare

    def declare(
        self,
        path: str,
        *,
        caller: Caller,
        resource: Resource,
        limit: LimitText | None = None,
        account_limit: LimitText | None = None,
        body: str | int | None = None,
    ) -> None:
        """Declare a door whose function is not ours: documentation pages, static files, mounted applications.

        ``path`` is written as in the census, such as ``/docs`` or ``/static``. A declaration that meets no door is a
        start-up error. Raises ``GuardError`` for a path that is declared twice.
        """
        if path in self._declared:
            raise GuardError(f"{path} is declared twice")
        self._declared[path] = Declaration(
            name=path,
            file="",
            line=0,
            caller=caller,
            resource=resource,
            limit=_optional_limit(limit),
            account_limit=_optional_limit(account_limit),
            body=None if body is None else parse_size(body),
        )

    def protect(self, app: Starlette) -> None:
        """Put the layer around this application. Its census is taken when it starts, or when it is first called.

        Raises ``GuardError`` where the application already runs or has a guard.
        """
        if self._register is not None:
            raise GuardError("a guard protects one application: make another Guard for the other one")
        if app.middleware_stack is not None:
            raise GuardError("guard.protect(app) comes before the application has served a request")
        build = app.build_middleware_stack
        self._register = Register(app, self._declared)

        def stack() -> Any:
            # Before the stack is built, because it copies the handlers.
            for inner in take_census(app).applications:
                if isinstance(inner, Starlette):
                    handlers.install(inner)
                    if inner is not app:
                        # One that was called before has copied the handlers it had then.
                        inner.middleware_stack = None
            layer = Layer(build(), self)
            return layer if self._cors is None else self._cors.around(layer)

        app.build_middleware_stack = stack  # type: ignore[method-assign]

    def check(self) -> None:
        """Take the census now, as the start of the application does. Raises ``UndeclaredDoors``. For a test in CI."""
        self._protected().close()
        self._opened = False
        self.open()

    def census(self) -> dict[str, Any]:
        """The doors and their answers, in the form in which ``doorcheck scan --format json`` writes doors."""
        return census_document(self._protected().leaves())

    def open(self) -> None:
        """Take the census unless it was taken. Raises ``UndeclaredDoors``, and ``GuardError`` if a canary got in."""
        if self._opened:
            return
        register = self._protected()
        for offence in register.open(observe=self.observe):
            _log.warning("the application would not start: %s", offence)
        self._opened = True
        if not self.admission.resolver.issuers and any(_asks_for_a_session(leaf) for leaf in register.leaves()):
            _log.warning(
                "doors ask for a session and no issuer is given, so they refuse everybody: Guard(sessions=[...])"
            )
        if not self.observe:
            # The canary proves the refusal, and waits for no store: one that is away must not keep it from starting.
            alone = copy.copy(self)
            alone._silent = True  # noqa: SLF001  # this very guard, copied
            alone.admission = replace(self.admission, counters=MemoryCounters())
            prove_refusal(lambda app: Layer(app, alone).__call__)

    async def close(self) -> None:
        """Close the store that was opened for this guard, as the end of the application does."""
        if self._own_store is not None:
            await self._own_store.close()

    def find(self, scope: Scope) -> Found:
        """Where a request goes among the doors of the census."""
        return NOWHERE if self._register is None else self._register.find(scope)

    def reply(self, send: Send, request_id: str) -> Reply:
        """What completes and watches the response of one request."""
        return Reply(send, self._headers, request_id)

    def body_cap(self, declaration: Declaration) -> int:
        """The most bytes a request's body may have by this door."""
        return self._body if declaration.body is None else declaration.body

    def turned_away(self, scope: Scope, refused: Refused, request_id: str, leaf: Leaf | None) -> None:
        """Note a refusal in the private log, and in the audit log where it was at a door."""
        if not self._silent:
            self._log_refusal("refused", scope, refused, request_id, leaf.path if leaf else "no door")
        if self._audit is not None and leaf is not None and leaf.declaration is not None:
            client = scope.get("client")
            address = refused.address or (str(client[0]) if client else "")
            self._deny(leaf.declaration, refused.account, address, request_id, refused)

    def observed(self, scope: Scope, refused: Refused, request_id: str, leaf: Leaf | None) -> None:
        """Note in the private log a refusal that is not carried out, because the guard observes."""
        self._log_refusal("would refuse", scope, refused, request_id, leaf.path if leaf else "no door")

    def _log_refusal(self, says: str, scope: Scope, refused: Refused, request_id: str, door: str) -> None:
        # Where the service itself cannot tell, somebody has to see to it.
        level = logging.WARNING if refused.refusal.status >= 500 else logging.INFO
        if _log.isEnabledFor(level):
            verb = scope.get("method", scope["type"])
            _log.log(level, "%s %s %s: %s (%s)", says, verb, door, scrub(refused.reason), request_id)

    def _deny(self, door: Declaration, account: str, address: str, request_id: str, refused: Refused) -> None:
        # Who is over a limit could fill the disk with entries that say so.
        if refused.refusal is not Refusal.TOO_MANY:
            status, reason = str(refused.refusal.status), scrub(refused.reason)
            self.note(Event(EventKind.DENIAL, door.name, account, address, request_id, status, reason))

    def let_through(self, passed: Passage, status: int) -> None:
        """Note a refusal by code further in, a change (anything but a read, with success), and what else happened."""
        refused = passed.refused
        if refused is not None:
            self._log_refusal("refused", passed.scope, refused, passed.request_id, passed.declaration.name)
        if self._audit is None:
            return
        account = passed.principal.account if passed.principal else ""
        for kind, whose, outcome in passed.happened or ():
            self._happened(EventKind(kind), passed, whose, outcome)
        if refused is not None:
            self._deny(passed.declaration, account, passed.address, passed.request_id, refused)
        elif passed.scope["type"] == "websocket":
            self._happened(EventKind.CHANGE, passed, account, "websocket")
        elif 0 < status < 400 and passed.scope["method"] not in SAFE_METHODS:
            self._happened(EventKind.CHANGE, passed, account, str(status))

    def _happened(self, kind: EventKind, passed: Passage, account: str, outcome: str) -> None:
        self.note(Event(kind, passed.declaration.name, account, passed.address, passed.request_id, outcome))

    def note(self, event: Event) -> None:
        """Write an entry of the audit log, if there is one. A log that cannot be written is said in the private log."""
        if self._audit is None:
            return
        try:
            self._audit.record(event)
        except OSError as fault:
            _log.critical("the audit log cannot be written: %s", type(fault).__name__)

    def broke(self, scope: Scope, fault: BaseException, request_id: str) -> None:
        """Note a fault of the application in the private log, with its trace."""
        # The path is what the caller wrote, line breaks and all (CWE-117).
        path = scrub(ascii(scope.get("path", ""))[:500])
        _log.error("%s %s broke (%s)", scope.get("method", ""), path, request_id, exc_info=fault)

    def _protected(self) -> Register:
        if self._register is None:
            raise GuardError("this guard protects nothing yet: call guard.protect(app)")
        return self._register


def _asks_for_a_session(leaf: Leaf) -> bool:
    return leaf.declaration is not None and isinstance(leaf.declaration.caller, SignedIn)


def _limit(limit: LimitText) -> Limit | Reasoned:
    return parse_limit(limit) if isinstance(limit, str) else limit


def _optional_limit(limit: LimitText | None) -> Limit | Reasoned | None:
    return None if limit is None else _limit(limit)
