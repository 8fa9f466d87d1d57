"""What a compiled statement really reads: written down by the compiler itself, while it writes the SQL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast
from weakref import WeakKeyDictionary

from sqlalchemy.engine import Dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FromClause
from sqlalchemy.sql.selectable import FromClauseAlias

from doorcheck.guard.resource.rows import OpenRows, rows_in

# One name, one number, one star or a call without arguments, and an order: none of these can read a row by itself.
_HARMLESS = re.compile(
    r"\s*(?:\*|\d+(?:\.\d+)?|'[\w ]*'|[a-z_][\w$]*(?:\.[a-z_][\w$]*)*(?:\(\))?)(?:\s+(?:asc|desc))?"
    r"(?:\s+nulls\s+(?:first|last))?\s*",
    re.IGNORECASE,
)
_OPERATOR = re.compile(r"[^\w\s'\"();]+|(?!.*\b(?:or|and|union|select|from)\b)[a-z ]+", re.IGNORECASE)
_LEDGER = "doorcheck_ledger"
Place = tuple[int, object]


@dataclass(slots=True)
class Ledger:
    """The tables that stand in a FROM, those a condition vouched for in the same query, and what cannot be judged."""

    read: list[tuple[Place, str]] = field(default_factory=list)
    vouched: set[Place] = field(default_factory=set)
    queries: list[object] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def vouch(self, compiler: SQLCompiler, source: FromClause | None) -> None:
        """Note that the query being written holds the rows of this table or alias against the scope."""
        if source is not None:
            self.vouched.add((self._query(compiler), _name(compiler, source)))

    def reads(self, compiler: SQLCompiler, table: FromClause, around: FromClauseAlias | None) -> None:
        """Note that the query being written has this table in its FROM."""
        rows = rows_in(table)
        name = str(getattr(table, "name", table))
        if rows is None:
            self.faults.append(
                f"{name} is a table of which nothing is declared: __rows__ = owned_by(...) or open_rows(...)"
            )
        elif not isinstance(rows, OpenRows):
            # What is around a subquery is handed down to the tables inside of it too.
            source = around if around is not None and hash(around.element) == hash(table) else table
            self.read.append(((self._query(compiler), _name(compiler, source)), name))

    def text(self, written: str) -> None:
        """Note a piece of SQL that was written by hand."""
        if not _HARMLESS.fullmatch(written):
            self.faults.append("SQL written by hand cannot be held to a scope")

    def unvouched(self) -> Iterator[str]:
        """What this statement would read of other people's rows."""
        for place, name in self.read:
            if place not in self.vouched:
                yield (
                    f"{name} is read without its owner: ask for the model, not for its table, and name it in select(), "
                    "select_from() or join()"
                )

    def _query(self, compiler: SQLCompiler) -> int:
        # The compiler has one entry on its stack for each query it is inside of. Kept, so that no id comes twice.
        entry: object = compiler.stack[-1] if compiler.stack else None
        if entry is not None and not any(one is entry for one in self.queries):
            self.queries.append(entry)
        return id(entry)


def ledger_of(compiled: object) -> Ledger | None:
    """The ledger of a statement that was compiled under watch, else None."""
    if not isinstance(compiled, Watch):
        return None
    return cast("Ledger", compiled.__dict__.setdefault(_LEDGER, Ledger()))


def _name(compiler: SQLCompiler, source: FromClause) -> object:
    if isinstance(source, FromClauseAlias):
        # The name as it will be written, because an alias may be copied before it is.
        name: Any = source.name
        return "alias", compiler._truncated_identifier("alias", name) if hasattr(name, "apply_map") else name  # noqa: SLF001
    return "table", hash(source)


class Watch:
    """The part of a compiler that keeps the ledger; mixed into the compiler of the dialect in use."""

    stack: list[Any]

    def visit_table(self, table: Any, asfrom: bool = False, **options: Any) -> str:
        """A table, in a FROM or as the target of an UPDATE or DELETE."""
        if asfrom or options.get("within_tstring"):
            self._ledger.reads(cast("SQLCompiler", self), table, options.get("enclosing_alias"))
        return cast("str", super().visit_table(table, asfrom=asfrom, **options))  # type: ignore[misc]

    def visit_join(self, join: Any, *rest: Any, **options: Any) -> str:
        """A join. A full one also tells the rows that its condition turns away."""
        if join.full:
            self._ledger.faults.append("a full join tells rows that no condition holds for")
        return cast("str", super().visit_join(join, *rest, **options))  # type: ignore[misc]

    def visit_textclause(self, textclause: Any, *rest: Any, **options: Any) -> str:
        """A text()."""
        self._ledger.text(textclause.text)
        return cast("str", super().visit_textclause(textclause, *rest, **options))  # type: ignore[misc]

    def visit_tstring(self, tstring: Any, *rest: Any, **options: Any) -> str:
        """A template string, which is text with holes."""
        self._ledger.faults.append("SQL written by hand cannot be held to a scope")
        return cast("str", super().visit_tstring(tstring, *rest, **options))  # type: ignore[misc]

    def visit_column(self, column: Any, *rest: Any, **options: Any) -> str:
        """A column, or a literal_column()."""
        if column.is_literal:
            self._ledger.text(column.name)
        return cast("str", super().visit_column(column, *rest, **options))  # type: ignore[misc]

    def visit_custom_op_binary(self, element: Any, operator: Any, **options: Any) -> str:
        """An op() with a name of its own."""
        if not _OPERATOR.fullmatch(operator.opstring):
            self._ledger.faults.append("an operator that holds more than an operator")
        return cast("str", super().visit_custom_op_binary(element, operator, **options))  # type: ignore[misc]

    def get_statement_hint_text(self, hint_texts: Any) -> str:
        """Hints, which are written to the end of the statement as they are."""
        self._ledger.faults.append("a hint is SQL written by hand")
        return cast("str", super().get_statement_hint_text(hint_texts))  # type: ignore[misc]

    def visit_insert(self, statement: Any, *rest: Any, **options: Any) -> str:
        """An INSERT."""
        self._whole()
        return cast("str", super().visit_insert(statement, *rest, **options))  # type: ignore[misc]

    def visit_update(self, statement: Any, *rest: Any, **options: Any) -> str:
        """An UPDATE."""
        self._whole()
        return cast("str", super().visit_update(statement, *rest, **options))  # type: ignore[misc]

    def visit_delete(self, statement: Any, *rest: Any, **options: Any) -> str:
        """A DELETE."""
        self._whole()
        return cast("str", super().visit_delete(statement, *rest, **options))  # type: ignore[misc]

    def _whole(self) -> None:
        # What is written is looked at where the statement is executed, and there only the outermost is seen.
        if self.stack:
            self._ledger.faults.append("a change inside of another statement")

    @property
    def _ledger(self) -> Ledger:
        return cast("Ledger", self.__dict__.setdefault(_LEDGER, Ledger()))


_watched: WeakKeyDictionary[Dialect, type[SQLCompiler]] = WeakKeyDictionary()


def watch(dialect: Dialect) -> None:
    """Let the statements of this dialect be compiled under watch, which changes nothing of the SQL."""
    if dialect not in _watched:
        usual = dialect.statement_compiler
        _watched[dialect] = type(f"Watched{usual.__name__}", (Watch, usual), {"__module__": __name__})
        dialect.statement_compiler = _watched[dialect]
