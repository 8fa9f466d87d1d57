"""What the example service makes of its environment: other sessions, other databases, and secrets that are missing."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from examples.fastapi_guarded.settings import Settings
from sqlalchemy import create_engine, text
from tests.guard.asgi import Client
from tests.guard.example.site import ADA, ADMIN, BOB, SECRETS, Site, visit
from tests.guard.redis_server import require_redis
from tests.guard.resource.postgres_server import postgres
from tests.guard.sessions.forging import jwe
from tests.guard.sessions.recorded import OTHER_SECRET, SECRET

from doorcheck.guard import GuardError
from doorcheck.guard.sessions.hkdf import derive

COOKIE = "__Secure-authjs.session-token"


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_that_is_missing_keeps_it_from_starting(tmp_path: Path, name: str) -> None:
    environ = SECRETS | {"TALLY_FOLDER": str(tmp_path), name: ""}
    with pytest.raises(GuardError, match=name):
        Settings.from_env(environ)


def test_an_unknown_place_keeps_it_from_starting(tmp_path: Path) -> None:
    with pytest.raises(GuardError, match="nginx"):
        Settings.from_env(SECRETS | {"TALLY_FOLDER": str(tmp_path), "TALLY_BEHIND": "heroku"})


def test_no_secret_is_in_what_settings_show_of_themselves(tmp_path: Path) -> None:
    shown = repr(Settings.from_env(SECRETS | {"TALLY_FOLDER": str(tmp_path), "AUTH_SECRET": SECRET}))
    assert not [secret for secret in (*SECRETS.values(), SECRET) if secret in shown]


def test_a_session_of_the_front_end_is_the_accounts_as_long_as_the_account_stands(tmp_path: Path) -> None:
    async def check(site: Site) -> None:
        def browser(email: str, secret: str = SECRET, **claims: object) -> Client:
            key = derive(secret.encode(), salt=COOKIE, info=f"Auth.js Generated Encryption Key ({COOKIE})", length=64)
            now = int(time.time())
            held = {"sub": site.seeded.users[email], "iat": now, "exp": now + 600} | claims
            cookie = f"{COOKIE}={jwe(held, key, 'A256CBC-HS512')}"
            return Client(site.client.app, headers={"cookie": cookie, "sec-fetch-site": "same-origin"})

        found = (await browser(ADA).request("GET", "/invoices")).json()
        assert [one["id"] for one in found] == [site.seeded.invoices[ADA]]
        assert (await browser(ADA, OTHER_SECRET).request("GET", "/invoices")).status == 401
        assert (await browser(ADA, role="admin").request("GET", "/admin/users")).status == 403
        admin = browser(ADMIN, role="admin")
        assert (await admin.request("DELETE", f"/admin/users/{site.seeded.users[BOB]}")).status == 204
        assert (await browser(BOB).request("GET", "/invoices")).status == 403

    visit(tmp_path, check, AUTH_SECRET=SECRET, AUTH_URL="https://tally.example.test")


def test_the_same_holds_on_postgresql_and_redis(tmp_path: Path) -> None:
    async def check(site: Site) -> None:
        assert site.service.engine.dialect.name == "postgresql"
        ada, admin = await site.sign_in(ADA), await site.sign_in(ADMIN)
        assert (await ada.request("GET", f"/invoices/{site.seeded.invoices[ADA]}")).status == 200
        assert (await ada.request("GET", f"/invoices/{site.seeded.invoices[BOB]}")).status == 404
        assert (await ada.request("POST", "/invoices", json={"customer": "x", "amount_cents": 1})).status == 201
        answers = [await ada.request("POST", "/summary", json={"text": "One. Two."}) for _ in range(6)]
        assert [answer.status for answer in answers] == [200] * 5 + [429]
        assert (await admin.request("DELETE", f"/admin/users/{site.seeded.users[ADMIN]}")).status == 403
        assert (await admin.request("DELETE", f"/admin/users/{site.seeded.users[ADA]}")).status == 204
        assert (await ada.request("GET", "/me")).status == 401

    server = require_redis()
    try:
        with postgres() as folder:
            first = create_engine(
                f"postgresql+psycopg://postgres@/postgres?host={folder}", isolation_level="AUTOCOMMIT"
            )
            with first.connect() as connection:
                connection.execute(text("CREATE ROLE tally LOGIN"))
                connection.execute(text("CREATE DATABASE tally OWNER tally"))
            first.dispose()
            visit(
                tmp_path,
                check,
                DATABASE_URL=f"postgresql+psycopg://tally@/tally?host={folder}",
                STORE_URL=server.url,
            )
    finally:
        server.kill()
