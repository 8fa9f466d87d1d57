"""A session of b changes b's rows, however it is told to, and makes rows for nobody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from sqlalchemy import CursorResult, Engine, delete, func, insert, literal, select, update
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from tests.guard.resource.models import A, B, Document, Draft, Invoice, Line, Membership, Model, Stray, Tag

from doorcheck.guard.resource import OutOfScope, Scope, ScopedSession

INVOICES = Model.metadata.tables["invoice"]
LINES = Model.metadata.tables["line"]


def rows(engine: Engine) -> dict[str, list[Any]]:
    """All that is in the database of a's, and of nobody's."""
    with Session(engine) as plain:
        return {
            name: [tuple(row) for row in plain.execute(select(table)) if row[0] != B]
            for name, table in Model.metadata.tables.items()
        }


def changed(session: ScopedSession, statement: Any) -> int:
    """How many rows this changes."""
    return cast("CursorResult[Any]", session.execute(statement)).rowcount


def added(session: ScopedSession, row: object) -> None:
    session.add(row)
    session.flush()


def merged(session: ScopedSession, row: object) -> None:
    session.merge(row)
    session.flush()


def given(session: ScopedSession, model: type[Any], **values: object) -> None:
    own = session.get_one(model, B)
    for name, value in values.items():
        setattr(own, name, value)
    session.flush()


@pytest.fixture(autouse=True)
def _rows_of_a_stay(engine: Engine) -> Iterator[None]:
    before = rows(engine)
    yield
    assert rows(engine) == before


CHANGES: dict[str, Any] = {
    "the model": update(Invoice).values(amount=0),
    "the table": update(INVOICES).values(amount=0),
    "one row": update(Invoice).where(Invoice.id.in_([A, B])).values(amount=0),
    "children": update(Line).values(says="gone"),
    "by membership": update(Document).values(title="gone"),
    "by owner and tenant": update(Draft).values(title="gone"),
}


@pytest.mark.parametrize("statement", CHANGES.values(), ids=CHANGES)
def test_a_change_of_many_rows_changes_own_ones(of_b: ScopedSession, statement: Any) -> None:
    assert changed(of_b, statement) == 1
    of_b.commit()


@pytest.mark.parametrize("model", [Invoice, Line, Document, Draft, Membership])
@pytest.mark.parametrize("with_table", [False, True], ids=["model", "table"])
def test_a_deletion_deletes_own_rows(of_b: ScopedSession, model: Any, with_table: bool) -> None:
    assert changed(of_b, delete(model.__table__ if with_table else model)) == 1
    of_b.commit()


def test_a_returning_change_returns_own_rows(of_b: ScopedSession) -> None:
    assert of_b.scalars(update(Invoice).values(amount=1).returning(Invoice.id)).all() == [B]
    assert of_b.scalars(delete(Line).returning(Line.id)).all() == [B]
    of_b.commit()


REFUSED: dict[str, Any] = {
    "a row for somebody else": insert(Invoice).values(id=B + 10, owner_id="a", amount=0),
    "the same by the table": insert(INVOICES).values(id=B + 10, owner_id="a", amount=0),
    "several": insert(Invoice).values(
        [{"id": 8, "owner_id": "b", "amount": 0}, {"id": 9, "owner_id": "a", "amount": 0}]
    ),
    "a row of nobody": insert(Invoice).values(id=9, amount=0),
    "a row of NULL": insert(Invoice).values(id=9, owner_id=None, amount=0),
    "a computed owner": insert(Invoice).values(id=9, owner_id=func.lower("A"), amount=0),
    "an owner from a query": insert(Invoice).values(id=9, owner_id=select(literal("a")).scalar_subquery(), amount=0),
    "INSERT of a SELECT": insert(Invoice).from_select(
        ["id", "owner_id", "amount"], select(literal(9), literal("a"), literal(0))
    ),
    "an upsert": sqlite_insert(Invoice)
    .values(id=A, owner_id="b", amount=0)
    .on_conflict_do_update(index_elements=["id"], set_={"amount": 0}),
    "or replace": insert(Invoice).prefix_with("OR REPLACE").values(id=A, owner_id="b", amount=0),
    "update or replace": update(Invoice).prefix_with("OR REPLACE").values(id=A),
    "a gift": update(Invoice).values(owner_id="a"),
    "a gift by the table": update(INVOICES).values({INVOICES.c.owner_id: "a"}),
    "a gift in order": update(Invoice).ordered_values((Invoice.amount, 0), (Invoice.owner_id, "a")),
    "a computed gift": update(Invoice).values(owner_id=func.lower("A")),
    "a line on somebody else's invoice": insert(Line).values(id=9, invoice_id=A, says="x"),
    "a line moved there": update(Line).values(invoice_id=A),
    "a document in another organisation": insert(Document).values(id=9, org_id="org-a", title="x"),
    "a document moved there": update(Document).values(org_id="org-a"),
    "a draft in another tenant": insert(Draft).values(id=9, author_id="b", org_id="org-a", title="x"),
    "a draft of another author": insert(Draft).values(id=9, author_id="a", org_id="org-b", title="x"),
    "a membership of somebody else": insert(Membership).values(id=9, account_id="a", org_id="org-b"),
    "a way into another organisation": insert(Membership).values(id=9, account_id="b", org_id="org-a"),
    "a membership moved there": update(Membership).values(org_id="org-a"),
    "a computed membership": update(Membership).values(org_id=func.lower("ORG-A")),
    "what is read of a table": update(Invoice).values(
        amount=select(func.sum(INVOICES.alias().c.amount)).scalar_subquery()
    ),
    "where it is so in a table": update(Line).values(says="x").where(Line.id == INVOICES.c.id, INVOICES.c.amount > 0),
    "where it is so in another model": update(Line)
    .values(says="x")
    .where(Line.invoice_id == Invoice.next_id, Invoice.amount > 0),
    "a table of which nothing is declared": insert(Stray).values(id=9),
    "a change of it": update(Stray).values(id=9),
    "a deletion of it": delete(Stray),
}


@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED)
def test_a_change_for_somebody_else_is_refused(of_b: ScopedSession, statement: Any) -> None:
    with pytest.raises(OutOfScope):
        of_b.execute(statement)
    of_b.commit()


def test_rows_of_ones_own_can_be_made_in_every_way(engine: Engine, of_b: ScopedSession) -> None:
    of_b.add(Invoice(id=20, amount=1, lines=[Line(id=20, says="new")]))
    of_b.add(Draft(id=20, title="new"))
    of_b.execute(insert(Invoice).values(id=21, owner_id="b", amount=1))
    of_b.execute(insert(Invoice), [{"id": 22, "owner_id": "b", "amount": 1}, {"id": 23, "owner_id": "b", "amount": 1}])
    of_b.execute(insert(INVOICES).values([{"id": 24, "owner_id": "b", "amount": 1}]))
    of_b.execute(sqlite_insert(Invoice).values(id=A, owner_id="b", amount=1).on_conflict_do_nothing())
    of_b.bulk_insert_mappings(Invoice, [{"id": 25, "owner_id": "b", "amount": 1}])
    of_b.bulk_save_objects([Invoice(id=26, owner_id="b", amount=1)])
    of_b.execute(insert(Line).values(id=21, invoice_id=20, says="x"))
    of_b.execute(insert(Document).values(id=20, org_id="org-b", title="x"))
    assert of_b.scalars(select(Invoice.id).order_by(Invoice.id)).all() == [B, *range(20, 27)]
    assert [(one.author_id, one.org_id) for one in of_b.scalars(select(Draft))] == [("b", "org-b")] * 2
    of_b.rollback()


BULK: dict[str, Callable[[ScopedSession], object]] = {
    "insert": lambda session: session.execute(insert(Invoice), [{"id": 8, "owner_id": "a", "amount": 0}]),
    "insert mappings": lambda session: session.bulk_insert_mappings(Invoice, [{"owner_id": "a", "amount": 0}]),
    "insert objects": lambda session: session.bulk_save_objects([Invoice(id=9, owner_id="a", amount=0)]),
    "give by keys": lambda session: session.execute(update(Invoice), [{"id": B, "owner_id": "a"}]),
    "give mappings": lambda session: session.bulk_update_mappings(Invoice, [{"id": B, "owner_id": "a"}]),
    "add": lambda session: added(session, Invoice(owner_id="a", amount=0)),
    "add to an invoice": lambda session: added(session, Line(invoice_id=A, says="x")),
    "merge": lambda session: merged(session, Invoice(id=A, owner_id="a", amount=0)),
    "give": lambda session: given(session, Invoice, owner_id="a"),
    "move": lambda session: given(session, Line, invoice_id=A),
    "move by membership": lambda session: given(session, Document, org_id="org-a"),
}


@pytest.mark.parametrize("write", BULK.values(), ids=BULK)
def test_rows_are_not_made_for_or_given_to_somebody_else(
    of_b: ScopedSession, write: Callable[[ScopedSession], object]
) -> None:
    with pytest.raises(OutOfScope):
        write(of_b)
    of_b.rollback()


def test_changes_by_primary_key_meet_no_row_of_somebody_else(of_b: ScopedSession) -> None:
    with pytest.raises(StaleDataError):
        of_b.execute(update(Invoice), [{"id": A, "amount": 0}, {"id": B, "amount": 0}])
    of_b.rollback()
    with pytest.raises(StaleDataError):
        of_b.bulk_update_mappings(Invoice, [{"id": A, "amount": 0}])
    of_b.rollback()
    of_b.execute(update(Invoice), [{"id": B, "amount": 7}])
    assert of_b.get_one(Invoice, B).amount == 7
    of_b.rollback()


def test_merge_makes_no_use_of_somebody_elses_row(of_b: ScopedSession) -> None:
    merged = of_b.merge(Invoice(id=A, owner_id="b", amount=0))
    assert merged in of_b.new
    with pytest.raises(IntegrityError):
        of_b.flush()
    of_b.rollback()


def test_own_objects_are_changed_and_deleted_as_ever(of_b: ScopedSession) -> None:
    own = of_b.get_one(Invoice, B)
    own.amount = 5
    own.owner_id = "b"
    own.tags.clear()
    of_b.flush()
    of_b.delete(own.lines[0])
    of_b.delete(own)
    of_b.flush()
    assert of_b.scalars(select(Invoice)).all() == []
    of_b.rollback()
    own.tags[0].word = "tags are for everybody"
    own.tags.append(Tag(id=B, word="new"))
    of_b.flush()
    of_b.rollback()


def test_an_id_that_the_column_cannot_hold_owns_nothing(engine: Engine) -> None:
    with ScopedSession(engine, scope=Scope("b\0")) as session:
        assert session.scalars(select(Invoice)).all() == []
        with pytest.raises(OutOfScope):
            session.execute(insert(Invoice).values(id=9, owner_id="b", amount=0))


def test_without_a_tenant_nothing_of_a_tenant_is_in_reach(engine: Engine) -> None:
    with ScopedSession(engine, scope=Scope("b")) as session:
        assert session.scalars(select(Draft)).all() == []
        session.add(Draft(id=9, title="x"))
        with pytest.raises(OutOfScope):
            session.flush()


def test_a_membership_is_made_where_its_maker_is_and_nowhere_else(engine: Engine, of_b: ScopedSession) -> None:
    of_b.execute(insert(Membership).values(id=9, account_id="b", org_id="org-b"))
    of_b.execute(delete(Membership).where(Membership.id == 9))
    of_b.add(Membership(id=9, account_id="b", org_id="org-a"))
    with pytest.raises(OutOfScope, match="into a tenant"):
        of_b.flush()
    of_b.rollback()
    with of_b.unscoped(because="an invitation was accepted"):
        of_b.add(Membership(id=9, account_id="b", org_id="org-a"))
    assert {one.org_id for one in of_b.scalars(select(Document))} == {"org-a", "org-b"}
    of_b.rollback()
