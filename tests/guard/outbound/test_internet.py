"""Which addresses are of the public internet, the same on every Python."""

from __future__ import annotations

import pytest

from doorcheck.guard.outbound import refusal_of

INSIDE = [
    "0.0.0.0",  # noqa: S104
    "10.0.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:a9fe:a9fe::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
]
OUTSIDE = [
    "1.1.1.1",
    "8.8.8.8",
    "11.0.0.1",
    "100.63.255.255",
    "100.128.0.1",
    "168.63.129.17",
    "172.32.0.1",
    "192.0.1.1",
    "198.17.255.255",
    "198.20.0.1",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2a00:1450:4001:82a::200e",
]


@pytest.mark.parametrize("address", INSIDE)
def test_what_leads_inside_is_refused_with_its_reason(address: str) -> None:
    assert refusal_of(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_the_public_internet_is_not_refused(address: str) -> None:
    assert refusal_of(address) is None


def test_a_name_is_no_address() -> None:
    with pytest.raises(ValueError, match="localhost"):
        refusal_of("localhost")
