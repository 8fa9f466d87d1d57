"""The language's and the platform's own functions: Promise, JSON, Object, URL, Response, fetch, crypto."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from doorcheck.scan.facts import (
    asides,
    bounds,
    built,
    comparisons,
    failures,
    memory,
    narrowing,
    replies,
    requests,
    streams,
    texts,
)
from doorcheck.scan.facts.proofs import Fact, ProofKind
from doorcheck.scan.facts.settings import is_secret_name
from doorcheck.scan.facts.state import State
from doorcheck.scan.facts.truth import EITHER, truth
from doorcheck.scan.facts.values import (
    ANYTHING,
    UNDEFINED,
    Arr,
    Branch,
    Const,
    Derived,
    Effect,
    Env,
    External,
    Fn,
    Input,
    Obj,
    Promise,
    Reply,
    Row,
    Session,
    Test,
    Unknown,
    Value,
    made_from,
)  # fmt: skip

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator, Scope

Call = tuple[Value, ...]
_MAKES_TEXT = frozenset(
    {
        "trim", "trimStart", "trimEnd", "toLowerCase", "toUpperCase", "toLocaleLowerCase", "toLocaleUpperCase",
        "normalize", "replace", "replaceAll", "substring", "substr", "padStart", "padEnd", "charAt", "split",
        "toFixed", "toISOString",
    }
)  # fmt: skip
"""Methods that only a text has, or that give one: on anything else the call throws."""
_CUTS = frozenset({"concat", "replace", "trim", "slice", "substring", "split"})
_SPELLS = frozenset({"toLowerCase", "toUpperCase", "toLocaleLowerCase", "toLocaleUpperCase"})
_Handler = Callable[["Evaluator", Call, State, int, str], Value]


def call(ev: Evaluator, path: tuple[str, ...], arguments: Call, state: State, at: int, file: str) -> Value | None:
    """What a global function gives; None for one that has no meaning of its own here."""
    handler = _FUNCTIONS.get(".".join(part for part in path if part != "()"))
    if handler is None:
        return narrowing.asked_by_name(path, arguments, file, at)
    return handler(ev, arguments, state, at, file)


def method(
    ev: Evaluator, target: Value, name: str, arguments: Call, state: State, scope: Scope, at: int
) -> Value | None:
    """Methods of platform objects that mean something whatever they are called on."""
    del ev, state
    known = texts.joined_list(target, arguments) if isinstance(target, Arr) and name == "join" else None
    known = texts.method(target, name, arguments) if isinstance(target, Const) else known
    known = known or built.method(target, name, arguments) or failures.method(target, name, arguments)
    known = known or bounds.asked(target, name, arguments, scope.module.path, at)
    if known is not None:
        return known
    if name == "toString" and not arguments:
        return target
    if isinstance(target, Const) and name in {"trim", "toLowerCase", "toUpperCase", "normalize"}:
        return target
    if isinstance(target, Input | Unknown) and name in _MAKES_TEXT and not getattr(target, "fact", None):
        return Derived("string", (target, *arguments))
    if isinstance(target, Env | Derived) and name in _SPELLS and not arguments:
        return Derived("text", (target,))
    if isinstance(target, Const | Derived | Env) and name in _CUTS:
        return Derived("text", (target, *arguments))
    return None


def _first(arguments: Call) -> Value:
    return arguments[0] if arguments else ANYTHING


def _inner(value: Value) -> Value:
    return value.value if isinstance(value, Promise) else value


def _promise_all(ev: Evaluator, arguments: Call, state: State, at: int, file: str) -> Value:
    from doorcheck.scan.facts.promises import awaited_value  # noqa: PLC0415 - libraries call the platform

    items = _first(arguments)
    if isinstance(items, Arr):
        values = tuple(awaited_value(ev, item, state, at, file) for item in items.items)
        rest = tuple(awaited_value(ev, item, state, at, file) for item in items.rest)
        return Promise(Arr(values, rest))
    return Promise(_inner(items))


def _promise_resolve(ev: Evaluator, arguments: Call, state: State, at: int, file: str) -> Value:
    del ev, state, at, file
    return Promise(_inner(_first(arguments)))


def _same(ev: Evaluator, arguments: Call, state: State, at: int, file: str) -> Value:
    del ev, state, at, file
    return _first(arguments)


def _text(ev: Evaluator, arguments: Call, state: State, at: int, file: str) -> Value:
    del ev, state, at, file
    return Derived("text", arguments)


def _encoded(ev: Evaluator, arguments: Call, state: State, at: int, file: str) -> Value:
    """A text in which nothing means anything to an address any more."""
    del ev, state, at, file
    return Derived("text", (Derived("encoded", arguments),))


def _keys(ev: Evaluator, arguments: Call, state: State, at: int, file: str) -> Value:
    """The names of an object's fields, without what they hold."""
    del ev, state, at, file
    return Derived("text", (Derived("keys", arguments),))


