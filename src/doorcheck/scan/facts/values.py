"""What an expression may stand for, as far as the source tells.

Values are never changed after they are made, except an instance's fields and a module's own state.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any

from doorcheck.scan.facts.cuts import WHOLE, Cut
from doorcheck.scan.facts.proofs import NOTHING, Fact, Facts

if TYPE_CHECKING:
    from doorcheck.scan.facts.checks import Check
    from doorcheck.scan.facts.modules import LoadedModule
    from doorcheck.scan.syntax import ir


class Value:
    """Base of all values."""

    __slots__ = ()


class Const(Value):
    """A literal. ``undefined`` is the Const UNDEFINED."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class _Undefined:
    def __bool__(self) -> bool:
        return False


UNDEFINED = Const(_Undefined())
ABSENT = Const(UNDEFINED.value)
"""A property that the object written in this very call does not have."""
NULL = Const(None)
TRUE = Const(True)
FALSE = Const(False)


class Obj(Value):
    """An object whose properties are known; ``rest`` are the values spread into it. ``cls`` is an instance's class."""

    __slots__ = ("cls", "props", "rest")

    def __init__(self, props: dict[str, Value], rest: tuple[Value, ...] = (), cls: Cls | None = None) -> None:
        self.props = props
        self.rest = rest
        self.cls = cls


class Arr(Value):
    """An array literal; ``rest`` are values spread into it."""

    __slots__ = ("items", "rest")

    def __init__(self, items: tuple[Value, ...], rest: tuple[Value, ...] = ()) -> None:
        self.items = items
        self.rest = rest


class Fn(Value):
    """A function of the repository with the frame it was made in (0: the module's)."""

    __slots__ = ("frame", "function", "module", "parents", "this")

    def __init__(
        self,
        module: LoadedModule,
        function: ir.Function,
        frame: int = 0,
        parents: tuple[int, ...] = (),
        this: Value | None = None,
    ) -> None:
        self.module = module
        self.function = function
        self.frame = frame
        self.parents = parents
        self.this = this


class Native(Value):
    """A function whose behaviour is known to the engine: what a library's wrapper or builder hands back."""

    __slots__ = ("call", "name", "props")

    def __init__(self, name: str, call: Callable[..., Value], props: dict[str, Value] | None = None) -> None:
        self.name = name
        self.call = call
        self.props = props or {}


class Cls(Value):
    """A class of the repository."""

    __slots__ = ("definition", "frame", "module", "parents", "statics", "superclass")

    def __init__(
        self,
        module: LoadedModule,
        definition: ir.Class,
        frame: int,
        parents: tuple[int, ...],
        superclass: Value | None,
    ) -> None:
        self.module = module
        self.definition = definition
        self.frame = frame
        self.parents = parents
        self.superclass = superclass
        self.statics: dict[str, Value] = {}


class Link:
    """One call in a chain on a library's object: ``.where(args)`` at a place."""

    __slots__ = ("arguments", "at", "file", "name")

    def __init__(self, name: str, arguments: tuple[Value, ...], file: str, at: int) -> None:
        self.name = name
        self.arguments = arguments
        self.file = file
        self.at = at


class External(Value):
    """Something a package exports, and what is reached from it: ``path`` is ``("auth", "()", "userId")``.

    ``sure`` when it is an object whatever happens, as what a library builds is.
    """

    __slots__ = ("links", "marks", "package", "path", "sure")

    def __init__(
        self, package: str, path: tuple[str, ...], links: tuple[Link, ...] = (), *, sure: bool = False
    ) -> None:
        self.package = package
        self.path = path
        self.links = links
        self.sure = sure
        self.marks: frozenset[tuple[object, ...]] | None = None


class Env(Value):
    """``process.env.NAME``; ``sure`` when something has checked that it is set."""

    __slots__ = ("name", "sure")

    def __init__(self, name: str, sure: bool = False) -> None:
        self.name = name
        self.sure = sure


class Input(Value):
    """Something the caller chose. ``channel`` is body, form, query, params, header, cookie, argument, url, request…

    ``check`` is how it was checked, None while it is as it came.
    """

    __slots__ = ("channel", "check", "path")

    def __init__(self, channel: str, path: tuple[str, ...] = (), check: Check | None = None) -> None:
        self.channel = channel
        self.path = path
        self.check = check


class Session(Value):
    """Identity data: present only if ``proof`` holds. ``sure`` when its presence is already established."""

    __slots__ = ("path", "proof", "sure")

    def __init__(self, proof: Fact, path: tuple[str, ...] = (), sure: bool = False) -> None:
        self.proof = proof
        self.path = path
        self.sure = sure


class Query(Value):
    """A sensitive operation under way: more links may follow before it is awaited."""

    __slots__ = ("effect",)

    def __init__(self, effect: Effect) -> None:
        self.effect = effect


class Row(Value):
    """A sensitive operation's answer. ``found`` is what its presence proves, ``maybe`` whether it may be absent,
    ``named`` the parts of the request that chose it, ``own`` whether who is calling was part of the choice, ``cut``
    what was taken out of it since."""

    __slots__ = ("cut", "effect", "found", "maybe", "named", "own", "path")

    def __init__(
        self,
        effect: Effect,
        found: Facts = NOTHING,
        maybe: bool = True,
        path: tuple[str, ...] = (),
        named: frozenset[str] = frozenset(),
        own: bool = False,
        cut: Cut = WHOLE,
    ) -> None:
        self.cut = cut
        self.effect = effect
        self.found = found
        self.maybe = maybe
        self.path = path
        self.named = named
        self.own = own

    def at(self, path: tuple[str, ...], cut: Cut | None = None) -> Row:
        """What stands at this path of the record, after this was taken out of it."""
        return Row(self.effect, self.found, self.maybe, path, self.named, self.own, self.cut if cut is None else cut)


