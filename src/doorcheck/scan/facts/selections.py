"""What an operation was asked to bring of its records: all columns, those it names, all but some, and related records.

Sources: https://www.prisma.io/docs/orm/prisma-client/queries/select-fields, https://orm.drizzle.team/docs/select,
https://orm.drizzle.team/docs/rqb, https://supabase.com/docs/reference/javascript/select,
https://mongoosejs.com/docs/api/query.html#Query.prototype.select(), https://kysely-org.github.io/kysely-apidoc/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from doorcheck.scan.facts.values import (
    Arr,
    Choice,
    Const,
    Derived,
    Effect,
    External,
    Input,
    Link,
    Obj,
    Unknown,
    Value,
    made_from,
)  # fmt: skip

_MAX_DEPTH = 6
_MAX_TEXT = 4_000
_COUNTS = frozenset(
    {
        "count", "$count", "aggregate", "groupBy", "exists", "distinct", "countDocuments", "estimatedDocumentCount",
        "createMany", "updateMany", "deleteMany", "updateOne", "deleteOne", "insertOne", "replaceOne", "bulkWrite",
        "bulkSave", "remove", "$executeRaw", "$executeRawUnsafe",
    }
)  # fmt: skip
"""Operations that answer with a number, or with what became of it."""
_CHANGING = frozenset(
    {"insert", "update", "delete", "upsert", "insertInto", "updateTable", "deleteFrom", "replaceInto", "del"}
)
"""Links of query builders that change records and bring none unless they are told to."""
_BY_OPTIONS = ("findMany", "findFirst", "findUnique", "upsert")
"""Begin the names of operations that take one object of options."""
_NEW = ("create", "insert", "save")
_NAMING = frozenset({"select", "returning", "project", "first"})
_ALL = frozenset({"selectAll", "returningAll"})
_RELATING = ("include", "with", "populate")
_JOINING = frozenset({"leftJoin", "innerJoin", "rightJoin", "fullJoin", "crossJoin"})
_READS_SQL = re.compile(
    r"\bselect\s+(?:distinct\s+)?(?P<names>.+?)\s+from\b|\breturning\s+(?P<back>.+)$", re.IGNORECASE | re.DOTALL
)
_TABLES = re.compile(
    r"\b(?:from|join)\s+(?P<table>[\w.\"]+)(?:\s+(?:as\s+)?(?!(?:where|on|join|left|inner|order|limit)\b)(?P<alias>\w+))?",
    re.IGNORECASE,
)
_NAME = re.compile(r"^[\w.\"`\[\]*]+$")


@dataclass(frozen=True, slots=True)
class Selection:
    """What is brought of one record: ``names`` are its fields by the name they get, each with its column; None for all.

    ``without`` are columns that are left out, ``related`` what is brought of other records, by relation or table.
    ``sure`` where the code says all of it.
    """

    names: Mapping[str, str] | None = None
    without: frozenset[str] = frozenset()
    related: Mapping[str, Selection] = field(default_factory=dict)
    sure: bool = True


EVERYTHING = Selection()
"""What is brought where nothing is said; a selection that says "everything" is another object, equal to this one."""
NOTHING_OF_IT = Selection(names={})
_UNSURE = Selection(sure=False)


def selection_of(effect: Effect) -> Selection:
    """What an operation brings of the records that it is about."""
    name = _method_of(effect)
    if name in _COUNTS:
        return NOTHING_OF_IT
    options = _of_arguments(name, effect.given)
    if options is EVERYTHING and _is_opaque(effect):
        options = _UNSURE
    for link in _links_of(effect):
        options = _with_link(options, link)
    text = statement_of(effect)
    if text:
        options = _of_statement(text)
    elif options is EVERYTHING and _changes(effect):
        return NOTHING_OF_IT
    hidden = left_out_by_client(effect, effect.subject)
    return replace(options, without=options.without | hidden) if hidden and options.names is None else options


def _method_of(effect: Effect) -> str:
    path = effect.called.path if effect.called is not None else ()
    return next((part for part in reversed(path) if part != "()"), "")


def _is_opaque(effect: Effect) -> bool:
    """Whether the options of ``client.model.findMany(options)`` are made in a way that could not be followed."""
    if not _method_of(effect).startswith(_BY_OPTIONS):
        return False
    return any(isinstance(value, Unknown | Derived | Input) for value in effect.given[:1])


def _links_of(effect: Effect) -> Iterator[Link]:
    """The links of a builder's chain, those before the operation was fixed and those after."""
    if effect.called is not None:
        yield from effect.called.links[1:]
        if (name := _method_of(effect)) in _NAMING | _ALL:
            yield Link(name, effect.given, effect.file, effect.at)
    for operand in effect.operands:
        if isinstance(operand, External) and operand.package == "link" and len(operand.path) == 2:
            yield from operand.links


