"""Where a request comes from, as browsers tell it in ``Origin``: what tests of it let through, and who may read an
answer that names the origins it is for."""

from __future__ import annotations

import enum
import itertools
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from doorcheck.scan.facts import texts
from doorcheck.scan.facts.proofs import LOOSELY, Fact, Facts, ProofKind, in_order
from doorcheck.scan.facts.replies import is_unread
from doorcheck.scan.facts.requests import name_of
from doorcheck.scan.facts.truth import EITHER, Branches
from doorcheck.scan.facts.values import (
    HOST,
    Arr,
    Branch,
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
    parts_of,
)  # fmt: skip

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator

PERHAPS = "perhaps "
"""Begins what a CHECKED fact among the attempts is about, where something that was not followed may be the check."""
_HEADERS = frozenset({"origin", "referer", "referrer"})
_ASKS: dict[str, Callable[[str, str], bool]] = {
    "startsWith": str.startswith,
    "endsWith": str.endswith,
    "includes": str.__contains__,
    "indexOf": str.__contains__,
}
_ASKS_PATTERN = frozenset({"match", "search"})
_NAMES = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*", re.IGNORECASE)
_CHANGED = re.compile(r"[\\^$]")
_SCHEMES = frozenset({"http", "https", "a-z0-9-", "a-z0-9", "a-z", "0-9", "www"})
_MAX_TEXT, _MAX_NAMES, _MAX_DEPTH, _MAX_PARTS = 400, 8, 6, 200
_ANYBODY = ("https://evil.test", "http://evil.test", "null")


def subject_of(value: Value) -> Input | None:
    """The ``Origin`` or ``Referer`` header that a value is, or was spelled from; None where it is neither."""
    if isinstance(value, Input):
        is_one = value.channel == "header" and bool(value.path) and value.path[0].lower() in _HEADERS
        return value if is_one else None
    if not isinstance(value, Derived | Unknown | Choice):
        return None
    inputs = [part for part in made_from(value, 12) if isinstance(part, Input)]
    known = {name_of(part) for part in inputs}
    return subject_of(inputs[0]) if len(known) == 1 else None


def asked(ev: Evaluator, target: Value, name: str, arguments: tuple[Value, ...], file: str, at: int) -> Test | None:
    """``origin.endsWith(text)``, ``origin.match(pattern)`` and their kin; None for any other method or value."""
    if not arguments or (name not in _ASKS and name not in _ASKS_PATTERN):
        return None
    subject = subject_of(target)
    if subject is None:
        return None
    if name in _ASKS_PATTERN:
        return by_pattern(ev, arguments[0], (target,), file, at)
    text = _stand_in(arguments[0])
    if text is None:
        return None
    ask = _ASKS[name]
    verb = {"startsWith": "begins with", "endsWith": "ends with"}.get(name, "contains")
    says = f"only asked whether it {verb} {text[:60]!r}"
    return _test(ev, target, subject, lambda origin: ask(origin, text), text, (says, file, at), arguments)


def by_pattern(ev: Evaluator, pattern: Value, arguments: tuple[Value, ...], file: str, at: int) -> Test | None:
    """``pattern.test(origin)``; None where it is about something else, or no regular expression."""
    subject = subject_of(arguments[0]) if arguments else None
    if subject is None or not isinstance(pattern, External) or pattern.path != ("RegExp", "()") or not pattern.links:
        return None
    source = texts.text_of(pattern.links[0].arguments[0])
    if source is None:
        return None
    says = f"matched with /{source[:60]}/"
    return _test(
        ev, arguments[0], subject, lambda origin: texts.matches(pattern, origin), source, (says, file, at), arguments
    )


