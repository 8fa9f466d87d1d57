"""The headers of a response, as the code sets them.

They are read by name, whatever form the code gave them in: an object, a list of pairs, a ``Headers``, something spread.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeGuard

from doorcheck.scan.facts.proofs import NOTHING
from doorcheck.scan.facts.provenance import marks
from doorcheck.scan.facts.state import State, new_choice
from doorcheck.scan.facts.texts import joined, text_of
from doorcheck.scan.facts.truth import EITHER, NEVER, certain
from doorcheck.scan.facts.values import (
    ANYTHING,
    NULL,
    TRUE,
    UNDEFINED,
    Alternative,
    Arr,
    Choice,
    Const,
    Input,
    Obj,
    Promise,
    Reply,
    ReplyWriter,
    Test,
    Unknown,
    Value,
)  # fmt: skip

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator
    from doorcheck.scan.facts.following import WayOut

REPLY_FRAME = -2
"""Where a path keeps the headers that were set on any response it met, by their names in lower case."""
_HEADERS = "*headers"
"""The property that marks a ``Headers``; no name in source code is like it."""
_OTHERS = "*others"
"""The name under which a path keeps what was set under names that are not known."""
_UNREAD = Const("*unread")
_FILLS = frozenset({"set", "append"})
_OF_RESPONSES = (
    "access-control-allow", "content-security-policy", "x-frame-options", "x-content-type", "strict-transport",
    "referrer-p",
)  # fmt: skip
_MAX_DEPTH = 6


def header_of(value: Value, name: str) -> Value | None:
    """The header of this name that a response carries; None where it carries none.

    Something made of the headers where it may be among what could not be read: an Unknown. One that only some ways of
    making the response set is a Choice with UNDEFINED for the others.
    """
    headers = headers_of(value)
    return None if headers is None else entry_of(headers, name)


def content_type_of(value: Value) -> Value | None:
    """The Content-Type a response was given; None where it is left to the platform."""
    return header_of(value, "content-type")


def header_on(way: WayOut, name: str) -> Value | None:
    """The header of this name on a way out of a door: of its response, or else of any that was met on that way."""
    for value in (way.value, *way.replied):
        found = header_of(value, name)
        if found is not None:
            return found
    return None if way.sent is None else entry_of(way.sent, name)


def headers_of(value: Value) -> Value | None:
    """All headers of a response or of what ``NextResponse.next()`` and ``.rewrite()`` give; None where none is set."""
    if isinstance(value, Promise):
        return headers_of(value.value)
    if isinstance(value, Reply):
        return value.headers
    if isinstance(value, Choice):
        each = [Alternative(headers_of(one.value) or UNDEFINED, one.facts) for one in value.alternatives]
        return new_choice(each) if any(one.value is not UNDEFINED for one in each) else None
    return value.props.get("headers") if is_onward(value) else None


def is_onward(value: Value) -> TypeGuard[Obj]:
    """Whether this is what a middleware hands back to let the request go on."""
    return isinstance(value, Obj) and value.cls is None and "middleware" in value.props


def entry_of(headers: Value, name: str, depth: int = 0) -> Value | None:
    """One header by its name in lower case; None where it is not among them."""
    if depth > _MAX_DEPTH:
        return _unread(headers)
    headers = _where_it_holds(headers) if isinstance(headers, Test) else headers
    if isinstance(headers, Const):
        return None
    if isinstance(headers, Promise):
        return entry_of(headers.value, name, depth + 1)
    if isinstance(headers, Choice):
        each = [Alternative(entry_of(o.value, name, depth + 1) or UNDEFINED, o.facts) for o in headers.alternatives]
        return new_choice(each) if any(one.value is not UNDEFINED for one in each) else None
    if isinstance(headers, Obj):
        found = next((v for k, v in reversed(headers.props.items()) if k.lower() == name), None)
        return _of_others(headers.rest, name, depth) if found is None else found
    if isinstance(headers, Arr):
        found = next((v for k, v in _pairs(headers) if k.lower() == name), None)
        return _of_others(headers.rest, name, depth) if found is None else found
    return Input("header", (name,)) if _is_all_sent(headers) else _unread(headers)


def _unread(headers: Value) -> Unknown:
    return Unknown(None, (headers, _UNREAD))


def is_unread(value: Value) -> bool:
    """Whether nobody can say that there is such a header: it may be among what could not be read."""
    if isinstance(value, Choice):
        return any(is_unread(one.value) for one in value.alternatives)
    return isinstance(value, Unknown) and value.parts[-1:] == (_UNREAD,)


def _where_it_holds(value: Test) -> Value:
    """``condition && { … }``: the object where the condition holds, and nothing where it does not."""
    if len(value.parts) != 2 or not isinstance(value.parts[1], Obj):
        return UNDEFINED
    return new_choice([Alternative(value.parts[1], certain(value.yes_branches)), Alternative(UNDEFINED, NOTHING)])


def _of_others(rest: tuple[Value, ...], name: str, depth: int) -> Value | None:
    """A header among those that were spread or set under names that are not known."""
    for one in reversed(rest):
        found = entry_of(one, name, depth + 1)
        if found is not None:
            return found
    return None


def _pairs(headers: Arr) -> Iterator[tuple[str, Value]]:
    for item in reversed(headers.items):
        if isinstance(item, Arr) and len(item.items) == 2 and (key := text_of(item.items[0])) is not None:
            yield key, item.items[1]


def _is_all_sent(value: Value) -> bool:
    """Whether these are the headers of the request."""
    return isinstance(value, Input) and value.channel == "headers"


def given(options: Value) -> Value | None:
    """The headers in a response's options, ``{ status, headers }``; those of a response that is given as options."""
    if isinstance(options, Reply):
        return options.headers
    if isinstance(options, Const):
        return None
    if isinstance(options, Obj):
        if "headers" in options.props:
            return options.props["headers"]
        return given(options.rest[-1]) if options.rest else None
    if isinstance(options, Choice):
        each = [Alternative(given(one.value) or UNDEFINED, one.facts) for one in options.alternatives]
        return new_choice(each) if any(one.value is not UNDEFINED for one in each) else None
    return Unknown(None, (options,))


