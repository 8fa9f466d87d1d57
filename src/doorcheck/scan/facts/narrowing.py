"""Tests written by hand that leave only good values on a path: of a type, of a fixed set, of a pattern, a number."""

from __future__ import annotations

import re

from doorcheck.scan.facts import bounds, failures
from doorcheck.scan.facts.checks import ANYTHING, SCALAR, Check
from doorcheck.scan.facts.proofs import LOOSELY, NOTHING, TYPED, Fact, Facts, ProofKind
from doorcheck.scan.facts.requests import name_of
from doorcheck.scan.facts.state import State
from doorcheck.scan.facts.texts import text_of
from doorcheck.scan.facts.truth import Branches
from doorcheck.scan.facts.values import (
    HOST,
    Alternative,
    Branch,
    Choice,
    Const,
    Derived,
    External,
    Input,
    Test,
    Unknown,
    Value,
    made_from,
)

_CHANGED = frozenset(
    {"text", "string", "number", "call", "unary", "typeof", "length", "element", "arithmetic", "bytes", "url", HOST}
)
_STRONG_TYPES = frozenset({"number", "boolean", "bigint"})
_CLASSES = frozenset({"File", "Blob", "Date", "Number", "Boolean"})
_TEXT_METHODS = frozenset((name,) for name in ("trim", "replace", "replaceAll", "toLowerCase", "normalize", "slice"))
_NUMBER_TESTS = frozenset({"isInteger", "isFinite", "isSafeInteger"})
_OPEN_PATTERNS = ("^.*$", "^.+$", r"^[\s\S]*$", r"^[\s\S]+$")


def subject_of_test(value: Value) -> Input | None:
    """The one part of the request that a tested value is made from; None where there is none, or several."""
    if isinstance(value, Input):
        return value if value.path or value.channel in {"body", "argument"} else None
    if isinstance(value, Derived) and value.how not in _CHANGED:
        return None
    if not isinstance(value, Derived | Unknown | Choice):
        return None
    found = [part for part in made_from(value, 12) if isinstance(part, Input)]
    names = {name_of(part) for part in found}
    return found[0] if len(names) == 1 else None


def learned(value: Value, file: str, at: int, says: str, *, typed: bool = False) -> Facts:
    """The fact that a test of this value gives where it holds."""
    subject = subject_of_test(value)
    if subject is None and isinstance(value, Choice):
        return _learned_of_each(value, file, at, says, typed=typed)
    if subject is None or (subject.check is not None and subject.check.counts):
        return NOTHING
    of = name_of(subject)
    return frozenset({Fact(ProofKind.CHECKED, file, at, says, of=TYPED + of if typed else of)})


def _learned_of_each(choice: Choice, file: str, at: int, says: str, *, typed: bool) -> Facts:
    """What a test says of something that is one part of the request or another: that whichever it is is good."""
    each = [one.value for one in choice.alternatives if not isinstance(one.value, Const)]
    if any(isinstance(one, Choice) or subject_of_test(one) is None for one in each):
        return NOTHING
    return frozenset(fact for one in each for fact in learned(one, file, at, says, typed=typed))


def also(branches: Branches, facts: Facts) -> Branches:
    """The same branches, each knowing this too."""
    return tuple(Branch(one.facts | facts, one.keep) for one in branches) if facts else branches


def equal_to_known(test: Test, left: Value, right: Value, file: str, at: int) -> Test:
    """The test that something sent equals something the caller did not send."""
    test = bounds.by_equality(test, left, right, file, at)
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Derived) and one.how == "typeof" and isinstance(other, Const):
            typed = other.value not in _STRONG_TYPES
            if typed and other.value != "string":
                return test
            facts = learned(one.parts[0], file, at, "tested for its type", typed=typed)
        elif (
            (isinstance(other, Const) and (other.value is None or isinstance(other.value, bool)))
            or (isinstance(other, Derived) and other.how == "length")
            or subject_of_test(one) is None
            or _sent(other)
            or (isinstance(one, Derived) and not _is_host(one))
        ):
            continue
        else:
            facts = learned(one, file, at, "compared with what the server knows")
        if facts:
            return Test(also(test.yes_branches, facts), test.no_branches, test.parts)
    return test


def _is_host(value: Derived) -> bool:
    """Whether this is the host of an address, however it is spelled: one that is known makes the address a good one."""
    inner = value.parts[0] if value.how == "text" and len(value.parts) == 1 else value
    return isinstance(inner, Derived) and inner.how == HOST


def _sent(value: Value) -> bool:
    return any(isinstance(part, Input) for part in made_from(value, 40))


def one_of(test: Test, collection: Value, item: Value, file: str, at: int) -> Test:
    """The test that something sent is among what the server knows."""
    test = bounds.by_membership(test, collection, item, file, at)
    if _sent(collection):
        return test
    facts = learned(item, file, at, "tested to be one of a fixed set")
    return Test(also(test.yes_branches, facts), test.no_branches, test.parts) if facts else test


def matches(pattern: External, arguments: tuple[Value, ...], file: str, at: int) -> Test | None:
    """``pattern.test(value)``: only a pattern that speaks of the whole text narrows it."""
    if pattern.path != ("RegExp", "()") or not arguments:
        return None
    source = text_of(pattern.links[0].arguments[0]) if pattern.links and pattern.links[0].arguments else None
    facts = learned(arguments[0], file, at, "matched with a pattern") if source and is_anchored(source) else NOTHING
    return bounds.matched(Test((Branch(facts),), (Branch(),), arguments), pattern, arguments[0], file, at)