def _test(
    ev: Evaluator,
    target: Value,
    subject: Input,
    accepts: Callable[[str], bool | None],
    text: str,
    told: tuple[str, str, int],
    arguments: tuple[Value, ...],
) -> Test:
    says, file, at = told
    is_host = any(isinstance(part, Derived) and part.how == HOST for part in made_from(target, 12))
    stranger = _stranger_let_in(accepts, text, ev.knowledge.words["shared_hosts"], is_host=is_host)
    of = name_of(subject)
    if stranger is not None:
        fact = Fact(ProofKind.CHECKED, file, at, f"{says}, which {stranger} passes, too", of=LOOSELY + of)
    else:
        fact = Fact(ProofKind.CHECKED, file, at, says, of=of)
    return Test((Branch(frozenset({fact})),), EITHER, (target, *arguments))


def _stand_in(value: Value) -> str | None:
    """The text asked for; what is set where the app is deployed stands for an address, or for the name of a host."""
    if isinstance(value, Env):
        is_address = any(word in value.name.upper() for word in ("ORIGIN", "URL", "URI"))
        return "https://example.com" if is_address else "example.com"
    if isinstance(value, Derived) and value.how == "text" and value.parts:
        parts = [_stand_in(part) for part in value.parts]
        known = [part for part in parts if part is not None]
        return "".join(known) if len(known) == len(parts) else None
    text = texts.text_of(value)
    return text if text and len(text) <= _MAX_TEXT else None


def _stranger_let_in(
    accepts: Callable[[str], bool | None], text: str, shared: Collection[str], *, is_host: bool
) -> str | None:
    """An origin that anybody can have and that passes; None where none was found."""
    for origin in _strangers(text, shared):
        if accepts(origin) or (is_host and accepts(urlsplit(origin).hostname or origin)):
            return origin
    return None


def _strangers(text: str, shared: Collection[str]) -> Iterator[str]:
    """Origins of strangers that look like what a test speaks of, most telling first."""
    plain = _CHANGED.sub("", text.lower())
    names = [name for name in dict.fromkeys(_NAMES.findall(plain)) if len(name) > 2 and name not in _SCHEMES]
    for name in names[:_MAX_NAMES]:
        host = any(name == each or name.endswith(f".{each}") for each in shared)
        if host and name in shared:
            yield f"https://evil.{name}"
        for scheme in ("https", "http"):
            yield f"{scheme}://{name}.evil.test"
            if "." in name:
                yield f"{scheme}://evil{name}"
                yield f"{scheme}://evil-{name}"
                yield from (f"{scheme}://{other}" for other in _without_a_dot(name))
    yield from _ANYBODY


def _without_a_dot(name: str) -> Iterator[str]:
    """The hosts that are left when a dot is another letter: a name of their own, which anybody can buy."""
    labels = name.split(".")
    for number in range(len(labels) - 2):
        yield ".".join((*labels[:number], f"{labels[number]}x{labels[number + 1]}", *labels[number + 2 :]))


def named_by_settings(collection: Value, item: Value, file: str, at: int) -> Branches:
    """What ``allowed.includes("*")`` says of the origin, where the list is set as the app is deployed."""
    if not (isinstance(item, Const) and item.value == "*"):
        return EITHER
    if not any(isinstance(part, Env) for part in made_from(collection, 20)):
        return EITHER
    says = "every origin passes only where the deployment's settings say so"
    facts = (Fact(ProofKind.CHECKED, file, at, says, of=f"header.{each}") for each in ("origin", "Origin"))
    return (Branch(frozenset(facts)),)


def handed_over(ev: Evaluator, callee: External, arguments: tuple[Value, ...], at: int, file: str) -> None:
    """Note that a package nobody described is given the origin: it may be what checks it."""
    if callee.package == "js":
        return
    for argument in arguments:
        subject = subject_of(argument) if isinstance(argument, Input | Choice | Derived) else None
        if subject is not None:
            name = ".".join(part for part in callee.path if part not in {"()", "default"}) or "a function"
            says = f"what {name} of {callee.package} makes of the origin is not known to doorcheck"
            ev.attempts.add(Fact(ProofKind.CHECKED, file, at, says, of=PERHAPS + name_of(subject)))


class Kind(enum.Enum):
    """Who may read an answer."""

    ANY = "any"
    ECHOED = "echoed"
    LOOSE = "loose"
    NULL = "null"
    FIXED = "fixed"
    CHECKED = "checked"
    UNTOLD = "untold"


