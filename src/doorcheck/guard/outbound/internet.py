"""Which addresses are of the public internet.

A table of our own, because ``ipaddress.is_global`` differs between patch releases of Python and lets some pass that
lead inside. Sources: IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890), IANA IPv4 Multicast and IPv6
Global Unicast registries, and the metadata addresses that cloud vendors document.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_REFUSED_4: tuple[tuple[IPv4Network, str], ...] = tuple(
    (IPv4Network(network), reason)
    for network, reason in (
        ("0.0.0.0/8", "this network (RFC 791)"),
        ("10.0.0.0/8", "private (RFC 1918)"),
        ("100.64.0.0/10", "shared by carriers, and Alibaba Cloud's metadata (RFC 6598)"),
        ("127.0.0.0/8", "loopback (RFC 1122)"),
        ("168.63.129.16/32", "Azure's platform services"),
        ("169.254.0.0/16", "link-local, and most clouds' metadata (RFC 3927)"),
        ("172.16.0.0/12", "private (RFC 1918)"),
        ("192.0.0.0/24", "protocol assignments, and Oracle Cloud's metadata (RFC 6890)"),
        ("192.0.2.0/24", "documentation (RFC 5737)"),
        ("192.31.196.0/24", "AS112 (RFC 7535)"),
        ("192.52.193.0/24", "AMT relays (RFC 7450)"),
        ("192.88.99.0/24", "6to4 relays (RFC 7526)"),
        ("192.168.0.0/16", "private (RFC 1918)"),
        ("192.175.48.0/24", "AS112 (RFC 7534)"),
        ("198.18.0.0/15", "benchmarks (RFC 2544)"),
        ("198.51.100.0/24", "documentation (RFC 5737)"),
        ("203.0.113.0/24", "documentation (RFC 5737)"),
        ("224.0.0.0/4", "multicast (RFC 5771)"),
        ("240.0.0.0/4", "reserved, and broadcast (RFC 1112, RFC 919)"),
    )
)
# Everything outside it is refused: loopback, unique local, link-local, multicast, IPv4 in IPv6, NAT64, discard-only.
_UNICAST_6 = IPv6Network("2000::/3")
_REFUSED_6: tuple[tuple[IPv6Network, str], ...] = tuple(
    (IPv6Network(network), reason)
    for network, reason in (
        ("2001::/23", "protocol assignments, Teredo among them (RFC 2928)"),
        ("2001:db8::/32", "documentation (RFC 3849)"),
        ("2002::/16", "6to4, which carries an IPv4 address (RFC 3056)"),
        ("2620:4f:8000::/48", "AS112 (RFC 7534)"),
        ("3fff::/20", "documentation (RFC 9637)"),
    )
)


def refusal_of(address: str) -> str | None:
    """Why this address is not of the public internet, or None where it is.

    Takes the text of one address; ``ValueError`` for what is none.
    """
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv4Address):
        return next((reason for network, reason in _REFUSED_4 if found in network), None)
    return _refusal_6(found)


def _refusal_6(address: IPv6Address) -> str | None:
    if address not in _UNICAST_6:
        return "not global unicast (RFC 4291)"
    return next((reason for network, reason in _REFUSED_6 if address in network), None)
