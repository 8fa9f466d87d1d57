"""The answers of a door that a browser shows as a page, and what in them comes from outside."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from doorcheck.scan.facts.following import WayOut
from doorcheck.scan.facts.markup import Part, begins_as_html, parts_of_text
from doorcheck.scan.facts.replies import entry_of, header_of
from doorcheck.scan.facts.texts import text_of
from doorcheck.scan.facts.values import Choice, Const, Derived, Promise, Reply, Value

_PAGES = ("html", "svg+xml")
_SANDBOX = ("sandbox", "default-src 'none'", "script-src 'none'")


class Kind(enum.Enum):
    """What a browser takes an answer for."""

    PAGE = "page"
    MAYBE = "maybe"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Page:
    """One answer that a browser may show as a page; ``sure`` where its type says so.

    ``confined`` where the browser is told to save it, or to run nothing in it.
    """

    way: WayOut
    parts: tuple[Part, ...]
    sure: bool
    confined: bool


def pages_of(ways: tuple[WayOut, ...], *, sniffed: bool) -> list[Page]:
    """The answers that are HTML or SVG. ``sniffed`` where the browser decides what a text without a type is."""
    found: list[Page] = []
    seen: set[int] = set()
    for way in ways:
        for reply in _replies(way):
            kind = _kind(way, reply, sniffed)
            if kind is Kind.OTHER or reply.body is None or id(reply) in seen:
                continue
            seen.add(id(reply))
            parts = tuple(parts_of_text(reply.body, way.facts))
            found.append(Page(way, parts, kind is Kind.PAGE, _is_confined(way, reply)))
    return found


def _replies(way: WayOut) -> Iterator[Reply]:
    for value in (way.value, *way.replied):
        inner = value.value if isinstance(value, Promise) else value
        if isinstance(inner, Reply):
            yield inner


def _kind(way: WayOut, reply: Reply, sniffed: bool) -> Kind:
    told = _header(way, reply, "content-type")
    if told is None:
        body = reply.body
        return Kind.PAGE if sniffed and body is not None and begins_as_html(body) else Kind.OTHER
    texts = list(_texts(told))
    if any(page in text for text in texts for page in _PAGES):
        return Kind.PAGE
    if texts or reply.body is None:
        return Kind.OTHER
    return Kind.MAYBE if begins_as_html(reply.body) else Kind.OTHER


def _header(way: WayOut, reply: Reply, name: str) -> Value | None:
    found = header_of(reply, name)
    return entry_of(way.sent, name) if found is None and way.sent is not None else found


def _texts(value: Value) -> Iterator[str]:
    """What a header says, as far as it is written in the code."""
    if isinstance(value, Choice):
        for one in value.alternatives:
            yield from _texts(one.value)
    elif isinstance(value, Derived) and value.how == "text":
        for part in value.parts:
            yield from _texts(part)
    elif isinstance(value, Const) and (text := text_of(value)) is not None:
        yield text.lower()


def _is_confined(way: WayOut, reply: Reply) -> bool:
    """Whether the browser is told to save it, or to run nothing in it."""
    disposition = _header(way, reply, "content-disposition")
    if disposition is not None and any(text.lstrip().startswith("attachment") for text in _texts(disposition)):
        return True
    policy = _header(way, reply, "content-security-policy")
    return policy is not None and any(word in text for text in _texts(policy) for word in _SANDBOX)
