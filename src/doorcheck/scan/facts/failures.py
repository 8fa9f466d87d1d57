"""What a ``catch`` clause binds: an error, where it was caught, what may have thrown it, and what is known of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from doorcheck.scan.facts.caught import CAUGHT, Caught
from doorcheck.scan.facts.proofs import NOTHING, Fact, Facts, ProofKind, in_order
from doorcheck.scan.facts.provenance import marks
from doorcheck.scan.facts.texts import constants_of
from doorcheck.scan.facts.values import (
    Branch,
    Cls,
    Const,
    Derived,
    Effect,
    External,
    Obj,
    Test,
    Value,
)  # fmt: skip
from doorcheck.scan.knowledge.library import base_of

if TYPE_CHECKING:
    from doorcheck.scan.facts.asides import Failure
    from doorcheck.scan.facts.evaluator import Evaluator
    from doorcheck.scan.facts.state import State
    from doorcheck.scan.facts.truth import Branches

AUTHORED = "authored"
"""The code itself wrote the error's text, for whoever reads it; with a class behind it, wherever it threw one of it."""
AUTHORED_BY = "authored by "
FOREIGN = "of "
"""Begins what is told of an error by a class or code of a library's: the kinds of operations that may have thrown it,
and then words of their names, if that is known."""
NOT = "not "
"""Begins what is told of an error that is none of some libraries'."""
_ASKED = frozenset({"startsWith", "endsWith", "match"})
_NAMES = frozenset({("name",), ("constructor", "name")})
_MAX_CLASSES = 12
_BY_ADDRESS = frozenset({"fetch", "outbound"})
"""Operations that are known by the address they go to, whichever library goes there."""
_REPEATED = frozenset({"fetch", "outbound", "database", "account", "storage"})
SILENT = frozenset({"telemetry", "cookie", "cookie-end", "session-start", "session-end", "state", "limiter"})
"""Operations whose failures say nothing of the app's inside, or nothing at all."""
MILD = frozenset({"fetch", "cache"})
"""Operations whose failures say hardly more than that they failed."""
_ANY_ERROR = frozenset({"Error", "Object"})


def caught(file: str, at: int, failed: Iterable[Failure]) -> Derived:
    """The error that a handler at this place is given, where these may have failed."""
    failures = tuple(failed)
    effects = tuple(each for each in failures if isinstance(each, Effect))
    thrown = tuple(each for each in failures if isinstance(each, Value))
    source = frozenset(map(_inside, effects)), frozenset(map(_signature, thrown))
    return Derived("error", (Caught(file, at, effects, thrown, source),))


def _inside(effect: Effect) -> bool | None:
    """Whether an operation's failure tells of the app's inside; None where it says nothing at all."""
    if effect.kind in SILENT or effect.failure:
        return None
    return effect.kind not in MILD and effect.subject != "fetch"


def _signature(thrown: Value) -> tuple[object, ...]:
    """What two thrown errors agree on that tell the same to whoever catches them: their class, and what they repeat.

    Nothing else of them: what handles errors is called by every door, and is followed once for those that are alike.
    """
    told = frozenset(
        mark[:2] if mark[0] == "row" else mark
        for mark in marks(thrown)
        if mark[0] == CAUGHT or (mark[0] == "row" and mark[1] in _REPEATED)
    )
    if isinstance(thrown, External):
        return *thrown.path[-2:], told
    cls = thrown.cls if isinstance(thrown, Obj) else None
    return cls.definition.name if isinstance(cls, Cls) else type(thrown).__name__, told


def enter_handler(ev: Evaluator, states: Iterable[State], file: str, at: int) -> None:
    """Note that these paths go through a handler of failures."""
    fact = Fact(ProofKind.ERROR, file, at, "what fails here is caught", of=CAUGHT)
    if not ev.unknowing:
        ev.attempts.add(fact)
    for state in states:
        state.facts |= {fact}


def handlers_in(facts: Facts) -> list[Fact]:
    """The handlers of failures that a path which knows this goes through."""
    return in_order(fact for fact in facts if fact.kind is ProofKind.ERROR and fact.of == CAUGHT)


def caught_in(value: Value) -> Caught | None:
    """The caught error that this is, or is part of; None for anything else."""
    if isinstance(value, Derived) and value.how == "error" and value.parts and isinstance(value.parts[0], Caught):
        return value.parts[0]
    return None


