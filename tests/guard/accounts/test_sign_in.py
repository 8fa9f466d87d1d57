"""Guessing passwords: what a guesser is told, and how often one may guess."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from tests.guard.accounts.service import PASSWORD, Browser, Service

from doorcheck.guard.accounts import KnownAccount, PasswordHashes


def test_a_wrong_password_and_nobody_are_told_the_same() -> None:
    async def check() -> None:
        service = Service()
        told = set()
        for name in ("ann", "nobody", "carol", "x" * 321, ""):
            answer = await Browser(service).login(name, "wrong" * 4)
            assert answer.set_cookies == []
            body = answer.json()
            told.add((answer.status, body.pop("request_id") and str(body)))
        assert len(told) == 1
        assert told.pop()[0] == 401

    asyncio.run(check())


def test_an_account_is_guessed_at_no_more_often_from_many_addresses() -> None:
    async def check() -> None:
        service = Service()
        statuses = [
            (await Browser(service, f"198.51.100.{number}").login(name, "wrong" * 4)).status
            for number, name in enumerate(["ann", "ANN", " ann", "\uff41nn"] * 5)
        ]
        assert statuses == [401] * 10 + [429] * 10
        owner = await Browser(service, "203.0.113.9").login("ann")
        assert owner.status == 429
        assert 80 <= int(owner.headers["retry-after"]) <= 90
        assert (await Browser(service, "203.0.113.9").login("bob")).status == 200

    asyncio.run(check())


def test_an_address_guesses_at_no_more_accounts() -> None:
    async def check() -> None:
        service = Service()
        statuses = [
            (await Browser(service, f"2001:db8:1:2::{number:x}").login(f"name{number}", "wrong" * 4)).status
            for number in range(40)
        ]
        assert statuses == [401] * 30 + [429] * 10, "one subscriber's addresses are one"
        assert (await Browser(service, "2001:db8:1:3::1").login("ann")).status == 200

    asyncio.run(check())


def test_who_is_signed_in_stays_so_while_others_guess() -> None:
    async def check() -> None:
        service = Service()
        ann = Browser(service)
        await ann.login()
        for number in range(20):
            await Browser(service, f"198.51.100.{number}").login("ann", "wrong" * 4)
        assert (await ann.ask("GET", "/me")).status == 200

    asyncio.run(check())


def test_a_weak_hash_is_renewed_on_signing_in() -> None:
    async def check() -> None:
        service = Service()
        service.passwords._hasher = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
        weak = service.known["ann"].password_hash
        await Browser(service).login("ann", "wrong" * 4)
        assert service.saved == []
        assert (await Browser(service).login()).status == 200
        [(account_id, stored, replacement)] = service.saved
        assert (account_id, stored) == ("1", weak)
        assert (await PasswordHashes(hasher=service.passwords._hasher).check(replacement, PASSWORD)).matches

    asyncio.run(check())


def test_a_hash_that_cannot_be_renewed_does_not_keep_anybody_out() -> None:
    async def check() -> None:
        service = Service()
        service.passwords._hasher = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)

        async def broken(account_id: str, stored: str, replacement: str) -> None:
            raise OSError("read only")

        service.sign_in._save = broken
        assert (await Browser(service).login()).status == 200

    asyncio.run(check())


def test_accounts_that_cannot_be_looked_up_are_503() -> None:
    async def check() -> None:
        service = Service()

        async def broken(name: str) -> KnownAccount | None:
            raise OSError("the database is away")

        service.sign_in._find = broken
        assert (await Browser(service).login()).status == 503

    asyncio.run(check())


def test_signing_in_from_another_site_is_refused() -> None:
    async def check() -> None:
        service = Service()
        browser = Browser(service)
        browser._client.headers["sec-fetch-site"] = "cross-site"
        assert (await browser.login()).status == 403

    asyncio.run(check())