def _made(how: str) -> _Handler:
    """A function that makes something of whatever it is given: a number or none, a text, an error."""

    def make(ev: Evaluator, arguments: Call, state: State, at: int, file: str) -> Value:
        del ev, state, at, file
        return Derived(how, arguments)

    return make


def _parsed(ev: Evaluator, arguments: Call, state: State, at: int, file: str) -> Value:
    del at, file
    ev.may_throw(state)
    value = _inner(_first(arguments))
    if isinstance(value, Input) and value.path:
        return requests.member_of(
            Input(value.channel, value.path), "json"
        )  # a checked text says nothing of what it holds
    if isinstance(value, Input):
        return value
    if isinstance(value, Derived) and value.how == "json" and isinstance(value.parts[0], Row | Session | Obj | Arr):
        return value.parts[0]  # written and read again, which is how objects are copied
    return streams.body_in(value) or Derived("parse", arguments)


def _boolean(ev: Evaluator, arguments: Call, state: State, at: int, file: str) -> Value:
    del ev, at, file
    value = _first(arguments)
    yes, no = truth(value, state)
    return Test(yes, no, (value,))


def _assign(ev: Evaluator, arguments: Call, state: State, at: int, file: str) -> Value:
    del state, at, file
    if arguments and isinstance(arguments[0], Row):
        from doorcheck.scan.facts.libraries import assign_to_record  # noqa: PLC0415 - libraries call the platform

        for value in arguments[1:]:
            assign_to_record(ev, arguments[0], value)
    props: dict[str, Value] = {}
    rest: list[Value] = []
    for value in arguments:
        if isinstance(value, Obj):
            props.update(value.props)
            rest.extend(value.rest)
        else:
            rest.append(value)
    return Obj(props, tuple(rest))


def _from_entries(ev: Evaluator, arguments: Call, state: State, at: int, file: str) -> Value:
    del ev, state, at, file
    value = _inner(_first(arguments))
    if built.is_form(value):
        return built.fields_of(value)
    if replies.is_bag(value):
        return replies.fields_of(value)
    return value if isinstance(value, Input) else Derived("call", arguments)


def _values(ev: Evaluator, arguments: Call, state: State, at: int, file: str) -> Value:
    del ev, state, at, file
    value = _inner(_first(arguments))
    if isinstance(value, Obj):
        return Arr(tuple(value.props.values()), value.rest)
    return value if isinstance(value, Input | Session) else Derived("call", arguments)


def _entries(ev: Evaluator, arguments: Call, state: State, at: int, file: str) -> Value:
    value = _inner(_first(arguments))
    return texts.entries_of(value) or _values(ev, arguments, state, at, file)


def _run_later(ev: Evaluator, arguments: Call, state: State, at: int, file: str) -> Value:
    if arguments and isinstance(arguments[0], Fn):
        ev.call_back(arguments[0], (), state, at, file)
    return ANYTHING


