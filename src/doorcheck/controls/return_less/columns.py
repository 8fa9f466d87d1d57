"""Which sensitive columns the records in a door's answers bring along."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from doorcheck.scan.facts.ownership import scope_of
from doorcheck.scan.facts.selections import EVERYTHING, NOTHING_OF_IT, Selection, selection_of, statement_of
from doorcheck.scan.facts.shown import Shown, shown_by
from doorcheck.scan.facts.values import Effect, Obj, Row, Value, made_from
from doorcheck.scan.judging import DoorCase
from doorcheck.scan.project.database.models import Column, Model, Role
from doorcheck.scan.project.database.naming import plain, singular

_ENVELOPES = frozenset({"data", "rows", "row", "value", "docs", "results", "recordset"})
"""What libraries put the records in that they answer with."""
_MAX_DEPTH = 4
_MAX_PARTS = 80

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Brought:
    """One sensitive column in an answer: ``model`` is the one it is a column of, ``path`` leads there from the record
    that was asked for, ``named`` when the query names the column, ``many`` when there may be several such records."""

    model: Model
    column: Column
    path: Path
    named: bool
    many: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """A record in an answer, with what it brings along. ``model`` is None where no schema speaks of it.

    ``held_back`` when its model has sensitive columns that stay behind; ``sure`` when the code says all of it.
    """

    shown: Shown
    effect: Effect
    model: Model | None
    brought: tuple[Brought, ...] = ()
    held_back: bool = False
    sure: bool = True


def answered_with(case: DoorCase) -> list[Answered]:
    """The records in the answers of a door."""
    here = {(each.effect.file, each.effect.at) for each in case.trace.happenings}
    found: list[Answered] = []
    for shown in shown_by(case.trace.ways_out):
        effect = shown.row.effect
        if effect.kind != "database":
            continue
        if (effect.file, effect.at) not in here:
            # a function gives the same for all records that are chosen alike, so this may stand for one of this door's
            effect = next(_alike(case, effect), effect)
        found.append(_answered(case, shown, effect))
    return found


def _alike(case: DoorCase, effect: Effect) -> Iterator[Effect]:
    for each in case.trace.happenings:
        other = each.effect
        if (other.kind, other.subject) == (effect.kind, effect.subject) and scope_of(other) == scope_of(effect):
            yield other


def _answered(case: DoorCase, shown: Shown, effect: Effect) -> Answered:
    selection = selection_of(effect)
    model = _model(case, effect)
    if model is None:
        whole = selection.names is None and not shown.row.path
        return Answered(shown, effect, None, sure=shown.sure and selection.sure and not whole)
    if selection is NOTHING_OF_IT:
        return Answered(shown, effect, model)
    model, selected = _standing(case, shown, effect, model, selection)
    if selected is None:
        return Answered(shown, effect, model, held_back=_has_sensitive(model))
    walk = _Columns(case, shown, effect.file)
    walk.add(model, selected, shown.row.path, (), many=False)
    sure = shown.sure and walk.sure and shown.row.cut.is_sure(shown.row.path)
    return Answered(shown, effect, model, tuple(walk.brought), walk.held_back, sure)


def _model(case: DoorCase, effect: Effect) -> Model | None:
    """The model that an operation is about, or the first that its statement names."""
    if effect.subject and " " not in effect.subject:
        return case.schema.model(effect.subject, effect.file)
    return next(iter(case.schema.near(effect.file).tables_in(statement_of(effect))), None)


def names_sensitive(case: DoorCase, subject: str) -> bool:
    """Whether the door itself names a sensitive column of records that no schema speaks of: it reads or writes it."""
    words = case.words["sensitive_columns"]
    return any(
        plain(name) in words
        for each in case.trace.happenings
        for operand in each.effect.operands
        for name in _named_in(operand, subject, each.effect)
    )


def _named_in(operand: Value, subject: str, effect: Effect) -> Iterator[str]:
    for part in made_from(operand, _MAX_PARTS):
        if isinstance(part, Row) and part.effect.subject == subject:
            yield from part.path[-1:]
        elif isinstance(part, Obj) and effect.subject == subject and effect.writes:
            yield from part.props


def _has_sensitive(model: Model) -> bool:
    return bool(model.having(Role.SENSITIVE))


def _standing(
    case: DoorCase, shown: Shown, effect: Effect, model: Model, selection: Selection
) -> tuple[Model, Selection | None]:
    """The record at the path that the answer shows, and what is brought of it; None for a single column."""
    for name in shown.row.path:
        inner = _related(case, model, selection, name, effect.file)
        if inner is not None:
            model, selection = inner
        elif not _is_envelope(model, selection, name):
            return model, None
    return model, selection


def _is_envelope(model: Model, selection: Selection, name: str) -> bool:
    """Whether this is what a library puts records in, and no column."""
    if name in selection.related or name in (selection.names or ()) or model.column(name) is not None:
        return False
    return name in _ENVELOPES or _is_called(model, name)


def _is_called(model: Model, name: str) -> bool:
    """Whether this is the model's own name, under which a join puts its columns."""
    return singular(name) in {singular(model.name), singular(model.stored)}


def _related(
    case: DoorCase, model: Model, selection: Selection, name: str, file: str
) -> tuple[Model, Selection] | None:
    """The records of another model that come under this name, and what of them."""
    inner = selection.related.get(name)
    relation = model.relation(name)
    if inner is None and relation is not None and selection.names is not None and name in selection.names:
        inner = EVERYTHING
    if inner is None:
        return None
    target = relation.model if relation is not None else ""
    column = model.column(name) if not target else None
    if column is not None and column.references:
        target = column.references
    found = case.schema.model(target or name, file)
    return (found, inner) if found is not None else None


class _Columns:
    def __init__(self, case: DoorCase, shown: Shown, file: str) -> None:
        self._case = case
        self._cut = shown.row.cut
        self._file = file
        self.brought: list[Brought] = []
        self.held_back = False
        self.sure = True

    def add(self, model: Model, selection: Selection, at: Path, path: Path, *, many: bool) -> None:
        """Take in what is brought of one model, and of those related to it."""
        if not self._cut.leaves(at) or len(path) > _MAX_DEPTH:
            self.held_back = self.held_back or _has_sensitive(model)
            return
        self.sure = self.sure and selection.sure
        names = _named(selection)
        for column in model.having(Role.SENSITIVE):
            shown_as = [column.name] if names is None else [name for name, of in names if _is(column, of)]
            left_out = any(_is(column, plain(name)) for name in selection.without)
            hidden = column.hidden and names is None
            shown_as = [] if left_out or hidden else [name for name in shown_as if self._leaves(at, name)]
            if shown_as:
                self.brought.append(Brought(model, column, path, names is not None, many))
            else:
                self.held_back = True
        for name in dict.fromkeys((*selection.related, *(selection.names or ()))):
            inner = _related(self._case, model, selection, name, self._file)
            if inner is not None:
                relation = model.relation(name)
                more = many or (relation is not None and relation.many)
                self.add(*inner, (*at, name), (*path, name), many=more)

    def _leaves(self, at: Path, name: str) -> bool:
        return self._cut.leaves((*at, name))


def _named(selection: Selection) -> list[tuple[str, str]] | None:
    if selection.names is None:
        return None
    return [(name, plain(column)) for name, column in selection.names.items()]


def _is(column: Column, name: str) -> bool:
    return name in {plain(column.name), plain(column.stored)}
