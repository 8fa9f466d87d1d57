"""Whatever b's session is told to do, it tells nothing of a's rows and changes none of them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import CursorResult, Engine, Row, create_engine, insert, inspect, select, update
from sqlalchemy.exc import SAWarning
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.pool import StaticPool
from tests.guard.resource.models import A, Document, Draft, Invoice, Line, Membership, Model, fill
from tests.guard.resource.statements import IDS, OWNED, changes, queries, values_of

from doorcheck.guard.resource import Scope, ScopedSession

SECRET = 7_777_777


def add_secrets(session: Session) -> None:
    """One more row of everything that is owned, a's."""
    session.add_all(
        [
            Membership(id=SECRET, account_id="a", org_id="org-secret"),
            Invoice(id=SECRET, owner_id="a", amount=SECRET),
            Line(id=SECRET, invoice_id=SECRET, says="secret"),
            Document(id=SECRET, org_id="org-secret", title="secret"),
            Draft(id=SECRET, author_id="a", org_id="org-secret", title="secret"),
        ]
    )
    for model in (Invoice, Line, Document, Draft):
        for one in session.scalars(select(model).where(model.id == A)):
            setattr(one, {Invoice: "amount", Line: "says"}.get(model, "title"), SECRET)
    session.commit()


def shape(found: Any) -> Any:
    """What can be told of a result, in the same words for the same thing."""
    if isinstance(found, list | tuple | Row):
        return [shape(one) for one in found]
    if isinstance(found, Model):
        state = inspect(found).dict
        return type(found).__name__, sorted(
            (k, repr(v)) for k, v in state.items() if not isinstance(v, Model | list) and k[0] != "_"
        )
    return repr(found)


def shown(result: Any) -> Any:
    """The rows, in an order that does not depend on the database."""
    if not result.returns_rows if isinstance(result, CursorResult) else False:
        return result.rowcount
    return sorted(map(repr, map(shape, result.unique().all())))


