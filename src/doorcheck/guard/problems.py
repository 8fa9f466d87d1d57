"""Problem documents (RFC 9457) of one constant shape: a type, a title, a status and the request's id."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from doorcheck.guard.refusals import Refusal

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing wrong with an input: where it is and what is asked for. Never what was sent."""

    at: str
    says: str


def document(refusal: Refusal, request_id: str, complaints: Sequence[Complaint] = ()) -> bytes:
    """The body of a problem response, as bytes of UTF-8 JSON. ``complaints`` go with ``INVALID`` only."""
    content: dict[str, object] = {
        "type": f"urn:doorcheck:problem:{refusal.slug}",
        "title": refusal.title,
        "status": refusal.status,
        "request_id": request_id,
    }
    if complaints:
        content["errors"] = [{"at": one.at, "says": one.says} for one in complaints]
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def headers(refusal: Refusal, length: int, retry_after: float | None) -> list[tuple[bytes, bytes]]:
    """The headers of a problem response. ``retry_after`` in seconds is rounded up (RFC 9110, 10.2.3)."""
    found = [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", str(length).encode()),
        (b"cache-control", b"no-store"),
    ]
    if refusal is Refusal.UNAUTHENTICATED:
        found.append((b"www-authenticate", b"Bearer"))
    if retry_after is not None:
        found.append((b"retry-after", str(max(1, -int(-retry_after // 1))).encode()))
    return found