def _changes(effect: Effect) -> bool:
    """Whether it is a change by a chain: ``db.insert(users).values(…)``, not ``client.user.update(…)``."""
    path = effect.called.path if effect.called is not None else ()
    return any(part in _CHANGING and at > 0 and path[at - 1] == "()" for at, part in enumerate(path))


def _of_arguments(name: str, given: tuple[Value, ...]) -> Selection:
    """The selection among an operation's own arguments: an options object, or a projection behind the predicate."""
    found = EVERYTHING
    for number, value in enumerate(given):
        if isinstance(value, Choice):
            found = _of_any(value, found)
        elif isinstance(value, Obj) and not value.props.keys().isdisjoint(_OPTIONS):
            found = _of_options(value)
        elif number == 1 and name.startswith("find"):
            found = _of_projection(value)
    return found


def _of_any(value: Choice, found: Selection) -> Selection:
    """The selection where the argument is one of several; a predicate among them selects nothing."""
    said = [one.value for one in value.alternatives if isinstance(one.value, Obj)]
    options = [each for each in said if not each.props.keys().isdisjoint(_OPTIONS)]
    if not options:
        return found
    return _of_options(options[0]) if len(options) == len(value.alternatives) == 1 else _UNSURE


_OPTIONS = ("select", "omit", "columns", "projection", "attributes", *_RELATING)


def _of_options(value: Value, depth: int = 0) -> Selection:
    if isinstance(value, Choice):
        said = [one.value for one in value.alternatives if not _is_false(one.value)]
        value = said[0] if len(said) == 1 else value
    if isinstance(value, Const):
        return EVERYTHING
    if not isinstance(value, Obj) or depth > _MAX_DEPTH:
        return _UNSURE
    props = value.props
    found = replace(EVERYTHING, sure=not value.rest or "select" in props)
    for word in _RELATING:
        if word in props:
            found = _with_related(found, props[word], depth)
    if "omit" in props:
        left_out = props["omit"]
        found = replace(found, without=_true_in(left_out)) if isinstance(left_out, Obj) else replace(found, sure=False)
    for word in ("select", "columns", "projection", "attributes"):
        if word in props:
            found = _with_named(found, props[word], depth)
    return found


def _with_related(found: Selection, related: Value, depth: int) -> Selection:
    if not isinstance(related, Obj):
        return found if isinstance(related, Const) else replace(found, sure=False)
    each = {name: _of_options(item, depth + 1) for name, item in related.props.items() if not _is_false(item)}
    return replace(found, related={**found.related, **each}, sure=found.sure and not related.rest)


def _with_named(found: Selection, value: Value, depth: int = 0) -> Selection:
    """The selection once it is narrowed to what an object, a list or a text names."""
    if isinstance(value, Arr):
        return _narrowed(found, _names_in(value), {}, sure=not value.rest)
    if isinstance(value, Const) and isinstance(value.value, str):
        return _of_text(found, value.value)
    if not isinstance(value, Obj):
        return found if isinstance(value, Const) else replace(found, sure=False)
    excluded = {name for name, item in value.props.items() if _is_false(item)}
    if excluded and all(_is_false(item) or name == "_id" for name, item in value.props.items()):
        return replace(found, without=found.without | excluded)
    kept = {name: item for name, item in value.props.items() if name not in excluded}
    names = {
        name: _column_of(item) if isinstance(item, External) else name
        for name, item in kept.items()
        if not isinstance(item, Obj | Derived) and not _is_table(item)
    }
    related = {name: _of_part(item, depth) for name, item in kept.items() if isinstance(item, Obj) or _is_table(item)}
    return _narrowed(found, names, related, sure=not value.rest)


