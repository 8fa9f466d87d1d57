"""What a call of a log is given that must not stand in a log."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from doorcheck.controls.scrub_logs import spec
from doorcheck.scan.facts import sending
from doorcheck.scan.facts.brought import Bringing, Brought, Good, brought_by, good_of
from doorcheck.scan.facts.checks import LEFT_OVER
from doorcheck.scan.facts.cuts import Cut
from doorcheck.scan.facts.proofs import Facts
from doorcheck.scan.facts.requests import member_of, name_of
from doorcheck.scan.facts.secret_names import is_secret
from doorcheck.scan.facts.settings import is_secret_name
from doorcheck.scan.facts.unheeded import UNHEEDED
from doorcheck.scan.facts.values import (
    UNDEFINED,
    Arr,
    Choice,
    Const,
    Derived,
    Env,
    External,
    Input,
    Obj,
    Promise,
    Row,
    Session,
    Test,
    Unknown,
    Value,
    made_from,
)  # fmt: skip
from doorcheck.scan.judging import DoorCase

_MAX_DEPTH = 16
_MAKING = ("create", "insert")
_MAX_SHOWN = 12
"""Letters of a secret that may be shown: a beginning by which one knows it again."""
_PASSED_ON = frozenset({"text", "string", "json", "either", "element", "concat", "computed"})
_HIDING = frozenset({"hash", "hmac", "length", "typeof", "keys", "number", "error", "member", "encoded", UNHEEDED})
_CUTTING = frozenset({"slice", "substring", "substr"})
_PLACES = ("_FILE", "_PATH", "_DIR", "_NAME", "_ID", "_EXPIRY", "_EXPIRES_IN", "_TTL")
"""Ends of the names of variables that say where a secret lies, or how long it holds."""
_SEPARATORS = frozenset({"=", " ", ":", ": "})
"""What stands between the name of something, and the thing itself."""
_LABEL = re.compile(r"([A-Za-z][A-Za-z_-]*)[^A-Za-z0-9]*$")
_READ = (Input, Env, Const)
_WHOLE = {
    "headers": "all headers of the request",
    "cookies": "all cookies of the request",
    "request": "the whole request",
}
_SESSION_COOKIE = ("session", "token", "auth", "jwt", "sid")
_PARTS = frozenset({"body", "form", "argument", "query", "params"})


@dataclass(frozen=True, slots=True)
class Secret:
    """One thing in a log that must not stand there: which way it goes missing, and what it is called."""

    way: str
    what: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads what logs are given at one door; ``sent`` gives the parts of the request that the door uses as secrets."""

    case: DoorCase
    sent: Callable[[], Mapping[str, tuple[Input, ...]]]
    _known: dict[int, tuple[Value, tuple[Secret, ...]]] = field(default_factory=dict)
    _brought: dict[tuple[int, tuple[str, ...], Cut], Bringing] = field(default_factory=dict)

    def secrets_in(self, values: tuple[Value, ...]) -> Iterator[Secret]:
        """What is secret among the values that one call of a log is given."""
        before: Value | None = None
        for value in values:
            yield from self._labelled(value, before, 0)
            before = value

    def _labelled(self, value: Value, before: Value | None, depth: int) -> Iterator[Secret]:
        """What is secret in a value, by itself or by what the text before it says that it is."""
        found = list(self._in(value, depth))
        label = _label_of(before)
        if not found and label and is_secret(self.case.words, label) and _is_bare(value, depth):
            found = [_named(label, f"what is called `{label}`")]
        yield from found

    def _in(self, value: Value, depth: int) -> Iterable[Secret]:
        known = self._known.get(id(value))
        if known is None:
            known = self._known[id(value)] = value, tuple(self._within(value, depth))
        return known[1]

    def _within(self, value: Value, depth: int) -> Iterator[Secret]:
        if depth > _MAX_DEPTH:
            return
        if isinstance(value, Input):
            yield from self._of_input(value)
        elif isinstance(value, Env):
            if self._is_secret_variable(value.name):
                yield Secret(spec.ENVIRONMENT, f"`{value.name}`")
        elif isinstance(value, Row):
            yield from self._of_row(value)
        elif isinstance(value, Session):
            yield from self._of_name(value.path, "the session's ")
        elif isinstance(value, External):
            if value.package == "js" and value.path == ("process", "env"):
                yield Secret(spec.ENVIRONMENT, "the whole environment")
        else:
            yield from self._of_made(value, depth + 1)

    def _is_secret_variable(self, name: str) -> bool:
        if name.lower() in self.case.words["secret_addresses"]:
            return True
        return is_secret_name(name) and not name.upper().endswith(_PLACES)

    def _of_made(self, value: Value, depth: int) -> Iterator[Secret]:
        if isinstance(value, Obj):
            for name, item in value.props.items() if value.cls is None else ():
                yield from self._labelled(item, Const(name), depth)
            for item in value.rest if value.cls is None else ():
                yield from self._in(item, depth)
        elif isinstance(value, Derived):
            yield from self._of_derived(value, depth)
        else:
            for part in _passed_on(value):
                yield from self._in(part, depth)

    def _of_derived(self, value: Derived, depth: int) -> Iterator[Secret]:
        if value.how.startswith(".") and is_secret(self.case.words, value.how[1:]):
            yield _named(value.how[1:], f"a `{value.how[1:]}`")
        elif value.how in _PASSED_ON and not _is_excerpt(value) and not _is_replaced(value):
            if _is_before_separator(value):
                return
            before: Value | None = None
            for part in value.parts:
                yield from self._labelled(part, before, depth)
                before = part
        elif value.how == "call" and value.parts and not _is_excerpt(value):
            yield from self._in(value.parts[0], depth) if isinstance(value.parts[0], Input | Row | Env) else ()

    def _of_name(self, path: tuple[str, ...], whose: str) -> Iterator[Secret]:
        if not path:
            return
        if is_secret(self.case.words, path[-1]):
            yield _named(path[-1], f"{whose}`{path[-1]}`")
        elif _plain(path[-1]) in self.case.words["logged_personal"]:
            yield Secret(spec.PERSONAL, f"{whose}`{path[-1]}`")

    def _of_input(self, value: Input) -> Iterator[Secret]:
        name = value.path[-1].lower() if value.path else ""
        if value.channel in _WHOLE and not value.path:
            yield Secret(spec.HEADERS, _WHOLE[value.channel])
        elif value.channel == "header" and not name:
            yield Secret(spec.HEADERS, _WHOLE["headers"])
        elif value.channel == "header":
            if name in self.case.words["credential_headers"] and "signature" not in name:
                yield Secret(spec.TOKEN, f"the header `{name}`")
        elif value.channel == "cookie":
            if any(word in name for word in _SESSION_COOKIE):
                yield Secret(spec.TOKEN, f"the cookie `{name}`")
        elif value.channel in _PARTS:
            yield from self._of_part(value)

    def _of_part(self, value: Input) -> Iterator[Secret]:
        named = list(self._of_name(value.path, "")) if value.path[-1:] != ("[]",) else []
        if named:
            yield from (Secret(one.way, f"`{name_of(value)}`") for one in named)
            return
        within = [name for name in _members(value) if is_secret(self.case.words, name)]
        within += [
            part.path[-1]
            for part in self.sent().get(value.channel, ())
            if part.path[: len(value.path)] == value.path and _has(value, part.path[len(value.path) :])
        ]
        for name in dict.fromkeys(within):
            yield _named(name, f"`{name_of(value)}` with `{name}` in it")

    def _of_row(self, value: Row) -> Iterator[Secret]:
        if value.effect.kind == "session-start" and value.path in {(), ("data",), ("data", "session")}:
            yield Secret(spec.TOKEN, "the session that was begun, with its tokens")
            return
        if value.effect.kind == "database":
            bringing = self._brought_by(value)
            for each in bringing.brought if bringing.sure else ():
                if good_of(each) in {Good.NOBODY, Good.KEY} and not _is_unset(value, each):
                    what = f"`{each.column.name}` of {each.model.name}"
                    named = bool(value.path) and _plain(value.path[-1]) == _plain(each.column.name)
                    yield (
                        _named(each.column.name, what) if named else Secret(spec.RECORD, f"a whole record, with {what}")
                    )
            if bringing.brought:
                return
        yield from self._of_name(value.path, "a record's " if value.effect.kind == "database" else "the answer's ")

    def _brought_by(self, row: Row) -> Bringing:
        """What a record brings along; a door writes the same one to its logs on many paths."""
        key = id(row.effect), row.path, row.cut
        if key not in self._brought:
            self._brought[key] = brought_by(self.case.schema, row, row.effect)
        return self._brought[key]


