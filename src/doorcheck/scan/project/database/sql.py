"""Tables, foreign keys and row-level security from SQL files, applied one statement after the other."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from doorcheck.scan.project.database.models import Column, Model
from doorcheck.scan.project.database.policies import PolicyBook
from doorcheck.scan.project.database.statements import Statement, statements, tokens_of
from doorcheck.scan.project.database.words import Words

MAX_TABLES = 5_000
MAX_COLUMNS = 2_000
MAX_NESTED = 2
"""How deep ``DO`` blocks are read; a block in a block is text that code puts together."""

_HEAD = re.compile(
    r"(?:create|alter|drop)\s+(?:or\s+replace\s+|unique\s+|global\s+|local\s+|unlogged\s+)*"
    r"(?:table|policy|index|function|foreign\s+table)\b",
    re.IGNORECASE,
)
_DO = re.compile(r"do\b", re.IGNORECASE)
_INNER = re.compile(r"\b(?:create|alter|drop)\s+(?:or\s+replace\s+)?(?:table|policy|function)\b", re.IGNORECASE)
_MADE_FROM_TEXT = re.compile(r"\bexecute\b[^;]*\b(?:policy|row\s+level)\b", re.IGNORECASE)
_CONSTRAINTS = frozenset(
    (
        *("constraint", "primary", "foreign", "unique", "check", "exclude", "key", "index", "fulltext", "spatial"),
        *("like", "period", "projection"),
    )
)
# Words that end a column's type.
_AFTER_TYPE = frozenset(
    (
        *("not", "null", "default", "primary", "unique", "references", "check", "constraint", "generated", "collate"),
        *("comment", "auto_increment", "autoincrement", "on", "codec", "as"),
    )
)


@dataclass(slots=True)
class _Table:
    stored: str
    file: str
    line: int
    columns: dict[str, Column] = field(default_factory=dict)
    uniques: list[frozenset[str]] = field(default_factory=list)


class Ddl:
    """What the SQL files that were applied so far have built."""

    def __init__(self) -> None:
        self._tables: dict[str, _Table] = {}
        self.policies = PolicyBook()

    def apply(self, file: str, text: str) -> None:
        """Apply the statements of one file, in order. What is not understood changes nothing."""
        for statement in statements(text):
            self._apply(file, statement, 0)

    def models(self) -> list[Model]:
        """The tables as they are now, and those of which only the policies are known."""
        found = [self._model(key, table) for key, table in self._tables.items()]
        missing = [key for key in self.policies.tables() if key not in self._tables]
        return found + [Model(key, key, security=self.policies.security(key)) for key in missing]

    def _model(self, key: str, table: _Table) -> Model:
        return Model(
            table.stored,
            table.stored,
            (),
            tuple(table.columns.values()),
            (),
            tuple(dict.fromkeys(table.uniques)),
            table.file,
            table.line,
            self.policies.security(key),
        )

    def _apply(self, file: str, statement: Statement, depth: int) -> None:
        if _DO.match(statement.text):
            if _MADE_FROM_TEXT.search(statement.text):
                self.policies.not_all_seen()
            for inner in _inside(statement) if depth < MAX_NESTED else ():
                self._apply(file, inner, depth + 1)
        elif _HEAD.match(statement.text):
            self._change_schema(Words(tokens_of(statement.text), statement.text), file, statement.line)

    def _change_schema(self, words: Words, file: str, line: int) -> None:
        verb = words.take()
        while words.peek() in ("or", "replace", "global", "local", "unlogged", "foreign"):
            words.take()
        unique = words.accept("unique")
        what = words.take()
        if what == "table":
            {"create": self._create, "alter": self._alter, "drop": self._drop}[verb](words, file, line)
        elif what == "policy":
            self.policies.change(verb, words, file, line)
        elif what == "function" and verb == "create":
            self.policies.function(words)
        elif what == "index" and unique and verb == "create":
            self._unique_index(words)

    def _create(self, words: Words, file: str, line: int) -> None:
        words.accept("if", "not", "exists")
        key = words.table()
        items = words.group() if words.peek() == "(" else []
        if not key or not items or key in self._tables or len(self._tables) >= MAX_TABLES:
            return
        table = self._tables[key] = _Table(key, file, line)
        for item in items:
            _define(table, item)

    def _drop(self, words: Words, file: str, line: int) -> None:
        del file, line
        words.accept("if", "exists")
        while key := words.table():
            self._tables.pop(key, None)
            self.policies.forget(key)
            if not words.accept(","):
                return

    def _alter(self, words: Words, file: str, line: int) -> None:
        del file, line
        words.accept("if", "exists")
        words.accept("only")
        key = words.table()
        table = self._tables.get(key)
        for action in words.split():
            if _is_security(action):
                self.policies.switch(key, action)
            elif table is not None:
                self._change(key, table, action)

    def _change(self, key: str, table: _Table, action: Words) -> None:
        verb = action.take()
        if verb == "add":
            action.accept("column")
            action.accept("if", "not", "exists")
            for item in action.group() if action.peek() == "(" else [action]:
                _define(table, item)
        elif verb == "drop" and action.peek() != "constraint":
            action.accept("column")
            action.accept("if", "exists")
            table.columns.pop(action.name().lower(), None)
        elif verb == "rename":
            self._rename(key, table, action)

    def _rename(self, key: str, table: _Table, action: Words) -> None:
        if action.accept("to") or action.accept("as"):
            stored = action.table()
            if stored:
                self._tables.pop(key, None)
                table.stored = stored
                self._tables[stored] = table
                self.policies.rename(key, stored)
        elif action.peek() != "constraint":
            action.accept("column")
            old = action.name()
            new = action.name() if action.accept("to") else ""
            column = table.columns.pop(old.lower(), None)
            if column is not None and new:
                table.columns[new.lower()] = replace(column, name=new, stored=new)

    def _unique_index(self, words: Words) -> None:
        words.accept("concurrently")
        words.accept("if", "not", "exists")
        if words.peek() != "on":
            words.table()
        if not words.accept("on"):
            return
        words.accept("only")
        table = self._tables.get(words.table())
        if words.accept("using"):
            words.take()
        if table is not None and words.peek() == "(":
            names = [item.name() for item in words.group()]
            # A partial index says nothing of the rows it leaves out.
            if all(names) and "where" not in words.rest():
                _make_unique(table, names)


def _inside(statement: Statement) -> Iterator[Statement]:
    """The statements in the text of a ``DO`` block, each from the word it changes the schema with."""
    body = next((token for token in tokens_of(statement.text) if token.kind == "string"), None)
    if body is None:
        return
    for inner in statements(body.text):
        found = _INNER.search(inner.text)
        if found is not None:
            yield Statement(inner.text[found.start() :], statement.line + inner.line - 1)


def _is_security(action: Words) -> bool:
    return action.rest()[-3:] == ("row", "level", "security")


def _define(table: _Table, item: Words) -> None:
    """Add what one item of a table's definition says: a column or a constraint."""
    first = item.peek()
    if first in _CONSTRAINTS and item.kind() == "word" and not _is_column(item, first):
        _constrain(table, item)
        return
    name = item.name()
    if not name or len(table.columns) >= MAX_COLUMNS:
        return
    written = item.type_until(_AFTER_TYPE)
    rest = item.rest()
    pairs = set(itertools.pairwise(rest))
    key = ("primary", "key") in pairs
    unique = key or "unique" in rest
    optional = not key and ("not", "null") not in pairs
    many = written.endswith("[]") or written.startswith("array")
    column = Column(name, name, written, optional, many, unique, key, item.reference())
    # MySQL's backticks quote names that a later statement writes in other letters.
    table.columns.setdefault(name.lower(), column)
    if unique:
        table.uniques.append(frozenset((name,)))


