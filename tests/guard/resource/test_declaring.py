"""A declaration that cannot be held to is refused where it is written."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

import pytest
from sqlalchemy import BigInteger, ForeignKey, Integer, LargeBinary, String, Uuid, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.pool import StaticPool
from tests.guard.resource.models import Invoice, Line, Membership, Stray, Tag

from doorcheck.guard import GuardError, Refused
from doorcheck.guard.resource import (
    Members,
    Scope,
    ScopedSession,
    open_rows,
    open_table,
    owned_by,
    owned_through,
    owns,
    scoped,
)
from doorcheck.guard.resource.rows import requirements_of
from doorcheck.guard.resource.scope import as_held


def fresh() -> type[Any]:
    class Model(DeclarativeBase):
        pass

    return Model


@pytest.mark.parametrize("model", [Tag, Stray])
def test_a_door_owns_only_what_has_an_owner(model: type[Any]) -> None:
    with pytest.raises(GuardError, match="does not say whose"):
        owns(model, "id")


def test_a_door_owns_by_a_column_that_is_there() -> None:
    with pytest.raises(GuardError, match="no such column"):
        owns(Invoice, "id", key="slug")


def test_a_door_says_what_it_owns() -> None:
    answer = owns(Invoice, "invoice_id") & owns(Line, "line_id")
    assert answer.says == "the caller's own Invoice by invoice_id and Line by line_id"
    assert answer.parameters() == {"invoice_id", "line_id"}
    assert scoped.all_seen_by("support").all_changed_by("admin").says == (
        "rows in the caller's scope; all seen by support; all changed by admin"
    )
    assert owns(Invoice, "i").all_seen_by("support") & owns(Line, "l") == answer.__class__(
        rows=(owns(Invoice, "i").rows + owns(Line, "l").rows)
    )
    with pytest.raises(ValueError, match="role"):
        scoped.all_seen_by()


def test_an_owner_that_is_no_column_is_refused() -> None:
    with pytest.raises(GuardError, match="ownr_id"):

        class Thing(fresh()):  # type: ignore[misc]
            __tablename__ = "thing"
            __rows__ = owned_by("ownr_id")
            id: Mapped[int] = mapped_column(primary_key=True)


def test_owned_rows_in_several_tables_are_refused() -> None:
    model = fresh()

    class Animal(model):  # type: ignore[misc, valid-type]
        __tablename__ = "animal"
        __rows__ = owned_by("owner_id")
        id: Mapped[int] = mapped_column(primary_key=True)
        owner_id: Mapped[str]
        kind: Mapped[str]
        __mapper_args__: ClassVar[Any] = {"polymorphic_on": "kind", "polymorphic_identity": "animal"}

    with pytest.raises(GuardError, match="several tables"):

        class Dog(Animal):
            __tablename__ = "dog"
            id: Mapped[int] = mapped_column(ForeignKey("animal.id"), primary_key=True)
            __mapper_args__: ClassVar[Any] = {"polymorphic_identity": "dog"}


def test_models_that_share_a_table_are_held_alike() -> None:
    model = fresh()

    class Animal(model):  # type: ignore[misc, valid-type]
        __tablename__ = "animal"
        __rows__ = owned_by("owner_id")
        id: Mapped[int] = mapped_column(primary_key=True)
        owner_id: Mapped[str]
        kind: Mapped[str]
        __mapper_args__: ClassVar[Any] = {"polymorphic_on": "kind", "polymorphic_identity": "animal"}

    class Dog(Animal):
        __mapper_args__: ClassVar[Any] = {"polymorphic_identity": "dog"}

    engine = create_engine("sqlite://", poolclass=StaticPool)
    model.metadata.create_all(engine)
    with Session(engine) as plain:
        plain.add_all([Dog(id=1, owner_id="a"), Dog(id=2, owner_id="b"), Animal(id=3, owner_id="a")])
        plain.commit()
    with ScopedSession(engine, scope=Scope("b")) as session:
        assert session.scalars(select(Dog.id)).all() == [2]
        assert session.scalars(select(Animal.id)).all() == [2]
        dog = session.get_one(Dog, 2)
        session.expire(dog)
        assert dog.owner_id == "b"
        assert session.get(Dog, 1) is None
        session.add(Dog(id=4))
        session.flush()
        assert session.get_one(Animal, 4).owner_id == "b"
    engine.dispose()


@pytest.mark.parametrize(
    ("kind", "mine", "other"),
    [
        (Integer(), "7", "07"),
        (BigInteger(), "7", "-7"),
        (Uuid(), str(uuid.UUID(int=7)), uuid.UUID(int=7).urn),
        (Uuid(as_uuid=False), uuid.UUID(int=7).hex, "7"),
        (String(5), "seven", "Seven"),
    ],
    ids=repr,
)
def test_owners_of_every_kind_of_column(kind: Any, mine: str, other: str) -> None:
    model = fresh()

    class Thing(model):  # type: ignore[misc, valid-type]
        __tablename__ = "thing"
        __rows__ = owned_by("owner_id")
        id: Mapped[int] = mapped_column(primary_key=True)
        owner_id: Mapped[Any] = mapped_column(kind)

    engine = create_engine("sqlite://", poolclass=StaticPool)
    model.metadata.create_all(engine)
    with ScopedSession(engine, scope=Scope(mine)) as session:
        session.add(Thing(id=1))
        session.commit()
        assert session.scalars(select(Thing.id)).all() == [1]
        session.get_one(Thing, 1).owner_id = as_held(mine, kind)
        session.commit()
    with ScopedSession(engine, scope=Scope(other)) as session:
        assert session.scalars(select(Thing.id)).all() == []
    engine.dispose()


def test_values_that_a_column_cannot_hold() -> None:
    for value in ("٧", " 7", "+7", "1_0", "9" * 19, "9" * 5000, 2**63, True, None, 1.5):
        assert as_held(value, Integer()) is None
    for value in ("x" * 32, "{00000000-0000-0000-0000-000000000007}", 7, None):
        assert as_held(value, Uuid()) is None
    for nothing in ("a\0", None, True):
        assert as_held(nothing, String()) is None
    assert as_held(b"7", LargeBinary()) == b"7"
    assert as_held(-(2**63), BigInteger()) == -(2**63)


def test_declarations_need_what_they_speak_of() -> None:
    with pytest.raises(ValueError, match="holds the owner"):
        owned_by()
    with pytest.raises(ValueError, match="tenant"):
        owned_by("x", members=Members(Membership, "org_id"))
    with pytest.raises(ValueError, match="reason"):
        open_rows(because=" ")
    with pytest.raises(ValueError, match="reason"):
        open_table(because="")
    with pytest.raises(ValueError, match="everybody"):
        Scope("")


@pytest.mark.parametrize(
    "rows", [owned_through("other_id", Tag), owned_by(tenant="other_id", members=Members(Tag, "id"))]
)
def test_rows_are_owned_through_owned_rows_alone(rows: Any) -> None:
    model = fresh()

    class Thing(model):  # type: ignore[misc, valid-type]
        __tablename__ = "thing"
        __rows__ = rows
        id: Mapped[int] = mapped_column(primary_key=True)
        other_id: Mapped[int]

    with pytest.raises(GuardError, match="does not say whose"):
        requirements_of(Thing.__mapper__)
    # A model that is declared wrong stops every statement: this one must not stop the other tests.
    Thing.__rows__ = open_rows(because="it is thrown away")


def test_a_session_without_a_request_needs_a_scope() -> None:
    engine = create_engine("sqlite://")
    with pytest.raises(Refused):
        ScopedSession(engine)
    engine.dispose()


def test_one_connection_is_not_shared_by_two_scopes() -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection, ScopedSession(connection, scope=Scope("a")) as session:
        assert session.scalar(select(1)) == 1
        with ScopedSession(connection, scope=Scope("b")) as other, pytest.raises(GuardError, match="another"):
            other.scalar(select(1))
    engine.dispose()