def _status_of(options: Value) -> int | None:
    if isinstance(options, Const) and isinstance(options.value, float):
        return int(options.value)
    if isinstance(options, Obj):
        status = options.props.get("status")
        if isinstance(status, Const) and isinstance(status.value, float):
            return int(status.value)
        return None if status is not None or options.rest else 200
    return 200 if isinstance(options, Const) else None


def _reply(ev: Evaluator, arguments: Call, state: State, at: int, file: str) -> Value:
    del ev, state, at, file
    status = _status_of(arguments[1]) if len(arguments) > 1 else 200
    return Reply(status, _first(arguments) if arguments else None, replies.given((*arguments, UNDEFINED, UNDEFINED)[1]))


def _redirect_reply(ev: Evaluator, arguments: Call, state: State, at: int, file: str) -> Value:
    del ev, state, at, file
    return Reply(307, None, replies.given((*arguments, UNDEFINED, UNDEFINED)[1]))


def _next_reply(ev: Evaluator, arguments: Call, state: State, at: int, file: str) -> Value:
    del ev, state, at, file
    return Obj(
        {"middleware": Const("next"), "headers": replies.bag(replies.given((*arguments, UNDEFINED)[0]))}, arguments
    )


def _rewrite_reply(ev: Evaluator, arguments: Call, state: State, at: int, file: str) -> Value:
    del ev, state, at, file
    headers = replies.bag(replies.given((*arguments, UNDEFINED, UNDEFINED)[1]))
    return Obj({"middleware": Const("rewrite"), "to": _first(arguments), "headers": headers}, arguments[1:])


def _regular_expression(ev: Evaluator, arguments: Call, state: State, at: int, file: str) -> Value:
    del ev, state
    if isinstance(arguments[0] if arguments else None, External) and len(arguments) == 1:
        return _first(arguments)  # a copy of another one
    pattern = texts.text_of(_first(arguments))
    flags = texts.text_of(arguments[1]) if len(arguments) > 1 else ""
    if pattern is None or flags is None:
        return Derived("call", arguments)
    return texts.regular_expression(pattern, flags, file, at)


def _set(ev: Evaluator, arguments: Call, state: State, at: int, file: str) -> Value:
    """A set of constants answers like the list it was made from."""
    del ev, state, at, file
    value = _first(arguments)
    fixed = isinstance(value, Arr) and value.items and all(isinstance(item, Const) for item in value.items)
    return value if fixed else Derived("call", arguments)


def _url(ev: Evaluator, arguments: Call, state: State, at: int, file: str) -> Value:
    del state, at, file, ev
    value = _first(arguments)
    if isinstance(value, Input) and value.channel == "url":
        return value
    return Derived("text", (Derived("url", arguments),))


def _parameters(ev: Evaluator, arguments: Call, state: State, at: int, file: str) -> Value:
    value = _first(arguments)
    if isinstance(value, Input) and (value.channel == "url" or (value.channel == "query" and not value.path)):
        return value
    if isinstance(value, Derived) and value.how == "element" and texts.is_of_address(value):
        return Input("query")  # ``url.split("?")[1]``
    return _encoded(ev, arguments, state, at, file) if isinstance(value, Obj) else _text(ev, arguments, state, at, file)


def _fetch(ev: Evaluator, arguments: Call, state: State, at: int, file: str) -> Value:
    """An outbound call. One that carries the server's own credential spends something of the owner's."""
    from doorcheck.scan.facts.values import Query  # noqa: PLC0415 - libraries call the platform

    secret = next((part.name for value in arguments for part in made_from(value, 80) if isinstance(part, Env)), None)
    secret = secret if secret is not None and is_secret_name(secret) else None
    says = f"calls another service with {secret}" if secret else "calls another service"
    kind = "outbound" if secret else "fetch"
    effect = Effect(kind, writes=bool(secret), says=says, file=file, at=at, subject="fetch", operands=arguments)
    ev.happen(effect, state)
    return Query(effect)