def told(session: ScopedSession, act: Callable[[ScopedSession], Any]) -> Any:
    """What comes of it: a value, or the kind of fault."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)
        try:
            return shape(act(session))
        except Exception as fault:  # a refusal, or what the database or SQLAlchemy has against the statement
            session.rollback()
            return type(fault).__name__


def databases() -> list[Engine]:
    """Two databases that differ in what a owns, and in nothing else."""
    engines = [create_engine("sqlite://", poolclass=StaticPool) for _ in range(2)]
    for number, engine in enumerate(engines):
        Model.metadata.create_all(engine)
        with Session(engine) as session:
            fill(session)
            if number:
                add_secrets(session)
    return engines


@pytest.fixture(scope="module")
def sessions() -> Iterator[list[ScopedSession]]:
    engines = databases()
    sessions = [ScopedSession(engine, scope=Scope("b", "org-b")) for engine in engines]
    yield sessions
    for session, engine in zip(sessions, engines, strict=True):
        session.close()
        engine.dispose()


UNHURRIED = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@settings(max_examples=200, deadline=None, suppress_health_check=UNHURRIED)
@given(queries())
def test_no_query_tells_two_databases_apart(sessions: list[ScopedSession], statement: Any) -> None:
    answers = []
    for session in sessions:
        answers.append(told(session, lambda session: shown(session.execute(statement))))
        session.rollback()
    assert answers[0] == answers[1]


class SomebodyElse(RuleBasedStateMachine):
    """b's session over a database that has a's rows too. The twin of the database has other rows of a's."""

    @initialize()
    def start(self) -> None:
        self.engines = databases()
        self.sessions = [ScopedSession(engine, scope=Scope("b", "org-b")) for engine in self.engines]
        self.before = [self.rows_of_a(engine) for engine in self.engines]

    def teardown(self) -> None:
        for session in getattr(self, "sessions", ()):
            session.close()
        for engine in getattr(self, "engines", ()):
            engine.dispose()

    @staticmethod
    def rows_of_a(engine: Any) -> dict[str, set[Any]]:
        """The rows that are a's, by whom the tables say they belong to."""
        with Session(engine) as plain:
            rows = {name: plain.execute(select(table)).all() for name, table in Model.metadata.tables.items()}
        invoices = {row.id for row in rows["invoice"] if row.owner_id != "b"}
        mine = {
            "invoice": [row for row in rows["invoice"] if row.owner_id != "b"],
            "line": [row for row in rows["line"] if row.invoice_id in invoices],
            "document": [row for row in rows["document"] if row.org_id != "org-b"],
            "draft": [row for row in rows["draft"] if (row.author_id, row.org_id) != ("b", "org-b")],
            "membership": [row for row in rows["membership"] if row.account_id != "b"],
            "stray": rows["stray"],
        }
        return {name: {tuple(row) for row in found} for name, found in mine.items()}

    def both(self, act: Any) -> None:
        """Do the same in both databases: b must not be able to tell them apart."""
        assert told(self.sessions[0], act) == told(self.sessions[1], act)

    @rule(statement=queries())
    def query(self, statement: Any) -> None:
        self.both(lambda session: shown(session.execute(statement)))

    @rule(statement=changes())
    def change(self, statement: Any) -> None:
        self.both(lambda session: shown(session.execute(statement)))

    @rule(model=st.sampled_from(OWNED), number=st.sampled_from([A, SECRET]))
    def get(self, model: Any, number: int) -> None:
        self.both(lambda session: session.get(model, number))

    @rule(data=st.data(), model=st.sampled_from(OWNED), number=IDS)
    def add(self, data: st.DataObject, model: Any, number: int) -> None:
        values = data.draw(values_of(model))
        self.both(lambda session: session.add(model(id=number + 1000, **values)))

    @rule(data=st.data(), model=st.sampled_from(OWNED), number=IDS, load=st.booleans())
    def merge(self, data: st.DataObject, model: Any, number: int, load: bool) -> None:
        values = data.draw(values_of(model))

        def act(session: ScopedSession) -> None:
            one = model(id=number, **values)
            if not load:
                make_transient_to_detached(one)
            session.merge(one, load=load)

        self.both(act)

    @rule(data=st.data(), model=st.sampled_from(OWNED))
    def set(self, data: st.DataObject, model: Any) -> None:
        values = data.draw(values_of(model))

        def act(session: ScopedSession) -> None:
            for one in session.scalars(select(model)):
                for name, value in values.items():
                    setattr(one, name, value)

        self.both(act)

    @rule(
        data=st.data(), model=st.sampled_from(OWNED), number=IDS, way=st.sampled_from(["insert", "update", "mappings"])
    )
    def in_bulk(self, data: st.DataObject, model: Any, number: int, way: str) -> None:
        row = {"id": number, **data.draw(values_of(model))}

        def act(session: ScopedSession) -> None:
            if way == "insert":
                session.execute(insert(model), [row | {"id": number + 2000}])
            elif way == "update":
                session.execute(update(model), [row])
            else:
                session.bulk_update_mappings(model, [row])

        self.both(act)

    @rule(model=st.sampled_from(OWNED))
    def walk(self, model: Any) -> None:
        """Follow every relationship from every row in reach."""

        def act(session: ScopedSession) -> list[Any]:
            session.expire_all()
            names = model.__mapper__.relationships.keys()
            return [[shape(getattr(one, name)) for name in names] for one in session.scalars(select(model))]

        self.both(act)

    @rule(keep=st.booleans())
    def end(self, keep: bool) -> None:
        self.both(lambda session: session.commit() if keep else session.rollback())

    @invariant()
    def rows_of_a_stay(self) -> None:
        for engine, before in zip(getattr(self, "engines", ()), getattr(self, "before", ()), strict=True):
            assert self.rows_of_a(engine) == before


SomebodyElse.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=20,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    deadline=None,
    suppress_health_check=UNHURRIED,
)
TestSomebodyElse = SomebodyElse.TestCase