def member(value: Derived, name: str) -> Derived | None:
    """A member of a caught error; None of what is none."""
    error = caught_in(value)
    return Derived("error", (error.with_part(name),)) if error is not None else None


def method(target: Value, name: str, arguments: tuple[Value, ...]) -> Value | None:
    """What a method of a caught error, or of its text, gives; None where it means nothing of its own."""
    error = caught_in(target)
    if error is None:
        return None
    if name == "toString" and not arguments:
        return Derived("text", (target,))
    if name in _ASKED and error.path and arguments and isinstance(arguments[0], Const):
        return _test_of(error, AUTHORED, (target, *arguments))
    if not error.path:
        return Derived("error", (error.with_part(f"{name}()"),))
    return None


def as_known(value: Value, facts: Facts) -> Value:
    """A caught error as this path knows it."""
    error = caught_in(value)
    if error is None or (error.told and not error.told.startswith(NOT)):
        return value
    start = f"{error.name} "
    told = [fact for fact in facts if fact.kind is ProofKind.ERROR and fact.of.startswith(start)]
    known = [fact.of.removeprefix(start) for fact in told if fact.polarity]
    others = _ruled_out(fact.of.removeprefix(start) for fact in told if not fact.polarity)
    if not known and not others:
        return value
    return Derived("error", (error.known_to_be(known[0] if known else NOT + "|".join(sorted(others))),))


def _ruled_out(classes: Iterable[str]) -> set[str]:
    """The libraries of which every class of errors that is known was tested for, and it is none of them."""
    tested: dict[tuple[str, int], set[str]] = {}
    for each in classes:
        library, count, cls = each.split(" ")
        tested.setdefault((library, int(count)), set()).add(cls)
    return {library for (library, count), names in tested.items() if len(names) >= count}


def _test_of(error: Caught, told: str, parts: tuple[Value, ...], no: Facts = NOTHING) -> Test:
    fact = Fact(
        ProofKind.ERROR, error.file, error.at, f"the error is known: its text is {told}", of=f"{error.name} {told}"
    )
    return Test((Branch(frozenset({fact})),), (Branch(no),), parts)


def of_class(ev: Evaluator, test: Test, left: Value, right: Value) -> Test:
    """``error instanceof SomeClass``: what it tells of the error's text."""
    error = caught_in(left)
    if error is None or error.path:
        return test
    told = _told_by_class(ev, right)
    return _test_of(error, told, (left, right), _not_of_class(ev, error, right)) if told else test


def _not_of_class(ev: Evaluator, error: Caught, cls: Value) -> Facts:
    """That an error is none of this class of a library's, with how many classes the library has."""
    if not isinstance(cls, External):
        return NOTHING
    known = ev.knowledge.classes_of_errors(cls.package)
    if cls.path[-1] not in known:
        return NOTHING
    of = f"{error.name} {base_of(cls.package)} {len(known)} {cls.path[-1]}"
    return frozenset({Fact(ProofKind.ERROR, error.file, error.at, "the error is another's", polarity=False, of=of)})


def _told_by_class(ev: Evaluator, cls: Value) -> str:
    if isinstance(cls, Cls):
        return AUTHORED_BY + cls.definition.name
    if isinstance(cls, External) and cls.path and cls.path[-1] not in _ANY_ERROR:
        return _by_name(ev, cls.package, cls.path[-1]) or _by_library(ev, cls.package)
    return ""


def _by_library(ev: Evaluator, package: str) -> str:
    """Of what an error of a class of this package is; empty where other operations may throw it, too.

    The kind of operation, and not the package: a driver's errors come through the libraries that are built upon it.
    """
    kinds = ev.knowledge.operations(package)
    return FOREIGN + "|".join(sorted(kinds)) if kinds and not kinds & _BY_ADDRESS else ""


def _told_by_code(ev: Evaluator, code: str) -> str:
    found = ev.knowledge.code_of_error(code)
    told = _by_library(ev, found[0]) if found is not None else ""
    return " ".join(filter(None, (told, "|".join(found[1])))) if found is not None and told else ""


def asked(ev: Evaluator, cls: External, name: str, arguments: tuple[Value, ...]) -> Test | None:
    """``APICallError.isInstance(error)``: what it tells of the error; None for another call."""
    if name != "isInstance" or len(arguments) != 1:
        return None
    return of_class(ev, Test((Branch(),), (Branch(),), arguments), arguments[0], cls)


