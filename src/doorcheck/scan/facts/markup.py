"""Texts that are put into HTML, and what of them may still be markup there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from doorcheck.scan.facts.proofs import Facts, ProofKind
from doorcheck.scan.facts.requests import name_of
from doorcheck.scan.facts.texts import matches, text_of
from doorcheck.scan.facts.values import (
    Arr,
    Choice,
    Const,
    Derived,
    External,
    Input,
    Obj,
    Promise,
    Query,
    Row,
    Session,
    Unknown,
    Value,
    made_from,
)  # fmt: skip

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator
    from doorcheck.scan.facts.state import State
    from doorcheck.scan.knowledge import rows

SAFE, RENDERED = "safe markup", "rendered"
"""Each is the ``how`` of a Derived: HTML, or a text for it, that a library made."""
_CARRYING = frozenset({"text", "string", "either", "element", "parse", "concat"})
_CALLED = "call"
_MAX_PARTS = 600
_MAX_DEPTH = 40
_OWN_CHANNELS = frozenset({"header", "headers", "cookie", "cookies", "address", "meta", "request", "url"})
"""What no link or form that lures somebody to a door can set, or that comes encoded, as the parts of an address do."""
_BY_SCHEMA = "checked by a schema"


def made(
    ev: Evaluator,
    row: rows.Markup,
    callee: External,
    arguments: tuple[Value, ...],
    state: State,
    at: int,
    file: str,
) -> Value:
    """What a call gives that makes HTML, or encodes a text for it."""
    del ev, callee, state, at, file
    return Derived(SAFE if row.result == "safe" else RENDERED, arguments)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an HTML text that comes from outside. ``encoded`` when it cannot be markup there any more.

    ``rendered`` where it went through something that makes HTML of Markdown; ``sure`` unless a call that could not be
    followed stands between the two.
    """

    value: Input | Row | Session
    facts: Facts
    encoded: bool = False
    rendered: bool = False
    sure: bool = True


@dataclass(frozen=True, slots=True)
class RawHtml:
    """A value that React was given to show as HTML, and where."""

    value: Value
    file: str
    at: int


def note_html(ev: Evaluator, given: Value | None, file: str, at: int) -> None:
    """Take down what ``dangerouslySetInnerHTML`` is given."""
    html = given.props.get("__html") if isinstance(given, Obj) else None
    if ev.raw_html is not None and html is not None and not isinstance(html, Const):
        ev.raw_html.append(RawHtml(html, file, at))


def parts_of_text(value: Value, facts: Facts) -> list[Part]:
    """What stands in an HTML text and was not written in the code."""
    walk = _Walk()
    walk.look(value, Part(Input(""), facts), 0)
    return list(dict.fromkeys(walk.found))


class _Walk:
    def __init__(self) -> None:
        self.found: list[Part] = []
        self._seen: set[tuple[int, Part]] = set()

    def look(self, value: Value, at: Part, depth: int) -> None:
        """Take in one part of a text; ``at`` is how it stands there."""
        key = id(value), at
        if depth > _MAX_DEPTH or key in self._seen or len(self._seen) > _MAX_PARTS:
            return
        self._seen.add(key)
        if isinstance(value, Input):
            if value.channel not in _OWN_CHANNELS:
                encoded = at.encoded or is_plain(value, at.facts)
                self.found.append(Part(value, at.facts, encoded, at.rendered, at.sure))
        elif isinstance(value, Row | Session):
            self.found.append(Part(value, at.facts, at.encoded, at.rendered, at.sure))
        elif isinstance(value, Query):
            self.look(Row(value.effect), at, depth + 1)
        elif isinstance(value, Choice):
            for one in value.alternatives:
                self.look(one.value, Part(at.value, at.facts | one.facts, at.encoded, at.rendered, at.sure), depth + 1)
        else:
            for part, encoded, rendered, sure in _inner(value):
                standing = Part(at.value, at.facts, at.encoded or encoded, at.rendered or rendered, at.sure and sure)
                self.look(part, standing, depth + 1)


_Inner = Iterator[tuple[Value, bool, bool, bool]]


def _inner(value: Value) -> _Inner:
    """The parts of a text: whether each is encoded, rendered from Markdown, and surely in it."""
    if isinstance(value, Derived):
        yield from _of_derived(value)
    elif isinstance(value, Unknown):
        yield from ((part, False, False, value.fact is None) for part in value.parts)
    elif isinstance(value, Promise):
        yield value.value, False, False, True
    elif isinstance(value, Arr):
        yield from ((part, False, False, True) for part in (*value.items, *value.rest))
    elif isinstance(value, External) and value.package != "js":
        for link in value.links[-2:]:
            yield from ((argument, False, False, False) for argument in link.arguments)


def _of_derived(value: Derived) -> _Inner:
    if value.how in {SAFE, "encoded"}:
        yield from ((part, True, False, True) for part in value.parts)
    elif value.how == RENDERED:
        yield from ((part, False, True, True) for part in value.parts)
    elif value.how == "json":
        for part in value.parts:
            fields = (*part.props.values(), *part.rest) if isinstance(part, Obj) else (part,)
            yield from ((field, False, False, True) for field in fields)
    elif value.how in _CARRYING or value.how == _CALLED:
        first, *others = value.parts or (Const(""),)
        if others and takes_brackets(others[0]):
            yield first, True, False, True
        elif value.how == _CALLED:
            yield first, False, False, True
            for other in others:
                yield other, False, False, isinstance(first, Const | Arr)
        else:
            yield from ((part, False, False, True) for part in value.parts)


def takes_brackets(pattern: Value) -> bool:
    """Whether replacing what this matches leaves no opening bracket: ``/[&<>"']/g``, ``/</g``, ``"<"``."""
    text = text_of(pattern)
    if text is not None:
        return text == "<"
    if not (isinstance(pattern, External) and pattern.path == ("RegExp", "()") and pattern.links):
        return False
    source = text_of(pattern.links[0].arguments[0])
    return source is not None and (matches(pattern, "<") is True or "<" in source)


def is_plain(value: Input, facts: Facts) -> bool:
    """Whether what the caller sent was checked in a way that leaves no room for markup."""
    check = value.check
    if check is not None and check.counts:
        return check.shape.plain or check.says != _BY_SCHEMA
    name = name_of(value)
    return any(
        fact.kind is ProofKind.CHECKED and fact.of == name and fact.polarity and fact.says != _BY_SCHEMA
        for fact in facts
    )


def begins_as_html(value: Value) -> bool:
    """Whether a text begins like HTML, which a browser takes for it where nobody says what it is."""
    for part in made_from(value, 40):
        text = text_of(part)
        if text is not None and text.strip():
            return text.lstrip().startswith("<")
        if not isinstance(part, Derived | Choice | Const):
            return False
    return False