@dataclass(frozen=True, slots=True)
class Allowed:
    """One value that ``Access-Control-Allow-Origin`` may have; ``at`` is where it was tested, if it was."""

    kind: Kind
    says: str
    at: tuple[str, int] | None = None


def allowed_by(value: Value, facts: Facts, depth: int = 0) -> Iterator[Allowed]:
    """What the value of ``Access-Control-Allow-Origin`` may be, where these facts hold."""
    if depth > _MAX_DEPTH or isinstance(value, Test | Obj):
        return
    if isinstance(value, Const):
        yield from _constant(value)
    elif isinstance(value, Choice):
        for one in value.alternatives:
            yield from allowed_by(one.value, facts | one.facts, depth + 1)
    elif is_unread(value):
        yield from _untold(value)
    elif isinstance(value, Unknown) and value.fact is not None:
        yield Allowed(Kind.UNTOLD, value.fact.says, (value.fact.file, value.fact.at))
    elif isinstance(value, Unknown | Arr | Promise):
        parts = parts_of(value)
        for part in parts:
            yield from allowed_by(part, facts, depth + 1)
        if not parts:
            yield Allowed(Kind.UNTOLD, "the allowed origin could not be worked out")
    else:
        yield _made(value, facts)


def _untold(value: Value) -> Iterator[Allowed]:
    """Of headers that could not be read: that nobody can say, where a call that was not followed gave them."""
    facts = (part.fact for part in made_from(value, 40) if isinstance(part, Unknown) and part.fact is not None)
    for fact in itertools.islice(facts, 1):
        yield Allowed(Kind.UNTOLD, fact.says, (fact.file, fact.at))


def _constant(value: Const) -> Iterator[Allowed]:
    text = value.value
    if not isinstance(text, str) or not text:
        return
    if text == "*":
        yield Allowed(Kind.ANY, "allows every origin")
    elif text == "null":
        yield Allowed(Kind.NULL, "allows the origin null, which any sandboxed frame has")
    else:
        yield Allowed(Kind.FIXED, f"allows {text[:80]}")


def _made(value: Value, facts: Facts) -> Allowed:
    """Of any other: the origin that was sent, however it is spelled, or what the server knows."""
    if isinstance(value, Env):
        return Allowed(Kind.FIXED, f"allows the origin in {value.name}")
    found = list(itertools.islice(_without_tests(value), _MAX_PARTS))
    sent = next((part for part in found if isinstance(part, Input)), None)
    if sent is not None:
        return _sent(sent, facts)
    if any(isinstance(part, Env | Row | Session | Const) for part in found):
        return Allowed(Kind.FIXED, "allows an origin that the server knows")
    return Allowed(Kind.UNTOLD, "the allowed origin could not be worked out")


def _without_tests(value: Value, depth: int = 0) -> Iterator[Value]:
    yield value
    if depth < _MAX_DEPTH:
        for part in parts_of(value):
            if not isinstance(part, Test):
                yield from _without_tests(part, depth + 1)


def _sent(value: Input, facts: Facts) -> Allowed:
    if value.check is not None and value.check.counts:
        return Allowed(Kind.CHECKED, f"the origin is checked: {value.check.says}", (value.check.file, value.check.at))
    of = name_of(value)
    if value.check is not None and value.check.cast == LOOSELY:
        return Allowed(Kind.LOOSE, f"the origin is checked: {value.check.says}", (value.check.file, value.check.at))
    about: Iterable[Fact] = in_order(fact for fact in facts if fact.kind is ProofKind.CHECKED)
    for fact in about:
        if fact.of == of:
            return Allowed(Kind.CHECKED, f"the origin is checked: {fact.says}", (fact.file, fact.at))
    for fact in about:
        if fact.of == LOOSELY + of:
            return Allowed(Kind.LOOSE, f"the origin is checked: {fact.says}", (fact.file, fact.at))
    says = "allows whatever origin asks" if subject_of(value) is not None else f"allows the origin that {of} names"
    return Allowed(Kind.ECHOED, says)