def _of_part(item: Value, depth: int) -> Selection:
    if not isinstance(item, Obj):
        return EVERYTHING
    inner = _of_options(item, depth + 1)
    return _with_named(EVERYTHING, item, depth + 1) if item.props.keys().isdisjoint(_OPTIONS) else inner


def _narrowed(found: Selection, names: Mapping[str, str], related: Mapping[str, Selection], *, sure: bool) -> Selection:
    return Selection({**(found.names or {}), **names}, found.without, {**found.related, **related}, found.sure and sure)


def _names_in(value: Arr) -> dict[str, str]:
    texts = [item.value for item in value.items if isinstance(item, Const) and isinstance(item.value, str)]
    named = [text.rpartition(".")[2] for text in texts]
    return {name.rpartition(" as ")[2].strip(): name.partition(" as ")[0].strip() for name in named}


def _is_table(value: Value) -> bool:
    """Whether this is a table that the code declares, not a column of one."""
    declared = isinstance(value, External) and value.path[-1:] == ("()",) and bool(value.links)
    return declared and isinstance(value, External) and any("Table" in part for part in value.path)


def _column_of(value: External) -> str:
    return next((part for part in reversed(value.path) if part not in {"()", "as", "mapWith"}), "")


def _with_link(found: Selection, link: Link) -> Selection:
    """The selection after one more link of a chain."""
    if link.name in _ALL:
        return replace(EVERYTHING, related=found.related)
    if link.name in _JOINING:
        table = _table_of(link.arguments[0]) if link.arguments else ""
        whole = table and found.names is None
        return replace(found, related={**found.related, table: EVERYTHING}) if whole else found
    if link.name == "populate":
        return _populated(found, link.arguments)
    if link.name not in _NAMING:
        return found
    if not link.arguments:
        return replace(found)
    for argument in link.arguments[:1] if isinstance(link.arguments[0], Obj | Arr) else link.arguments:
        found = _with_named(found, argument)
    return found


def _table_of(value: Value) -> str:
    if isinstance(value, Const):
        return str(value.value)
    first = value.links[0].arguments[:1] if isinstance(value, External) and value.links else ()
    return str(first[0].value) if first and isinstance(first[0], Const) else ""


def _populated(found: Selection, arguments: tuple[Value, ...]) -> Selection:
    """``populate("author", "name")`` and ``populate({ path: "author", select: "name" })``."""
    first = arguments[0] if arguments else None
    inner = EVERYTHING
    if isinstance(first, Obj):
        inner = _of_options(Obj({name: item for name, item in first.props.items() if name == "select"}))
        first = first.props.get("path")
    elif len(arguments) > 1:
        inner = _with_named(EVERYTHING, arguments[1])
    if not isinstance(first, Const) or not isinstance(first.value, str):
        return found
    return replace(found, related={**found.related, **dict.fromkeys(first.value.split(), inner)})


def _of_text(found: Selection, text: str) -> Selection:
    """``"id, name, author:users(*)"`` and ``"name -password"``."""
    text = text.strip()
    if text in {"", "*"}:
        return replace(found)
    names: dict[str, str] = {}
    without: set[str] = set()
    related: dict[str, Selection] = {}
    whole = False
    for item in _items(text):
        head, bracket, inner = item.partition("(")
        if bracket:
            alias, _, table = head.rpartition(":")
            name = (alias or table).partition("!")[0].strip()
            related[name] = _of_text(EVERYTHING, inner.rstrip().removesuffix(")"))
        elif item == "*":
            whole = True
        elif item.startswith("-"):
            without.add(item[1:])
        else:
            alias, _, column = item.lstrip("+").rpartition(":")
            names[alias or column] = column.partition("->")[0]
    if whole or (not names and without):
        return replace(found, without=found.without | without, related={**found.related, **related})
    return _narrowed(found, names, related, sure=True)


