"""The example service in a folder of the test's own, with its accounts signed in."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

from examples.fastapi_guarded.main import application
from examples.fastapi_guarded.seed import Seeded, seed
from examples.fastapi_guarded.service import Service
from examples.fastapi_guarded.settings import Settings
from tests.guard.asgi import Answer, Client, started

from doorcheck.guard.records.audit import verify_audit

PASSWORD = "a password for the tests"
SECRETS = {
    "STRIPE_WEBHOOK_SECRET": "whsec_0123456789abcdef0123456789abcdef",
    "FILES_KEY": "0123456789abcdef0123456789abcdef",
}
ADA, BOB, ADMIN = "ada@example.test", "bob@example.test", "admin@example.test"


class Site:
    """A service that runs, and what was put into it."""

    def __init__(self, service: Service, seeded: Seeded, client: Client) -> None:
        self.service = service
        self.seeded = seeded
        self.client = client

    async def sign_in(self, email: str, password: str = PASSWORD) -> Client:
        """A browser in which this account has signed in."""
        answer = await self.client.request("POST", "/sign-in", json={"email": email, "password": password})
        assert answer.status == 200, answer.body
        cookie = answer.set_cookies[0].partition(";")[0]
        return Client(self.client.app, headers={"cookie": cookie, "sec-fetch-site": "same-origin"})


def visit(folder: Path, check: Callable[[Site], Awaitable[None]], **environ: str) -> None:
    """Start the service, seed it, run the check and stop it."""

    async def run() -> None:
        service = Service(Settings.from_env(SECRETS | {"TALLY_FOLDER": str(folder)} | environ))
        app = application(service)
        async with started(app) as told:
            assert told == []
            seeded = await seed(service, PASSWORD)
            await check(Site(service, seeded, Client(app)))

    asyncio.run(run())


def audited(folder: Path) -> list[tuple[str, str, str]]:
    """Kind, door and outcome of every entry of the audit log, whose chain holds."""
    return [
        (entry["kind"], entry["door"].rpartition(".")[2], entry["outcome"])
        for entry in verify_audit(folder / "audit.jsonl")
    ]


def shape(answer: Answer) -> tuple[int, object]:
    """What an answer says, without the request's id."""
    content = json.loads(answer.body) if answer.body else None
    if isinstance(content, dict):
        content.pop("request_id", None)
    return answer.status, content
