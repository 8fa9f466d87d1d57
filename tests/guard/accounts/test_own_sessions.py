"""What a browser can do with a session of the application's own, and how long."""

from __future__ import annotations

import asyncio
import hashlib
import re

import pytest
from starlette.responses import Response
from tests.guard.accounts.service import Browser, Service

from doorcheck.guard.accounts import Account, OwnSessions
from doorcheck.guard.refusals import Refused
from doorcheck.guard.sessions.credentials import Presented, SessionRefused, SessionUnavailable, read_presented
from doorcheck.guard.stores.memory import MemoryStore


def _at(monkeypatch: pytest.MonkeyPatch, service: Service, later: float) -> None:
    service.now += later
    monkeypatch.setattr("doorcheck.guard.sessions.resolver.time.time", lambda: service.now)


def test_signing_in_gives_a_session_and_signing_out_ends_it() -> None:
    async def check() -> None:
        service = Service()
        browser = Browser(service)
        assert (await browser.ask("GET", "/me")).status == 401
        answer = await browser.login()
        assert answer.status == 200
        assert answer.headers["cache-control"] == "no-store"
        me = (await browser.ask("GET", "/me")).json()
        assert (me["id"], me["tenant"]) == ("1", "acme")
        stolen = browser.cookie
        assert (await browser.ask("POST", "/logout")).status == 200
        assert browser.cookie == ""
        browser.cookie = stolen
        assert (await browser.ask("GET", "/me")).status == 401, "the session is over, not only its cookie"

    asyncio.run(check())


def test_the_cookie_is_held_to_this_host_to_https_and_away_from_scripts() -> None:
    async def check() -> None:
        browser = Browser(Service())
        await browser.login()
        attributes = {one.lower() for one in browser.attributes}
        assert {"path=/", "secure", "httponly", "samesite=lax"} == attributes
        assert re.fullmatch(r"[\w-]{43}", browser.cookie)
        await browser.ask("POST", "/logout")
        assert {"path=/", "secure", "httponly", "samesite=lax", "max-age=0"} <= {
            one.lower() for one in browser.attributes
        }

    asyncio.run(check())


def test_the_store_does_not_have_what_the_browser_has() -> None:
    async def check() -> None:
        service = Service()
        browser = Browser(service)
        await browser.login()
        kept = repr(service.store._cells._kept)  # type: ignore[attr-defined]
        assert browser.cookie not in kept
        digest = hashlib.sha256(browser.cookie.encode()).hexdigest()
        assert digest in kept
        assert (await browser.ask("GET", "/me")).json()["session"] == digest

    asyncio.run(check())


def test_signing_in_again_changes_the_session_and_ends_the_old_one() -> None:
    async def check() -> None:
        service = Service()
        browser = Browser(service)
        await browser.login("bob")
        first = browser.cookie
        await browser.login("ann")
        assert browser.cookie != first
        other = Browser(service)
        other.cookie = first
        assert (await other.ask("GET", "/me")).status == 401

    asyncio.run(check())


def test_a_session_that_was_planted_is_not_taken_over() -> None:
    async def check() -> None:
        service = Service()
        browser = Browser(service)
        planted = browser.cookie = "A" * 43
        await browser.login()
        assert browser.cookie != planted
        other = Browser(service)
        other.cookie = planted
        assert (await other.ask("GET", "/me")).status == 401

    asyncio.run(check())


def test_signing_out_everywhere_ends_every_session_of_the_account_alone() -> None:
    async def check() -> None:
        service = Service()
        browsers = [Browser(service) for _ in range(3)]
        bob = Browser(service)
        for browser in browsers:
            await browser.login("ann")
        await bob.login("bob")
        answer = await browsers[0].ask("POST", "/leave")
        assert answer.headers["x-ended"] == "3"
        assert [(await browser.ask("GET", "/me")).status for browser in browsers] == [401, 401, 401]
        assert (await bob.ask("GET", "/me")).status == 200

    asyncio.run(check())


def test_a_session_that_is_not_used_ends_and_one_that_is_used_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    async def check() -> None:
        service = Service(idle=3600, absolute=86400)
        used, unused = Browser(service), Browser(service)
        await used.login()
        await unused.login()
        for _ in range(5):
            _at(monkeypatch, service, 1500)
            assert (await used.ask("GET", "/me")).status == 200
        assert (await unused.ask("GET", "/me")).status == 401
        _at(monkeypatch, service, 3601)
        assert (await used.ask("GET", "/me")).status == 401

    asyncio.run(check())


def test_no_session_lasts_longer_than_the_absolute_time(monkeypatch: pytest.MonkeyPatch) -> None:
    async def check() -> None:
        service = Service(idle=3600, absolute=7200)
        browser = Browser(service)
        await browser.login()
        for _ in range(7):
            _at(monkeypatch, service, 1000)
            assert (await browser.ask("GET", "/me")).status == 200
        _at(monkeypatch, service, 200)
        assert (await browser.ask("GET", "/me")).status == 401

    asyncio.run(check())


