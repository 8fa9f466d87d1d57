"""What a builder or a mounted route demands of its input before its handler runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from doorcheck.scan.facts.checks import OPEN, Check, Kind, Shape, Unknowns, object_of
from doorcheck.scan.facts.proofs import NOTHING, Facts
from doorcheck.scan.facts.requests import TARGETS
from doorcheck.scan.facts.schemas import shape_of
from doorcheck.scan.facts.texts import text_of
from doorcheck.scan.facts.validators import checked, facts_of
from doorcheck.scan.facts.values import Arr, External, Fn, Input, Native, Obj, Promise, Value

if TYPE_CHECKING:
    from doorcheck.scan.knowledge import rows
    from doorcheck.scan.knowledge.library import Knowledge

OUTPUTS = frozenset({"output", "outputSchema"})
SCHEMA_LINKS = frozenset({"input", "schema", "inputSchema", "bindArgsSchemas", "params", "query", "body"}) | OUTPUTS
_BOUND = "bindArgsSchemas"
_NO_INPUT = OUTPUTS | {_BOUND}
_OWN = frozenset({"params", "query", "body"})

Named = tuple[str, Value]


def inputs_of(
    knowledge: Knowledge, schemas: Sequence[Named], row: rows.Builder, given: Value, file: str, at: int
) -> dict[str, Value]:
    """What a procedure's handler gets of its input, by name; a function for what has to be asked for."""
    found: dict[str, Value] = {}
    for name in row.input:
        value = _given_to(knowledge, schemas, name, given, file, at, raw=name in row.raw)
        plain = name.removesuffix("()")
        found[plain] = value if plain == name else _giving(plain, value)
    return found


def _giving(name: str, value: Value) -> Native:
    """A function that is asked for the input: ``await getRawInput()``."""
    return Native(name, lambda *_: Promise(value))


def _given_to(
    knowledge: Knowledge, schemas: Sequence[Named], name: str, given: Value, file: str, at: int, *, raw: bool
) -> Value:
    """What a procedure's handler gets under this name; without a schema the library passes nothing on."""
    if raw:
        return _bound(knowledge, schemas, file, at, raw=True) if name.startswith("bindArgs") else given
    if name.startswith("bindArgs"):
        return _bound(knowledge, schemas, file, at)
    mine = [schema for link, schema in schemas if link == name] if name in _OWN else []
    mine = mine or [schema for link, schema in schemas if link not in _OWN and link not in _NO_INPUT]
    return checked(given, Check(file, at, _together([shape_of(knowledge, schema) for schema in mine])))


def demanded_of_input(knowledge: Knowledge, schemas: Sequence[Named], given: Value, file: str, at: int) -> Facts:
    """What is known of the input once it has passed a procedure's schemas."""
    mine = [shape_of(knowledge, schema) for link, schema in schemas if link not in _OWN and link not in _NO_INPUT]
    known = facts_of(given, Check(file, at, _together(mine))) if mine else NOTHING
    for number, shape in enumerate(_bound_shapes(knowledge, schemas)):
        known |= facts_of(_bound_input(number), Check(file, at, shape))
    return known


def _bound(knowledge: Knowledge, schemas: Sequence[Named], file: str, at: int, *, raw: bool = False) -> Value:
    """The arguments that were bound to an action: the client sends them too."""
    shapes = _bound_shapes(knowledge, schemas)
    if raw:
        return Arr(tuple(_bound_input(number) for number in range(len(shapes))), (Input("argument", ("bound",)),))
    return Arr(tuple(checked(_bound_input(number), Check(file, at, shape)) for number, shape in enumerate(shapes)))


def _bound_shapes(knowledge: Knowledge, schemas: Sequence[Named]) -> list[Shape]:
    lists = [schema for link, schema in schemas if link == _BOUND]
    return [shape_of(knowledge, each) for each in lists[-1].items] if lists and isinstance(lists[-1], Arr) else []


def _bound_input(number: int) -> Input:
    return Input("argument", ("bound", str(number)))


def _together(shapes: Sequence[Shape]) -> Shape:
    """What passes all of these: the fields of each."""
    if len(shapes) < 2:
        return shapes[0] if shapes else OPEN
    members: dict[str, Shape] = {}
    for shape in shapes:
        if shape.kind is not Kind.OBJECT or shape.members is None:
            return shapes[-1] if shapes[-1].kind is not Kind.OBJECT else OPEN
        members.update(shape.members)
    kept = any(shape.unknowns is Unknowns.KEPT for shape in shapes)
    return object_of(members, Unknowns.KEPT if kept else Unknowns.STRIPPED)


def demanded_of_request(knowledge: Knowledge, handlers: Iterable[Value], file: str, at: int) -> Check | None:
    """How the validators among a route's handlers check the parts of its request."""
    members: dict[str, Shape] = {}
    for handler in handlers:
        link = handler.links[-1] if isinstance(handler, External) and handler.links else None
        given = link.arguments if link is not None else ()
        target = text_of(given[0]) if given else None
        if target in TARGETS and len(given) > 1 and isinstance(given[1], External | Fn):
            members[target] = shape_of(knowledge, given[1])
        elif given and isinstance(given[0], Obj) and isinstance(given[0].props.get("request"), Obj):
            members.update(_of_description(knowledge, given[0].props["request"]))
    return Check(file, at, object_of(members, Unknowns.STRIPPED)) if members else None


_DESCRIBED = {"query": "query", "params": "param", "headers": "header", "cookies": "cookie"}


def _of_description(knowledge: Knowledge, request: Value) -> dict[str, Shape]:
    """The parts of a request that the description of a route gives schemas for."""
    props = request.props if isinstance(request, Obj) else {}
    found = {target: shape_of(knowledge, props[name]) for name, target in _DESCRIBED.items() if name in props}
    body = props.get("body")
    content = body.props.get("content") if isinstance(body, Obj) else None
    for kind, media in content.props.items() if isinstance(content, Obj) else ():
        if isinstance(media, Obj) and "schema" in media.props:
            found["json" if "json" in kind else "form"] = shape_of(knowledge, media.props["schema"])
    return found
