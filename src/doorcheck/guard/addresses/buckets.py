"""What one client counts as."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

LONGEST = 64
"""The most characters of an address with brackets, zone and port (an IPv6 address alone has at most 45)."""


def bucket(address: str) -> str:
    """What one client counts as: an IPv4 address, or the /64 that one IPv6 subscriber has.

    IPv4 written as IPv6 (RFC 4291, 2.5.5.2) is IPv4. Raises ``ValueError`` for what is no address.
    """
    found = folded(address)
    if isinstance(found, IPv6Address):
        return f"{IPv6Address(int(found) >> 64 << 64)}/64"
    return str(found)


def folded(address: str) -> IPv4Address | IPv6Address:
    """The address without its zone, IPv4 written as IPv6 being IPv4. Raises ``ValueError`` for what is no address."""
    if len(address) > LONGEST:
        raise ValueError("longer than an address is")
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found


def read_address(text: str) -> str:
    """An address as proxies write it, with or without port and brackets, in its one form.

    Raises ``ValueError`` for what is no address; ``unknown`` and the hidden names of RFC 7239 are none.
    """
    text = text.strip(" \t")
    if len(text) > LONGEST:
        raise ValueError("longer than an address is")
    if text.startswith("["):
        text, bracket, port = text[1:].partition("]")
        if not bracket or (port and not (port[0] == ":" and port[1:].isdigit())):
            raise ValueError("half an address")
    elif text.count(":") == 1:
        text, _, port = text.partition(":")
        if not port.isdigit():
            raise ValueError("an address with a port that is none")
    return str(folded(text))
