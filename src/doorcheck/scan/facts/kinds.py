"""What a value is: ``x instanceof C``, ``"key" in x``."""

from __future__ import annotations

from doorcheck.scan.facts.choices import over_choice
from doorcheck.scan.facts.state import State
from doorcheck.scan.facts.truth import EITHER, NEVER, truth
from doorcheck.scan.facts.values import (
    Arr,
    Choice,
    Cls,
    Const,
    External,
    Obj,
    Promise,
    Reply,
    Row,
    Session,
    Test,
    Value,
)  # fmt: skip

_REPLY_CLASSES = frozenset({"Response", "NextResponse"})


def instance_of(value: Value, cls: Value, state: State) -> Test:
    """``value instanceof cls``."""
    if isinstance(value, Choice):
        return over_choice(value, lambda each: instance_of(each, cls, state), state, (value, cls))
    if isinstance(value, Promise):
        return Test(NEVER, EITHER)
    is_reply_class = isinstance(cls, External) and bool(cls.path) and cls.path[-1] in _REPLY_CLASSES
    if isinstance(value, Reply):
        return Test(EITHER, NEVER) if is_reply_class else Test(NEVER, EITHER)
    if isinstance(value, Session | Const | Arr | Row):
        return Test(NEVER, EITHER)
    if isinstance(value, Obj):
        if isinstance(cls, Cls):
            return Test(EITHER, NEVER) if _descends(value.cls, cls) else Test(NEVER, EITHER)
        return Test(NEVER, EITHER) if value.cls is None else Test(EITHER, EITHER)
    return Test(EITHER, EITHER, (value,))


def _descends(cls: Value | None, ancestor: Cls) -> bool:
    for _ in range(20):
        if not isinstance(cls, Cls):
            return False
        if cls.definition is ancestor.definition:
            return True
        cls = cls.superclass
    return False


_REPLY_MEMBERS = frozenset({"status", "headers", "body", "ok", "json", "text", "statusText", "redirected", "url"})


def has_key(key: Value, target: Value, state: State) -> Value:
    """``key in target``."""
    if isinstance(target, Choice):
        return over_choice(target, lambda each: _as_test(has_key(key, each, state)), state, (key, target))
    if isinstance(target, Obj) and isinstance(key, Const) and not target.rest:
        return Test(EITHER, NEVER) if key.value in target.props else Test(NEVER, EITHER)
    if isinstance(target, Reply) and isinstance(key, Const) and key.value in _REPLY_MEMBERS:
        return Test(EITHER, NEVER)
    if isinstance(target, Session | Reply) and isinstance(key, Const):
        return Test(NEVER, EITHER) if key.value in {"error", "errors"} else Test(EITHER, EITHER, (target,))
    return Test(EITHER, EITHER, (key, target))


def _as_test(value: Value) -> Test:
    yes, no = truth(value)
    return value if isinstance(value, Test) else Test(yes, no, (value,))
