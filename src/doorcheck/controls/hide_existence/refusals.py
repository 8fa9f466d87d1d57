"""What a refusal says: that there is no such record, or that it is not for this caller."""

from __future__ import annotations

import enum
from collections.abc import Iterator

from doorcheck.scan.facts.following import WayOut
from doorcheck.scan.facts.values import Const, External, Promise, Reply, Unknown, Value, made_from

_ABSENT = ("not found", "not_found", "notfound", "does not exist", "doesn't exist", "no such", "unknown id")
_FORBIDDEN = (
    "forbidden", "permission", "not authorized", "not authorised", "unauthorized", "unauthorised", "access denied",
    "no access", "have access", "not allowed", "not yours", "not your", "not the owner", "not a member",
    "not permitted",
)  # fmt: skip


class Says(enum.Enum):
    """What whoever is turned away learns of the record."""

    ABSENT = "absent"
    FORBIDDEN = "forbidden"
    NOTHING = "nothing"
    UNTOLD = "untold"


def said_by(way: WayOut) -> Says:
    """What a way out says of the record that was asked for; ``UNTOLD`` where its answer could not be followed."""
    answer = way.value.value if isinstance(way.value, Promise) else way.value
    replies = [value for value in (answer, *way.replied) if isinstance(value, Reply)]
    statuses = {reply.status for reply in replies} or set(_statuses(answer))
    if 404 in statuses or 410 in statuses:
        return Says.ABSENT
    if statuses & {401, 403}:
        return Says.FORBIDDEN
    texts = [text for value in replies or (answer,) for text in _texts(value)]
    if any(word in text for text in texts for word in _ABSENT):
        return Says.ABSENT
    if any(word in text for text in texts for word in _FORBIDDEN):
        return Says.FORBIDDEN
    if replies:
        return Says.UNTOLD if None in statuses else Says.NOTHING
    if isinstance(answer, Unknown) and answer.fact is not None:
        return Says.UNTOLD
    if isinstance(answer, External) and answer.package not in {"js", "link"} and not answer.links:
        return Says.UNTOLD
    return Says.NOTHING


def _texts(answer: Value) -> Iterator[str]:
    for part in made_from(answer, 60):
        if isinstance(part, Const) and isinstance(part.value, str):
            yield part.value.lower()


def _statuses(answer: Value) -> Iterator[int]:
    for part in made_from(answer, 60):
        if isinstance(part, Const) and isinstance(part.value, float) and 400 <= part.value < 500:
            yield int(part.value)
