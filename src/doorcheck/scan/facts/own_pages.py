"""Comparisons that tell whether the app's own pages sent a request: where it came from, and tokens only they know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doorcheck.scan.facts.proofs import NOTHING, Fact, Facts, ProofKind
from doorcheck.scan.facts.requests import name_of
from doorcheck.scan.facts.values import Const, Input, Value, made_from

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator

_FROM = frozenset({"origin", "referer", "sec-fetch-site"})
_TO = frozenset({"host", "x-forwarded-host"})
_TOKENS = ("csrf", "xsrf", "state", "nonce")
_CUSTOM = frozenset({"x-requested-with", "content-type"})
"""Headers with which no other site can send a request unless it is asked first."""
_SENT_BY_ITSELF = frozenset(
    {"accept", "accept-encoding", "accept-language", "connection", "content-language", "content-length", "content-type"}
    | {"cookie", "dnt", "forwarded", "host", "if-modified-since", "if-none-match", "origin", "priority", "range"}
    | {"referer", "te", "true-client-ip", "upgrade-insecure-requests", "user-agent", "via", "fly-client-ip"}
    | {"x-client-ip", "x-request-id", "x-middleware-subrequest", "next-action", "next-url", "traceparent"}
    | {"save-data", "dpr", "width", "viewport-width", "downlink", "ect", "rtt", "device-memory", "early-data"}
)
"""Headers that browsers and the proxies in front of an app send with whatever is asked, or that any form may cause."""
_SENT_BY_PROXIES = (
    "sec-", "x-forwarded", "x-real", "x-vercel", "cf-", "cloudfront-", "x-amz", "x-azure", "x-arr", "fastly-", "fly-",
    "x-nf-", "x-appengine", "x-cloud", "x-envoy", "x-original", "x-middleware",
)  # fmt: skip


def tells_origin(of: str) -> bool:
    """Whether a check of this part of the request tells that the app's own pages sent it."""
    channel, _, name = of.lower().partition(".")
    plain = name.rpartition(".")[2]
    if channel == "header" and (name in _FROM or name in _CUSTOM):
        return True
    return any(plain.endswith(word) or plain.startswith(word) for word in _TOKENS) or "csrf" in plain


def is_asked_for(of: str) -> bool:
    """Whether a part of the request, as facts name it, is a header that browsers send only where a page's own code says
    so, and to another site only if that site agreed (https://fetch.spec.whatwg.org/#cors-safelisted-request-header)."""
    channel, _, name = of.lower().partition(":")
    return channel == "header" and bool(name) and name not in _SENT_BY_ITSELF and not name.startswith(_SENT_BY_PROXIES)


def method_read(ev: Evaluator, read: Value, file: str, at: int) -> None:
    """Note that a door asks with which method it is called, whatever it makes of that."""
    if isinstance(read, Input) and read.channel == "method":
        ev.attempts.add(Fact(ProofKind.METHOD, file, at, "asks for the method of the request"))


def by_equality(left: Value, right: Value, file: str, at: int) -> Facts:
    """What it says that two parts of one request are the same: its origin and its host, or a token and a cookie."""
    if isinstance(left, Const) or isinstance(right, Const):
        return NOTHING
    for one, other in ((left, right), (right, left)):
        sent, like = _only(one), _only(other)
        if sent is None or like is None:
            return NOTHING
        name, against = sent.path[-1].lower() if sent.path else "", like.path[-1].lower() if like.path else ""
        says = ""
        if sent.channel == "header" and name in _FROM and (against in _TO or like.channel == "url"):
            says = "compared with the host that was asked"
        elif like.channel == "cookie" and sent.channel != "cookie" and tells_origin(name_of(sent)):
            says = "compared with a cookie of the caller"
        if says:
            return frozenset({Fact(ProofKind.CHECKED, file, at, says, of=name_of(sent))})
    return NOTHING


def _only(value: Value) -> Input | None:
    """The one part of the request that this is made of."""
    if isinstance(value, Input):
        return value
    found = {(part.channel, part.path): part for part in made_from(value, 12) if isinstance(part, Input)}
    return next(iter(found.values())) if len(found) == 1 else None
