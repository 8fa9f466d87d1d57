"""Tables and collections that source code declares, as models of the database's schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from doorcheck.scan.facts import names, table_rules
from doorcheck.scan.facts.documents import document_columns
from doorcheck.scan.facts.modules import LoadedModule
from doorcheck.scan.facts.values import Const, External, Fn, Obj, Value
from doorcheck.scan.knowledge.rows import Table
from doorcheck.scan.project.database.models import Column, Model, Relation
from doorcheck.scan.syntax import ir, positions

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator

MAX_TABLES = 3_000
MAX_LEAVES = 8
"""How many alternatives of one expression may declare a table: ``models.User || model("User", schema)``."""


def declared_models(ev: Evaluator, paths: Iterable[str]) -> list[Model]:
    """The models that these files declare. What the evaluation is in the middle of is left as it was."""
    saved = ev.active, ev.stack, ev.program.touched
    ev.active, ev.stack, ev.program.touched = [], [], set()
    try:
        return _Declarations(ev, paths).models()
    finally:
        ev.active, ev.stack, ev.program.touched = saved


class _Declarations:
    def __init__(self, ev: Evaluator, paths: Iterable[str]) -> None:
        self._ev = ev
        self._modules = [module for path in paths if (module := ev.program.module(path)) is not None]
        self._relations: list[tuple[str, list[Relation]]] = []

    def models(self) -> list[Model]:
        found: dict[str, Model] = {}
        for module in self._modules:
            for name, node, at in _variables(module):
                for value in self._values(module, name, node):
                    if len(found) >= MAX_TABLES or not isinstance(value, External):
                        continue
                    model = self._model(value, name, module.path, positions.line_of(at))
                    if model is not None:
                        found.setdefault(model.name, model)
                    else:
                        self._relate(value)
        for table, relations in self._relations:
            if table in found:
                found[table] = _related(found[table], relations)
        return list(found.values())

    def _values(self, module: LoadedModule, name: str, node: ir.Expression) -> Iterator[Value]:
        leaves = list(_leaves(node))
        if name and len(leaves) == 1:
            yield names.module_value(self._ev, module, name)
        else:
            yield from (names.evaluate_at_top(self._ev, module, leaf) for leaf in leaves if isinstance(leaf, ir.Call))

    def _model(self, value: External, variable: str, file: str, line: int) -> Model | None:
        found = declaration(self._ev, value)
        if found is None:
            return None
        row, (first, *others) = found
        if not isinstance(first, Const) or not isinstance(first.value, str) or not others:
            return None
        aliases = (variable,) if variable else ()
        if row.style == "document":
            columns = document_columns(others[0])
            return Model(first.value, first.value, aliases, columns, file=file, line=line) if columns else None
        if not isinstance(others[0], Obj):
            return None
        columns = tuple(self._column(name, column) for name, column in others[0].props.items())
        uniques = [frozenset((column.name,)) for column in columns if column.unique]
        rules = next((other for other in others[1:] if isinstance(other, Fn)), None)
        if rules is not None:
            uniques += table_rules.unique_sets(rules)
            points = {
                name: self._table_called(target, rules.module)
                for name, target in table_rules.foreign_keys(rules).items()
            }
            columns = _pointing(columns, points)
        return Model(first.value, first.value, aliases, columns, (), tuple(uniques), file, line)

    def _column(self, name: str, value: Value) -> Column:
        if not isinstance(value, External) or not value.links:
            return Column(name, name)
        first = value.links[0].arguments[:1]
        called = {link.name for link in value.links}
        stored = first[0].value if first and isinstance(first[0], Const) and isinstance(first[0].value, str) else name
        key = "primaryKey" in called
        target = next((link.arguments[0] for link in value.links if link.name == "references" and link.arguments), None)
        return Column(
            name,
            stored,
            value.path[0].lower(),
            not key and "notNull" not in called,
            "array" in called,
            key or "unique" in called,
            key,
            self._target(target),
        )

    def _target(self, value: Value | None) -> str:
        """The table that ``() => users.id`` names."""
        name = table_rules.referenced(value) if isinstance(value, Fn) else ""
        return self._table_called(name, value.module) if name and isinstance(value, Fn) else ""

    def _table_called(self, name: str, module: LoadedModule) -> str:
        value = names.module_value(self._ev, module, name)
        found = declaration(self._ev, value) if isinstance(value, External) else None
        first = found[1][0] if found is not None else None
        return first.value if isinstance(first, Const) and isinstance(first.value, str) else ""

    def _relate(self, value: External) -> None:
        """Remember what ``relations(posts, ({ one, many }) => …)`` says of a table."""
        arguments = value.links[-1].arguments if value.links else ()
        if len(arguments) != 2 or not isinstance(arguments[0], External) or not isinstance(arguments[1], Fn):
            return
        found = declaration(self._ev, arguments[0])
        if found is None or not isinstance(found[1][0], Const):
            return
        given = arguments[1]
        relations = [
            Relation(each.name, self._table_called(each.table, given.module), each.columns, each.many)
            for each in table_rules.relations_in(given)
        ]
        self._relations.append((str(found[1][0].value), [each for each in relations if each.model]))


def declaration(ev: Evaluator, value: External) -> tuple[Table, tuple[Value, ...]] | None:
    """What is known of the call that declares a table, and its arguments; None when it declares none."""
    calls = 0
    for length, part in enumerate(value.path, 1):
        calls += part == "()"
        path = value.path[:length]
        row = ev.knowledge.tables.get((value.package, path[1:] if path[:1] == ("default",) else path))
        if row is not None and 0 < calls <= len(value.links) and value.links[calls - 1].arguments:
            return row, value.links[calls - 1].arguments
    return None


def _variables(module: LoadedModule) -> Iterator[tuple[str, ir.Expression, int]]:
    """A module's own variables and unnamed exports, each with its expression."""
    for name, let in module.variables.items():
        if let.value is not None and isinstance(let.pattern, ir.PatternName):
            yield name, let.value, let.at
    for export in module.summary.exports:
        if export.value is not None:
            yield "", export.value, export.at


def _leaves(node: ir.Expression) -> Iterator[ir.Expression]:
    """The alternatives of an expression, a few of them."""
    queue = [node]
    for number, current in enumerate(queue):
        if number > MAX_LEAVES:
            return
        if isinstance(current, ir.Logical):
            queue += [current.left, current.right]
        elif isinstance(current, ir.Conditional):
            queue += [current.then, current.otherwise]
        elif isinstance(current, ir.Cast):
            queue.append(current.value)
        else:
            yield current


def _related(model: Model, relations: list[Relation]) -> Model:
    """The model with these relations; a column that one is over points where it leads."""
    points = {each.columns[0]: each.model for each in relations if len(each.columns) == 1}
    return replace(model, columns=_pointing(model.columns, points), relations=(*model.relations, *relations))


def _pointing(columns: tuple[Column, ...], points: Mapping[str, str]) -> tuple[Column, ...]:
    """The columns, those that pointed nowhere to where these say."""
    return tuple(each if each.references else replace(each, references=points.get(each.name, "")) for each in columns)
