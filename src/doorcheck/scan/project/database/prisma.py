"""Models from Prisma schema files. Time is linear in their length.

Source: https://www.prisma.io/docs/orm/reference/prisma-schema-reference
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from doorcheck.scan.project.database.models import Column, Model, Relation

MAX_MODELS = 3_000
MAX_FIELDS = 1_000

_TOKEN = re.compile(
    r"//[^\n]*|/\*[\s\S]*?(?:\*/|\Z)|\"(?:[^\"\\\n]|\\.)*\"|\"[^\n]*|@{0,2}[A-Za-z_][\w.]*|\d[\w.]*|\n|[^\s\w]|\S"
)
_BLOCK = re.compile(r"\b(model|view|type|enum|datasource|generator)\s+(\w+)\s*\{")
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")


@dataclass(slots=True)
class _Attribute:
    """``@relation("Author", fields: [authorId])``: its name, its plain arguments, and those with a name."""

    name: str
    plain: list[str] = field(default_factory=list)
    named: dict[str, list[str]] = field(default_factory=dict)


@dataclass(slots=True)
class _Field:
    name: str
    type: str
    optional: bool
    many: bool
    attributes: list[_Attribute]

    def get(self, name: str) -> _Attribute | None:
        return next((each for each in self.attributes if each.name == name), None)


@dataclass(slots=True)
class _Block:
    name: str
    file: str
    line: int
    fields: list[_Field] = field(default_factory=list)
    attributes: list[_Attribute] = field(default_factory=list)


def read_prisma(files: Mapping[str, str]) -> list[Model]:
    """The models of one schema, which may lie in several files; what does not parse is left out."""
    blocks = [block for path, text in files.items() for block in _blocks(path, text)][:MAX_MODELS]
    names = {block.name for block in blocks}
    return [_model(block, names) for block in blocks]


def _blocks(path: str, text: str) -> Iterator[_Block]:
    position, line, counted = 0, 1, 0
    while found := _BLOCK.search(text, position):
        position = found.end()
        if text[text.rfind("\n", 0, found.start()) + 1 : found.start()].strip():
            continue  # in a comment
        kind, name = found.groups()
        line += text.count("\n", counted, found.start())
        counted = found.start()
        rows, position = _rows(text, found.end())
        if kind in ("model", "view"):
            block = _Block(name, path, line)
            for row in rows:
                _add_row(block, row)
            yield block


def _rows(text: str, start: int) -> tuple[list[list[str]], int]:
    """The lines of a block as tokens, one list for what brackets hold together, and where the block ends."""
    rows: list[list[str]] = [[]]
    depth = 0
    for found in _TOKEN.finditer(text, start):
        token = found[0]
        if token.startswith(("//", "/*")):
            continue
        if token == "\n":  # noqa: S105 - a token of a text
            if depth == 0 and rows[-1]:
                rows.append([])
            continue
        if depth == 0 and token == "}":  # noqa: S105 - a token of a text
            return rows[:MAX_FIELDS], found.end()
        depth += (token in _OPENING) - (token in _CLOSING)
        rows[-1].append(token)
    return rows[:MAX_FIELDS], len(text)


def _add_row(block: _Block, row: list[str]) -> None:
    if row and row[0].startswith("@@"):
        block.attributes += _attributes(row, 0)
    elif len(row) >= 2 and row[0][0].isalpha() and (row[1][0].isalpha() or row[1][0] == "_"):
        start = next((at for at, token in enumerate(row) if token.startswith("@")), len(row))
        shape = row[2:start]
        # Unsupported("circle") has its own brackets; what stands in them says nothing here.
        many = shape[:2] == ["[", "]"]
        block.fields.append(_Field(row[0], row[1], "?" in shape, many, _attributes(row, start)))


def _attributes(row: list[str], start: int) -> list[_Attribute]:
    found: list[_Attribute] = []
    at = start
    while at < len(row):
        if not row[at].startswith("@"):
            at += 1
            continue
        attribute = _Attribute(row[at])
        found.append(attribute)
        at += 1
        if at < len(row) and row[at] == "(":
            at = _arguments(row, at + 1, attribute)
    return found


def _arguments(row: list[str], at: int, attribute: _Attribute) -> int:
    """Read up to the closing bracket; what nests deeper than a list of names is read flat."""
    depth, name = 0, ""
    while at < len(row):
        token = row[at]
        if token == ")" and depth == 0:  # noqa: S105 - a token of a text
            return at + 1
        depth += (token in _OPENING) - (token in _CLOSING)
        if depth == 0 and row[at + 1 : at + 2] == [":"]:
            name = token
        elif depth == 0 and token == ",":  # noqa: S105 - a token of a text
            name = ""
        elif token not in _OPENING and token not in _CLOSING and token not in (",", ":"):
            (attribute.named.setdefault(name, []) if name else attribute.plain).append(token.strip('"'))
        at += 1
    return at


def _text(attribute: _Attribute | None) -> str:
    if attribute is None:
        return ""
    return next(iter((*attribute.named.get("name", []), *attribute.plain)), "")


def _names(attribute: _Attribute, name: str = "fields") -> list[str]:
    return attribute.named.get(name) or attribute.plain


def _model(block: _Block, models: set[str]) -> Model:
    relations: list[Relation] = []
    points: dict[str, str] = {}
    for written in block.fields:
        if written.type not in models:
            continue
        attribute = written.get("@relation")
        own = tuple(attribute.named.get("fields", [])) if attribute is not None else ()
        points.update((name, written.type) for name in own if name not in points or len(own) == 1)
        relations.append(Relation(written.name, written.type, own, written.many))
    keys = [frozenset(_names(each)) for each in block.attributes if each.name == "@@id"]
    uniques = [*keys, *(frozenset(_names(each)) for each in block.attributes if each.name == "@@unique")]
    key = keys[0] if keys else frozenset()
    columns = tuple(_column(written, key, points) for written in block.fields if written.type not in models)
    uniques += [frozenset((column.name,)) for column in columns if column.unique]
    stored = _text(next((each for each in block.attributes if each.name == "@@map"), None))
    return Model(
        block.name, stored or block.name, (), columns, tuple(relations), tuple(uniques), block.file, block.line
    )


def _column(written: _Field, key: frozenset[str], points: Mapping[str, str]) -> Column:
    is_id = written.get("@id") is not None
    return Column(
        written.name,
        _text(written.get("@map")) or written.name,
        written.type.lower(),
        written.optional,
        written.many,
        is_id or written.get("@unique") is not None,
        is_id or written.name in key,
        points.get(written.name, ""),
    )
