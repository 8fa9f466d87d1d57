"""Passwords: how they are kept, and what is told about those that are wrong."""

from __future__ import annotations

import asyncio
import statistics
import time

import pytest
from argon2 import PasswordHasher, extract_parameters
from tests.guard.accounts.service import PASSWORD, QUICK

from doorcheck.guard.accounts import PasswordHashes
from doorcheck.guard.refusals import Refusal, Refused


def test_a_hash_has_the_parameters_of_rfc_9106() -> None:
    async def check() -> None:
        passwords = PasswordHashes()
        stored = await passwords.hash(PASSWORD)
        assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
        assert PASSWORD not in stored
        assert (await passwords.check(stored, PASSWORD)).matches
        assert not (await passwords.check(stored, PASSWORD + "r")).matches

    asyncio.run(check())


def test_a_weaker_hash_is_replaced_when_the_password_is_right() -> None:
    async def check() -> None:
        passwords = PasswordHashes(hasher=PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
        weak = QUICK.hash(PASSWORD)
        checked = await passwords.check(weak, PASSWORD)
        assert checked.matches
        assert checked.replacement is not None
        assert extract_parameters(checked.replacement).time_cost == 2
        assert checked.replacement not in repr(checked)
        assert (await passwords.check(checked.replacement, PASSWORD)).replacement is None
        assert (await passwords.check(weak, "wrong")).replacement is None

    asyncio.run(check())


def test_nobodys_password_takes_as_long_as_somebodys() -> None:
    hasher = PasswordHasher(time_cost=2, memory_cost=4096, parallelism=1)

    async def check() -> None:
        passwords = PasswordHashes(hasher=hasher)
        stored = hasher.hash(PASSWORD)
        taken: dict[str | None, list[float]] = {stored: [], None: []}
        for _ in range(15):
            for who, times in taken.items():
                started = time.perf_counter()
                assert not (await passwords.check(who, "wrong")).matches
                times.append(time.perf_counter() - started)
        somebody, nobody = (statistics.median(taken[who]) for who in (stored, None))
        assert 0.5 < nobody / somebody < 2

    asyncio.run(check())


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("short", "fewer than 15"),
        ("x" * 14, "fewer than 15"),
        ("x" * 1025, "more than"),
        ("é" * 600, "more than"),
        ("\ud800" * 20, "no text"),
        ("passwordpassword", "known to attackers"),
    ],
)
def test_a_new_password_is_held_to_its_bounds(password: str, says: str) -> None:
    async def check() -> None:
        with pytest.raises(Refused) as raised:
            await PasswordHashes(hasher=QUICK, known={"passwordpassword"}).hash(password)
        assert raised.value.refusal is Refusal.INVALID
        assert says in raised.value.reason
        assert password not in raised.value.reason

    asyncio.run(check())


def test_a_password_that_is_too_long_is_wrong_and_costs_nothing() -> None:
    async def check() -> None:
        passwords = PasswordHashes()
        texts = ["x" * 100_000_000, "\ud800" * 20]
        started = time.perf_counter()
        for password in texts:
            assert not (await passwords.check(None, password)).matches
        assert time.perf_counter() - started < 0.05

    asyncio.run(check())


def test_however_it_is_typed_it_is_one_password() -> None:
    async def check() -> None:
        passwords = PasswordHashes(hasher=QUICK)
        stored = await passwords.hash("cafe\u0301 \ufb01ne wine cellar")
        assert (await passwords.check(stored, "caf\u00e9 fine wine cellar")).matches

    asyncio.run(check())


def test_something_else_in_the_place_of_a_hash_is_503() -> None:
    async def check() -> None:
        for stored in ("", "secret", "$2b$12$abcdefghijklmnopqrstuv", "$argon2id$v=19$m=1"):
            with pytest.raises(Refused) as raised:
                await PasswordHashes(hasher=QUICK).check(stored, PASSWORD)
            assert raised.value.refusal is Refusal.UNAVAILABLE

    asyncio.run(check())


def test_so_many_wait_and_more_are_refused_and_the_event_loop_goes_on() -> None:
    async def check() -> None:
        passwords = PasswordHashes(hasher=PasswordHasher(time_cost=20, memory_cost=4096), threads=1, waiting=3)
        checks = [asyncio.create_task(passwords.check(None, "x")) for _ in range(10)]
        longest = 0.0
        while not all(task.done() for task in checks):
            started = time.perf_counter()
            await asyncio.sleep(0.001)
            longest = max(longest, time.perf_counter() - started)
        answers = await asyncio.gather(*checks, return_exceptions=True)
        refused = [answer for answer in answers if isinstance(answer, Refused)]
        assert len(refused) == 6
        assert all(answer.refusal is Refusal.UNAVAILABLE for answer in refused)
        assert longest < 0.5
        assert not (await passwords.check(None, "x")).matches, "there is room again"

    asyncio.run(check())
    asyncio.run(check())


def test_passwords_that_protect_nothing_are_an_error_at_the_start() -> None:
    with pytest.raises(ValueError, match="8 characters"):
        PasswordHashes(shortest=7)
