"""Members whose names are not written in the code: ``table[key]``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doorcheck.scan.facts import members, narrowing
from doorcheck.scan.facts.addresses import LAST
from doorcheck.scan.facts.lookups import found_in_store
from doorcheck.scan.facts.proofs import NOTHING
from doorcheck.scan.facts.state import State, new_choice
from doorcheck.scan.facts.values import (
    UNDEFINED,
    Alternative,
    Choice,
    Const,
    Derived,
    Env,
    External,
    Fn,
    Native,
    Obj,
    Promise,
    Row,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator, Scope

MAX_TABLE = 24


def member(ev: Evaluator, value: Value, key: Value, state: State, scope: Scope, at: int) -> Value:
    """``value[key]`` with a key that is no constant: a look-up in whatever the value is."""
    if isinstance(value, Promise):
        value = value.value
    stored = found_in_store(ev, value, key, scope, at)
    if stored is not None:
        return stored
    if isinstance(value, Row):
        return value.at(value.path)
    if isinstance(value, Obj):
        return _of_table(ev, value, key, state, scope, at)
    if isinstance(value, Choice) and all(_is_table(one.value) for one in value.alternatives):
        each = [(member(ev, one.value, key, state, scope, at), one.facts) for one in value.alternatives]
        return Choice(value.id, tuple(Alternative(part, facts) for part, facts in each))
    if isinstance(value, External) and value.path[:2] == ("process", "env"):
        return Env("*")
    if isinstance(value, External):
        return External(value.package, (*value.path, "[]"), value.links)
    from_end = isinstance(key, Derived) and key.how == "arithmetic" and isinstance(value, Derived | Choice)
    return Derived(LAST if from_end else "member", (value, key))


def _is_table(value: Value) -> bool:
    return isinstance(value, Obj) and value.cls is None and not value.rest


def _of_table(ev: Evaluator, value: Obj, key: Value, state: State, scope: Scope, at: int) -> Value:
    if isinstance(key, Choice) and all(_is_name(one.value) for one in key.alternatives):
        named = [
            Alternative(members.member(ev, value, one.value.value, state, scope, at, optional=True), one.facts)
            for one in key.alternatives
            if isinstance(one.value, Const)
        ]
        return Choice(key.id, tuple(named))
    return _any_of(value, key, scope, at)


def _is_name(value: Value) -> bool:
    return isinstance(value, Const) and isinstance(value.value, str)


def _any_of(value: Obj, key: Value, scope: Scope, at: int) -> Value:
    """Any one property of an object: in a table of functions, whichever it is may be called.

    Where something sent names it, and it is there, then what was sent is one of the table's own names.
    """
    inner = list(value.props.values())
    anything = Unknown(None, (*inner, *value.rest, Derived("key", (key,))))
    if value.cls is None and len(inner) <= MAX_TABLE and any(isinstance(each, Fn | Native) for each in inner):
        return new_choice([Alternative(each, NOTHING) for each in (*inner, anything if value.rest else UNDEFINED)])
    fixed = _is_table(value) and inner
    named = narrowing.learned(key, scope.module.path, at, "looked up in a fixed table") if fixed else NOTHING
    return new_choice([Alternative(anything, named), Alternative(UNDEFINED, NOTHING)]) if named else anything
