"""Tests that bound a part of the request: an address to known hosts, a name to one segment, a file in size or kind.

What they say stands in BOUNDED facts; an ``Aspect`` and the part's name are what each is about. Some only tell that
something was asked, whatever the answer was: these are known on both sides of the test.
"""

from __future__ import annotations

import enum
import re
from typing import TYPE_CHECKING

from doorcheck.scan.facts import hosts
from doorcheck.scan.facts.proofs import NOTHING, Fact, Facts, ProofKind
from doorcheck.scan.facts.provenance import marks
from doorcheck.scan.facts.requests import name_of
from doorcheck.scan.facts.texts import text_of
from doorcheck.scan.facts.values import (
    HOST,
    Arr,
    Branch,
    Choice,
    Const,
    Derived,
    External,
    Input,
    Promise,
    Test,
    Unknown,
    Value,
    made_from,
)  # fmt: skip

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator
    from doorcheck.scan.facts.state import State

MAX_NAMES = 6
_OWN = frozenset({"url", "request", "headers", "cookies", "method", "address"})
_CLAIMS = frozenset({"type", "mimetype", "mimeType", "contentType"})
_NAMES = frozenset({"name", "filename", "fileName", "originalname", "originalFilename"})
_SIZES = frozenset({"size", "length", "byteLength", "fileSize"})
_HOST_MEMBERS = frozenset({"hostname", "host", "origin", "domain"})


class Aspect(enum.StrEnum):
    """What of a part of the request a test was about."""

    HOST = "host of "
    """The address that it is, or that is made of it, leads to a known host."""
    LOOSE = "loosely host of "
    """It was found to look like a known host in a way that others look as well."""
    NAMED = "private names in "
    """Its host was compared with names or texts of private addresses; known on both sides."""
    SEGMENT = "segment "
    """It holds no slash."""
    FOLDER = "folder of "
    """The path that is made of it does not leave its folder."""
    SIZE = "size of "
    """It is no longer than a limit."""
    KIND = "kind of "
    """The type that the client claims, or the ending of the name that it gives, is one of those allowed."""
    BYTES = "bytes of "
    """Its own bytes were looked at; known on both sides."""

    __hash__ = str.__hash__


_NAMES_A_HOST = re.compile(r"[a-z0-9]\\?\.[a-z]{2,}")
"""In the source of a pattern: a host, written out."""
RESOLVED = "what a name resolves to"
"""What a BOUNDED fact is about where an address that a name resolved to was tested; known on both sides."""
RESOLVING = "dns"
"""The subject of an operation that resolves names."""


def bounded(facts: Facts, aspect: Aspect, name: str) -> Fact | None:
    """The fact that this part of the request, or what it is part of, is bounded so; None where none is known."""
    for fact in facts:
        if fact.kind is ProofKind.BOUNDED and fact.of.startswith(aspect):
            whole = fact.of.removeprefix(aspect)
            if name == whole or name.startswith((f"{whole}.", f"{whole}[")):
                return fact
    return None


def fact_about(aspect: Aspect, name: str, file: str, at: int, says: str) -> Fact:
    """The fact that a part of the request is bounded in this aspect."""
    return Fact(ProofKind.BOUNDED, file, at, says, of=aspect + name)


def names_in(value: Value) -> list[str]:
    """The parts of the request that a value is made from, by name; not what the app's own address says."""
    if not any(mark[0] == "input" for mark in marks(value)):
        return []
    found = (part for part in made_from(value, 60) if isinstance(part, Input) and part.channel not in _OWN)
    return list(dict.fromkeys(map(name_of, found)))[:MAX_NAMES]


def by_equality(test: Test, left: Value, right: Value, file: str, at: int) -> Test:
    """The test that something made of the request equals something that is not."""
    for one, other in ((left, right), (right, left)):
        if isinstance(other, Const) and (not isinstance(other.value, str | float) or other.value == ""):
            continue
        if not names_in(other):
            test = _asked(test, one, _texts(other), file, at)
    return test


