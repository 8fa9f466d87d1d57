"""Requests, headers and forms that the code itself puts together, to hand them to another handler."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeGuard

from doorcheck.scan.facts import replies
from doorcheck.scan.facts.addresses import last_of
from doorcheck.scan.facts.state import State, either, new_choice
from doorcheck.scan.facts.truth import EITHER, NEVER
from doorcheck.scan.facts.values import (
    NULL,
    TRUE,
    UNDEFINED,
    Alternative,
    Arr,
    Choice,
    Const,
    Derived,
    Input,
    Obj,
    Promise,
    Test,
    Unknown,
    Value,
)  # fmt: skip

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator

_FORM, _REQUEST = "*form", "*request"
"""The properties that mark them; no name in source code is like these."""
_FILLS = frozenset({"append", "set"})
_READS_BODY = frozenset({"json", "text", "formData", "arrayBuffer", "blob", "bytes"})


def form(ev: Evaluator, arguments: tuple[Value, ...], state: State, at: int, file: str) -> Value:
    """``new FormData()``."""
    del ev, arguments, state, at, file
    return Obj({_FORM: TRUE})


def is_form(value: Value) -> TypeGuard[Obj]:
    """Whether this is a form that the code made."""
    return isinstance(value, Obj) and value.cls is None and _FORM in value.props


def filled(owner: Value, name: str, given: Sequence[Value]) -> Value | None:
    """A form with one more field; None for what is no form."""
    if isinstance(owner, Choice) and any(is_form(one.value) for one in owner.alternatives):
        each = (Alternative(filled(one.value, name, given) or one.value, one.facts) for one in owner.alternatives)
        return new_choice(list(each))
    if not is_form(owner) or name not in _FILLS or len(given) < 2:
        return None
    key, value = given[:2]
    if not (isinstance(key, Const) and isinstance(key.value, str)):
        return Obj(owner.props, (*owner.rest, value))
    before = owner.props.get(key.value) if name == "append" else None
    return Obj({**owner.props, key.value: value if before is None else either(before, value)}, owner.rest)


def fields_of(value: Obj) -> Obj:
    """The fields of a form, as an object."""
    return Obj({name: item for name, item in value.props.items() if name != _FORM}, value.rest)


def _read_form(target: Obj, name: str, arguments: tuple[Value, ...]) -> Value | None:
    """What reading a form gives; None for a method that is no way of reading one."""
    if name in {"entries", "values", "keys"}:
        return target
    if name not in {"get", "getAll", "has"} or not arguments:
        return None
    key = arguments[0]
    known = isinstance(key, Const) and isinstance(key.value, str) and not target.rest
    if not known or not isinstance(key, Const):
        parts = (*(item for field, item in target.props.items() if field != _FORM), *target.rest)
        return Unknown(None, parts)
    value = target.props.get(str(key.value))
    if name == "has":
        return Test(NEVER, EITHER) if value is None else Test(EITHER, NEVER)
    if name == "getAll":
        return Arr(() if value is None else (value,))
    return NULL if value is None else value


def headers(ev: Evaluator, arguments: tuple[Value, ...], state: State, at: int, file: str) -> Value:
    """``new Headers(request.headers)``: the caller's, whatever is set in them by and by."""
    del ev, state, at, file
    return replies.bag(arguments[0] if arguments else None)


def request(ev: Evaluator, arguments: tuple[Value, ...], state: State, at: int, file: str) -> Value:
    """``new Request(…)``: one made from the one that came is the one that came; of others the body is kept."""
    del ev, state, at, file
    address, options = (*arguments, UNDEFINED, UNDEFINED)[:2]
    if isinstance(options, Obj) and "body" in options.props and not options.rest:
        return _made(address, options)
    if _is(address, "request"):
        return address
    return options if _is(address, "url") and _is(options, "request") else Derived("call", arguments)


def _is(value: Value, channel: str) -> bool:
    return isinstance(value, Input) and value.channel == channel


def _made(address: Value, options: Obj) -> Obj:
    """A request with a body of the code's own."""
    from_caller = _is(address, "request")
    url = Input("url") if from_caller else address
    props: dict[str, Value] = {_REQUEST: TRUE, "body": options.props.get("body", NULL), "url": url, "nextUrl": url}
    props["method"] = options.props.get("method", Const("GET"))
    if "headers" in options.props:
        props["headers"] = options.props["headers"]
    elif from_caller:
        props["headers"] = Input("headers")
    return Obj(props, (Derived("call", (address,)),))


def _read_request(target: Obj, name: str) -> Value | None:
    if name == "clone":
        return target
    if name not in _READS_BODY:
        return None
    body = target.props["body"]
    inner = body.value if isinstance(body, Promise) else body
    if name == "json":
        as_text = inner if isinstance(inner, Derived) and inner.how == "json" and len(inner.parts) == 1 else None
        inner = as_text.parts[0] if as_text is not None else Derived("parse", (inner,))
    return Promise(inner)


def method(target: Value, name: str, arguments: tuple[Value, ...]) -> Value | None:
    """What a method of a form or request that the code made gives; None where it says nothing of what was sent."""
    if isinstance(target, Derived):
        return last_of(target, name, arguments)
    if is_form(target):
        return _read_form(target, name, arguments)
    if replies.is_bag(target):
        return replies.read(target, name, arguments)
    is_request = isinstance(target, Obj) and target.cls is None and _REQUEST in target.props
    return _read_request(target, name) if is_request and isinstance(target, Obj) else None