def bag(headers: Value | None) -> Value:
    """``new Headers(headers)``, which can be filled further."""
    if headers is None or isinstance(headers, Const):
        return Obj({_HEADERS: TRUE})
    if is_bag(headers) or _is_all_sent(headers):
        return headers
    if isinstance(headers, Choice):
        return new_choice([Alternative(bag(one.value), one.facts) for one in headers.alternatives])
    if isinstance(headers, Obj) and headers.cls is None:
        return Obj({_HEADERS: TRUE, **{name.lower(): value for name, value in headers.props.items()}}, headers.rest)
    if isinstance(headers, Arr):
        return Obj({_HEADERS: TRUE, **{k.lower(): v for k, v in _pairs(headers)}}, headers.rest)
    return Obj({_HEADERS: TRUE}, (headers,))


def _open(headers: Value | None) -> Value:
    """The headers of a response, to be filled: those of the request, too, are its own from then on."""
    made = bag(headers)
    return Obj({_HEADERS: TRUE}, (made,)) if _is_all_sent(made) else made


def is_bag(value: Value) -> TypeGuard[Obj]:
    """Whether this is a ``Headers`` that the code made."""
    return isinstance(value, Obj) and value.cls is None and _HEADERS in value.props


def fields_of(value: Obj) -> Obj:
    """What a ``Headers`` holds, as a plain object."""
    return Obj({name: item for name, item in value.props.items() if name != _HEADERS}, value.rest)


def each(value: Obj) -> Iterator[tuple[Value, Value]]:
    """What ``headers.forEach`` calls its function with: a value and its name, for each of them."""
    yield from ((item, Const(name)) for name, item in fields_of(value).props.items())
    yield from ((rest, ANYTHING) for rest in value.rest[-1:])


def filled(owner: Value, name: str, given: tuple[Value, ...]) -> Value | None:
    """A ``Headers`` with one more header; None for what is none."""
    if isinstance(owner, Choice) and any(is_bag(one.value) for one in owner.alternatives):
        each = [Alternative(filled(one.value, name, given) or one.value, one.facts) for one in owner.alternatives]
        return new_choice(each)
    if not is_bag(owner) or name not in _FILLS or len(given) < 2:
        return None
    key = text_of(given[0])
    if key is None:
        return Obj(owner.props, (*owner.rest[-7:], Unknown(None, tuple(given))))
    before = owner.props.get(key.lower()) if name == "append" else None
    value = given[1] if before is None else joined((before, Const(", "), given[1]))
    return Obj({**owner.props, key.lower(): value}, owner.rest)


