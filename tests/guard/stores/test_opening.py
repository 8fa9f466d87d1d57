"""Which addresses of stores are understood."""

from __future__ import annotations

import pytest

from doorcheck.guard.errors import GuardError
from doorcheck.guard.stores import open_store
from doorcheck.guard.stores.memory import MemoryStore
from doorcheck.guard.stores.sqlite import SqliteStore


def test_an_address_names_its_store() -> None:
    assert isinstance(open_store("memory://"), MemoryStore)
    assert isinstance(open_store("sqlite:///guard.db"), SqliteStore)
    pytest.importorskip("redis")
    for scheme in ("redis", "rediss", "valkey", "valkeys"):
        assert type(open_store(f"{scheme}://localhost:6379/0")).__name__ == "RedisStore"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "guard.db",
        "memory://x",
        "sqlite://",
        "sqlite://guard.db",
        "sqlite:///",
        "sqlite:///guard.db?mode=memory",
        "redis://",
        "rediss://host:6379/0?ssl_cert_reqs=none",
        "postgresql://host/db",
    ],
)
def test_an_address_that_is_not_understood_is_an_error_at_the_start(url: str) -> None:
    with pytest.raises(GuardError) as raised:
        open_store(url)
    assert "\n" not in str(raised.value)


def test_an_address_with_a_password_is_in_no_error() -> None:
    with pytest.raises(GuardError) as raised:
        open_store("rediss://:hunter2@host:6379/0?ssl_cert_reqs=none")
    assert "hunter2" not in str(raised.value)