def by_membership(test: Test, collection: Value, item: Value, file: str, at: int) -> Test:
    """The test that something is in a list, or that a text holds another."""
    text = text_of(item)
    if text is None:
        return test if names_in(collection) else _asked(test, item, _texts(collection), file, at)
    return _asked_of_text(test, collection, text, file, at)


def _asked_of_text(test: Test, whole: Value, text: str, file: str, at: int) -> Test:
    names = names_in(whole)
    if not names:
        return _with(test, NOTHING, _of_resolved(whole, file, at))
    if text in {"/", "\\"}:
        return _with(test, NOTHING, NOTHING, _facts(Aspect.SEGMENT, names, file, at, "it holds no slash"))
    if text == "..":
        return _with(test, NOTHING, NOTHING, _facts(Aspect.FOLDER, names, file, at, "it holds no `..`"))
    yes, both = _likely(names, text, file, at)
    return _with(test, yes | _claimed(whole, file, at), both | _of_bytes(whole, file, at))


def _likely(names: list[str], text: str, file: str, at: int) -> tuple[Facts, Facts]:
    """What it says of an address that this is part of it, and what it says that it was asked."""
    says = f"tested for `{text[:40]}`"
    if hosts.is_inside(text):
        return NOTHING, _facts(Aspect.NAMED, names, file, at, says)
    named = "." in text.strip(".") and not text.startswith(("/", "."))
    return _facts(Aspect.LOOSE, names, file, at, says) if named else NOTHING, NOTHING


def matched(test: Test, pattern: External, subject: Value, file: str, at: int) -> Test:
    """``pattern.test(subject)``."""
    read = hosts.pattern_of(pattern)
    if read is None:
        return test
    names = names_in(subject)
    if not names:
        return _with(test, NOTHING, _of_resolved(subject, file, at))
    says = "matched with a pattern"
    yes, no, both = _claimed(subject, file, at), NOTHING, _of_bytes(subject, file, at)
    with_slashes = hosts.slashes(*read)
    if with_slashes is False:
        yes |= _facts(Aspect.SEGMENT, names, file, at, says) | _facts(Aspect.FOLDER, names, file, at, says)
    elif with_slashes:
        no = _facts(Aspect.SEGMENT, names, file, at, says)
    if hosts.keeps_to_hosts(*read, of_host=is_host(subject)):
        yes |= _facts(Aspect.HOST, names, file, at, says)
    elif hosts.speaks_of_inside(*read):
        both |= _facts(Aspect.NAMED, names, file, at, says)
    elif _NAMES_A_HOST.search(read[0]):
        yes |= _facts(Aspect.LOOSE, names, file, at, says)
    return _with(test, yes, both, no)


def asked(target: Value, name: str, arguments: tuple[Value, ...], file: str, at: int) -> Test | None:
    """``target.startsWith(…)`` and its kin; None where the answer bounds nothing."""
    if name not in {"startsWith", "endsWith", "match", "equals"} or not arguments:
        return None
    test = Test((Branch(),), (Branch(),), (target, *arguments))
    given = arguments[0]
    if name == "match":
        found = matched(test, given, target, file, at) if isinstance(given, External) else test
        told = (Aspect.HOST, Aspect.NAMED)
        return found if any(fact.of.startswith(told) for fact in _known(found)) else None
    if name == "equals":
        found = _with(test, NOTHING, _of_bytes(target, file, at))
    elif not names_in(target):
        found = _with(test, NOTHING, _of_resolved(target, file, at))
    else:
        found = _affixed(test, target, given, file, at, first=name == "startsWith")
    return found if _known(found) else None


def _affixed(test: Test, target: Value, given: Value, file: str, at: int, *, first: bool) -> Test:
    names = names_in(target)
    text = text_of(given)
    says = f"tested to {'begin' if first else 'end'} with {f'`{text[:40]}`' if text else 'what the server knows'}"
    if _is_path(target) and first:
        return _with(test, _facts(Aspect.FOLDER, names, file, at, says), NOTHING)
    if names_in(given):
        return test
    claimed = _claimed(target, file, at)
    if claimed:
        return _with(test, claimed, NOTHING)
    if text is not None and hosts.is_inside(text):
        return _with(test, NOTHING, _facts(Aspect.NAMED, names, file, at, says))
    if _settles(target, given, text, first=first):
        return _with(test, _facts(Aspect.HOST, names, file, at, says), NOTHING)
    if text is None or "." in text:
        return _with(test, _facts(Aspect.LOOSE, names, file, at, says), NOTHING)
    return test


