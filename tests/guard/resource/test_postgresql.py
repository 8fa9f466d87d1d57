"""The same on PostgreSQL, by psycopg and asyncio, with row-level security as the second wall and without it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import create_engine, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session, joinedload
from tests.guard.resource.models import A, B, Document, Draft, Invoice, Line, Model, Tag, fill
from tests.guard.resource.postgres_server import postgres

from doorcheck.guard import GuardError
from doorcheck.guard.resource import OutOfScope, Records, RowSecurity, Scope, policies, require_row_security

OWNED = [Invoice, Line, Document, Draft]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server with two databases: in ``walled`` the policies are in force, in ``plain`` they are not."""
    with postgres() as folder:
        first = create_engine(f"postgresql+psycopg://postgres@/postgres?host={folder}", isolation_level="AUTOCOMMIT")
        with first.connect() as connection:
            connection.execute(text("CREATE ROLE service LOGIN"))
            for name in ("plain", "walled"):
                connection.execute(text(f"CREATE DATABASE {name} OWNER service"))
        first.dispose()
        for name in ("plain", "walled"):
            engine = create_engine(f"postgresql+psycopg://service@/{name}?host={folder}")
            Model.metadata.create_all(engine)
            with Session(engine) as session:
                fill(session)
            if name == "walled":
                for _ in range(2):
                    with engine.begin() as connection:
                        for statement in policies(Model.metadata):
                            connection.execute(statement)
            engine.dispose()
        yield folder


@asynccontextmanager
async def opened(folder: str, name: str, user: str = "service") -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(f"postgresql+psycopg://{user}@/{name}?host={folder}", pool_size=1, max_overflow=0)
    try:
        yield engine
    finally:
        await engine.dispose()


def wall_of(name: str) -> RowSecurity | None:
    return RowSecurity() if name == "walled" else None


@pytest.mark.parametrize("name", ["plain", "walled"])
def test_a_session_reads_and_changes_own_rows_alone(server: str, name: str) -> None:
    async def run() -> None:
        async with (
            opened(server, name) as engine,
            Records(engine, wall=wall_of(name)).session(Scope("b", "org-b")) as session,
        ):
            for model in OWNED:
                assert (await session.scalars(select(model.id))).all() == [B]  # type: ignore[attr-defined]
                assert await session.get(model, A) is None
            tag = (await session.scalars(select(Tag).options(joinedload(Tag.invoices)))).unique().one()
            assert [one.id for one in tag.invoices] == [B]
            changed: Any = await session.execute(update(Invoice).values(amount=Invoice.amount + 1))
            assert changed.rowcount == 1
            own = await session.get_one(Invoice, B)
            own.amount = 7
            session.add(Invoice(id=50, amount=1, lines=[Line(id=50, says="new")]))
            await session.flush()
            await session.refresh(own)
            assert own.amount == 7
            for statement in (
                text("SELECT 1"),
                select(Model.metadata.tables["invoice"]),
                insert(Line).values(id=51, invoice_id=A, says="x"),
                postgresql_insert(Invoice)
                .values(id=A, owner_id="b", amount=0)
                .on_conflict_do_update(index_elements=["id"], set_={"amount": 0}),
            ):
                with pytest.raises(OutOfScope):
                    await session.execute(statement)
            await session.execute(
                postgresql_insert(Invoice).values(id=A, owner_id="b", amount=0).on_conflict_do_nothing()
            )
            await session.rollback()

    asyncio.run(run())