def _is_unset(row: Row, brought: Brought) -> bool:
    """Whether a record was made just now, and nothing was put into this column of it."""
    effect = row.effect
    if not effect.says.rsplit(".", 1)[-1].startswith(_MAKING):
        return False
    objects = [part for given in effect.given for part in made_from(given, 60) if isinstance(part, Obj)]
    names = {_plain(name) for each in objects for name in each.props}
    return bool(objects) and not any(each.rest for each in objects) and _plain(brought.column.name) not in names


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def _named(name: str, what: str) -> Secret:
    plain = _plain(name)
    is_password = any(word in plain for word in ("password", "passwd", "pwd", "passphrase")) and "token" not in plain
    return Secret(spec.PASSWORD if is_password else spec.TOKEN, what)


def _members(value: Input) -> list[str]:
    """The fields that a check says an object has; of what is left over from another, they are those it lost."""
    check = value.check
    if check is None or check.cast == LEFT_OVER:
        return []
    return [name for name, _ in check.shape.members or ()]


def _has(value: Input, path: tuple[str, ...]) -> bool:
    """Whether an object that was sent still has what stood at this path of it."""
    return bool(path) and member_of(value, path[0]) is not UNDEFINED


def _passed_on(value: Value) -> tuple[Value, ...]:
    if isinstance(value, Promise):
        return (value.value,)
    if isinstance(value, Choice):
        return tuple(one.value for one in value.alternatives if not _is_unsent(one.value, one.facts))
    if isinstance(value, Arr):
        return value.items + value.rest
    # One of several plain things. Of what could not be followed nobody knows what was made of what it was given, and a
    # member of one of several objects may be any part of them.
    plain = isinstance(value, Unknown) and value.fact is None and len(value.parts) > 1
    return value.parts if plain and all(isinstance(part, _READ) for part in value.parts) else ()  # type: ignore[attr-defined]