def _items(text: str) -> Iterator[str]:
    """The items of a list of columns, cut at the commas and spaces that stand outside brackets."""
    item, depth = "", 0
    for letter in text[:_MAX_TEXT]:
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and (letter == "," or letter.isspace()):
            if item:
                yield item
            item = ""
        elif not letter.isspace():
            item += letter
    if item:
        yield item


def _of_projection(value: Value) -> Selection:
    """The second argument of ``find``: ``"name email"``, ``{ password: 0 }`` or ``null``."""
    if isinstance(value, Const):
        return _of_text(EVERYTHING, value.value) if isinstance(value.value, str) else EVERYTHING
    if isinstance(value, Obj) and all(
        isinstance(item, Const) and item.value in (0, 1) for item in value.props.values()
    ):
        return _with_named(EVERYTHING, value)
    return EVERYTHING if isinstance(value, Obj) else _UNSURE


def statement_of(effect: Effect) -> str:
    """The text of a statement in SQL that an operation runs; empty where it runs none."""
    for value in effect.given[:1]:
        texts = [part.value for part in made_from(value, 40) if isinstance(part, Const) and isinstance(part.value, str)]
        text = " ".join(texts)[:_MAX_TEXT].strip()
        if " " in text and text.lower().lstrip("( \n").startswith(("select", "insert", "update", "delete", "with")):
            return text
    return effect.subject if " " in effect.subject else ""


def creates(effect: Effect) -> bool:
    """Whether an operation makes the record that it gives back."""
    path = effect.called.path if effect.called is not None else ()
    return effect.writes and any(part.startswith(_NEW) for part in path[1:])


def _of_statement(text: str) -> Selection:
    found = _READS_SQL.search(text)
    if found is None:
        return NOTHING_OF_IT
    listed = (found["names"] or found["back"] or "").strip().rstrip(";")
    names: dict[str, str] = {}
    for item in re.split(r",(?![^(]*\))", listed):
        column, _, alias = re.sub(r"\s+", " ", item.strip()).lower().partition(" as ")
        table, _, column = column.rpartition(".")
        if column == "*":
            return _whole_table(text, table)
        column = column.strip('"`[] ')
        if _NAME.match(column):
            names[alias.strip('"`[] ') or column] = column
    return Selection(names)


def _whole_table(text: str, alias: str) -> Selection:
    """All columns: of the first table that the statement names, or of the one with this alias."""
    first, *others = [(each["table"], each["alias"] or each["table"]) for each in _TABLES.finditer(text)] or [("", "")]
    named = next((table for table, short in others if alias and short.lower() == alias), None)
    if named is None or alias == first[1].lower():
        return replace(EVERYTHING)
    return Selection({}, related={named: EVERYTHING})


def left_out_by_client(effect: Effect, model: str) -> frozenset[str]:
    """Columns that the client itself leaves out of a model's records, whether a query is about them or includes them:
    ``new PrismaClient({ omit: { user: { password: true } } })``."""
    model = model[:1].lower() + model[1:]
    found: set[str] = set()
    for link in effect.called.links if effect.called is not None else ():
        for argument in link.arguments[:1]:
            if isinstance(argument, Obj) and link.name in {"PrismaClient", "$extends"}:
                found |= _of_model(argument.props.get("omit"), model)
                found |= _of_model(argument.props.get("result"), model)
    return frozenset(found)


def _of_model(each: Value | None, model: str) -> frozenset[str]:
    """The columns that are said of one model, or of all of them."""
    found: set[str] = set()
    for name in (model, "$allModels"):
        said = each.props.get(name) if isinstance(each, Obj) else None
        if isinstance(said, Obj):
            found |= {column for column, item in said.props.items() if not _is_false(item)}
    return frozenset(found)


def _true_in(value: Obj) -> frozenset[str]:
    return frozenset(name for name, item in value.props.items() if not _is_false(item))


def _is_false(value: Value) -> bool:
    return isinstance(value, Const) and not value.value