@pytest.mark.parametrize("name", ["plain", "walled"])
def test_the_scope_is_left_and_entered_again(server: str, name: str) -> None:
    async def run() -> None:
        async with opened(server, name) as engine:
            records = Records(engine, wall=wall_of(name))
            async with records.session(Scope("b", "org-b")) as session:
                async with session.unscoped(because="the monthly report"):
                    assert (await session.execute(text("SELECT count(*) FROM invoice"))).scalar() == 2
                    assert len((await session.scalars(select(Line))).all()) == 2
                    await session.commit()
                    assert len((await session.scalars(select(Line))).all()) == 2
                assert (await session.scalars(select(Line.id))).all() == [B]

                async with session.begin_nested():
                    assert (await session.scalars(select(Line.id))).all() == [B]

                async def fail() -> None:
                    async with session.unscoped(because="x"):
                        await session.execute(text("SELECT no_such_column FROM invoice"))

                with pytest.raises(ProgrammingError):
                    await fail()
                await session.rollback()
                assert (await session.scalars(select(Line.id))).all() == [B]
            async with records.session(Scope("b", reads_all=True)) as session:
                assert len((await session.scalars(select(Line))).all()) == 2
            async with records.session(Scope("b", writes_all=True, reads_all=True)) as session:
                changed: Any = await session.execute(update(Line).values(says="x"))
                assert changed.rowcount == 2

    asyncio.run(run())


def test_the_wall_stands_where_a_session_was_forgotten(server: str) -> None:
    async def run() -> None:
        async with opened(server, "walled") as engine:
            async with Records(engine, wall=RowSecurity()).session(Scope("b", "org-b")) as session:
                await session.scalars(select(Invoice))
            # The same connection, from the pool: nothing of b is left on it.
            async with AsyncSession(engine) as plain:
                assert (await plain.execute(text("SELECT current_setting('doorcheck.owner', true)"))).scalar() == ""
                for model in OWNED:
                    assert (await plain.scalars(select(model))).all() == []
                changed: Any = await plain.execute(update(Invoice).values(amount=0))
                assert changed.rowcount == 0
                with pytest.raises(DBAPIError, match="row-level security"):
                    await plain.execute(insert(Invoice).values(id=60, owner_id="a", amount=0))

    asyncio.run(run())


def test_the_wall_holds_sql_written_by_hand(server: str) -> None:
    async def run() -> None:
        async with opened(server, "walled") as engine, engine.begin() as connection:
            await connection.run_sync(lambda sync: RowSecurity().set_for(sync, Scope("b", "org-b"), lifted=False))
            for name in ("invoice", "line", "document", "draft", "membership"):
                found = await connection.execute(text(f"SELECT id FROM {name}"))  # noqa: S608  # names of this file
                assert found.scalars().all() == [B]
            assert (await connection.execute(text("UPDATE document SET title = 'x'"))).rowcount == 1
            with pytest.raises(DBAPIError, match="row-level security"):
                await connection.execute(text("UPDATE line SET invoice_id = 1"))

    asyncio.run(run())


def test_what_is_in_an_id_stays_a_value(server: str) -> None:
    async def run() -> None:
        async with opened(server, "walled") as engine:
            name = "b'); SELECT set_config('doorcheck.lifted', 'all', false); --"
            async with Records(engine, wall=RowSecurity()).session(Scope(name)) as session:
                assert (await session.scalars(select(Invoice))).all() == []
                kept = await session.execute(select(func.current_setting("doorcheck.owner")))
                assert kept.scalar() == name

    asyncio.run(run())


def test_the_start_checks_that_the_wall_stands(server: str) -> None:
    async def run() -> None:
        async with opened(server, "walled") as engine, engine.connect() as connection:
            await connection.run_sync(require_row_security, Model.metadata)
        async with opened(server, "plain") as engine, engine.connect() as connection:
            with pytest.raises(GuardError, match="document is not under row-level security"):
                await connection.run_sync(require_row_security, Model.metadata)
        async with opened(server, "walled", "postgres") as engine, engine.connect() as connection:
            with pytest.raises(GuardError, match="above row-level security"):
                await connection.run_sync(require_row_security, Model.metadata)

    asyncio.run(run())


def test_the_wall_is_postgresqls() -> None:
    async def run() -> None:
        engine = create_async_engine("sqlite+aiosqlite://")
        async with Records(engine, wall=RowSecurity()).session(Scope("b")) as session:
            with pytest.raises(GuardError, match="sqlite"):
                await session.scalar(select(1))
        await engine.dispose()

    asyncio.run(run())
