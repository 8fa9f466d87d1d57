"""A database in memory with two accounts in it, and a session of the second one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool
from tests.guard.resource.models import Model, fill

from doorcheck.guard.resource import Scope, ScopedSession


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    Model.metadata.create_all(engine)
    with Session(engine) as session:
        fill(session)
    yield engine
    engine.dispose()


@pytest.fixture
def of_b(engine: Engine) -> Iterator[ScopedSession]:
    with ScopedSession(engine, scope=Scope("b", "org-b")) as session:
        yield session
