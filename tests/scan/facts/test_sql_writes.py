"""Statements that insert or update say which column gets which of the bound values."""

from __future__ import annotations

import pytest

from doorcheck.scan.facts.sql_writes import columns_of
from doorcheck.scan.facts.values import Arr, Const, Effect, Input, Obj, Value

FIRST, SECOND = Input("body", ("first",)), Input("body", ("second",))


def written(*given: Value) -> dict[tuple[str, str], Value]:
    effect = Effect("database", writes=True, says="database query", file="a.ts", at=0)
    effect.given = given
    return {(table, column): value for table, column, value in columns_of(effect)}


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO notes (text, user_id) VALUES ($1, $2)",
        "insert into notes (text, user_id) values ($1, $2::uuid) returning id",
        "INSERT INTO notes (text, user_id) VALUES (?, ?)",
        'INSERT INTO "notes" ("text", "user_id") VALUES ($1, $2)',
        "UPDATE notes SET text = $1, user_id = $2 WHERE id = $3",
        "UPDATE notes SET text = ?, user_id = ? WHERE id = ?",
    ],
)
def test_each_column_gets_its_bound_value(text: str) -> None:
    found = written(Const(text), Arr((FIRST, SECOND, Const("id"))))
    assert found == {("notes", "text"): FIRST, ("notes", "user_id"): SECOND}


def test_places_are_counted_past_expressions() -> None:
    text = "INSERT INTO notes (made, text, user_id) VALUES (coalesce(?, now()), ?, ?)"
    found = written(Const(text), Arr((Const("today"), FIRST, SECOND)))
    assert found == {("notes", "text"): FIRST, ("notes", "user_id"): SECOND}


def test_a_tagged_template_binds_what_stands_in_its_holes() -> None:
    texts = Arr((Const("INSERT INTO notes (text, user_id) VALUES ("), Const(", "), Const(")")))
    assert written(texts, FIRST, SECOND) == {("notes", "text"): FIRST, ("notes", "user_id"): SECOND}


def test_named_places_and_a_statement_with_its_values() -> None:
    text = Const("UPDATE notes SET text = :first WHERE id = :id")
    assert written(text, Obj({"first": FIRST, "id": SECOND})) == {("notes", "text"): FIRST}
    statement = Obj({"text": Const("UPDATE notes SET text = $1"), "values": Arr((FIRST,))})
    assert written(statement) == {("notes", "text"): FIRST}


@pytest.mark.parametrize(
    "text",
    [
        "SELECT text FROM notes WHERE user_id = $1",
        "DELETE FROM notes WHERE id = $1",
        "INSERT INTO notes DEFAULT VALUES",
    ],
)
def test_statements_that_write_no_column_tell_none(text: str) -> None:
    assert written(Const(text), Arr((FIRST,))) == {}


def test_a_value_that_is_not_given_is_not_told() -> None:
    assert written(Const("UPDATE notes SET text = $3"), Arr((FIRST,))) == {}