def _safe_equal(ev: Evaluator, arguments: Call, state: State, at: int, file: str) -> Value:
    """Constant-time comparison: a plain equality of what the two buffers were made from."""
    if len(arguments) < 2:
        return ANYTHING
    from doorcheck.scan.facts.evaluator import Scope  # noqa: PLC0415 - the evaluator calls the platform
    from doorcheck.scan.facts.modules import index  # noqa: PLC0415 - only needed here
    from doorcheck.scan.syntax import ir  # noqa: PLC0415 - only needed here

    module = ev.program.module(file) or index(file, ir.Module([], [], [], [], [], [], [], []))
    return comparisons.equal(ev, arguments[0], arguments[1], Scope(module, ()), at, state)


def _subtle_verify(ev: Evaluator, arguments: Call, state: State, at: int, file: str) -> Value:
    del ev, state
    proof = Fact(ProofKind.SIGNATURE, file, at, "the signature of the request is verified with a key")
    return Promise(Test((Branch(frozenset({proof})),), EITHER, arguments))


_number = _made("number")
_FUNCTIONS: dict[str, _Handler] = {
    "Promise.all": _promise_all,
    "Promise.allSettled": _promise_all,
    "Promise.race": _promise_resolve,
    "Promise.any": _promise_resolve,
    "Promise.resolve": _promise_resolve,
    "Promise": streams.made,
    "JSON.parse": _parsed,
    "JSON.stringify": _made("json"),
    "String": _text,
    "Number": _number,
    "parseInt": _number,
    "parseFloat": _number,
    "Number.parseInt": _number,
    "Number.parseFloat": _number,
    "Math.min": memory.least,
    "Math.max": _number,
    "Math.floor": _number,
    "Math.ceil": _number,
    "Math.round": _number,
    "Math.trunc": _number,
    "Math.abs": _number,
    "Date": memory.date,
    "Date.now": memory.date,
    "performance.now": memory.date,
    "BigInt": _number,
    "decodeURIComponent": _text,
    "encodeURIComponent": _encoded,
    "atob": _text,
    "btoa": _text,
    "Buffer.from": streams.buffer,
    "Buffer.concat": _text,
    "TextEncoder.encode": _text,
    "Boolean": _boolean,
    "Object.assign": _assign,
    "Object.fromEntries": _from_entries,
    "Object.values": _values,
    "Object.entries": _entries,
    "Object.keys": _keys,
    "Object.freeze": _same,
    "Array.from": _same,
    "structuredClone": _same,
    "setTimeout": _run_later,
    "setImmediate": _run_later,
    "queueMicrotask": _run_later,
    "Response.json": _reply,
    "NextResponse.json": _reply,
    "Response": _reply,
    "NextResponse": _reply,
    "Response.redirect": _redirect_reply,
    "NextResponse.redirect": _redirect_reply,
    "Response.error": _redirect_reply,
    "NextResponse.next": _next_reply,
    "NextResponse.rewrite": _rewrite_reply,
    "NextRequest": built.request,
    "Request": built.request,
    "Headers": built.headers,
    "FormData": built.form,
    "RegExp": _regular_expression,
    "Set": _set,
    "Map": memory.new_map,
    "ReadableStream": streams.made,
    "TransformStream": streams.made,
    "URL": _url,
    "URLSearchParams": _parameters,
    "fetch": _fetch,
    "crypto.timingSafeEqual": _safe_equal,
    "timingSafeEqual": _safe_equal,
    "crypto.subtle.verify": _subtle_verify,
    "crypto.webcrypto.subtle.verify": _subtle_verify,
    "Error": _made("error"),
    "TypeError": _made("error"),
    **dict.fromkeys(
        (f"console.{name}" for name in ("log", "error", "warn", "info", "debug", "dir", "trace")), asides.written
    ),
}