def _is_column(item: Words, first: str) -> bool:
    """Whether an item that begins like a constraint is a column of that name: ``key text NOT NULL``."""
    return first in ("key", "index", "like", "period") and item.kind(1) == "word" and item.peek(2) != "("


def _constrain(table: _Table, item: Words) -> None:
    if item.accept("constraint") and item.peek() not in ("primary", "foreign", "unique", "check", "exclude"):
        item.name()
    if item.accept("foreign", "key"):
        names = _listed(item)
        target = item.reference()
        for name in names:
            column = table.columns.get(name.lower())
            # A column in two keys points where the one of its own says, not where it only tells tenants apart.
            if column is not None and target and (not column.references or len(names) == 1):
                table.columns[name.lower()] = replace(column, references=target)
        return
    primary = item.accept("primary", "key")
    if primary or item.accept("unique"):
        names = _listed(item)
        _make_unique(table, names)
        for name in names if primary else ():
            column = table.columns.get(name.lower())
            if column is not None:
                table.columns[name.lower()] = replace(column, key=True, optional=False)


def _listed(item: Words) -> list[str]:
    """The columns in the brackets that come next; a name for the constraint may stand before them."""
    while item.peek() not in ("(", ""):
        item.take()
    return [each.name() for each in item.group()]


def _make_unique(table: _Table, names: Iterable[str]) -> None:
    found = frozenset(name for name in names if name)
    if found:
        table.uniques.append(found)
    if len(found) == 1:
        only = next(iter(found)).lower()
        if only in table.columns:
            table.columns[only] = replace(table.columns[only], unique=True)
