"""A store by its address."""

from __future__ import annotations

from urllib.parse import urlsplit

from doorcheck.guard.errors import GuardError
from doorcheck.guard.stores.memory import MemoryStore
from doorcheck.guard.stores.protocol import Store
from doorcheck.guard.stores.sqlite import SqliteStore

_REDIS = {"redis": "redis", "rediss": "rediss", "valkey": "redis", "valkeys": "rediss"}


def open_store(url: str) -> Store:
    """The store at this address. Nothing is connected or made before the first question to it.

    ``memory://`` is this process; ``sqlite:///guard.db`` a file, from the working directory, and
    ``sqlite:////var/lib/app/guard.db`` one from the root; ``redis://``, ``valkey://``, and ``rediss://`` or
    ``valkeys://`` over TLS, are ``host:port/database``. Options are given to the classes, never in the address. Raises
    ``GuardError`` for an address that is none of these, and where the library it needs is not installed.
    """
    scheme, _, rest = url.partition("://")
    if scheme == "memory":
        if rest:
            raise GuardError("memory:// has nothing after it")
        return MemoryStore()
    if scheme == "sqlite":
        path = rest.removeprefix("/")
        if not rest.startswith("/") or not path or "?" in path:
            raise GuardError("a SQLite store is written sqlite:///guard.db, or sqlite:////var/lib/app/guard.db")
        return SqliteStore(path)
    if scheme in _REDIS:
        parts = urlsplit(url)
        if parts.query or parts.fragment or not parts.hostname:
            raise GuardError(f"a Redis store is written {scheme}://host:6379/0, without options")
        try:
            from doorcheck.guard.stores.redis import RedisStore  # noqa: PLC0415  # an extra
        except ImportError as missing:
            raise GuardError("a Redis store needs a library: pip install 'doorcheck[guard-redis]'") from missing
        return RedisStore(f"{_REDIS[scheme]}://{rest}")
    raise GuardError("no store has such an address: memory://, sqlite:///path, redis://host:6379/0 or rediss://…")