def _by_name(ev: Evaluator, package: str, name: str) -> str:
    told = ev.knowledge.text_of_error(package, name)
    return AUTHORED_BY + name if told == AUTHORED else "" if told == "foreign" else told


def is_of_class(thrown: Value, names: str) -> bool:
    """Whether what the code throws is an error of one of these classes, or of one that is made from it."""
    wanted = names.split("|")
    if isinstance(thrown, External):
        return any(name in thrown.path[-2:] for name in wanted)
    if caught_in(thrown) is not None:
        return True
    cls: Value | None = thrown.cls if isinstance(thrown, Obj) else None
    for _ in range(_MAX_CLASSES):
        if not isinstance(cls, Cls):
            break
        if cls.definition.name in wanted:
            return True
        cls = cls.superclass
    return False


def _is_own(ev: Evaluator, name: str) -> bool:
    """Whether errors of this name are nobody's that is known: the code's own, then."""
    return name not in _ANY_ERROR and not ev.knowledge.text_of_error("", name)


def told_by_either(branches: Branches) -> Branches:
    """The branches of ``error instanceof A || error instanceof B``, each knowing what all of them tell of the error."""
    each = [
        [fact for fact in branch.facts if fact.kind is ProofKind.ERROR and fact.of != CAUGHT] for branch in branches
    ]
    names = {fact.of.partition(" ")[0] for facts in each for fact in facts}
    told = sorted({fact.of.partition(" ")[2] for facts in each for fact in facts})
    foreign = any(each.startswith(FOREIGN) for each in told)
    if len(branches) < 2 or len(names) != 1 or not all(each) or (foreign and len(told) > 1):
        return branches
    classes = [each.removeprefix(AUTHORED_BY) for each in told if each.startswith(AUTHORED_BY)]
    known = AUTHORED if AUTHORED in told else AUTHORED_BY + "|".join(classes) if classes else told[0]
    first = each[0][0]
    fact = Fact(ProofKind.ERROR, first.file, first.at, first.says, of=f"{names.pop()} {known}")
    return tuple(
        Branch(branch.facts.difference(facts) | {fact}, branch.keep)
        for branch, facts in zip(branches, each, strict=True)
    )


def of_equality(ev: Evaluator, test: Test, left: Value, right: Value) -> Test:
    """``error.message === "Not found"``, ``error.name === "ZodError"``."""
    for one, other in ((left, right), (right, left)):
        error = caught_in(one)
        if error is None or not isinstance(other, Const) or not isinstance(other.value, str):
            continue
        if error.path == ("message",):
            return _test_of(error, AUTHORED, (left, right))
        if error.path in _NAMES or error.path == ("code",):
            told = (_told_by_code if error.path == ("code",) else _told_by_name)(ev, other.value)
            return _test_of(error, told, (left, right)) if told else test
    return test


def of_membership(ev: Evaluator, test: Test, collection: Value, item: Value) -> Test:
    """``error.message.includes("not found")``, ``KNOWN.includes(error.message)``: a text that somebody foresaw, and
    ``EXPECTED.has(error.name)``."""
    for one, other in ((collection, item), (item, collection)):
        error = caught_in(one)
        if error is None or isinstance(other, Obj):
            continue
        if error.path[-1:] == ("message",):
            return _test_of(error, AUTHORED, (collection, item))
        if error.path in _NAMES and (told := _told_by_names(ev, constants_of(other))):
            return _test_of(error, told, (collection, item))
    return test


def _told_by_names(ev: Evaluator, names: Sequence[str]) -> str:
    """What it tells of an error that its name is one of these: as much as the one that tells the least."""
    each = [_told_by_name(ev, name) for name in names]
    if not each or not all(each):
        return ""
    authored = [told.removeprefix(AUTHORED_BY) for told in each if told.startswith(AUTHORED_BY)]
    return AUTHORED_BY + "|".join(authored) if authored else each[0]


def _told_by_name(ev: Evaluator, name: str) -> str:
    return _by_name(ev, "", name) or (AUTHORED_BY + name if _is_own(ev, name) else "")


def tells(value: Value) -> bool:
    """Whether something of a caught error is part of this."""
    return any(mark[0] == CAUGHT for mark in marks(value))