def _settles(target: Value, given: Value, text: str | None, *, first: bool) -> bool:
    """Whether what begins, or what is a host and ends, like this leads to a known host."""
    parts = given.parts if isinstance(given, Derived) and given.how == "text" else ()
    if first:
        end = text_of(parts[-1]) if len(parts) > 1 else None
        return not is_host(target) and (hosts.fixes_host(text) if text is not None else (end or "").endswith("/"))
    begin = text if text is not None else text_of(parts[0]) if parts else None
    return is_host(target) and (begin or "").startswith(".") and (text is None or "." in text.strip("."))


def _is_path(value: Value) -> bool:
    """Whether this is a path that a function of the platform has made absolute, or has cleaned."""
    whole = value.parts[0] if isinstance(value, Derived) and len(value.parts) == 1 else value
    return isinstance(whole, External) and whole.package in {"path", "node:path"} and "()" in whole.path


def limited(test: Test, operator: str, left: Value, right: Value, file: str, at: int) -> Test:
    """``file.size > MAX``: who is not turned away has sent no more than that."""
    for value, other, more in ((left, right, ">"), (right, left, "<")):
        names = [] if names_in(other) else [name for part in _measured(value) for name in _without_size(part)]
        if names:
            facts = _facts(Aspect.SIZE, names, file, at, "its size is limited")
            return _with(test, NOTHING, NOTHING, facts) if operator.startswith(more) else _with(test, facts, NOTHING)
    return test


def _measured(value: Value) -> list[Input]:
    """The parts of the request of which this is a size, or is made from one."""
    found = made_from(value, 40)
    measures = [part.parts for part in found if isinstance(part, Derived) and part.how == "length"]
    inside = [each for parts in measures for part in parts for each in made_from(part, 40) if isinstance(each, Input)]
    plain = [part for part in found if isinstance(part, Input) and _is_size(part)]
    return [*inside, *plain]


def _is_size(part: Input) -> bool:
    return bool(part.path) and (part.path[-1] in _SIZES or part.path[-1].lower() == "content-length")


def _without_size(part: Input) -> list[str]:
    if part.channel == "header":
        return ["body", "form"] if _is_size(part) else []
    return [name_of(Input(part.channel, part.path[:-1]) if _is_size(part) else part)]


def asked_of_address(
    ev: Evaluator,
    row: object,
    callee: External,
    arguments: tuple[Value, ...],
    state: State,
    at: int,
    file: str,
) -> Value:
    """A call that tells whether an address is private: of one that a name resolved to, or of what was sent itself."""
    del row, state
    given = [value for link in callee.links for value in link.arguments] + list(arguments)
    names = [name for value in given for name in names_in(value)]
    says = "asked whether the address is a private one"
    known = _facts(Aspect.NAMED, names, file, at, says) or frozenset(
        {Fact(ProofKind.BOUNDED, file, at, says, of=RESOLVED)}
    )
    ev.attempts |= known
    return Test((Branch(known),), (Branch(known),), (callee, *arguments))


def told_by_bytes(
    ev: Evaluator,
    row: object,
    callee: External,
    arguments: tuple[Value, ...],
    state: State,
    at: int,
    file: str,
) -> Value:
    """A call that tells what a file is by its bytes."""
    del row
    given = [value for link in callee.links for value in link.arguments] + list(arguments)
    names = [name for value in given for name in names_in(value)]
    known = _facts(Aspect.BYTES, names, file, at, "its type is told by its bytes")
    ev.attempts |= known
    ev.may_throw(state)
    return Promise(Derived("call", (Derived("bytes", arguments), callee)))


