"""How a signature is checked: what is said of a keyed hash of the request beside that it is compared at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from doorcheck.scan.facts import bytewise
from doorcheck.scan.facts.proofs import Fact, ProofKind
from doorcheck.scan.facts.provenance import marks
from doorcheck.scan.facts.shapes import settled
from doorcheck.scan.facts.state import State
from doorcheck.scan.facts.values import (
    Choice,
    Const,
    Derived,
    External,
    Input,
    Obj,
    Unknown,
    Value,
    made_from,
)

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator
    from doorcheck.scan.knowledge.rows import SessionSource

LINK, PLAINLY, AS_PARSED = "link", "plainly", "as parsed"
"""What a SIGNED fact is of: what was signed is a link or a cookie of the server's own; the comparison takes longer the
more of it is right; what is hashed is what parsing made of the body."""
KNOWN_KEY, FALLBACK_KEY = "known key", "fallback key"
"""Likewise: the key is a constant, always or where the variable that is the fact's source is not set."""

_SIGNED_IN = frozenset({"header", "headers", "request"})
"""Where the sender of a delivery puts the signature; one that stands elsewhere is part of a link, form or cookie."""
_KEYED = frozenset({"createHmac", "importKey", "hmac"})
_MAX_DEPTH = 8


def compared(ev: Evaluator, hashed: Value, given: Value, file: str, at: int) -> None:
    """Note what is hashed, and where the signature that it is compared with came from."""
    if not any(mark[0] == "input" and mark[1] in _SIGNED_IN for mark in marks(given)):
        ev.attempts.add(Fact(ProofKind.SIGNED, file, at, "what is signed is a link or cookie of its own", of=LINK))
    if _is_parsed(hashed):
        _note_parsed(ev, file, at)


def plainly(ev: Evaluator, left: Value, right: Value, file: str, at: int) -> None:
    """Note a keyed hash that is compared with ``===``; lengths and sums of differences tell nothing."""
    if isinstance(left, Const) or isinstance(right, Const) or _is_length(left) or _is_length(right):
        return
    if not any(("how", "hmac") in marks(one) or hashed_with(one) for one in (left, right)):
        return
    if not any(mark[0] == "input" for mark in marks(left)) or not any(mark[0] == "input" for mark in marks(right)):
        return
    if bytewise.added_up(left, right) is None:
        says = "the signature is compared with ===, which takes longer the more of it is right"
        ev.attempts.add(Fact(ProofKind.SIGNED, file, at, says, of=PLAINLY))


def hashed_with(value: Value) -> bool:
    """Whether this is a hash, without a key, of something sent together with a variable of the environment."""
    known = marks(value)
    return ("how", "hash") in known and {"env", "input"} <= {mark[0] for mark in known}


def keyed(ev: Evaluator, callee: External, arguments: tuple[Value, ...], state: State, at: int, file: str) -> None:
    """Note a hash whose key is a constant, always or where none is configured."""
    if callee.path[-1:] and callee.path[-1] in _KEYED and len(arguments) > 1:
        _note_known(ev, arguments[1], state, file, at, empty=callee.path[-1] != "importKey")


def verified(
    ev: Evaluator,
    row: SessionSource,
    callee: External,
    arguments: tuple[Value, ...],
    state: State,
    at: int,
    file: str,
) -> None:
    """Note of a library's own check that its key is a constant, or that it is not given the body as it came."""
    if row.proof != "signature":
        return
    if any(_is_parsed(value) for value in arguments):
        _note_parsed(ev, file, at)
    made_with = callee.links[-1].arguments if callee.links else ()
    keys = made_with if row.key == -1 else arguments[row.key : row.key + 1] if row.key is not None else ()
    for key in keys:
        for each in (key, *key.props.values()) if isinstance(key, Obj) else (key,):
            if any(mark[0] == "env" for mark in marks(each)):
                _note_known(ev, each, state, file, at, empty=row.empty_key)


def _note_parsed(ev: Evaluator, file: str, at: int) -> None:
    says = "what is signed is not the body as it came, but what JSON.stringify makes of the parsed one"
    ev.attempts.add(Fact(ProofKind.SIGNED, file, at, says, of=AS_PARSED))


def _note_known(ev: Evaluator, key: Value, state: State, file: str, at: int, *, empty: bool) -> None:
    text = next((text for text in _constants(key, state) if text or empty), None)
    if text is None:
        return
    name = min((str(mark[1]) for mark in marks(key) if mark[0] == "env"), default=None)
    what = "the empty text" if not text else "a constant"
    says = f"where {name} is not set, the key is {what}" if name else "the key is a constant that stands in the code"
    kind = FALLBACK_KEY if name else KNOWN_KEY
    ev.attempts.add(Fact(ProofKind.SIGNED, file, at, says, source=name or "", of=kind))


def _constants(key: Value, state: State, depth: int = 0) -> Iterator[str]:
    """The texts that a key may be whatever is configured, as one who reads the code knows them."""
    key = settled(key, state) if isinstance(key, Choice) else key
    if depth > _MAX_DEPTH:
        return
    if isinstance(key, Const):
        if isinstance(key.value, str):
            yield key.value
    elif isinstance(key, Choice):
        for one in key.alternatives:
            yield from _constants(one.value, state, depth + 1)
    elif isinstance(key, Unknown):
        for part in key.parts if key.fact is None else ():
            yield from _constants(part, state, depth + 1)
    elif isinstance(key, Derived) and key.how in {"text", "string", "call"} and key.parts:
        first, *others = key.parts
        if not isinstance(first, Const) or all(isinstance(one, Const) for one in others):
            yield from _constants(first, state, depth + 1)


def _is_parsed(value: Value) -> bool:
    """Whether what JSON.stringify made of the body is part of this."""
    for part in made_from(value, 120):
        if isinstance(part, Derived) and part.how == "json" and part.parts:
            whole = part.parts[0]
            if isinstance(whole, Input) and whole.channel == "body":
                return True
    return False


def _is_length(value: Value) -> bool:
    if isinstance(value, Derived):
        return value.how in {"length", "member"}
    return isinstance(value, External) and value.path[-1:] in {("length",), ("byteLength",)}
