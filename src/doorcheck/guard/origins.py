"""Whether a change comes from our own pages: the rule of Go's CrossOriginProtection, for cookie sessions.

Source: Fetch Metadata (W3C), RFC 6454, and https://pkg.go.dev/net/http#CrossOriginProtection.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from doorcheck.guard.refusals import Refusal, Refused

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def parse_origin(text: str) -> str:
    """An origin in its one form, ``https://app.example.com``; ``ValueError`` for what is not exactly an origin."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as fault:
        raise ValueError(f"{text!r} is no origin: {fault}") from fault
    if parts.scheme not in {"http", "https"} or not parts.hostname or text.lower().rstrip("/") != _bare(text):
        raise ValueError(f"{text!r} is no origin: write scheme and host, such as 'https://app.example.com'")
    if "*" in parts.hostname:
        raise ValueError(f"{text!r} would trust more than one site: write each origin out")
    standard = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{parts.hostname}" + ("" if port in {None, standard} else f":{port}")


def _bare(text: str) -> str:
    parts = urlsplit(text)
    return f"{parts.scheme}://{parts.netloc}".lower()


class Origins:
    """The sites whose pages may ask for changes, beside the service's own host."""

    def __init__(self, trusted: Iterable[str] = ()) -> None:
        self.trusted: frozenset[str] = frozenset(parse_origin(one) for one in trusted)
        self._bytes = frozenset(one.encode() for one in self.trusted)

    def require(self, headers: dict[bytes, bytes]) -> None:
        """Refuse (403) a request that a browser sends on behalf of another site.

        A request with neither ``Sec-Fetch-Site`` nor ``Origin`` does not come from a browser's page.
        """
        origin = headers.get(b"origin")
        if origin is not None and origin in self._bytes:
            return
        site = headers.get(b"sec-fetch-site")
        if site is not None:
            if site in {b"same-origin", b"none"}:
                return
            raise Refused(Refusal.CROSS_SITE, f"Sec-Fetch-Site is {site[:20]!r}")
        if origin is None:
            return
        host = headers.get(b"host")
        if host is not None and origin.partition(b"://")[2] == host:
            return
        raise Refused(Refusal.CROSS_SITE, f"Origin is {origin[:120]!r}")
