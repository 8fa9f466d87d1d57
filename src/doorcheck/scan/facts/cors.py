"""Packages that answer browsers for other sites: the headers they set, by the options they are given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from doorcheck.scan.facts import narrowing, origins, replies
from doorcheck.scan.facts.checks import SCALAR, Check
from doorcheck.scan.facts.proofs import NOTHING
from doorcheck.scan.facts.state import State, new_choice
from doorcheck.scan.facts.values import (
    ANYTHING,
    TRUE,
    UNDEFINED,
    Alternative,
    Arr,
    Const,
    Derived,
    External,
    Fn,
    Input,
    Native,
    Obj,
    Promise,
    Unknown,
    Value,
)  # fmt: skip
from doorcheck.scan.knowledge import rows

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator

Call = tuple[Value, ...]
_ORIGIN, _CREDENTIALS = Const("access-control-allow-origin"), Const("access-control-allow-credentials")
_SENT = Input("header", ("origin",))


def applied(
    ev: Evaluator, row: rows.Cors, callee: External, arguments: Call, state: State, at: int, file: str
) -> Value:
    """What a call of such a package gives: it sets the headers at once, or what it gives does when it is called."""
    del callee
    options = arguments[row.options] if row.options < len(arguments) else UNDEFINED

    def allow(ev: Evaluator, state: State) -> None:
        _allow(ev, row, options, state, at, file)

    def run(ev: Evaluator, given: Call, state: State, at: int, file: str) -> Value:
        from doorcheck.scan.facts.calls import call_value  # noqa: PLC0415 - calls go to libraries and back

        allow(ev, state)
        follows = given[-1] if given and isinstance(given[-1], Fn | Native) else None
        return call_value(ev, follows, (), state, at, file) if follows is not None else UNDEFINED

    def wrap(ev: Evaluator, given: Call, state: State, at: int, file: str) -> Value:
        del ev, state, at, file
        handler = given[0] if given else UNDEFINED

        def answer(ev: Evaluator, sent: Call, state: State, at: int, file: str) -> Value:
            from doorcheck.scan.facts.calls import call_value  # noqa: PLC0415 - calls go to libraries and back

            allow(ev, state)
            return call_value(ev, handler, sent, state, at, file)

        return Native("handler with CORS", answer)

    if row.style == "now":
        allow(ev, state)
        return Promise(UNDEFINED)
    return Native("cors", run if row.style == "middleware" else wrap)


def _allow(ev: Evaluator, row: rows.Cors, options: Value, state: State, at: int, file: str) -> None:
    """Set the headers on this path."""
    known = isinstance(options, Obj) and not options.rest
    if not known and not (isinstance(options, Const) and options is UNDEFINED):
        options = options if isinstance(options, Obj) else Obj({"origin": Unknown(None, (options,))})
    given = options.props if isinstance(options, Obj) else {}
    origin = given.get("origin")
    value: Value | None = (Const("*") if row.default == "any" else _SENT) if origin is None else None
    if origin is not None:
        each = list(_allowed(ev, origin, state, at, file))
        value = new_choice([Alternative(one, NOTHING) for one in each]) if each else None
    if value is None:
        return
    replies.note(state, _ORIGIN, value)
    credentials = given.get(row.credentials_option)
    if (credentials is None and row.credentials) or (credentials is not None and _may_be_true(credentials)):
        replies.note(state, _CREDENTIALS, Const("true"))


def _may_be_true(value: Value) -> bool:
    return not isinstance(value, Const) or bool(value.value)


def _allowed(ev: Evaluator, origin: Value, state: State, at: int, file: str) -> Iterator[Value]:
    """The origins that the option lets in, each as the header then says it."""
    if isinstance(origin, Const):
        if isinstance(origin.value, str) and origin.value:
            yield origin
        elif origin.value is True:
            yield _SENT
    elif isinstance(origin, Arr):
        patterns = [item for item in origin.items if isinstance(item, External)]
        for pattern in patterns:
            yield from _allowed(ev, pattern, state, at, file)
        if len(patterns) < len(origin.items) + len(origin.rest):
            yield _checked("one of a fixed set", file, at)
    elif isinstance(origin, External) and origin.path == ("RegExp", "()"):
        yield _matched(ev, origin, state, at, file)
    elif isinstance(origin, Fn | Native):
        yield from _asked(ev, origin, state, at, file)
    elif isinstance(origin, Derived):
        yield _checked("compared with the settings of the deployment", file, at)
    else:
        yield origin


def _checked(says: str, file: str, at: int) -> Input:
    return Input(_SENT.channel, _SENT.path, Check(file, at, SCALAR, says))


def _matched(ev: Evaluator, pattern: External, state: State, at: int, file: str) -> Value:
    test = origins.by_pattern(ev, pattern, (_SENT,), file, at)
    known = state.fork()
    if test is not None:
        known.learn(test.yes_branches[0])
    return narrowing.as_known(_SENT, known)


def _asked(ev: Evaluator, function: Value, state: State, at: int, file: str) -> Iterator[Value]:
    """What a function of the app's lets in: by its answer, or by what it calls back with."""
    found: list[Value] = []

    def tell(ev: Evaluator, given: Call, state: State, at: int, file: str) -> Value:
        del ev, at, file
        found.extend(_told(given[1:], state))
        return UNDEFINED

    answer = ev.call_back(function, (_SENT, Native("callback", tell)), state, at, file)
    yield from found
    if not found and answer is not UNDEFINED:
        yield answer


def _told(given: Sequence[Value], state: State) -> Iterator[Value]:
    value = given[0] if given else UNDEFINED
    if isinstance(value, Const) and not isinstance(value.value, str):
        if value.value is TRUE.value:
            yield narrowing.as_known(_SENT, state)
    else:
        yield value


def secured(
    ev: Evaluator, row: rows.SecurityHeaders, callee: External, arguments: Call, state: State, at: int, file: str
) -> Value:
    """The headers that a package for them gives, as a list, or as the response of the middleware that it makes."""
    del ev, callee, state, at, file
    options = arguments[0] if arguments and isinstance(arguments[0], Obj) else Obj({})
    names = [name for name, option in row.headers.items() if not _is_off(options.props.get(option))]
    names += [name for name, option in row.asked.items() if option in options.props]
    if row.style == "list":
        return Arr(tuple(Obj({"key": Const(name), "value": ANYTHING}) for name in names))
    headers = replies.bag(Obj(dict.fromkeys(names, ANYTHING)))
    onward = Obj({"middleware": Const("next"), "headers": headers})
    return Native("middleware for headers", lambda *_: onward)


def _is_off(option: Value | None) -> bool:
    return isinstance(option, Const) and option.value is False