class Reply(Value):
    """A Response; ``status`` is None where it is not a constant. Its ``headers`` are read by ``replies.header_of``."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int | None, body: Value | None, headers: Value | None = None) -> None:
        self.status, self.body, self.headers = status, body, headers


class ReplyWriter(Value):
    """The ``res`` of a pages-API handler; ``status`` is the last one set on this chain."""

    __slots__ = ("status",)

    def __init__(self, status: int | None = 200) -> None:
        self.status = status


class Promise(Value):
    """A promise that nobody has awaited yet."""

    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        self.value = value


class Alternative:
    """One way in which a call came back: the value and what is known when it does."""

    __slots__ = ("facts", "value")

    def __init__(self, value: Value, facts: Facts) -> None:
        self.value = value
        self.facts = facts


class Choice(Value):
    """Exactly one of several alternatives; members selected from one choice keep its ``id``, so that they agree."""

    __slots__ = ("alternatives", "id")

    def __init__(self, id_: int, alternatives: tuple[Alternative, ...]) -> None:
        self.id = id_
        self.alternatives = alternatives


class Branch:
    """What is known when a condition comes out one way: facts, and which alternatives of choices remain."""

    __slots__ = ("facts", "keep")

    def __init__(self, facts: Facts = NOTHING, keep: dict[int, frozenset[int]] | None = None) -> None:
        self.facts = facts
        self.keep = keep or {}


class Test(Value):
    """A boolean: the ways in which it is true and false, none where it cannot be. ``parts`` is what it was made of."""

    __slots__ = ("no_branches", "parts", "yes_branches")

    def __init__(self, yes: tuple[Branch, ...], no: tuple[Branch, ...], parts: tuple[Value, ...] = ()) -> None:
        self.yes_branches = yes
        self.no_branches = no
        self.parts = parts


class Derived(Value):
    """Made from ``parts`` in a way that keeps their provenance; ``how`` is concat, hash, hmac, parse, call…"""

    __slots__ = ("how", "marks", "parts")

    def __init__(self, how: str, parts: tuple[Value, ...]) -> None:
        self.how = how
        self.parts = parts
        self.marks: frozenset[tuple[object, ...]] | None = None


EMPTY_LIST, FILLED_LIST, FILLED_LENGTH, HOST = "empty-list", "filled-list", "filled-length", "host"
"""What a filter leaves: nothing, or something; the host of an address. Each is the ``how`` of a Derived."""


class Unknown(Value):
    """Nothing is known. ``fact`` names an unresolved call, so that a stop that depends on it can be told."""

    __slots__ = ("fact", "marks", "parts")

    def __init__(self, fact: Fact | None = None, parts: tuple[Value, ...] = ()) -> None:
        self.fact = fact
        self.parts = parts
        self.marks: frozenset[tuple[object, ...]] | None = None


class Namespace(Value):
    """``import * as ns`` of a module of the repository."""

    __slots__ = ("module",)

    def __init__(self, module: LoadedModule) -> None:
        self.module = module


ANYTHING = Unknown()


@dataclass(slots=True, eq=False)
class Effect:
    """One sensitive operation. ``kind`` is a knowledge word (database, outbound, mail…), ``writes`` whether it changes.

    ``operands`` are the values that reach it, ``given`` those of the call itself without its links', ``chooses`` those
    that choose its records. ``unique`` when that is a unique key, which the library wants to be of the column's type.
    """

    kind: str
    _: KW_ONLY
    writes: bool
    says: str
    file: str
    at: int
    subject: str = ""
    operands: tuple[Value, ...] = ()
    given: tuple[Value, ...] = ()
    chooses: tuple[Value, ...] = ()
    unique: bool = False
    weak: bool = False
    policed: bool = False  # whether the database's own rules for callers limit it
    failure: str = ""  # the member under which its answer hands back that it failed, where it does not throw
    answers: tuple[Value, ...] = ()  # what the functions among its options gave back that run first
    called: External | None = None  # what was called, with the links before it


def parts_of(value: Value) -> tuple[Value, ...]:
    """The values this one was directly made from."""
    of = _PARTS.get(type(value))
    return of(value) if of is not None else ()


def _parts_of_external(value: External) -> tuple[Value, ...]:
    return tuple([argument for link in value.links for argument in link.arguments])


_PARTS: dict[type[Value], Callable[[Any], tuple[Value, ...]]] = {
    Derived: lambda value: value.parts,
    Test: lambda value: value.parts,
    Unknown: lambda value: value.parts,
    Obj: lambda value: (*value.props.values(), *value.rest),
    Arr: lambda value: value.items + value.rest,
    Choice: lambda value: tuple([alternative.value for alternative in value.alternatives]),
    Promise: lambda value: (value.value,),
    Reply: lambda value: (value.body,) if value.body is not None else (),
    External: _parts_of_external,
}


def made_from(value: Value, limit: int = 300) -> list[Value]:
    """This value and everything it was made from, nearest first; at most ``limit`` of them."""
    found = [value]
    if type(value) not in _PARTS:
        return found
    seen = {id(value)}
    # A list grows while it is walked, and the walk goes on to what was added.
    for current in found:
        of = _PARTS.get(type(current))
        if of is None:
            continue
        for part in of(current):
            if id(part) not in seen:
                seen.add(id(part))
                found.append(part)
        if len(found) >= limit:
            break
    return found