def with_headers(holder: Value, name: str, given: tuple[Value, ...]) -> Value | None:
    """A response with one more header; None for what is no response."""
    if isinstance(holder, Choice):
        each = [Alternative(with_headers(o.value, name, given) or o.value, o.facts) for o in holder.alternatives]
        changed = any(new.value is not old.value for new, old in zip(each, holder.alternatives, strict=True))
        return Choice(holder.id, tuple(each)) if changed else None
    if isinstance(holder, Promise):
        changed_to = with_headers(holder.value, name, given)
        return None if changed_to is None else Promise(changed_to)
    if isinstance(holder, Reply):
        fuller = filled(_open(holder.headers), name, given)
        return None if fuller is None else Reply(holder.status, holder.body, fuller)
    if is_onward(holder):
        fuller = filled(_open(holder.props.get("headers")), name, given)
        return None if fuller is None else Obj({**holder.props, "headers": fuller}, holder.rest)
    return None


def read(target: Value, name: str, arguments: tuple[Value, ...]) -> Value | None:
    """What a method of a ``Headers`` gives; None for what is none, and for other methods."""
    if not is_bag(target):
        return None
    if name in _FILLS or name == "delete":
        return UNDEFINED
    if name in {"entries", "keys", "values"}:
        return fields_of(target)
    key = text_of(arguments[0]) if arguments else None
    if name not in {"get", "has"} or key is None:
        return None
    found = entry_of(target, key.lower())
    if name == "has":
        return Test(NEVER, EITHER) if found is None else Test(EITHER, EITHER if target.rest else NEVER)
    return NULL if found is None else found


def note(state: State, name: Value, value: Value) -> None:
    """Remember that a response got this header on this path, whichever response it was."""
    key = text_of(name)
    state.write(REPLY_FRAME, _OTHERS if key is None else key.lower(), value)


def set_header(ev: Evaluator, arguments: tuple[Value, ...], state: State, at: int, file: str) -> Value:
    """``c.header(name, value)``, as a router's context has it."""
    del ev, at, file
    if len(arguments) > 1:
        note(state, arguments[0], arguments[1])
    return UNDEFINED


def note_if_answered(state: State, name: Value, value: Value) -> None:
    """Remember a header that only responses carry: the ``Headers`` may be those of one, by another name."""
    if (text_of(name) or "").lower().startswith(_OF_RESPONSES):
        note(state, name, value)


def note_all(state: State, headers: Value) -> None:
    """Remember that a response got all of these headers on this path."""
    if isinstance(headers, Obj) and headers.cls is None:
        for name, value in headers.props.items():
            note(state, Const(name), value)
        if headers.rest:
            note(state, ANYTHING, headers.rest[-1])
    elif not isinstance(headers, Const):
        note(state, ANYTHING, headers)


def sent(state: State) -> Value | None:
    """The headers that were set on this path; None where there were none."""
    known = state.frames.get(REPLY_FRAME)
    if not known:
        return None
    others = (known[_OTHERS],) if _OTHERS in known else ()
    return Obj({name: value for name, value in known.items() if name != _OTHERS}, others)


def write(target: ReplyWriter, name: str, arguments: tuple[Value, ...], state: State) -> Value:
    """What a method of a pages-API response gives, and what it answers or sets."""
    first = arguments[0] if arguments else None
    if name in {"status", "writeHead"}:
        status = int(first.value) if isinstance(first, Const) and isinstance(first.value, float) else None
        if name == "writeHead" and len(arguments) > 1:
            note_all(state, arguments[-1])
        return ReplyWriter(status)
    if name in {"json", "send", "end", "write"}:
        state.replied.append(Reply(target.status, first, sent(state)))
        return ANYTHING
    if name == "redirect":
        state.replied.append(Reply(307, None, sent(state)))
        return ANYTHING
    if name in {"setHeader", "appendHeader"} and len(arguments) > 1:
        note(state, arguments[0], arguments[1])
    return target


def told(headers: Value | None) -> object:
    """What tells the headers of two responses apart."""
    if isinstance(headers, Obj):
        named = ((name, told(value)) for name, value in headers.props.items())
        return frozenset(named), tuple(map(marks, headers.rest))
    if isinstance(headers, Const):
        return headers.value if isinstance(headers.value, str | float | bool) else None
    if isinstance(headers, Choice):
        return tuple(told(one.value) for one in headers.alternatives)
    return None if headers is None else (type(headers), marks(headers))
