"""Published key sets: one fetch for all who wait, an old set while a new one is fetched, and 503 when there is none."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from joserfc.jwk import RSAKey
from tests.guard.sessions.forging import ec_key, ed_key, other_rsa_key, published, rsa_key, written
from tests.guard.sessions.key_server import KeyServer, serving

from doorcheck.guard.errors import GuardError
from doorcheck.guard.sessions.credentials import SessionRefused, SessionUnavailable
from doorcheck.guard.sessions.issuers import Patience, RemoteKeys
from doorcheck.guard.sessions.jwks import read_key_set

RS256 = frozenset({"RS256"})
PATIENCE = Patience(fresh=100, stale=1000, cool_down=30, pause=5, timeout=1)


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def server() -> Iterator[KeyServer]:
    with serving(published(k1=rsa_key())) as served:
        yield served


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(server: KeyServer, clock: Clock) -> RemoteKeys:
    return RemoteKeys(server.url, server.fetch, patience=PATIENCE, clock=clock)


async def _settle(server: KeyServer, asked: int) -> None:
    """Wait for a fetch in the background to have come and gone."""
    for _ in range(200):
        await asyncio.sleep(0.01)
        if server.asked >= asked:
            break
    await asyncio.sleep(0.05)


def test_a_key_is_fetched_once_for_all_who_wait(server: KeyServer, keys: RemoteKeys) -> None:
    server.delay = 0.1

    async def ask() -> None:
        found = await asyncio.gather(*[keys.key("k1", "RS256") for _ in range(50)])
        assert {key.thumbprint() for key in found} == {rsa_key().thumbprint()}
        await keys.key("k1", "RS256")

    asyncio.run(ask())
    assert server.asked == 1


def test_whoever_goes_away_does_not_take_the_answer_from_the_others(server: KeyServer, keys: RemoteKeys) -> None:
    server.delay = 0.2

    async def ask() -> None:
        first = asyncio.create_task(keys.key("k1", "RS256"))
        second = asyncio.create_task(keys.key("k1", "RS256"))
        await asyncio.sleep(0.05)
        first.cancel()
        assert (await second).kid is None
        assert first.cancelled()

    asyncio.run(ask())
    assert server.asked == 1


def test_a_key_that_was_rotated_in_is_found_once_the_cool_down_is_over(
    server: KeyServer, keys: RemoteKeys, clock: Clock
) -> None:
    async def ask() -> None:
        await keys.key("k1", "RS256")
        server.body = published(k1=rsa_key(), k2=other_rsa_key())
        with pytest.raises(SessionRefused):
            await keys.key("k2", "RS256")
        assert server.asked == 1
        clock.now += 31
        assert (await keys.key("k2", "RS256")).thumbprint() == other_rsa_key().thumbprint()
        assert server.asked == 2

    asyncio.run(ask())


def test_names_that_nobody_published_do_not_make_us_ask_again_and_again(
    server: KeyServer, keys: RemoteKeys, clock: Clock
) -> None:
    async def ask() -> None:
        await keys.key("k1", "RS256")
        clock.now += 31
        for number in range(500):
            with pytest.raises(SessionRefused):
                await keys.key(f"invented-{number}", "RS256")
        assert server.asked == 2
        clock.now += 31
        # The first invention of this round is asked for; the same one again is remembered to be absent.
        with pytest.raises(SessionRefused):
            await keys.key("invented-x", "RS256")
        clock.now += 31
        with pytest.raises(SessionRefused):
            await keys.key("invented-x", "RS256")
        assert server.asked == 3
        await keys.key("k1", "RS256")

    asyncio.run(ask())


def test_an_old_set_is_used_while_a_new_one_is_fetched_behind_it(
    server: KeyServer, keys: RemoteKeys, clock: Clock
) -> None:
    async def ask() -> None:
        await keys.key("k1", "RS256")
        clock.now += 101
        server.delay = 0.2
        server.body = published(k2=other_rsa_key())
        began = asyncio.get_running_loop().time()
        await asyncio.gather(*[keys.key("k1", "RS256") for _ in range(10)])
        assert asyncio.get_running_loop().time() - began < 0.15
        await asyncio.sleep(0.5)
        assert server.asked == 2
        with pytest.raises(SessionRefused):
            await keys.key("k1", "RS256")
        await keys.key("k2", "RS256")

    asyncio.run(ask())


def test_an_old_set_outlives_a_failing_issuer_only_for_so_long(
    server: KeyServer, keys: RemoteKeys, clock: Clock
) -> None:
    async def ask() -> None:
        await keys.key("k1", "RS256")
        server.status = 500
        clock.now += 1000
        await keys.key("k1", "RS256")
        await _settle(server, 2)
        await keys.key("k1", "RS256")
        await asyncio.sleep(0.1)
        assert server.asked == 2
        with pytest.raises(SessionUnavailable, match="could not be fetched"):
            await keys.key("k2", "RS256")
        clock.now += 101
        with pytest.raises(SessionUnavailable, match="HTTPError"):
            await keys.key("k1", "RS256")
        server.status = 200
        clock.now += 6
        await keys.key("k1", "RS256")

    asyncio.run(ask())


def test_an_issuer_that_fails_is_left_alone_for_a_while(server: KeyServer, keys: RemoteKeys, clock: Clock) -> None:
    server.status = 503

    async def ask() -> None:
        for _ in range(20):
            with pytest.raises(SessionUnavailable):
                await keys.key("k1", "RS256")
        assert server.asked == 1
        server.status = 200
        clock.now += 6
        await keys.key("k1", "RS256")
        assert server.asked == 2

    asyncio.run(ask())


def test_an_issuer_that_stalls_is_given_up(server: KeyServer, clock: Clock) -> None:
    server.delay = 0.6
    keys = RemoteKeys(server.url, server.fetch, patience=Patience(timeout=0.1), clock=clock)

    async def ask() -> None:
        began = asyncio.get_running_loop().time()
        with pytest.raises(SessionUnavailable, match="TimeoutError"):
            await keys.key("k1", "RS256")
        assert asyncio.get_running_loop().time() - began < 0.4

    asyncio.run(ask())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"keys":{}}',
        b'{"keys":[]}',
        b'{"keys":[1,null,"k1"]}',
        b'{"keys":[],"keys":[]}',
        b"[" * 60_000,
        b" " * 70_000,
        written({"keys": [{"kty": "oct", "kid": "k1", "k": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}]}),
        written({"keys": [{**rsa_key().as_dict(private=False), "kid": "k1", "use": "enc"}]}),
        written({"keys": [rsa_key().as_dict(private=False)]}),
        written({"keys": [{**rsa_key().as_dict(private=False), "kid": "k1", "alg": "RS512"}]}),
        written({"keys": [{**ec_key().as_dict(private=False), "kid": "k1"}]}),
        written({"keys": [{**ed_key().as_dict(private=False), "kid": "k1"}]}),
        written({"keys": [{"kty": "RSA", "kid": "k1", "n": "AQAB", "e": "AQAB"}]}),
        written({"keys": [{"kty": "RSA", "kid": "k1", "n": "!" * 400, "e": "AQAB"}]}),
        written({"keys": [{"kty": "RSA", "kid": "k1", "n": ["A" * 400], "e": "AQAB"}]}),
        written({"keys": [{"kty": ["RSA"], "kid": "k1"}]}),
        written({"keys": [{**rsa_key().as_dict(private=False), "kid": "k1"}] * 2}),
        written({"keys": [{**rsa_key().as_dict(private=False), "kid": f"k{number}"} for number in range(65)]}),
    ],
    # Keys differ from run to run, and tests that run in parallel need the same names.
    ids=map(str, range(100)),
)
def test_a_set_without_a_key_for_us_is_a_failure_of_the_issuer(
    body: bytes, server: KeyServer, keys: RemoteKeys, clock: Clock
) -> None:
    server.body = body

    async def ask() -> None:
        with pytest.raises(SessionUnavailable):
            await keys.key("k1", "RS256")
        server.body = published(k1=rsa_key())
        clock.now += 6
        await keys.key("k1", "RS256")
        # And a set that turned into this one leaves the old set in its place.
        server.body = body
        clock.now += 101
        await keys.key("k1", "RS256")
        await _settle(server, 3)
        await keys.key("k1", "RS256")

    asyncio.run(ask())


def test_a_key_is_for_the_algorithm_it_fits_and_no_other() -> None:
    algorithms = frozenset({"RS256", "ES256", "EdDSA"})

    async def fetch(_: str) -> bytes:
        return published(rsa=rsa_key(), ec=ec_key(), ed=ed_key())

    async def ask() -> None:
        keys = RemoteKeys("https://keys.example.test/", fetch, algorithms=algorithms)
        for kid, algorithm in (("rsa", "RS256"), ("ec", "ES256"), ("ed", "EdDSA")):
            assert await keys.key(kid, algorithm)
            for other in algorithms - {algorithm}:
                with pytest.raises(SessionRefused):
                    await keys.key(kid, other)
        with pytest.raises(SessionRefused, match="does not name"):
            await keys.key(None, "RS256")

    asyncio.run(ask())


def test_of_a_key_that_was_published_whole_only_the_public_half_is_kept() -> None:
    leaked = written({"keys": [{**rsa_key().as_dict(private=True), "kid": "k1"}]})
    assert not read_key_set(leaked, RS256)["k1"].is_private


def test_a_short_key_is_not_taken_and_does_not_make_a_noise() -> None:
    with pytest.warns(UserWarning, match="2048"):
        short = RSAKey.generate_key(1024)
    both = published(k1=rsa_key(), k2=short)
    assert set(read_key_set(both, RS256)) == {"k1"}


def test_the_memory_of_names_that_nobody_published_is_bounded(
    server: KeyServer, keys: RemoteKeys, clock: Clock
) -> None:
    server.delay = 0.2

    async def ask() -> None:
        asked = [keys.key(f"invented-{number}", "RS256") for number in range(400)]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        assert {type(one) for one in answers} == {SessionRefused}
        assert len(keys._absent) == 256
        assert server.asked == 1

    asyncio.run(ask())


def test_a_set_is_fetched_anew_in_another_event_loop(server: KeyServer, keys: RemoteKeys, clock: Clock) -> None:
    asyncio.run(_ask(keys))
    clock.now += 2000
    asyncio.run(_ask(keys))
    assert server.asked == 2


def test_a_fetch_that_another_event_loop_left_behind_is_waited_for_by_nobody(
    server: KeyServer, keys: RemoteKeys
) -> None:
    server.delay = 0.3
    left = asyncio.new_event_loop()
    waiting = left.create_task(_ask(keys))
    left.run_until_complete(asyncio.sleep(0.05))
    asyncio.run(_ask(keys))
    assert not waiting.done()
    left.run_until_complete(waiting)
    left.run_until_complete(left.shutdown_default_executor())
    left.close()
    assert server.asked == 2


async def _ask(keys: RemoteKeys) -> None:
    await keys.key("k1", "RS256")


@pytest.mark.parametrize(
    "url",
    [
        "http://keys.example.test/",
        "ftp://keys.example.test/",
        "https://",
        "https://user@keys.example.test/",
        "https://keys.example.test/#x",
        "https://keys.example.test/ x",
        "https://[::1",
        "https://keys.example.test:x/",
        "file:///etc/passwd",
        "",
    ],
)
def test_a_url_that_pins_no_host_is_refused_when_the_service_starts(url: str) -> None:
    with pytest.raises(GuardError):
        RemoteKeys(url)


def test_without_a_client_of_its_own_it_asks_the_public_internet_alone() -> None:
    async def ask() -> None:
        with pytest.raises(SessionUnavailable, match="OutboundRefused"):
            await RemoteKeys("https://127.0.0.1/keys").key("k1", "RS256")

    asyncio.run(ask())
