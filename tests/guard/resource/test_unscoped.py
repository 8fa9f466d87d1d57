"""Leaving the scope: for a reason, told to the audit first, and with nothing left behind."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session
from tests.guard.resource.models import A, B, Invoice, Line, Model

from doorcheck.guard.resource import OutOfScope, Scope, ScopedSession, UnscopedUse

INVOICES = Model.metadata.tables["invoice"]


def test_everything_is_in_reach_inside_and_nothing_more_after(of_b: ScopedSession) -> None:
    own = of_b.get_one(Invoice, B)
    with of_b.unscoped(because="the monthly report"):
        foreign = of_b.get_one(Invoice, A)
        foreign.amount = 101
        assert of_b.scalar(text("SELECT count(*) FROM invoice")) == 2
        assert len(of_b.execute(select(INVOICES)).all()) == 2
        assert of_b.connection().execute(select(func.count()).select_from(INVOICES)).scalar() == 2
        of_b.add(Invoice(id=30, owner_id="a", amount=1))
    assert foreign.amount == 101
    assert foreign not in of_b
    assert own in of_b
    assert of_b.get(Invoice, A) is None
    assert of_b.get(Invoice, 30) is None
    assert of_b.get_one(Line, B).invoice is own
    with pytest.raises(OutOfScope):
        of_b.execute(select(INVOICES))
    assert of_b.scalars(select(Invoice.id)).all() == [B]


def test_what_is_pending_is_held_to_the_scope_before(of_b: ScopedSession) -> None:
    of_b.add(Invoice(id=9, owner_id="a", amount=1))
    with pytest.raises(OutOfScope), of_b.unscoped(because="x"):
        pytest.fail("the block must not begin")
    of_b.rollback()


def test_an_own_row_that_is_given_away_inside_leaves_the_session(of_b: ScopedSession) -> None:
    own = of_b.get_one(Invoice, B)
    with of_b.unscoped(because="the account was sold"):
        own.owner_id = "a"
    assert own not in of_b
    assert of_b.get(Invoice, B) is None


def test_a_block_that_fails_leaves_nothing_behind(engine: Engine, of_b: ScopedSession) -> None:
    def fail() -> None:
        with of_b.unscoped(because="x"):
            of_b.add(Invoice(id=9, owner_id="a", amount=1))
            of_b.get_one(Invoice, A).amount = 1 // 0

    with pytest.raises(ZeroDivisionError):
        fail()
    assert [one for one in of_b.new if isinstance(one, Invoice)] == []
    of_b.commit()
    assert of_b.get(Invoice, A) is None
    with Session(engine) as plain:
        assert plain.scalars(select(Invoice.amount).order_by(Invoice.id)).all() == [100, 200]


@pytest.mark.parametrize("because", ["", "  "])
def test_a_reason_is_needed(of_b: ScopedSession, because: str) -> None:
    with pytest.raises(ValueError, match="reason"), of_b.unscoped(because=because):
        pytest.fail("the block must not begin")


def test_the_audit_is_told_before_and_can_refuse(engine: Engine) -> None:
    told: list[UnscopedUse] = []

    def full(use: UnscopedUse) -> None:
        told.append(use)
        if use.because == "no":
            raise OSError("the disk is full")

    with ScopedSession(engine, scope=Scope("b"), audit=full) as session:
        with session.unscoped(because="yes"):
            assert told == [UnscopedUse("yes", Scope("b"), "", "")]
        with pytest.raises(OSError, match="full"), session.unscoped(because="no"):
            pytest.fail("the block must not begin")
        assert session.get(Invoice, A) is None


def test_without_an_audit_it_is_told_to_the_log(of_b: ScopedSession, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "doorcheck.guard"), of_b.unscoped(because="the monthly report"):
        pass
    assert "the monthly report" in caplog.text
    assert "account b" in caplog.text


def test_it_is_not_done_twice_at_once(of_b: ScopedSession) -> None:
    with of_b.unscoped(because="x"), pytest.raises(OutOfScope), of_b.unscoped(because="y"):
        pytest.fail("the block must not begin")


def test_a_role_that_reads_all_changes_its_own_alone(engine: Engine) -> None:
    with ScopedSession(engine, scope=Scope("b", reads_all=True)) as session:
        assert session.scalars(select(Invoice.id).order_by(Invoice.id)).all() == [A, B]
        assert len(session.execute(select(INVOICES)).all()) == 2
        with pytest.raises(OutOfScope):
            session.execute(text("SELECT 1"))
        foreign = session.get_one(Invoice, A)
        foreign.amount = 0
        with pytest.raises(Exception, match="expected to update"):
            session.flush()
        session.rollback()
        session.execute(Invoice.__table__.update().values(amount=1))  # type: ignore[attr-defined]
        assert session.scalars(select(Invoice.amount).order_by(Invoice.id)).all() == [100, 1]


def test_a_role_that_changes_all_is_not_held(engine: Engine) -> None:
    with ScopedSession(engine, scope=Scope("b", reads_all=True, writes_all=True)) as session:
        session.get_one(Invoice, A).amount = 1
        session.add(Invoice(id=9, owner_id="a", amount=9))
        session.flush()
        assert session.scalars(select(Invoice.amount).order_by(Invoice.id)).all() == [1, 200, 9]