def _is_unsent(value: Value, facts: Facts) -> bool:
    """Whether a part of the request is handed on only where there is none, as in ``if (!token) return token``."""
    return isinstance(value, Input) and bool(facts) and sending.unsent(value) <= facts and bool(value.path)


def _is_before_separator(value: Derived) -> bool:
    """Whether it is the name before a value: ``cookie.split("=")[0]``, or the scheme, ``header.split(" ")[0]``."""
    whole, position = value.parts if value.how == "element" and len(value.parts) == 2 else (value, None)
    first = isinstance(position, Const) and position.value == 0
    if not first or not isinstance(whole, Derived) or whole.how not in {"string", "text"}:
        return False
    separator = whole.parts[-1]
    return isinstance(separator, Const) and separator.value in _SEPARATORS


def _is_excerpt(value: Derived | External) -> bool:
    """Whether a few letters of a text are left, as in ``token.slice(0, 4)``."""
    if isinstance(value, External):
        cut = value.path[-1:] == ("()",) and value.path[-2] in _CUTTING and bool(value.links)
        others: tuple[Value, ...] = value.links[-1].arguments if cut else ()
    else:
        others = value.parts[1:]
    numbers = [part.value for part in others if isinstance(part, Const) and isinstance(part.value, float)]
    if not numbers or len(numbers) != len(others):
        return False
    shown = -numbers[0] if len(numbers) == 1 else numbers[1] - numbers[0]
    return 0 < shown <= _MAX_SHOWN


def _is_replaced(value: Derived) -> bool:
    """Whether a function or a list chooses what is spelled out, as in ``JSON.stringify(body, without)``."""
    return value.how == "json" and len(value.parts) > 1 and not isinstance(value.parts[1], Const)


def _label_of(value: Value | None) -> str:
    """The last word of the text before a value: ``token`` of ``"reset?token="`` and of ``"Token: "``."""
    text = value.value if isinstance(value, Const) else None
    found = _LABEL.search(text) if isinstance(text, str) else None
    return found[1] if found is not None else ""


def _is_bare(value: Value, depth: int) -> bool:
    """Whether something that is not fixed can be read here: no yes or no, no error, no length, no first letters."""
    if depth > _MAX_DEPTH or isinstance(value, Test | Const | Row | Session):
        return False
    if isinstance(value, Input | Env):
        return True
    if isinstance(value, External):
        return "()" in value.path and not _is_excerpt(value)
    if isinstance(value, Derived):
        if value.how in _HIDING - {"number"} or _is_excerpt(value):
            return False
        return value.how in {"number", "arithmetic", "call"} or any(_is_bare(part, depth + 1) for part in value.parts)
    if isinstance(value, Obj):
        return False
    return any(_is_bare(part, depth + 1) for part in _passed_on(value))