def is_anchored(pattern: str) -> bool:
    """Whether a pattern speaks of the text from its beginning to its end, in each of its alternatives."""
    if pattern in _OPEN_PATTERNS:
        return False
    return all(
        part.startswith("^") and part.endswith("$") and not part.endswith(r"\$") for part in _alternatives(pattern)
    )


def _alternatives(pattern: str) -> list[str]:
    """The top-level alternatives of a pattern."""
    found = [""]
    depth, bracket = 0, False
    for piece in re.findall(r"\\.|.", pattern, re.DOTALL):
        bracket = piece == "[" or (bracket and piece != "]")
        if not bracket and piece in "()":
            depth += 1 if piece == "(" else -1
        if piece == "|" and not bracket and depth == 0:
            found.append("")
        else:
            found[-1] += piece
    return found


def of_class(test: Test, value: Value, cls: Value, file: str, at: int) -> Test:
    """``value instanceof File``."""
    if not (isinstance(cls, External) and cls.package == "js" and cls.path[-1:] and cls.path[-1] in _CLASSES):
        return test
    facts = learned(value, file, at, f"tested to be a {cls.path[-1]}")
    return Test(also(test.yes_branches, facts), test.no_branches, test.parts) if facts else test


def limited(operator: str, left: Value, right: Value, file: str, at: int) -> Test:
    """``text.length > 100`` and its kin: who is not turned away has sent a text that is no longer than that.

    It says nothing of what may be no text at all: an object has no length, and nothing is not too long.
    """
    for value, other, more in ((left, right, ">"), (right, left, "<")):
        sent = None if _sent(other) else _measured(value)
        if sent is not None:
            facts = learned(sent, file, at, "its length is limited", typed=True)
            longer, fits = (Branch(),), (Branch(facts),)
            test = Test(longer, fits, (left, right)) if operator.startswith(more) else Test(fits, longer, (left, right))
            return bounds.limited(test, operator, left, right, file, at)
    return bounds.limited(Test((Branch(),), (Branch(),), (left, right)), operator, left, right, file, at)


def _measured(value: Value) -> Input | None:
    """The part of the request of which a text was made that is measured here."""
    if isinstance(value, Derived) and value.how == "length" and not isinstance(value.parts[0], Input):
        return subject_of_test(value.parts[0])
    if isinstance(value, External) and value.path[-1:] == ("length",) and value.path[-3:-2] in _TEXT_METHODS:
        found = [part for part in made_from(value, 40) if isinstance(part, Input)]
        return found[0] if len({name_of(part) for part in found}) == 1 else None
    return None


def asked_by_name(path: tuple[str, ...], arguments: tuple[Value, ...], file: str, at: int) -> Test | None:
    """``Number.isInteger(value)``, ``isNaN(value)``, ``Array.isArray(value)``; None for other functions."""
    name = path[-1] if path else ""
    if not arguments or len(path) > 2:
        return None
    if name == "isNaN":
        facts = learned(arguments[0], file, at, "tested to be a number")
        return Test((Branch(),), (Branch(facts),), arguments)
    if name in _NUMBER_TESTS:
        facts = learned(arguments[0], file, at, "tested to be a number")
        return Test((Branch(facts),), (Branch(),), arguments)
    if path == ("Array", "isArray") and subject_of_test(arguments[0]) is not None:
        facts = learned(arguments[0], file, at, "tested to be a list", typed=True)
        return Test((Branch(facts),), (Branch(),), arguments)
    return None


def asked_with(method: str, file: str) -> Test:
    """The test that a request has this method, which a door that answers one method alone can tell."""
    del file
    yes, no = (
        Fact(ProofKind.METHOD, "", 0, f"the method is {method}", polarity=polarity, of=method.upper())
        for polarity in (True, False)
    )
    return Test((Branch(frozenset({yes})),), (Branch(frozenset({no})),))


def as_known(value: Value, state: State) -> Value:
    """Something sent, as this path knows it: it carries the check it has passed to wherever it goes from here."""
    if isinstance(value, Derived) and value.how == "error" and state.facts:
        return failures.as_known(value, state.facts)
    if not state.facts:
        return value
    if isinstance(value, Choice) and len(value.alternatives) == 2:
        return _either_as_known(value, state)
    if not isinstance(value, Input) or (value.check is not None and not value.check.cast):
        return value
    of, loosely = name_of(value), None
    for fact in state.facts:
        if fact.kind is ProofKind.CHECKED and fact.of == of:
            return Input(value.channel, value.path, Check(fact.file, fact.at, SCALAR, fact.says))
        if fact.kind is ProofKind.CHECKED and fact.of == LOOSELY + of:
            loosely = Check(fact.file, fact.at, ANYTHING, fact.says, LOOSELY)
    return value if loosely is None else Input(value.channel, value.path, loosely)


def _either_as_known(value: Choice, state: State) -> Value:
    """``sent ?? "fixed"``, as this path knows it."""
    first, second = value.alternatives
    if not isinstance(first.value, Input) or not isinstance(second.value, Const):
        return value
    known = as_known(first.value, state)
    return value if known is first.value else Choice(value.id, (Alternative(known, first.facts), second))


_TAKEN_FOR_NOTHING = frozenset({"any", "unknown", "const", "never"})


def declared(value: Value, annotation: str, file: str) -> Value:
    """Something sent that the code declares to be of a type: nothing checks that it is."""
    plain = annotation.strip()
    if not isinstance(value, Input) or value.check is not None or plain in _TAKEN_FOR_NOTHING:
        return value
    if not value.path and value.channel not in {"body", "form", "argument", "params", "query"}:
        return value
    return Input(value.channel, value.path, Check(file, 0, ANYTHING, "declared to be of a type", plain[:60]))
