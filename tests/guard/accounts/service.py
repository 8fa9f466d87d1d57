"""A service with accounts of its own: signing in, out, out everywhere, and a page for those who are in."""

from __future__ import annotations

import time
from typing import Any

from argon2 import PasswordHasher
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from tests.guard.asgi import Answer, Client

from doorcheck.guard import NOTHING, Guard, current_principal, public, raw, role, shared, signed_in
from doorcheck.guard.accounts import Account, KnownAccount, OwnSessions, PasswordHashes, PasswordSignIn
from doorcheck.guard.stores import Store
from doorcheck.guard.stores.memory import MemoryStore

PASSWORD = "correct horse battery"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Service:
    """The application and what a test may change about it."""

    def __init__(self, store: Store | None = None, **options: Any) -> None:
        self.now = time.time()
        self.store: Store = store or MemoryStore(clock=lambda: self.now)
        self.sessions = OwnSessions(self.store, clock=lambda: self.now, **options)
        self.known = {
            "ann": KnownAccount(Account("1", frozenset({"admin"}), tenant="acme"), QUICK.hash(PASSWORD)),
            "bob": KnownAccount(Account("2"), QUICK.hash(PASSWORD)),
            "carol": KnownAccount(Account("3"), None),
        }
        self.saved: list[tuple[str, str, str]] = []
        self.passwords = PasswordHashes(hasher=QUICK)
        self.sign_in = PasswordSignIn(find=self._find, save=self._save, counters=self.store, passwords=self.passwords)
        self.app = self._guarded()

    async def _find(self, name: str) -> KnownAccount | None:
        return self.known.get(name)

    async def _save(self, account_id: str, stored: str, replacement: str) -> None:
        self.saved.append((account_id, stored, replacement))

    def _guarded(self) -> Starlette:
        guard = Guard(sessions=[self.sessions], limit="10000/minute", account_limit="10000/minute")
        open_to_all = public(because="where one signs in and out")
        nobodys = shared(because="the caller's own session alone")
        told = raw(because="says who is signed in")

        @guard.door(caller=open_to_all, payload=raw(because="read below"), resource=nobodys, returns=told)
        async def login(request: Request) -> JSONResponse:
            sent = await request.json()
            account = await self.sign_in.sign_in(sent["name"], sent["password"])
            response = JSONResponse({"id": account.id})
            await self.sessions.login(response, account)
            return response

        @guard.door(caller=open_to_all, payload=NOTHING, resource=nobodys, returns=told)
        async def logout(request: Request) -> JSONResponse:
            response = JSONResponse({})
            await self.sessions.logout(response)
            return response

        @guard.door(caller=signed_in, payload=NOTHING, resource=nobodys, returns=told)
        async def leave(request: Request) -> JSONResponse:
            response = JSONResponse({})
            ended = await self.sessions.logout_everywhere(current_principal().id, response)
            response.headers["x-ended"] = str(ended)
            return response

        @guard.door(caller=signed_in, payload=NOTHING, resource=nobodys, returns=told)
        async def me(request: Request) -> JSONResponse:
            principal = current_principal()
            return JSONResponse({"id": principal.id, "tenant": principal.tenant, "session": principal.session_id})

        @guard.door(caller=role("admin"), payload=NOTHING, resource=nobodys, returns=told)
        async def admin(request: Request) -> JSONResponse:
            return JSONResponse({})

        app = Starlette(
            routes=[
                Route("/login", login, methods=["POST"]),
                Route("/logout", logout, methods=["POST"]),
                Route("/leave", leave, methods=["POST"]),
                Route("/me", me),
                Route("/admin", admin),
            ]
        )
        guard.protect(app)
        return app


class Browser:
    """Keeps the cookie that it is given."""

    def __init__(self, service: Service, address: str = "203.0.113.7") -> None:
        self._client = Client(service.app, address=address, headers={"sec-fetch-site": "same-origin"})
        self.cookie = ""
        self.attributes: list[str] = []

    async def ask(self, method: str, path: str, json: Any = None) -> Answer:
        headers = {"cookie": f"__Host-session={self.cookie}"} if self.cookie else {}
        answer = await self._client.request(method, path, json=json, headers=headers)
        for one in answer.set_cookies:
            pair, *self.attributes = one.split("; ")
            name, _, self.cookie = pair.partition("=")
            assert name == "__Host-session"
            self.cookie = self.cookie.strip('"')
        return answer

    async def login(self, name: str = "ann", password: str = PASSWORD) -> Answer:
        return await self.ask("POST", "/login", {"name": name, "password": password})