def is_host(value: Value) -> bool:
    """Whether this is the host of an address, however it is spelled."""
    if isinstance(value, Unknown | Choice):
        parts = value.parts if isinstance(value, Unknown) else tuple(one.value for one in value.alternatives)
        known = [part for part in parts if not isinstance(part, Const)]
        return bool(known) and all(map(is_host, known[:4]))
    if isinstance(value, Derived):
        return value.how == HOST or (value.how in {"text", "string"} and bool(value.parts) and is_host(value.parts[0]))
    return isinstance(value, External) and bool(value.links) and value.path[-1] in _HOST_MEMBERS


def _asked(test: Test, one: Value, texts: list[str], file: str, at: int) -> Test:
    """The test with what it says of ``one`` being, or being among, what the server knows."""
    names = names_in(one)
    if not names:
        return _with(test, NOTHING, _of_resolved(one, file, at))
    inside = bool(texts) and any(map(hosts.is_inside, texts))
    if is_host(one) or (isinstance(one, Input) and not _claimed(one, file, at)):
        if inside:
            return _with(test, NOTHING, _facts(Aspect.NAMED, names, file, at, "compared with private addresses"))
        says = "its host is compared with known ones" if is_host(one) else "compared with what the server knows"
        return _with(test, _facts(Aspect.HOST, names, file, at, says), NOTHING)
    both = _of_bytes(one, file, at)
    if ("how", HOST) in marks(one):
        both |= _facts(Aspect.NAMED, names, file, at, "its host is tested")
    return _with(test, _claimed(one, file, at), both)


def _claimed(value: Value, file: str, at: int) -> Facts:
    """What a test of a file's type, or of its name, says of the file."""
    if ("how", "bytes") in marks(value):
        return NOTHING
    names = [
        name_of(Input(part.channel, part.path[:-1]))
        for part in made_from(value, 40)
        if isinstance(part, Input) and len(part.path) > 1 and part.path[-1] in _CLAIMS | _NAMES
    ]
    return _facts(Aspect.KIND, names, file, at, "the type that the client claims is compared")


def _of_bytes(value: Value, file: str, at: int) -> Facts:
    if ("how", "bytes") not in marks(value):
        return NOTHING
    return _facts(Aspect.BYTES, names_in(value), file, at, "its first bytes are looked at")


def _of_resolved(value: Value, file: str, at: int) -> Facts:
    """That an address was tested to which a name resolved."""
    asked_names = any(mark[0] == "row" and mark[2] == RESOLVING for mark in marks(value))
    says = "the address that the name resolves to is tested"
    return frozenset({Fact(ProofKind.BOUNDED, file, at, says, of=RESOLVED)}) if asked_names else NOTHING


def _texts(value: Value) -> list[str]:
    items = value.items if isinstance(value, Arr) else (value,)
    return [text for item in items if (text := text_of(item)) is not None]


def _facts(aspect: Aspect, names: list[str], file: str, at: int, says: str) -> Facts:
    return frozenset(fact_about(aspect, name, file, at, says) for name in names)


def _known(test: Test) -> Facts:
    return frozenset[Fact]().union(*(one.facts for one in (*test.yes_branches, *test.no_branches)))


def also_bounded(branches: tuple[Branch, ...], sides: list[tuple[Branch, ...]]) -> tuple[Branch, ...]:
    """The same branches, each knowing what bounds something in every branch of any of these sides."""
    each = [frozenset.intersection(*(one.facts for one in side)) for side in sides if side]
    facts = frozenset(fact for known in each for fact in known if fact.kind is ProofKind.BOUNDED)
    return tuple(Branch(one.facts | facts, one.keep) for one in branches) if facts else branches


def _with(test: Test, yes: Facts, both: Facts, no: Facts = NOTHING) -> Test:
    if not (yes or both or no):
        return test
    return Test(
        tuple(Branch(one.facts | yes | both, one.keep) for one in test.yes_branches),
        tuple(Branch(one.facts | no | both, one.keep) for one in test.no_branches),
        test.parts,
    )
