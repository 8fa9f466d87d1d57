"""What the caller sent: how the parts of a request are reached."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from doorcheck.scan.facts.checks import ANYTHING as UNCHECKED
from doorcheck.scan.facts.checks import LEFT_OVER, MAX_MEMBERS, Check, Kind, Shape, Unknowns, below
from doorcheck.scan.facts.values import ANYTHING, UNDEFINED, Const, Derived, Input, Obj, Promise, Unknown, Value

_REQUEST_MEMBERS = {
    "headers": "headers",
    "cookies": "cookies",
    "nextUrl": "url",
    "url": "url",
    "query": "query",
    "body": "body",
    "params": "params",
    "ip": "address",
    "geo": "address",
    "method": "method",
    "files": "body",
    "file": "body",
    "rawBody": "body",
    "raw": "request",
    "req": "request",
    "request": "request",
}
_REQUEST_CALLS = {
    "json": "body",
    "text": "body",
    "arrayBuffer": "body",
    "blob": "body",
    "bytes": "body",
    "formData": "form",
    "clone": "request",
    "parseBody": "body",
    "header": "header",
    "param": "params",
    "query": "query",
    "queries": "query",
    "valid": "body",
}
_COLLECTIONS = {"headers": "header", "cookies": "cookie", "query": "query", "form": "form", "params": "params"}
MAX_PATH = 6
_BYTES = frozenset({"arrayBuffer", "stream", "bytes"})
_GETTERS = frozenset({"get", "getAll", "has"})


def member_of(value: Input, name: str) -> Value:
    """A member of something the caller sent."""
    if value.channel == "request":
        return _member_of_request(value, name)
    if value.channel == "url":
        if name == "pathname" and value.path:
            return Const(value.path[0])
        return Input("query") if name in {"searchParams", "search", "query"} else value
    if value.channel in {"headers", "cookies"}:
        return Input(_COLLECTIONS[value.channel], (name,))
    if name == "value" and value.channel == "cookie":
        return value
    if name == "length" or (name == "size" and value.channel == "form"):
        return Derived("length", (value,))
    if len(value.path) >= MAX_PATH:
        return value
    if _is_left_out(value.check, name):
        return UNDEFINED
    return Input(value.channel, (*value.path, name), below(value.check, name))


def member_of_one(parts: Sequence[Value], name: str) -> Value | None:
    """A member of one of several parts of the request, as far as they have it; None where not all of them are such."""
    sent = [part for part in parts if isinstance(part, Input)]
    if not sent or len(sent) != len(parts):
        return None
    found = {(part.channel, part.path, part.check): member_of(part, name) for part in sent}
    left = tuple(value for value in found.values() if value is not UNDEFINED)
    if len(left) < 2:
        return left[0] if left else UNDEFINED
    return Unknown(None, left)


def _is_left_out(check: Check | None, name: str) -> bool:
    """Whether this field was taken out, by the code or by a schema that does not name it and lets no others through."""
    if check is None:
        return False
    shape = check.shape
    named = shape.members
    if not check.counts:
        return bool(check.cast) and any(each == name for each, _ in named or ())
    if shape.kind is not Kind.OBJECT or named is None or shape.items is not None:
        return False
    return shape.unknowns in _CLOSED and not any(each == name for each, _ in named)


_CLOSED = frozenset({Unknowns.STRIPPED, Unknowns.REJECTED})


def element_of(value: Input) -> Input:
    """Any one element of a list the caller sent."""
    return Input(value.channel, (*value.path, "[]")[:MAX_PATH], below(value.check, "[]"))


def without(value: Input, names: Collection[str]) -> Input:
    """What is left of an object when these fields are taken out of it."""
    check = value.check
    if check is None or check.cast:
        return _left_over(value, names)
    if check.shape.members is None:
        return value
    shape = check.shape
    left = tuple(member for member in shape.members or () if member[0] not in names)
    narrowed = Shape(shape.kind, left, shape.items, shape.unknowns)
    return Input(value.channel, value.path, Check(check.file, check.at, narrowed, check.says))


def _left_over(value: Input, names: Collection[str]) -> Input:
    """What nobody checked is as it was, but for what was taken out."""
    before = value.check
    gone = {*names, *(name for name, _ in (before.shape.members if before is not None else None) or ())}
    shape = Shape(Kind.ANYTHING, tuple((name, UNCHECKED) for name in sorted(gone)[:MAX_MEMBERS]))
    if before is None:
        return Input(value.channel, value.path, Check("", 0, shape, "left over", LEFT_OVER))
    return Input(value.channel, value.path, Check(before.file, before.at, shape, before.says, before.cast))


def name_of(value: Input) -> str:
    """A part of a request by its channel and path, as one would write it: ``body.items[].price``."""
    path = value.path if value.channel != "request" else ()
    return "".join((value.channel, *(part if part == "[]" else f".{part}" for part in path)))


def request_for(path: str, method: str) -> Input:
    """A request of which path and method are known; neither is what a caller may vary then."""
    return Input("request", (path, method))


def asked_path(value: Value) -> str | None:
    """The path of a request, or of a request to which something was added, where it is known."""
    if isinstance(value, Obj):
        return next((path for rest in value.rest if (path := asked_path(rest)) is not None), None)
    return value.path[0] if isinstance(value, Input) and value.channel == "request" and value.path else None


def _member_of_request(value: Input, name: str) -> Value:
    channel = _REQUEST_MEMBERS.get(name)
    if channel is None:
        return ANYTHING
    if channel == "method" and len(value.path) > 1:
        return Const(value.path[1])
    return Input(channel, value.path[:1] if channel == "url" else value.path if channel == "request" else ())


TARGETS = {"json": "body", "form": "form", "query": "query", "param": "params", "header": "header", "cookie": "cookie"}
"""The parts of a request by the names that a route's validators give them."""


def _valid(request: Input, target: str | None) -> Input:
    """``c.req.valid("json")``: what the route's validators let through."""
    return Input(TARGETS.get(target or "", "body"), (), below(request.check, target) if target else None)


def call_of(value: Input, name: str, arguments: tuple[Value, ...], constant: str | None) -> Value | None:
    """What calling a method of something the caller sent gives; None where it is no way of reading it."""
    if value.channel == "request":
        channel = _REQUEST_CALLS.get(name)
        if channel is None:
            return None
        if channel == "request":
            return value
        if name == "valid":
            return _valid(value, constant)
        path = (constant,) if constant is not None and channel in {"header", "params", "query"} else ()
        read = Input(channel, path)
        return Promise(read) if channel in {"body", "form"} else read
    if value.channel == "url" and name == "clone":
        return value
    if value.channel in _COLLECTIONS and name in _GETTERS and not value.path:
        if constant is None and arguments:
            return Derived("lookup", (Input(_COLLECTIONS[value.channel], ("*",)), *arguments))
        check = below(value.check, constant) if constant else value.check
        return Input(_COLLECTIONS[value.channel], (constant,) if constant else (), check)
    if name in {"get", "getAll", "entries", "keys", "values", "toString"}:
        return value
    if name in _BYTES and value.channel in {"form", "body", "argument"} and not arguments:
        return Promise(Derived("bytes", (value,)))
    return None
