"""What counts as turning a caller away."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from doorcheck.scan.facts.proofs import proven
from doorcheck.scan.facts.values import (
    Arr,
    Choice,
    Const,
    Derived,
    Effect,
    External,
    Obj,
    Promise,
    Reply,
    Value,
    made_from,
)  # fmt: skip

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator, Exit
    from doorcheck.scan.facts.state import State

_FAILING_KEYS = frozenset({"error", "errors", "serverError", "message", "failure"})


def refuse(ev: Evaluator, exits: list[Exit]) -> bool:
    """Whether all of these ways out look like a refusal for who the caller is, not for what they sent."""
    return bool(exits) and all(_refuses(ev, exit_) for exit_ in exits)


def _refuses(ev: Evaluator, exit_: Exit) -> bool:
    if exit_.refusal:
        return True
    if exit_.how == "jump":
        return False
    value = exit_.value.value if isinstance(exit_.value, Promise) else exit_.value
    replies = [value] if isinstance(value, Reply) else [v for v in exit_.state.replied if isinstance(v, Reply)]
    if replies:
        return all(reply.status in {401, 403, None} or 300 <= (reply.status or 0) < 400 for reply in replies)
    return _speaks_of_refusal(ev, value)


def _speaks_of_refusal(ev: Evaluator, value: Value) -> bool:
    """Whether a thrown error or a returned message uses a word of refusal, or a status of it."""
    for part in made_from(value, 60):
        if isinstance(part, Const):
            if isinstance(part.value, float) and part.value in {401.0, 403.0}:
                return True
            if isinstance(part.value, str) and _says_one_of(part.value, ev.knowledge.words["refusals"]):
                return True
    return False


_RECORDS = ("create", "insert", "append", "write", "mkdir", "open", "add", "push", "info", "warn", "error")
_UNDOES = ("delete", "remove", "destroy", "drop", "unlink", "update", "truncate", "execute")


def excuse_records(ev: Evaluator, begun: int, end: int, others: list[State]) -> None:
    """Forget what a refusal wrote down of itself, where whoever was not refused has proved who they are.

    A log of refused calls is written for strangers, and there is nothing else in it to reach.
    """
    if others and all(proven(state.facts) for state in others):
        ev.forget(begun, end, lambda one: not proven(one.facts) and _writes_down(one.effect))


def _writes_down(effect: Effect) -> bool:
    says = effect.says.lower()
    if effect.kind not in {"database", "file"} or any(word in says for word in _UNDOES):
        return False
    return not effect.writes or any(word in says for word in _RECORDS)


@lru_cache(maxsize=8192)
def _says_one_of(text: str, words: frozenset[str]) -> bool:
    """Kept, because one message is met on many paths."""
    lowered = text.lower()
    return any(word in lowered for word in words)


def denies(value: Value) -> bool:
    """Whether a door's answer gives nothing away: an error status, a redirect, null, false, an empty list, an error."""
    if isinstance(value, Promise):
        return denies(value.value)
    if isinstance(value, Const):
        return not value.value
    if isinstance(value, Reply):
        return value.status is not None and value.status >= 300
    if isinstance(value, Arr):
        return not value.items and not value.rest
    if isinstance(value, Choice):
        return all(denies(one.value) for one in value.alternatives)
    if isinstance(value, Obj):
        return _object_denies(value)
    return False


def _object_denies(value: Obj) -> bool:
    success = value.props.get("success", value.props.get("ok"))
    if isinstance(success, Const):
        return not success.value
    status = value.props.get("status")
    if isinstance(status, Const) and isinstance(status.value, float) and status.value >= 400:
        return True
    failing = [value.props[key] for key in _FAILING_KEYS & value.props.keys()]
    if not any(isinstance(item, Const | Derived | External | Obj | Reply) and not _empty(item) for item in failing):
        return False
    others = [item for key, item in value.props.items() if key not in _FAILING_KEYS]
    return "error" in value.props and all(isinstance(item, Const | Arr) for item in others)


def _empty(value: Value) -> bool:
    return isinstance(value, Const) and not value.value
