"""Security headers, as bytes made once, by the kind of response they go with.

Source: OWASP HTTP Headers and REST Security cheat sheets.
"""

from __future__ import annotations

from dataclasses import dataclass, field

Pairs = tuple[tuple[bytes, bytes], ...]

_EVERYWHERE: Pairs = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"strict-transport-security", b"max-age=63072000; includeSubDomains"),
)
_PRIVATE: Pairs = ((b"cache-control", b"no-store"),)
API_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
HTML_POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class ResponseHeaders:
    """What is added to responses. ``html_policy`` has ``{nonce}`` where the nonce of one response goes."""

    everywhere: Pairs = _EVERYWHERE + _PRIVATE
    api_policy: str = API_POLICY
    html_policy: str = HTML_POLICY
    _names: frozenset[bytes] = field(init=False, repr=False)
    _api: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_names", frozenset(name for name, _ in self.everywhere))
        object.__setattr__(self, "_api", self.api_policy.encode())

    def complete(self, headers: list[tuple[bytes, bytes]], request_id: bytes, nonce: str | None) -> None:
        """Add what is not there yet. ``nonce`` is that of an HTML response, if its handler asked for one."""
        present = {name.lower(): value for name, value in headers}
        if present.keys().isdisjoint(self._names):
            headers.extend(self.everywhere)
        else:
            headers.extend(pair for pair in self.everywhere if pair[0] not in present)
        if b"content-security-policy" not in present:
            html = present.get(b"content-type", b"").lower().startswith(b"text/html")
            headers.append((b"content-security-policy", self._html(nonce) if html else self._api))
        headers.append((b"x-request-id", request_id))

    def _html(self, nonce: str | None) -> bytes:
        policy = self.html_policy
        return (policy.format(nonce=nonce) if nonce else policy.replace(" 'nonce-{nonce}'", "")).encode()
