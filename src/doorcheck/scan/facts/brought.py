"""Which sensitive columns a record brings along, wherever it goes."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from doorcheck.scan.facts.selections import (
    EVERYTHING,
    NOTHING_OF_IT,
    Selection,
    left_out_by_client,
    selection_of,
    statement_of,
)
from doorcheck.scan.facts.values import Effect, Row
from doorcheck.scan.project.database.models import Column, Model, Role
from doorcheck.scan.project.database.naming import plain, singular
from doorcheck.scan.project.database.schemas import Schemas

_ENVELOPES = frozenset({"data", "rows", "row", "value", "docs", "results", "recordset"})
"""What libraries put the records in that they answer with."""
_MAX_DEPTH = 4

_HIDDEN_PARTS = (
    "password", "passwd", "passphrase", "salt", "totp", "twofactor", "mfasecret", "otp", "backupcode", "recoverycode",
    "privatekey", "encryptionkey",
)  # fmt: skip
"""Parts of the names of columns that only the server compares or decrypts: no client has a use for them."""
_OF_ACCOUNTS = frozenset({"hash", "salt", "pin", "secret"})
"""Names that say something only in an account's record: a file has a hash, and a map has pins."""
_PERSONAL = (
    "ssn", "socialsecurity", "nationalid", "tax", "passport", "driverslicense", "cardnumber", "cvv", "cvc", "iban",
    "bankaccount", "accountnumber", "routingnumber", "sortcode", "dateofbirth", "birthdate", "dob", "ipaddress",
    "lastloginip",
)  # fmt: skip

Path = tuple[str, ...]


class Good(enum.Enum):
    """What a column is good for."""

    NOBODY = "nobody"
    """A hash or a secret that only the server has a use for."""
    KEY = "key"
    """Whoever has it may do something."""
    PERSONAL = "personal"
    """It says something of a person."""


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
class Bringing:
    """What a record brings along. ``model`` is None where no schema speaks of it.

    ``held_back`` when its model has sensitive columns that stay behind; ``sure`` when the code says all of it.
    """

    model: Model | None
    brought: tuple[Brought, ...] = ()
    held_back: bool = False
    sure: bool = True


def brought_by(schema: Schemas, row: Row, effect: Effect) -> Bringing:
    """What a record, or what stands at a path of it, brings along of what this operation reads."""
    selection = selection_of(effect)
    model = _model(schema, effect)
    if model is None:
        whole = selection.names is None and not row.path
        return Bringing(None, sure=selection.sure and not whole)
    if selection is NOTHING_OF_IT:
        return Bringing(model)
    model, selected = _standing(schema, row, effect, model, selection)
    if selected is None:
        return Bringing(model, held_back=_has_sensitive(model))
    walk = _Columns(schema, row, effect)
    walk.add(model, selected, row.path, (), many=False)
    return Bringing(model, tuple(walk.brought), walk.held_back, walk.sure and row.cut.is_sure(row.path))


def _model(schema: Schemas, effect: Effect) -> Model | None:
    """The model that an operation is about, or the first that its statement names."""
    if effect.subject and " " not in effect.subject:
        return schema.model(effect.subject, effect.file)
    return next(iter(schema.near(effect.file).tables_in(statement_of(effect))), None)


def _has_sensitive(model: Model) -> bool:
    return bool(model.having(Role.SENSITIVE))


def _standing(
    schema: Schemas, row: Row, effect: Effect, model: Model, selection: Selection
) -> tuple[Model, Selection | None]:
    """The record at the path that the answer shows, and what is brought of it; None for a single column."""
    for name in row.path:
        inner = _related(schema, model, selection, name, effect.file)
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
    schema: Schemas, model: Model, selection: Selection, name: str, file: str
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
    found = schema.model(target or name, file)
    return (found, inner) if found is not None else None


class _Columns:
    def __init__(self, schema: Schemas, row: Row, effect: Effect) -> None:
        self._schema = schema
        self._cut = row.cut
        self._effect = effect
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
        without = selection.without | (left_out_by_client(self._effect, model.name) if names is None else set())
        for column in model.having(Role.SENSITIVE):
            shown_as = [column.name] if names is None else [name for name, of in names if _is(column, of)]
            left_out = any(_is(column, plain(name)) for name in without)
            hidden = column.hidden and names is None
            shown_as = [] if left_out or hidden else [name for name in shown_as if self._leaves(at, name)]
            if shown_as:
                self.brought.append(Brought(model, column, path, names is not None, many))
            else:
                self.held_back = True
        for name in dict.fromkeys((*selection.related, *(selection.names or ()))):
            inner = _related(self._schema, model, selection, name, self._effect.file)
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


def good_of(brought: Brought) -> Good | None:
    """What a column is good for; None where its name says nothing in a record of this kind."""
    name = plain(brought.column.name)
    if name in _OF_ACCOUNTS and not brought.model.is_account:
        return Good.KEY if name == "secret" else None
    if name in _OF_ACCOUNTS or any(part in name for part in _HIDDEN_PARTS):
        return Good.NOBODY
    return Good.PERSONAL if name.startswith(_PERSONAL) else Good.KEY
