"""What an answer carries of a failure."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from doorcheck.scan.facts.caught import Caught
from doorcheck.scan.facts.failures import AUTHORED, AUTHORED_BY, FOREIGN, MILD, NOT, SILENT, caught_in, is_of_class
from doorcheck.scan.facts.values import (
    UNDEFINED,
    Derived,
    Effect,
    External,
    Fn,
    Obj,
    Row,
    Test,
    Unknown,
    Value,
    parts_of,
)

_MAX_PARTS = 300
_MAX_NESTED = 4
_TELLS_NO_TEXT = frozenset(
    {
        "name", "code", "status", "statusCode", "statusText", "type", "digest", "issues", "errors", "field", "param",
        "constructor", "length", "kind", "syscall", "errno", "decline_code", "requestId", "request_id", "headers",
        "format()", "flatten()", "formErrors", "fieldErrors", "retryAfter", "hasOwnProperty()", "ok", "url", "meta",
    }
)  # fmt: skip
"""Members of errors that say which failure it is, and not what the library writes about it."""
_PAYLOADS = frozenset({"response", "body", "error", "data", "responseBody", "rawResponse"})
_NO_TEXT = frozenset({"typeof", "length", "hash", "hmac", "number", "arithmetic", "xor", "key", "unheeded", "encoded"})


_SPEAKING = frozenset({"message", "shortMessage", "stack", "cause", "toString()", "toJSON()", "detail", "sqlMessage"})
"""Members in which errors of libraries say what failed; others are mostly of errors that the app makes itself."""


class Form(enum.IntEnum):
    """How an answer carries a failure, the worst last."""

    OBJECT = 0
    PAYLOAD = 1
    TEXT = 2
    STACK = 3


@dataclass(frozen=True, slots=True)
class Leak:
    """Something of a failure in an answer: of ``error`` where it was caught, else of what ``effect`` answered.

    ``effects`` are the operations whose failure it may be, none where what fails is not known. ``doubtful`` where it
    went through a call that could not be followed. ``kinds`` where a test has told which operations throw such
    errors, with words of their names; ``others`` are libraries of which a test has told that it is not theirs.
    """

    form: Form
    effects: tuple[Effect, ...]
    error: Caught | None = None
    doubtful: bool = False
    kinds: str = ""
    others: tuple[str, ...] = ()

    @property
    def is_of_library(self) -> bool:
        """Whether a library's own error would have such a text."""
        path = self.error.path if self.error is not None else ()
        return not path or path[0] in _SPEAKING | _PAYLOADS


Known = dict[tuple[int, str, bool, bool, int], tuple[Leak, ...]]
"""What was found in the errors of one door: the same one is answered on many of its paths."""


def is_mild(effect: Effect) -> bool:
    """Whether an operation's failure says hardly more than that it failed: a call that got no answer, or a cache."""
    return effect.kind in MILD or effect.subject == "fetch"


def leaks_in(answer: Value, known: Known) -> Iterator[Leak]:
    """What a value that is sent to the caller carries of failures; ``known`` is of the same door."""
    for part, spelled, doubtful in _walked(answer):
        if isinstance(part, Caught):
            yield from _of_error(part, part.told, spelled, doubtful, 0, known)
        elif isinstance(part, Row) and _is_failure(part):
            yield Leak(Form.PAYLOAD, (part.effect,), None, doubtful)


def spoken_by(thrown: Value, classes: frozenset[str], known: Known) -> Iterator[Leak]:
    """What an error of one of these classes, whose text is answered as it is, repeats of other failures."""
    if not isinstance(thrown, External) or len(thrown.path) < 2 or thrown.path[-2].lower() not in classes:
        return
    for text in _texts_of(thrown):
        yield from (leak for leak in leaks_in(text, known) if leak.form is not Form.OBJECT)


def _walked(answer: Value) -> Iterator[tuple[Value, bool, bool]]:
    """The parts of an answer; whether each is spelled out as a text, and whether it went through an unfollowed call."""
    queue: list[tuple[Value, bool, bool]] = [(answer, False, False)]
    seen: set[tuple[int, bool]] = set()
    while queue and len(seen) < _MAX_PARTS:
        value, spelled, doubtful = queue.pop()
        if (id(value), spelled) in seen or isinstance(value, Test | External | Fn):
            continue
        seen.add((id(value), spelled))
        if isinstance(value, Derived):
            if value.how in _NO_TEXT:
                continue
            spelled = spelled or value.how in {"text", "string", "member"}
        doubtful = doubtful or (isinstance(value, Unknown) and value.fact is not None)
        yield value, spelled, doubtful
        queue.extend((part, spelled, doubtful) for part in parts_of(value))