def test_the_times_hold_also_where_the_clock_of_the_store_is_late() -> None:
    async def check() -> None:
        service = Service(idle=3600, absolute=4000)
        browser = Browser(service)
        for later in (4000, 7000):
            await browser.login()
            [credential] = service.sessions.find(_presented(browser.cookie))
            await service.sessions.verify(credential, service.now + 3000)
            with pytest.raises(SessionRefused, match="is over"):
                await service.sessions.verify(credential, service.now + later)

    asyncio.run(check())


def test_an_account_has_so_many_sessions_and_the_oldest_ends() -> None:
    async def check() -> None:
        service = Service(most=2)
        browsers = [Browser(service) for _ in range(3)]
        for browser in browsers:
            await browser.login()
        assert [(await browser.ask("GET", "/me")).status for browser in browsers] == [401, 200, 200]

    asyncio.run(check())


@pytest.mark.parametrize("cookie", ["x", "A" * 42, "A" * 44, "A" * 42 + "/", "é" * 43, "A" * 5000])
def test_a_cookie_that_is_no_name_of_a_session_is_401(cookie: str) -> None:
    async def check() -> None:
        browser = Browser(Service())
        browser.cookie = cookie
        assert (await browser.ask("GET", "/me")).status == 401
        assert (await browser.ask("POST", "/logout")).status == 200

    asyncio.run(check())


def test_a_store_that_does_not_answer_is_503_and_never_a_stranger() -> None:
    async def check() -> None:
        service = Service()
        browser = Browser(service)
        await browser.login()
        await service.store.close()
        for method, path in (("GET", "/me"), ("POST", "/logout"), ("POST", "/leave")):
            assert (await browser.ask(method, path)).status == 503
        assert (await browser.login()).status == 503

    asyncio.run(check())


def test_rights_come_from_the_account_as_it_is_now_when_it_is_loaded() -> None:
    accounts: dict[str, Account] = {"1": Account("1", frozenset({"admin"}))}

    async def load(account_id: str) -> Account | None:
        return accounts.get(account_id)

    async def check() -> None:
        browser = Browser(Service(load=load))
        await browser.login()
        assert (await browser.ask("GET", "/admin")).status == 200
        accounts["1"] = Account("1")
        assert (await browser.ask("GET", "/admin")).status == 403
        accounts.clear()
        assert (await browser.ask("GET", "/me")).status == 401

    asyncio.run(check())


def test_an_account_that_cannot_be_loaded_is_503() -> None:
    async def load(account_id: str) -> Account | None:
        raise OSError("the database is away")

    async def check() -> None:
        browser = Browser(Service(load=load))
        await browser.login()
        assert (await browser.ask("GET", "/me")).status == 503

    asyncio.run(check())


def test_a_session_that_ends_while_it_is_used_does_not_come_back() -> None:
    class EndsInBetween(MemoryStore):
        async def get(self, key: str) -> bytes | None:
            found = await super().get(key)
            await self.delete_owned("session:own:1")
            return found

    async def check() -> None:
        service = Service(EndsInBetween())
        browser = Browser(service)
        await browser.login()
        [credential] = service.sessions.find(_presented(browser.cookie))
        with pytest.raises(SessionRefused, match="just now"):
            await service.sessions.verify(credential, service.now + 1000)
        with pytest.raises(SessionRefused, match="no such session"):
            await service.sessions.verify(credential, service.now)

    asyncio.run(check())


def test_a_record_that_cannot_be_read_is_not_a_stranger_either() -> None:
    async def check() -> None:
        service = Service()
        browser = Browser(service)
        await browser.login()
        digest = hashlib.sha256(browser.cookie.encode()).hexdigest()
        for written in (b"{}", b"[1]", b"\xff", b'["1", 2, 3, 4, 5, 6]', b'["", [], [], null, 1, 1]'):
            await service.store.put(f"session:own:{digest}", written, "x", 60, 9)
            [credential] = service.sessions.find(_presented(browser.cookie))
            with pytest.raises(SessionUnavailable):
                await service.sessions.verify(credential, service.now)

    asyncio.run(check())


def test_two_cookies_of_one_name_are_refused() -> None:
    async def check() -> None:
        service = Service()
        browser = Browser(service)
        await browser.login()
        browser.cookie = f"{'A' * 43}; __Host-session={browser.cookie}"
        assert (await browser.ask("GET", "/me")).status == 401

    asyncio.run(check())


def test_what_cannot_be_safe_is_an_error_at_the_start() -> None:
    store = MemoryStore()
    with pytest.raises(ValueError, match="__Host-"):
        OwnSessions(store, cookie="session")
    with pytest.raises(ValueError, match="idle"):
        OwnSessions(store, idle=100, absolute=10)
    with pytest.raises(ValueError, match="id"):
        Account("")


def test_nobody_is_signed_in_outside_of_a_request() -> None:
    async def check() -> None:
        with pytest.raises(Refused, match="Something went wrong"):
            await OwnSessions(MemoryStore()).login(Response(), "1")

    asyncio.run(check())


def _presented(cookie: str) -> Presented:
    return read_presented(f"__Host-session={cookie}".encode(), None)
