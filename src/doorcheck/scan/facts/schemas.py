"""What a schema that the code builds lets through, read off the calls that build it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from doorcheck.scan.facts import hosts
from doorcheck.scan.facts.checks import ANYTHING, OPEN, PLAIN, SCALAR, Kind, Shape, Unknowns, either_of, object_of
from doorcheck.scan.facts.texts import is_whole, matches
from doorcheck.scan.facts.values import Arr, Choice, Const, External, Fn, Link, Native, Obj, Value

if TYPE_CHECKING:
    from doorcheck.scan.knowledge.library import Knowledge
    from doorcheck.scan.knowledge.rows import SchemaWords

MAX_DEPTH = 8
_ANYTHING_WORDS = frozenset({"unknown", "unknown.any", "object", "object.json"})
_Step = Callable[["_Reader", Shape | None, tuple[Value, ...], int], Shape]


def shape_of(knowledge: Knowledge, schema: Value, depth: int = 0) -> Shape:
    """What this schema lets through; OPEN for one whose making could not be read."""
    if depth > MAX_DEPTH:
        return OPEN
    if isinstance(schema, Choice):
        return either_of([shape_of(knowledge, one.value, depth + 1) for one in schema.alternatives])
    if not isinstance(schema, External):
        return OPEN
    words = knowledge.schema(schema.package)
    if words is None:
        return _wrapped(knowledge, schema, depth)
    return _Reader(knowledge, words).shape(schema, depth)


def _wrapped(knowledge: Knowledge, value: External, depth: int) -> Shape:
    """An adapter of some package round a schema: the schema it was given."""
    for link in reversed(value.links[-4:]):
        for argument in link.arguments:
            if isinstance(argument, External) and knowledge.schema(argument.package) is not None:
                return shape_of(knowledge, argument, depth + 1)
    return OPEN


def _calls_of(schema: External) -> list[tuple[str, Link | None]]:
    """The names along the chain, each with its call where it was called; only the last calls may be kept."""
    calls: list[tuple[str, Link | None]] = []
    links = list(schema.links)
    path = schema.path[1:] if schema.path[:1] == ("default",) else schema.path
    for position in range(len(path) - 1, -1, -1):
        if path[position] == "()":
            continue
        called = position + 1 < len(path) and path[position + 1] == "()"
        calls.append((path[position], links.pop() if called and links else None))
    calls.reverse()
    return calls


class _Reader:
    """Reads schemas by the words of one library."""

    def __init__(self, knowledge: Knowledge, words: SchemaWords) -> None:
        self.knowledge = knowledge
        self.default = Unknowns(words.unknown)
        self.roles = {name: role for role, names in words.roles.items() for name in names}

    def shape(self, schema: External, depth: int) -> Shape:
        found: Shape | None = None
        for name, link in _calls_of(schema):
            role = self.roles.get(name)
            if link is None:
                # a builder's namespace (z, Schema) or a constant of it (Schema.String, Schema.Unknown)
                found = self._constant(role, found)
            elif role is not None:
                found = _STEPS[role](self, found, link.arguments, depth)
            elif found is None:
                found = SCALAR
        return found or OPEN

    def _constant(self, role: str | None, found: Shape | None) -> Shape | None:
        if found is not None and role == "shape":
            return found
        return ANYTHING if role == "anything" else found

    def inner(self, arguments: tuple[Value, ...], depth: int) -> list[Shape]:
        """The shapes of the schemas among the arguments, or in a list that is one."""
        given = [item for value in arguments for item in (value.items if isinstance(value, Arr) else (value,))]
        return [shape_of(self.knowledge, value, depth + 1) for value in given if isinstance(value, External | Choice)]

    def members(self, value: Value, depth: int) -> dict[str, Shape] | None:
        """The members an object literal of schemas names; None where they are not all known."""
        if isinstance(value, External):
            shape = shape_of(self.knowledge, value, depth + 1)
            return None if shape.members is None else dict(shape.members)
        if not isinstance(value, Obj):
            return None
        found: dict[str, Shape] = {}
        for rest in value.rest:
            known = self.members(rest, depth)
            if known is None:
                return None
            found.update(known)
        for name, schema in value.props.items():
            found[name.removesuffix("?")] = self.member(schema, depth)
        return found

    def member(self, schema: Value, depth: int) -> Shape:
        """The shape of a member, which some libraries let one write as a text or an object."""
        if isinstance(schema, Const):
            return ANYTHING if schema.value in _ANYTHING_WORDS else SCALAR
        if isinstance(schema, Obj) and depth < MAX_DEPTH:
            return _literal(self, None, (schema,), depth + 1)
        return shape_of(self.knowledge, schema, depth + 1)

    def object(self, arguments: tuple[Value, ...], unknowns: Unknowns, depth: int) -> Shape:
        members = self.members(arguments[0], depth) if arguments else None
        options = arguments[1] if len(arguments) > 1 else None
        option = options.props.get("additionalProperties") if isinstance(options, Obj) else None
        if isinstance(option, Const) and option.value is False:
            unknowns = Unknowns.REJECTED
        return object_of(members, unknowns) if members is not None else Shape(Kind.OBJECT, None, None, unknowns)


def _object(reader: _Reader, found: Shape | None, arguments: tuple[Value, ...], depth: int) -> Shape:
    del found
    return reader.object(arguments, reader.default, depth)


def _strict_object(reader: _Reader, found: Shape | None, arguments: tuple[Value, ...], depth: int) -> Shape:
    del found
    return reader.object(arguments, Unknowns.REJECTED, depth)


def _loose_object(reader: _Reader, found: Shape | None, arguments: tuple[Value, ...], depth: int) -> Shape:
    del found
    return reader.object(arguments, Unknowns.KEPT, depth)


def _record(reader: _Reader, found: Shape | None, arguments: tuple[Value, ...], depth: int) -> Shape:
    del found
    inner = reader.inner(arguments, depth)
    return Shape(Kind.OBJECT, None, inner[-1] if inner else OPEN, Unknowns.KEPT)


def _list(reader: _Reader, found: Shape | None, arguments: tuple[Value, ...], depth: int) -> Shape:
    """``array(item)``, and ``item.array()``; a link such as ``nonempty`` leaves a list what it is."""
    inner = reader.inner(arguments, depth)
    if found is None:
        return Shape(Kind.LIST, None, either_of(inner) if inner else ANYTHING)
    if found.kind is Kind.LIST:
        return Shape(Kind.LIST, None, either_of(inner)) if inner else found
    return Shape(Kind.LIST, None, found)


def _anything(reader: _Reader, found: Shape | None, arguments: tuple[Value, ...], depth: int) -> Shape:
    del reader, arguments, depth
    return ANYTHING if found is None else found


def _custom(reader: _Reader, found: Shape | None, arguments: tuple[Value, ...], depth: int) -> Shape:
    """A schema that asks a function or a class, by itself or of what another lets through; one that is given none lets
    everything through."""
    del reader, depth
    if found is not None and found.kind is not Kind.ANYTHING:
        return found
    return OPEN if arguments else ANYTHING


def _union(reader: _Reader, found: Shape | None, arguments: tuple[Value, ...], depth: int) -> Shape:
    inner = reader.inner(arguments, depth)
    return either_of([found, *inner] if found is not None else inner)


def _wrap(reader: _Reader, found: Shape | None, arguments: tuple[Value, ...], depth: int) -> Shape:
    inner = reader.inner(arguments, depth)
    if found is not None and found.kind is Kind.LIST and inner:
        return Shape(Kind.LIST, None, inner[0])
    return found or (inner[0] if inner else OPEN)


def _answers(unknowns: Unknowns) -> _Step:
    def step(reader: _Reader, found: Shape | None, arguments: tuple[Value, ...], depth: int) -> Shape:
        del reader, depth
        switched_off = bool(arguments) and isinstance(arguments[0], Const) and arguments[0].value is False
        if found is None or found.kind not in {Kind.OBJECT, Kind.OPEN} or switched_off:
            return found or OPEN
        return found.with_unknowns(unknowns)

    return step


def _extend(reader: _Reader, found: Shape | None, arguments: tuple[Value, ...], depth: int) -> Shape:
    members: dict[str, Shape] | None = dict(found.members) if found is not None and found.members is not None else None
    if found is None or (found.kind is Kind.OBJECT and found.members is None and found.items is None):
        members = {}
    unknowns = found.unknowns if found is not None else None
    for value in arguments:
        more = reader.members(value, depth)
        members = {**members, **more} if members is not None and more is not None else None
        other = shape_of(reader.knowledge, value, depth + 1) if isinstance(value, External) else None
        unknowns = other.unknowns if other is not None and other.unknowns is not None else unknowns
    answer = unknowns or reader.default
    return object_of(members, answer) if members is not None else Shape(Kind.OBJECT, None, None, answer)


def _names_in(arguments: tuple[Value, ...]) -> set[str]:
    named: set[str] = set()
    for value in arguments:
        if isinstance(value, Obj):
            named.update(value.props)
        items = value.items if isinstance(value, Arr) else (value,)
        named.update(item.value for item in items if isinstance(item, Const) and isinstance(item.value, str))
    return named


def _chosen(*, keep: bool) -> _Step:
    def step(reader: _Reader, found: Shape | None, arguments: tuple[Value, ...], depth: int) -> Shape:
        inner = reader.inner(arguments[:1], depth) if found is None else []
        source = found or (inner[0] if inner else OPEN)
        if source.members is None:
            return source
        names = _names_in(arguments)
        left = {name: shape for name, shape in source.members if (name in names) is keep}
        return object_of(left, source.unknowns or reader.default)

    return step


def _opens(reader: _Reader, found: Shape | None, arguments: tuple[Value, ...], depth: int) -> Shape:
    """What comes out is made by a function, or by a table elsewhere: checked, but of no known members."""
    del depth
    if found is not None and found.kind in {Kind.SCALAR, Kind.LIST}:
        return found
    if found is not None and found.kind is Kind.ANYTHING:
        # a function that takes whatever comes may check it, and may not
        return OPEN if any(isinstance(value, Fn | Native | External) for value in arguments) else found
    return Shape(Kind.OPEN, None, None, (found.unknowns if found is not None else None) or reader.default)


def _plain(reader: _Reader, found: Shape | None, arguments: tuple[Value, ...], depth: int) -> Shape:
    del reader, arguments, depth
    return PLAIN if found is None or found.kind is Kind.SCALAR else found


def _pattern(reader: _Reader, found: Shape | None, arguments: tuple[Value, ...], depth: int) -> Shape:
    """A text that matches a pattern; one that speaks of the whole text may leave no room for markup, nor for hosts."""
    pattern = arguments[0] if arguments else None
    read = hosts.pattern_of(pattern)
    whole = isinstance(pattern, External) and is_whole(pattern) and matches(pattern, "<") is False
    whole = whole and read is not None and hosts.is_closed(*read)
    return _plain(reader, found, arguments, depth) if whole else found or SCALAR


def _same(reader: _Reader, found: Shape | None, arguments: tuple[Value, ...], depth: int) -> Shape:
    del reader, arguments, depth
    return found or OPEN


def _json(reader: _Reader, found: Shape | None, arguments: tuple[Value, ...], depth: int) -> Shape:
    """A JSON schema written as an object, or a schema of another library that makes one."""
    del found
    given = arguments[0] if arguments else None
    if isinstance(given, Obj):
        return json_shape(given)
    return shape_of(reader.knowledge, given, depth + 1) if given is not None else OPEN


def json_shape(schema: Value, depth: int = 0) -> Shape:
    """What a JSON schema lets through."""
    if not isinstance(schema, Obj) or depth > MAX_DEPTH:
        return OPEN
    properties, items = schema.props.get("properties"), schema.props.get("items")
    if isinstance(properties, Obj):
        closed = schema.props.get("additionalProperties")
        unknowns = Unknowns.REJECTED if isinstance(closed, Const) and closed.value is False else Unknowns.KEPT
        members = {name: json_shape(value, depth + 1) for name, value in properties.props.items()}
        return object_of(members, unknowns)
    if items is not None:
        return Shape(Kind.LIST, None, json_shape(items, depth + 1))
    return SCALAR if schema.props or schema.rest else ANYTHING


_EXTRA = {"reject": Unknowns.REJECTED, "delete": Unknowns.STRIPPED}


def _literal(reader: _Reader, found: Shape | None, arguments: tuple[Value, ...], depth: int) -> Shape:
    """A type written as a text or an object, in which ``"+"`` says what becomes of other fields."""
    del found
    given = arguments[0] if arguments else None
    if isinstance(given, Const):
        return ANYTHING if given.value in _ANYTHING_WORDS else SCALAR
    if not isinstance(given, Obj):
        return OPEN
    extra = given.props.get("+")
    unknowns = _EXTRA.get(str(extra.value), reader.default) if isinstance(extra, Const) else reader.default
    members = reader.members(Obj({k: v for k, v in given.props.items() if k != "+"}, given.rest), depth)
    return object_of(members, unknowns) if members is not None else Shape(Kind.OBJECT, None, None, unknowns)


_STEPS: dict[str, _Step] = {
    "object": _object,
    "strict-object": _strict_object,
    "loose-object": _loose_object,
    "record": _record,
    "list": _list,
    "anything": _anything,
    "custom": _custom,
    "union": _union,
    "wrap": _wrap,
    "strips": _answers(Unknowns.STRIPPED),
    "rejects": _answers(Unknowns.REJECTED),
    "keeps": _answers(Unknowns.KEPT),
    "extend": _extend,
    "pick": _chosen(keep=True),
    "omit": _chosen(keep=False),
    "opens": _opens,
    "shape": _same,
    "json": _json,
    "literal": _literal,
    "plain": _plain,
    "pattern": _pattern,
}