def _of_error(error: Caught, told: str, spelled: bool, doubtful: bool, depth: int, known: Known) -> tuple[Leak, ...]:
    """What of failures is in an error of which this is told, by a test of it or of what it was thrown on as."""
    key = id(error), told, spelled, doubtful, depth
    if key not in known:
        known[key] = tuple(_in_error(error, told, spelled, doubtful, depth, known))
    return known[key]


def _in_error(error: Caught, told: str, spelled: bool, doubtful: bool, depth: int, known: Known) -> Iterator[Leak]:
    form = _form(error, spelled)
    others = tuple(told.removeprefix(NOT).split("|")) if told.startswith(NOT) else ()
    told = "" if others else told
    if form is None or told in {"validation", "language"}:
        return
    effects = tuple(effect for effect in error.effects if effect.kind not in SILENT and not effect.failure)
    if told.startswith(FOREIGN):
        yield Leak(form, (), error, doubtful, told.removeprefix(FOREIGN))
    elif not told and (effects or not error.thrown):
        yield Leak(form, effects, error, doubtful, others=others)
    if depth < _MAX_NESTED and told != AUTHORED:
        for thrown in error.thrown:
            if told and not is_of_class(thrown, told.removeprefix(AUTHORED_BY)):
                continue
            if caught_in(thrown) is None and error.path and error.path[0] not in _SPEAKING:
                continue  # an error that the code makes has no such member
            for inner in _in_thrown(thrown, told, form, depth, known):
                yield Leak(inner.form, inner.effects, error, doubtful or inner.doubtful, inner.kinds, inner.others)


def _in_thrown(thrown: Value, told: str, form: Form, depth: int, known: Known) -> Iterator[Leak]:
    """What an error that the code throws repeats of another failure; one that is thrown on is that failure."""
    again = caught_in(thrown)
    if again is not None:
        yield from _of_error(again, again.told or told, form is not Form.OBJECT, False, depth + 1, known)
        return
    if isinstance(thrown, Row) and thrown.path == (thrown.effect.failure,):
        yield Leak(Form.PAYLOAD, (thrown.effect,))
    for given in _texts_of(thrown):
        for part, spelled, doubtful in _walked(given):
            if isinstance(part, Caught) and (spelled or part.path):
                yield from _of_error(part, part.told, True, doubtful, depth + 1, known)
            elif isinstance(part, Row) and (_is_failure(part) or _is_answer(part)):
                yield Leak(Form.PAYLOAD, (part.effect,), None, doubtful)


def _texts_of(thrown: Value) -> tuple[Value, ...]:
    """What the text of a thrown error is made from: not its cause, nor what else it carries."""
    if isinstance(thrown, Obj) and thrown.rest:
        return tuple(part for part in parts_of(thrown.rest[0]) if not isinstance(part, Obj))
    if isinstance(thrown, External):
        given = thrown.links[-1].arguments if thrown.links else ()
        return tuple(each.props.get("message", UNDEFINED) if isinstance(each, Obj) else each for each in given)
    return parts_of(thrown)[:1] if isinstance(thrown, Derived) else ()


def _is_answer(row: Row) -> bool:
    """Whether this is what another service wrote, and not only whether or how it answered."""
    return row.effect.kind in {"fetch", "outbound"} and not _TELLS_NO_TEXT.intersection(row.path[-1:])


def _form(error: Caught, spelled: bool) -> Form | None:
    if not error.path:
        return Form.TEXT if spelled else Form.OBJECT
    if error.path[0] in _TELLS_NO_TEXT or error.path[-1] in _TELLS_NO_TEXT:
        return None
    if "stack" in error.path:
        return Form.STACK
    return Form.PAYLOAD if error.path[0] in _PAYLOADS else Form.TEXT


def _is_failure(row: Row) -> bool:
    """Whether this is what an operation hands back of its failure, and not the code of it."""
    failure = row.effect.failure
    return bool(failure) and row.path[:1] == (failure,) and row.path[-1] not in _TELLS_NO_TEXT
