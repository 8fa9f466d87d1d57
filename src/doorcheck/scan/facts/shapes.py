"""When two values or two calls are the same for the purpose of following code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from doorcheck.scan.facts.provenance import marks, record_mark
from doorcheck.scan.facts.replies import told
from doorcheck.scan.facts.state import State, either, narrowed, renumbered, same_constant
from doorcheck.scan.facts.values import (
    UNDEFINED,
    Arr,
    Choice,
    Cls,
    Const,
    Derived,
    Env,
    External,
    Fn,
    Input,
    Namespace,
    Native,
    Obj,
    Promise,
    Reply,
    ReplyWriter,
    Row,
    Session,
    Test,
    Unknown,
    Value,
)  # fmt: skip

MAX_KEY_DEPTH = 2
CONTEXT_FRAME = -1
"""Where a path keeps what middlewares have set on the context of a request."""


def settled(value: Value, state: State) -> Value:
    """The value with alternatives that this path has ruled out taken away."""
    if isinstance(value, Promise):
        inner = settled(value.value, state)
        return value if inner is value.value else Promise(inner)
    if isinstance(value, Session) and not value.sure and value.proof in state.facts and not value.path:
        return Session(value.proof, value.path, sure=True)
    if isinstance(value, Arr) and any(isinstance(item, Choice | Session) for item in value.items):
        return Arr(tuple(settled(item, state) for item in value.items), value.rest)
    if (
        isinstance(value, Obj)
        and value.cls is None
        and any(isinstance(v, Choice | Session) for v in value.props.values())
    ):
        return Obj({name: settled(item, state) for name, item in value.props.items()}, value.rest, value.cls)
    left = narrowed(value, state.keep)
    return left if left is value or isinstance(left, Choice) else settled(left, state)


def settled_within(value: Value, state: State, depth: int = 4) -> Value:
    """The value, and what stands in it, without the alternatives that this path has ruled out."""
    if not state.keep or depth == 0:
        return value
    value = settled(value, state)
    if isinstance(value, Obj) and value.cls is None:
        props = {name: settled_within(item, state, depth - 1) for name, item in value.props.items()}
        rest = tuple(settled_within(item, state, depth - 1) for item in value.rest)
        if rest != value.rest or any(item is not value.props[name] for name, item in props.items()):
            return Obj(props, rest)
    if isinstance(value, Arr):
        items = tuple(settled_within(item, state, depth - 1) for item in value.items)
        return Arr(items, value.rest) if items != value.items else value
    return value


def key_of_call(fn: Fn, arguments: Sequence[Value], this: Value | None, state: State) -> object | None:
    """A key under which the outcome of a call can be kept; None for closures and for arguments that carry code."""
    if any(frame in state.frames for frame in fn.parents) or state.frames.get(CONTEXT_FRAME):
        return None
    keys: list[object] = [id(fn.function), fn.module.path, fn.parents]
    if this is not None:
        this_key = _key(this, state, 0)
        if this_key is None:
            return None
        keys.append(this_key)
    for argument in arguments:
        key = _key(argument, state, 0)
        if key is None:
            return None
        keys.append(key)
    return tuple(keys)


def _key(value: Value, state: State, depth: int) -> object | None:
    if depth > MAX_KEY_DEPTH:
        return _by_provenance(("deep", type(value)), value, state)
    value = settled(value, state) if isinstance(value, Choice | Session) else value
    maker = _KEYS.get(type(value))
    if maker is not None:
        return maker(value)
    if isinstance(value, Fn):
        return (
            None if any(frame in state.frames for frame in value.parents) else ("f", id(value.function), value.parents)
        )
    if isinstance(value, Obj):
        return _object_key(value, state, depth)
    if isinstance(value, Arr):
        return _all_keys("a", (*value.items, *value.rest), state, depth)
    if isinstance(value, Choice):
        return _all_keys(
            ("ch", *(one.facts for one in value.alternatives)), [o.value for o in value.alternatives], state, depth
        )
    if isinstance(value, Promise):
        return _all_keys("p", (value.value,), state, depth)
    return _key_of_made(value, state)


def _key_of_made(value: Value, state: State) -> object | None:
    """The key of what is known only by what it was made of."""
    if isinstance(value, Derived):
        return _by_provenance(("d", value.how if value.how == "typeof" else ""), value, state)
    if isinstance(value, External):
        return _by_provenance(("x", value.package, value.path), value, state)
    if isinstance(value, Unknown):
        return _by_provenance(("d", ""), value, state) if value.parts else ("u", value.fact)
    return None


def _by_provenance(tag: object, value: Value, state: State) -> object | None:
    """A key by where a value comes from; None where it carries a function of a call still under way."""
    found = marks(value)
    for mark in found:
        function = mark[1] if mark[0] == "fn" else None
        if isinstance(function, Fn) and any(frame in state.frames for frame in function.parents):
            return None
    return tag, found


def _test_key(value: Test) -> object | None:
    branches = (*value.yes_branches, *value.no_branches)
    if any(branch.keep for branch in branches):
        return None
    yes = frozenset(branch.facts for branch in value.yes_branches)
    return ("t", yes, frozenset(branch.facts for branch in value.no_branches), marks(value))


def detached(value: Value, state: State) -> Value:
    """An argument for a call that is followed on its own: its alternatives agree with nothing outside that call."""
    value = settled(value, state)
    if isinstance(value, Choice):
        return renumbered(value)
    return value


def _object_key(value: Obj, state: State, depth: int) -> object | None:
    if value.cls is not None:
        made = value.rest[0] if len(value.rest) == 1 else None
        if not isinstance(made, Derived):
            return "instance", value
        if not value.props:
            return "error", value.cls, marks(made)
        told = _all_keys("e", made.parts, state, depth)
        return ("instance", value) if told is None else ("error", value.cls, tuple(value.props), told)
    inner = _all_keys("o", (*value.props.values(), *value.rest), state, depth)
    return None if inner is None else (tuple(value.props), inner)


def _all_keys(tag: object, values: Sequence[Value], state: State, depth: int) -> object | None:
    keys: list[object] = [tag]
    for value in values:
        key = _key(value, state, depth + 1)
        if key is None:
            return None
        keys.append(key)
    return tuple(keys)


# A class, a native function, a namespace: the object itself and not its id(), for a key keeps it alive, so that no
# other can take its place.
_KEYS: dict[type[Any], Callable[[Any], object | None]] = {
    Const: lambda value: ("c", type(value.value).__name__, value.value if _hashable(value.value) else 0),
    Input: lambda value: ("i", value.channel, value.path, value.check),
    Session: lambda value: ("s", value.proof, value.path, value.sure),
    Env: lambda value: ("e", value.name, value.sure),
    ReplyWriter: lambda value: ("w", value.status),
    Reply: lambda value: (
        "r",
        value.status,
        marks(value.body) if value.body is not None else None,
        told(value.headers),
    ),
    Row: lambda value: ("row", record_mark(value), value.found, value.maybe, value.path, value.cut),
    Test: _test_key,
    Cls: lambda value: ("id", value),
    Native: lambda value: ("id", value),
    Namespace: lambda value: ("id", value),
}


def _hashable(value: object) -> bool:
    return value is None or isinstance(value, str | float | bool | int)


def alike(first: Value, second: Value) -> bool:
    """Whether two results say the same to whoever tests them, so that one may stand for both."""
    if first is second or same_constant(first, second):
        return True
    if isinstance(first, Session) and isinstance(second, Session):
        return first.proof == second.proof and first.path == second.path and first.sure == second.sure
    if isinstance(first, Obj) and isinstance(second, Obj) and first.cls is second.cls:
        return _objects_alike(first, second)
    if isinstance(first, Reply) and isinstance(second, Reply):
        return (first.status or 200) // 100 == (second.status or 200) // 100
    if isinstance(first, Row) and isinstance(second, Row):
        stands = first.maybe == second.maybe and first.path == second.path and first.cut == second.cut
        return stands and first.found == second.found
    plain = (Unknown, Derived, Input, Env)
    return isinstance(first, plain) and isinstance(second, plain)


def _objects_alike(first: Obj, second: Obj) -> bool:
    if first.props.keys() != second.props.keys() or bool(first.rest) != bool(second.rest):
        return False
    return all(alike(first.props[name], second.props[name]) for name in first.props)


def blend(first: Value, second: Value) -> Value:
    """One value for two that are alike, keeping what both were made from."""
    if isinstance(first, Const | Session | Row):
        return first
    if isinstance(first, Reply) and isinstance(second, Reply):
        bodies = [body for body in (first.body, second.body) if body is not None]
        headers = first.headers
        if headers is not second.headers:
            headers = either(headers or UNDEFINED, second.headers or UNDEFINED)
        return Reply(first.status, Derived("either", tuple(bodies)) if bodies else None, headers)
    if isinstance(first, Obj) and isinstance(second, Obj):
        return Obj(
            {name: blend(first.props[name], second.props[name]) for name in first.props}, first.rest + second.rest
        )
    if isinstance(first, Unknown | Derived | Input | Env):
        fact = next((v.fact for v in (first, second) if isinstance(v, Unknown) and v.fact is not None), None)
        return Unknown(fact, (first, second))
    return either(first, second)
