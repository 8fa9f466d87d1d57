"""The ways in which a service is deployed, each as what finds the address of its clients there. For ``proxies=``.

What each platform writes stands in ``knowledge.toml``, with the vendor's documentation.
"""

from __future__ import annotations

from collections.abc import Sequence

from doorcheck.guard.addresses.chains import MOST_PROXIES, Hops, Stated, Walk, read_element, read_entry
from doorcheck.guard.addresses.evidence import Evidence, Seal
from doorcheck.guard.addresses.knowledge import KNOWLEDGE
from doorcheck.guard.addresses.peers import Direct, Networks, Proxies

_PRIVATE = ("private",)
_XFF = b"x-forwarded-for"
_FORWARDED = b"forwarded"


def direct() -> Proxies:
    """Nothing stands in front of the service."""
    return Direct()


def hops(
    number: int,
    *,
    peers: Sequence[str] = _PRIVATE,
    between: Sequence[str] = (),
    seal: Seal | None = None,
    probes: bool = False,
    rfc7239: bool = False,
) -> Proxies:
    """So many proxies of our own, each of which appends to ``X-Forwarded-For`` (or to ``Forwarded``).

    ``peers`` are the networks from which the nearest one calls. Of two or more, whoever calls the nearer one directly
    would choose the address, so the others have to be known by their networks (``between``) or by a ``seal``. Raises
    ``ValueError`` where neither is given. ``probes``: see ``Evidence``.
    """
    if not 1 <= number <= MOST_PROXIES:
        raise ValueError(f"{number} proxies: 1 to {MOST_PROXIES}, or direct() for none")
    if number > 1 and not between and seal is None:
        raise ValueError("name the networks of the proxies between (between=...), or a seal that the farthest one adds")
    evidence = Evidence(_sealed_or_known(peers, seal), seal=seal, probes=probes)
    passed = _proxies_alone(between) if between else None
    header, read = (_FORWARDED, read_element) if rfc7239 else (_XFF, read_entry)
    return Hops(header, read, evidence, number, passed)


def behind(*networks: str, probes: bool = False, rfc7239: bool = False) -> Proxies:
    """However many proxies, all of them in these networks (CIDRs), each of which appends to ``X-Forwarded-For``.

    With ``rfc7239`` they append to ``Forwarded``. ``probes``: see ``Evidence``. Raises ``ValueError`` for no networks.
    """
    proxies = _proxies_alone(networks)
    header, read = (_FORWARDED, read_element) if rfc7239 else (_XFF, read_entry)
    return Walk(header, read, Evidence(proxies, probes=probes), proxies)


def nginx() -> Proxies:
    """One nginx on this machine or in this network: ``X-Forwarded-For $proxy_add_x_forwarded_for``."""
    return _platform("nginx")


def vercel() -> Proxies:
    """A function on Vercel."""
    return _platform("vercel")


def cloudflare(*, tunnel: bool = False) -> Proxies:
    """An origin behind Cloudflare, called from Cloudflare's addresses, or by ``cloudflared`` (``tunnel``)."""
    return _platform("cloudflare-tunnel" if tunnel else "cloudflare")


def fly() -> Proxies:
    """An ``http_service`` on Fly.io."""
    return _platform("fly")


def render() -> Proxies:
    """A web service on Render."""
    return _platform("render")


def railway() -> Proxies:
    """A service on Railway with a public domain."""
    return _platform("railway")


def aws_alb() -> Proxies:
    """A target of an AWS Application Load Balancer."""
    return _platform("aws-alb")


def aws_cloudfront(seal: Seal, *, load_balancer: bool = False) -> Proxies:
    """An origin of CloudFront, or of CloudFront in front of an Application Load Balancer.

    ``seal`` is a custom header of the origin: anybody can call the origin, or make a CloudFront of their own call it.
    """
    return _platform("aws-cloudfront-alb" if load_balancer else "aws-cloudfront", seal=seal)


def google_cloud_run() -> Proxies:
    """A service on Cloud Run that is called by its own address."""
    return _platform("google-cloud-run")


def google_load_balancer(*addresses: str) -> Proxies:
    """A backend of an external Application Load Balancer of Google Cloud, which has these addresses."""
    return _platform("google-load-balancer", between=Networks(addresses))


def _sealed_or_known(peers: Sequence[str], seal: Seal | None) -> Networks:
    if "any" in peers and seal is None:
        raise ValueError("a proxy that may call from anywhere needs a seal, or anybody is taken for it")
    return Networks(peers)


def _proxies_alone(names: Sequence[str]) -> Networks:
    if {"any", "cloudflare"} & set(names):
        raise ValueError("name networks in which there are proxies alone; in front of Cloudflare, use cloudflare()")
    return Networks(names)


def _platform(name: str, *, seal: Seal | None = None, between: Networks | None = None) -> Proxies:
    known = KNOWLEDGE.platforms[name]
    header = known.header.encode()
    evidence = Evidence(Networks(known.peers), known.variable, seal, known.probes)
    if known.hops:
        return Hops(header, read_entry, evidence, known.hops, between)
    return Stated(header, evidence)
