"""What the caller sent: how the parts of a request are reached."""

from __future__ import annotations

from doorcheck.scan.facts.values import ANYTHING, Derived, Input, Promise, Value

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
_GETTERS = frozenset({"get", "getAll", "has"})
_PLAIN = frozenset({"header", "cookie", "query", "form", "body", "params", "argument", "url", "address", "method"})


def member_of(value: Input, name: str) -> Value:
    """A member of something the caller sent."""
    if value.channel == "request":
        channel = _REQUEST_MEMBERS.get(name)
        return Input(channel) if channel is not None else ANYTHING
    if value.channel == "url":
        return Input("query") if name in {"searchParams", "search", "query"} else value
    if value.channel in {"headers", "cookies"}:
        return Input(_COLLECTIONS[value.channel], (name,))
    if name == "value" and value.channel == "cookie":
        return value
    if name in {"length", "size"}:
        return Derived("length", (value,))
    if len(value.path) >= 6:
        return value
    return Input(value.channel, (*value.path, name))


def call_of(value: Input, name: str, arguments: tuple[Value, ...], constant: str | None) -> Value | None:
    """What calling a method of something the caller sent gives; None where it is no way of reading it."""
    if value.channel == "request":
        channel = _REQUEST_CALLS.get(name)
        if channel is None:
            return None
        path = (constant,) if constant is not None and channel in {"header", "params", "query"} else ()
        read = Input(channel, path)
        return Promise(read) if channel in {"body", "form"} and name != "valid" else read
    if value.channel in _COLLECTIONS and name in _GETTERS and not value.path:
        if constant is None and arguments:
            return Derived("lookup", (Input(_COLLECTIONS[value.channel], ("*",)), *arguments))
        return Input(_COLLECTIONS[value.channel], (constant,) if constant else ())
    if name in {"get", "getAll", "entries", "keys", "values", "toString"}:
        return value
    return None


def is_plain_text(value: Value) -> bool:
    """Whether a value is just what the caller wrote."""
    return isinstance(value, Input) and value.channel in _PLAIN
