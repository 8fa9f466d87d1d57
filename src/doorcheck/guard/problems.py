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
    if not complaints:
        return _BODIES[refusal] + request_id.encode() + b'"}'
    content = json.loads(_BODIES[refusal] + b'"}')
    content["request_id"] = request_id
    content["errors"] = [{"at": one.at, "says": one.says} for one in complaints]
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _body(refusal: Refusal) -> bytes:
    """All of a problem document up to the request's id, which is the last thing in it."""
    content = {"type": f"urn:doorcheck:problem:{refusal.slug}", "title": refusal.title, "status": refusal.status}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()[:-1] + b',"request_id":"'


_BODIES = {refusal: _body(refusal) for refusal in Refusal}


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
