"""The address of the client under every deployment, and what a client who forges headers gets."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorcheck.guard import addresses
from doorcheck.guard.addresses import Proxies, Seal
from doorcheck.guard.addresses.knowledge import KNOWLEDGE

CLIENT = "203.0.113.7"
FORGED = "198.51.100.99"
SEAL = Seal("X-Origin-Verify", "s3al-" * 6)
VARIABLES = ("VERCEL", "FLY_APP_NAME", "RENDER", "RAILWAY_PROJECT_ID", "K_SERVICE")

Headers = dict[bytes, bytes]


def _scope(peer: str | None, port: int = 40000) -> dict[str, Any]:
    return {"type": "http", "client": None if peer is None else (peer, port)}


def _appended(headers: Headers, *entries: str, name: bytes = b"x-forwarded-for") -> Headers:
    told = [headers[name].decode("latin-1")] if name in headers else []
    return headers | {name: ", ".join([*told, *entries]).encode("latin-1")}


def _written(headers: Headers, name: str, client: str) -> Headers:
    return headers | {name.encode(): client.encode()}


# For each deployment: how it is declared, the peer, and what its proxies make of the headers of a client.
DEPLOYMENTS: dict[str, tuple[Proxies, str | None, Any]] = {
    "direct": (addresses.direct(), CLIENT, lambda sent, _: sent),
    "hops 1": (addresses.hops(1), "10.0.0.2", _appended),
    "hops 2": (
        addresses.hops(2, between=["192.0.2.0/24"]),
        "10.0.0.2",
        lambda sent, client: _appended(sent, client, "192.0.2.9"),
    ),
    "hops 2 sealed": (
        addresses.hops(2, seal=SEAL),
        "10.0.0.2",
        lambda sent, client: _written(_appended(sent, client, "192.0.2.9"), "x-origin-verify", SEAL.secret),
    ),
    "hops over a unix socket": (addresses.hops(1, peers=["unix"]), None, _appended),
    "behind": (
        addresses.behind("10.0.0.0/8", "2001:db8:1::/48"),
        "10.0.0.2",
        lambda sent, client: _appended(sent, client, "2001:db8:1::5", "10.1.1.1"),
    ),
    "forwarded hops": (
        addresses.hops(1, rfc7239=True),
        "10.0.0.2",
        lambda sent, client: _appended(sent, f'for="{client}:4711";proto=https;by=_nginx', name=b"forwarded"),
    ),
    "forwarded behind": (
        addresses.behind("10.0.0.0/8", rfc7239=True),
        "10.0.0.2",
        lambda sent, client: _appended(sent, f"For={client}", "proto=http;for=10.9.9.9", name=b"forwarded"),
    ),
    "nginx": (addresses.nginx(), "127.0.0.1", _appended),
    "vercel": (addresses.vercel(), CLIENT, lambda sent, client: _written(sent, "x-vercel-forwarded-for", client)),
    "cloudflare": (
        addresses.cloudflare(),
        "172.70.1.1",
        lambda sent, client: _written(_appended(sent, client), "cf-connecting-ip", client),
    ),
    "cloudflare tunnel": (
        addresses.cloudflare(tunnel=True),
        "127.0.0.1",
        lambda sent, client: _written(sent, "cf-connecting-ip", client),
    ),
    "fly": (addresses.fly(), "172.16.5.5", lambda sent, client: _written(sent, "fly-client-ip", client)),
    "render": (
        addresses.render(),
        "10.21.157.68",
        lambda sent, client: _written(
            _appended(sent, client, "172.71.95.118", "10.19.64.237"), "cf-connecting-ip", client
        ),
    ),
    "railway": (addresses.railway(), "100.64.0.3", lambda sent, client: _written(sent, "x-real-ip", client)),
    "aws alb": (addresses.aws_alb(), "10.0.3.4", lambda sent, client: _appended(sent, f"{client}:51234")),
    "aws cloudfront": (
        addresses.aws_cloudfront(SEAL),
        "130.176.1.1",
        lambda sent, client: _written(_appended(sent, client), "x-origin-verify", SEAL.secret),
    ),
    "aws cloudfront and alb": (
        addresses.aws_cloudfront(SEAL, load_balancer=True),
        "10.0.3.4",
        lambda sent, client: _written(_appended(sent, client, "130.176.1.1"), "x-origin-verify", SEAL.secret),
    ),
    "google cloud run": (addresses.google_cloud_run(), "169.254.169.126", _appended),
    "google load balancer": (
        addresses.google_load_balancer("192.0.2.80"),
        "35.191.8.8",
        lambda sent, client: _appended(sent, client, "192.0.2.80"),
    ),
}
ALL = pytest.mark.parametrize("name", DEPLOYMENTS)
_ADDRESSES = st.sampled_from(
    [FORGED, "10.0.0.2", "127.0.0.1", "172.70.1.1", "192.0.2.9", "192.0.2.80", "35.191.8.8", "::1", "unknown", "_x", ""]
)
_FORGERIES = st.dictionaries(
    st.sampled_from(
        [
            *("x-forwarded-for", "forwarded", "x-real-ip", "true-client-ip", "x-client-ip", "client-ip"),
            *sorted({platform.header for platform in KNOWLEDGE.platforms.values()}),
        ]
    ),
    st.one_of(
        st.lists(_ADDRESSES, max_size=5).map(", ".join),
        st.lists(_ADDRESSES, max_size=5).map(lambda all_: ", ".join(f'for="{one}"' for one in all_)),
        st.lists(_ADDRESSES, max_size=5).map(lambda all_: ", ".join(f'"for={one}' for one in all_)),
        st.text(st.characters(max_codepoint=255), max_size=40),
        _ADDRESSES.map(lambda one: f"{one}:40000"),
    ),
)


@pytest.fixture(autouse=True)
def _on_every_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES:
        monkeypatch.setenv(variable, "1")


@ALL
def test_the_client_is_found(name: str) -> None:
    proxies, peer, through = DEPLOYMENTS[name]
    assert proxies.client(_scope(peer), through({}, CLIENT)) == CLIENT


@ALL
@settings(deadline=None)
@given(sent=_FORGERIES)
def test_what_a_client_sends_never_chooses_its_address(name: str, sent: dict[str, str]) -> None:
    proxies, peer, through = DEPLOYMENTS[name]
    forged = {key.encode(): value.encode("latin-1") for key, value in sent.items()}
    try:
        found = proxies.client(_scope(peer), through(forged, CLIENT))
    except ValueError:
        return
    assert found == CLIENT


PAST = {name: one for name, one in DEPLOYMENTS.items() if name not in {"direct", "hops over a unix socket", "vercel"}}


@pytest.mark.parametrize("name", PAST)
@settings(deadline=None)
@given(sent=_FORGERIES)
def test_who_comes_past_the_proxies_is_refused(name: str, sent: dict[str, str]) -> None:
    proxies, _, through = PAST[name]
    forged = {key.encode(): value.encode("latin-1") for key, value in sent.items()}
    unsealed = {key: value for key, value in through(forged, FORGED).items() if key != b"x-origin-verify"}
    with pytest.raises(ValueError, match=r"peer|seal"):
        proxies.client(_scope(CLIENT), unsealed)


def test_who_calls_a_nearer_proxy_directly_is_refused() -> None:
    through_the_second_alone = _appended({b"x-forwarded-for": FORGED.encode()}, CLIENT)
    for name in ("hops 2", "google load balancer"):
        proxies, peer, _ = DEPLOYMENTS[name]
        with pytest.raises(ValueError, match="none of those"):
            proxies.client(_scope(peer), through_the_second_alone)
    for name in ("hops 2 sealed", "aws cloudfront and alb"):
        proxies, peer, _ = DEPLOYMENTS[name]
        with pytest.raises(ValueError, match="seal"):
            proxies.client(_scope(peer), through_the_second_alone | {b"x-origin-verify": b"guessed"})


@pytest.mark.parametrize("name", ["vercel", "fly", "render", "railway", "google cloud run"])
def test_a_platform_that_it_does_not_run_on_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable)
    proxies, peer, through = DEPLOYMENTS[name]
    with pytest.raises(ValueError, match="is not set"):
        proxies.client(_scope(peer), through({}, CLIENT))


@pytest.mark.parametrize("name", ["nginx", "hops 1", "cloudflare", "vercel", "aws cloudfront", "behind"])
def test_a_request_without_the_header_is_refused(name: str) -> None:
    proxies, peer, _ = DEPLOYMENTS[name]
    with pytest.raises(ValueError, match="past the proxy"):
        proxies.client(_scope(peer), {b"x-origin-verify": SEAL.secret.encode()})


@pytest.mark.parametrize("name", ["aws alb", "fly", "render", "railway", "google load balancer"])
def test_a_health_check_of_the_platform_counts_as_its_peer(name: str) -> None:
    proxies, peer, _ = DEPLOYMENTS[name]
    assert proxies.client(_scope(peer), {}) == peer


def test_fewer_proxies_than_declared_are_refused() -> None:
    proxies = addresses.hops(3, between=["private"])
    with pytest.raises(ValueError, match="3 were declared"):
        proxies.client(_scope("10.0.0.2"), {b"x-forwarded-for": b"203.0.113.7, 10.0.0.1"})


# Nothing is read from the peer in the others.
@pytest.mark.parametrize("name", sorted(DEPLOYMENTS.keys() - {"vercel", "aws cloudfront", "hops over a unix socket"}))
def test_a_peer_that_uvicorn_replaced_is_refused(name: str) -> None:
    proxies, peer, through = DEPLOYMENTS[name]
    assert peer is not None
    with pytest.raises(ValueError, match="no-proxy-headers"):
        proxies.client(_scope(peer, port=0), through({}, CLIENT))
    told = _appended({}, f"{peer}:1234")
    with pytest.raises(ValueError, match="no-proxy-headers"):
        proxies.client(_scope(peer, port=1234), through(told, CLIENT))


def test_a_proxy_that_was_not_declared_is_noticed() -> None:
    with pytest.raises(ValueError, match="declare the proxy"):
        addresses.direct().client(_scope("127.0.0.1"), {b"x-forwarded-for": CLIENT.encode()})
    with pytest.raises(ValueError, match="declare the proxy"):
        addresses.direct().client(_scope("172.18.0.1"), {b"forwarded": b"for=203.0.113.7"})


def test_addresses_have_one_form() -> None:
    nginx = addresses.nginx()
    told = {
        b"::ffff:203.0.113.7": "203.0.113.7",
        b"[2001:DB8:0:0::1]:443": "2001:db8::1",
        b"2001:db8::1": "2001:db8::1",
        b"203.0.113.7:80": "203.0.113.7",
        b"fe80::1%eth0": "fe80::1",
    }
    for written, read in told.items():
        assert nginx.client(_scope("::ffff:10.0.0.1"), {b"x-forwarded-for": written}) == read
    for written in (
        b"203.0.113.007",
        b"203.0.113.7:http",
        b"[2001:db8::1",
        b"1",
        b"\xff",
        b"1.2.3.4 5.6.7.8",
        b"0x7f.1",
    ):
        with pytest.raises(ValueError, match=r".+"):
            nginx.client(_scope("10.0.0.1"), {b"x-forwarded-for": written})


def test_one_subscriber_is_one_bucket() -> None:
    assert addresses.bucket("2001:db8:1:2:3:4:5:6") == addresses.bucket("2001:db8:1:2::") == "2001:db8:1:2::/64"
    assert addresses.bucket("2001:db8:1:3::") != addresses.bucket("2001:db8:1:2::")
    assert addresses.bucket("::ffff:192.0.2.1") == addresses.bucket("192.0.2.1") == "192.0.2.1"
    with pytest.raises(ValueError, match=r".+"):
        addresses.bucket("testclient")


def test_a_long_header_costs_little() -> None:
    long = b"1.1.1.1," * 8000 + CLIENT.encode()
    assert addresses.nginx().client(_scope("10.0.0.1"), {b"x-forwarded-for": long}) == CLIENT


@pytest.mark.parametrize(
    ("declared", "says"),
    [
        (lambda: addresses.hops(0), "direct"),
        (lambda: addresses.hops(2), "between"),
        (lambda: addresses.hops(1, peers=["any"]), "seal"),
        (lambda: addresses.hops(2, between=["cloudflare"]), "cloudflare()"),
        (lambda: addresses.behind("private", "cloudflare"), "cloudflare()"),
        (lambda: addresses.behind("any"), "proxies alone"),
        (addresses.behind, "networks"),
        (lambda: addresses.behind("10.0.0.1/8"), "host bits"),
        (addresses.google_load_balancer, "networks"),
        (lambda: Seal("x", "short"), "16"),
    ],
)
def test_a_deployment_that_could_be_deceived_is_an_error_at_the_start(declared: Any, says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        declared()


def test_every_platform_names_its_documentation() -> None:
    assert len(KNOWLEDGE.platforms) >= 11
    for platform in KNOWLEDGE.platforms.values():
        assert platform.source.startswith("https://")
        assert platform.header == platform.header.lower()


def test_a_seal_is_in_no_repr() -> None:
    assert SEAL.secret not in repr(SEAL)
    assert SEAL.secret not in repr(addresses.aws_cloudfront(SEAL))
