"""What functions given to a table's declaration say: its keys, what it references, its relations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from doorcheck.scan.facts.values import Fn
from doorcheck.scan.syntax import ir

MAX_NODES = 400
"""Expressions looked at in one such function."""

_UNIQUE = frozenset({"unique", "uniqueIndex", "primaryKey"})


@dataclass(frozen=True, slots=True)
class NamedRelation:
    """One entry of ``relations``: the variable of the table it leads to, and the columns it goes over, if it says."""

    name: str
    table: str
    columns: tuple[str, ...]
    many: bool


def referenced(given: Fn) -> str:
    """The variable in ``() => users.id``; empty when it says something else."""
    returned = _returned(given)
    if isinstance(returned, ir.Member) and isinstance(returned.object, ir.Name):
        return returned.object.id
    return ""


def foreign_keys(given: Fn) -> dict[str, str]:
    """The columns with a key of their own, ``foreignKey({ columns: [t.a], foreignColumns: [users.id] })``.

    Each with the variable of the table it points at.
    """
    found: dict[str, str] = {}
    for word, calls in _rules(given):
        options = calls[-1].arguments[:1]
        if word != "foreignKey" or not options:
            continue
        columns, targets = _columns(options[0]), _owners(options[0], "foreignColumns")
        if len(columns) == len(targets) == 1:
            found[columns[0]] = targets[0]
    return found


def unique_sets(given: Fn) -> list[frozenset[str]]:
    """The sets of columns that ``(t) => [unique().on(t.a, t.b)]`` keeps unique, its primary key among them."""
    found: list[frozenset[str]] = []
    for word, calls in _rules(given):
        # A partial index, which has a ``where``, says nothing of the rows it leaves out.
        if word not in _UNIQUE or any(_called(call) == "where" for call in calls):
            continue
        columns = frozenset(column for call in calls for argument in call.arguments for column in _columns(argument))
        if columns:
            found.append(columns)
    return found


def relations_in(given: Fn) -> Iterator[NamedRelation]:
    """The relations that ``({ one, many }) => ({ … })`` declares."""
    returned = _returned(given)
    for entry in returned.entries if isinstance(returned, ir.Object) else ():
        call = entry.value
        if not isinstance(entry.key, str) or not isinstance(call, ir.Call) or not call.arguments:
            continue
        first, *others = call.arguments
        word = _called(call)
        if isinstance(first, ir.Name) and word in ("one", "many"):
            columns = tuple(column for other in others for column in _columns(other, "fields"))
            yield NamedRelation(entry.key, first.id, columns, word == "many")


def _returned(given: Fn) -> ir.Expression | None:
    """What a function of one statement returns."""
    body = given.function.body
    last = body[-1] if body else None
    value = last.value if isinstance(last, ir.Return) else None
    return value.value if isinstance(value, ir.Cast) else value


def _rules(given: Fn) -> Iterator[tuple[str, list[ir.Call]]]:
    """The calls of each rule, the last first, with what the library calls the function that begins it."""
    for node in _items(_returned(given)):
        calls = list(_chain(node))
        made = calls[-1].callee if calls else None
        name = given.module.imports.get(made.id) if isinstance(made, ir.Name) else None
        if name is not None:
            yield name.imported, calls


def _items(node: ir.Expression | None) -> list[ir.Expression]:
    if isinstance(node, ir.Array):
        return node.items[:MAX_NODES]
    return [entry.value for entry in node.entries[:MAX_NODES]] if isinstance(node, ir.Object) else []


def _chain(node: ir.Expression) -> Iterator[ir.Call]:
    """The calls of ``unique("x").on(t.a)``, the last first."""
    for _ in range(MAX_NODES):
        if isinstance(node, ir.Call):
            yield node
            node = node.callee
        elif isinstance(node, ir.Member):
            node = node.object
        else:
            return


def _called(call: ir.Call) -> str:
    callee = call.callee
    if isinstance(callee, ir.Member):
        return callee.property
    return callee.id if isinstance(callee, ir.Name) else ""


def _columns(node: ir.Expression, key: str = "columns") -> list[str]:
    """The columns in ``t.a``, and in ``{ columns: [t.a, t.b] }`` under this key."""
    if isinstance(node, ir.Member) and isinstance(node.object, ir.Name):
        return [node.property]
    return [item.property for item in _listed(node, key)]


def _owners(node: ir.Expression, key: str) -> list[str]:
    """The variables whose columns are listed under this key."""
    return [item.object.id for item in _listed(node, key) if isinstance(item.object, ir.Name)]


def _listed(node: ir.Expression, key: str) -> list[ir.Member]:
    lists = (
        entry.value
        for entry in (node.entries if isinstance(node, ir.Object) else ())
        if entry.key == key and isinstance(entry.value, ir.Array)
    )
    return [item for each in lists for item in each.items if isinstance(item, ir.Member)]
