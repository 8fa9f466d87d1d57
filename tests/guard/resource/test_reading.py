"""A session of b reads b's rows, however it asks; what cannot be held to b is refused."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import (
    Column,
    Engine,
    Integer,
    MetaData,
    Table,
    column,
    exists,
    func,
    insert,
    lambda_stmt,
    literal,
    literal_column,
    select,
    table,
    tablesample,
    text,
    true,
    union_all,
    update,
)
from sqlalchemy.orm import Session, aliased, joinedload, make_transient_to_detached, selectinload, subqueryload
from sqlalchemy.schema import DropTable
from tests.guard.resource.models import A, B, Document, Draft, Invoice, Line, Model, Stray, Tag

from doorcheck.guard.resource import OutOfScope, Scope, ScopedSession

INVOICES = Model.metadata.tables["invoice"]
OTHER = aliased(Invoice)
IN_SUBQUERY = aliased(Invoice, select(Invoice).subquery())

OWN_ALONE = {
    "the model": select(Invoice.id),
    "a column": select(Invoice.amount / 100),
    "an alias": select(OTHER.id),
    "an alias of a subquery": select(IN_SUBQUERY.id),
    "a child": select(Line.id),
    "by membership": select(Document.id),
    "by owner and tenant": select(Draft.id),
    "a join": select(Line.id).join(Line.invoice),
    "the other side of a join": select(Invoice.id).join(Invoice.lines),
    "an outer join": select(Invoice.id).select_from(Tag).outerjoin(Tag.invoices),
    "a join with an alias of itself": select(OTHER.id).select_from(Invoice).join(OTHER, true()),
    "a CTE": select(select(Invoice.id).cte().c.id),
    "a subquery": select(select(Invoice.id).subquery().c.id),
    "a scalar subquery": select(select(func.max(Invoice.id)).scalar_subquery()),
    "the least, where it is a's": select(func.min(Invoice.id)),
    "a union": union_all(select(Invoice.id), select(Line.id).where(Line.id == A)),
    "in": select(Line.id).where(Line.invoice_id.in_(select(Invoice.id))),
    "any": select(Invoice.id).where(Invoice.lines.any()),
    "a lambda": lambda_stmt(lambda: select(Invoice.id)),
    "order by a word": select(Invoice.id).order_by(text("amount desc")),
    "a count": select(func.count() + 1).select_from(Invoice),
    "a count by the where": select(func.count() + 1).where(Invoice.amount > 0),
    "an or": select(Invoice.id).where((Invoice.id == A) | (Invoice.id == B)),
}


@pytest.mark.parametrize("statement", OWN_ALONE.values(), ids=OWN_ALONE)
def test_a_query_tells_its_own_rows_alone(of_b: ScopedSession, statement: Any) -> None:
    assert of_b.execute(statement).all() == [(B,)]


SEEN_NOTHING = {
    "exists": select(exists(select(Invoice.id).where(Invoice.id == A))),
    "a sum": select(func.sum(Invoice.amount).filter(Invoice.id == A)).select_from(Invoice),
    "a comparison": select(literal(1)).select_from(Invoice).where(Invoice.id == A),
    "except": select(Invoice.id == A).except_(select(literal(0))),
}


@pytest.mark.parametrize("statement", SEEN_NOTHING.values(), ids=SEEN_NOTHING)
def test_a_query_does_not_tell_that_a_row_is_there(of_b: ScopedSession, statement: Any) -> None:
    assert of_b.execute(statement).scalar() in {None, 0}


REFUSED = {
    "text": text("SELECT * FROM invoice"),
    "text for a model": select(Invoice).from_statement(text("SELECT * FROM invoice")),
    "text in the where": select(Invoice.id).where(text("1 = 1 OR 1 = 1")),
    "text in the columns": select(text("(SELECT sum(amount) FROM invoice)")),
    "a literal column": select(literal_column("(SELECT sum(amount) FROM invoice)")),
    "text in the order": select(Invoice.id).order_by(text("(SELECT amount FROM invoice)")),
    "an operator that is more": select(Invoice.id).where(Invoice.id.op("= 1 OR 1 =")(1)),
    "a hint": select(Invoice.id).with_statement_hint("OR 1 = 1"),
    "a prefix": select(Invoice.id).prefix_with("DISTINCT (SELECT amount FROM invoice),"),
    "the table": select(INVOICES),
    "a column of the table": select(INVOICES.c.amount),
    "the table for a model": select(Invoice).from_statement(select(INVOICES)),
    "an alias of the table": select(INVOICES.alias()),
    "a sample of the table": select(tablesample(INVOICES, 100)),
    "the table beside a model": select(Line.id, INVOICES.c.amount).join(INVOICES, true()),
    "the table in a subquery": select(Line.id).where(exists(select(INVOICES.c.id))),
    "the table by its name": select(table("invoice", column("amount"))),
    "the table of another metadata": select(Table("invoice", MetaData(), Column("amount", Integer))),
    "a full join": select(Tag.id, Invoice.id).join(Invoice, true(), full=True),
    "a model in the where of another query": select(literal(1)).where(exists().where(Invoice.amount == 100)),
    "exists around a model": select(exists().where(Invoice.id == A).select_from(Invoice)),
    "a change in a CTE": select(update(Invoice).values(amount=0).returning(Invoice.id).cte()),
    "a new row in a CTE": select(insert(Invoice).values(id=9, owner_id="a", amount=0).returning(Invoice.id).cte()),
    "a table of which nothing is declared": select(Stray.id),
    "the schema": select(column("sql")).select_from(table("sqlite_master")),
    "DDL": DropTable(INVOICES),
}


@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_held_to_a_scope_is_refused(engine: Engine, of_b: ScopedSession, statement: Any) -> None:
    with pytest.raises(OutOfScope):
        of_b.execute(statement)
    with pytest.raises(OutOfScope):
        of_b.execute(statement)  # not let through by a cache either


def test_a_statement_that_a_plain_session_has_cached_is_refused(engine: Engine) -> None:
    with Session(engine) as plain:
        assert len(plain.execute(select(INVOICES)).all()) == 2
        assert len(plain.scalars(select(Invoice)).all()) == 2
    with ScopedSession(engine, scope=Scope("b")) as session:
        assert [one.id for one in session.scalars(select(Invoice))] == [B]
        with pytest.raises(OutOfScope):
            session.execute(select(INVOICES))


def test_two_scopes_share_statements_and_no_values(engine: Engine) -> None:
    for _ in range(2):
        for number, name in ((A, "a"), (B, "b")):
            with ScopedSession(engine, scope=Scope(name)) as session:
                assert session.scalars(select(Line.id)).all() == [number]


def test_get_finds_no_row_of_somebody_else(of_b: ScopedSession) -> None:
    assert of_b.get(Invoice, A) is None
    assert of_b.get(Line, A, populate_existing=True) is None
    assert of_b.get(Invoice, B, with_for_update=True) is not None
    assert of_b.query(Invoice).filter_by(id=A).first() is None
    assert [one.id for one in of_b.query(Invoice)] == [B]


def test_relationships_lead_to_own_rows_alone(of_b: ScopedSession) -> None:
    own = of_b.get_one(Invoice, B)
    assert own.next_id == A
    assert own.following is None
    assert [one.id for one in own.tags[0].invoices] == [B]


@pytest.mark.parametrize("load", [joinedload, selectinload, subqueryload])
def test_eager_loads_lead_to_own_rows_alone(of_b: ScopedSession, load: Any) -> None:
    tag = of_b.scalars(select(Tag).options(load(Tag.invoices).options(load(Invoice.lines)))).unique().one()
    assert [(one.id, [line.id for line in one.lines]) for one in tag.invoices] == [(B, [B])]
    own = of_b.scalars(select(Invoice).options(load(Invoice.following))).unique().one()
    assert own.following is None


def test_own_rows_can_be_read_again(of_b: ScopedSession) -> None:
    own = of_b.get_one(Invoice, B)
    of_b.refresh(own)
    of_b.refresh(own, ["lines"])
    of_b.expire(own)
    assert own.amount == 200
    assert [line.says for line in own.lines] == ["line of b"]
    of_b.commit()
    assert own.amount == 200


def test_an_object_that_was_not_read_here_cannot_join(engine: Engine, of_b: ScopedSession) -> None:
    with Session(engine, expire_on_commit=False) as plain:
        foreign = plain.get_one(Invoice, A)
        plain.expunge(foreign)
    pretended = Invoice(id=A, owner_id="b")
    make_transient_to_detached(pretended)
    for one in (foreign, pretended):
        with pytest.raises(OutOfScope):
            of_b.add(one)
        with pytest.raises(OutOfScope):
            of_b.merge(one, load=False)
        with pytest.raises(OutOfScope):
            of_b.delete(one)
    assert of_b.get(Invoice, A) is None


def test_connections_are_out_of_reach(of_b: ScopedSession) -> None:
    of_b.get(Invoice, B)
    with pytest.raises(OutOfScope):
        of_b.connection()
    transaction = of_b.get_transaction()
    assert transaction is not None
    connection = transaction.connection(None)
    for statement in (select(INVOICES), text("SELECT 1")):
        with pytest.raises(OutOfScope):
            connection.execute(statement)
    with pytest.raises(OutOfScope):
        connection.exec_driver_sql("SELECT * FROM invoice")
    with pytest.raises(OutOfScope):
        of_b.enable_relationship_loading(Line(invoice_id=A))


def test_yield_per_and_partitions(of_b: ScopedSession) -> None:
    found = of_b.execute(select(Invoice.id).execution_options(yield_per=1))
    assert [row for part in found.partitions() for row in part] == [(B,)]


def test_a_subclass_of_the_session_is_held_too(engine: Engine) -> None:
    class Ours(ScopedSession):
        pass

    with Ours(engine, scope=Scope("b")) as session:
        assert session.scalars(select(Invoice.id)).all() == [B]
        with pytest.raises(OutOfScope):
            session.execute(select(INVOICES))


def test_savepoints_and_further_transactions_are_held(of_b: ScopedSession) -> None:
    for _ in range(2):
        with of_b.begin_nested():
            assert of_b.scalars(select(Invoice.id)).all() == [B]
            with pytest.raises(OutOfScope):
                of_b.execute(select(INVOICES))
        of_b.commit()


def test_the_scope_of_a_session_stays(of_b: ScopedSession) -> None:
    with pytest.raises(AttributeError):
        of_b.scope = Scope("a")  # type: ignore[misc]
    with pytest.raises(AttributeError):
        of_b.unheld = True  # type: ignore[misc]
