"""A store in Redis or Valkey, which many processes and machines share. Needs the extra ``doorcheck[guard-redis]``."""

from __future__ import annotations

import asyncio
import math
import secrets
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.commands.core import AsyncScript

from doorcheck.guard.limits import FITS, Limit, Taken
from doorcheck.guard.stores.bounds import (
    checked_cost,
    checked_seconds,
    checked_units,
    checked_value,
    new_reservation,
    owned_key,
)
from doorcheck.guard.stores.protocol import (
    MOST_OPEN,
    Begun,
    Budget,
    Finished,
    InFlight,
    OtherRequest,
    Reserved,
    Stage,
    StoreUnavailable,
    UsedUp,
)
from doorcheck.guard.stores.steps import KEPT_AFTER_END

_WAITS = 3
"""How many times the server's own timeout a call may wait for a connection that others use."""

_SCRIPTS = ("take", "reserve", "settle", "attempt", "finish", "abandon", "put", "renew", "delete", "delete_owned")


class RedisStore:
    """All jobs of a store, each one call of a script, by the server's clock. See the protocols for what each does.

    ``timeout`` (seconds) is how long the server may take to be reached, and to answer; ``connections`` how many are
    open at most. A fault is ``StoreUnavailable`` at once, without another attempt: a call whose answer was lost may
    have counted. The next call connects anew. One server or one primary: the scripts reach several keys, which a
    cluster does not allow. Its ``maxmemory-policy`` has to be ``noeviction``, or limits and sessions get lost; what has
    to outlive the server, such as ceilings, needs its append-only file.
    """

    def __init__(self, url: str, *, namespace: str = "doorcheck", connections: int = 32, timeout: float = 1.0) -> None:
        self._url = url
        self._prefix = f"{namespace}:"
        self._connections = connections
        self._timeout = timeout
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: Redis | None = None
        self._scripts: dict[str, AsyncScript] = {}
        folder = files(__package__) / "lua"
        self._sources = {name: (folder / f"{name}.lua").read_text(encoding="utf-8") for name in _SCRIPTS}

    async def take(self, key: str, limit: Limit, cost: int) -> Taken:
        """See ``Counters``."""
        arguments = (limit.spacing, limit.period, limit.slack, checked_cost(cost))
        wait = float(await self._run("take", [self._name("count", key)], arguments))
        return Taken(allowed=False, retry_after=wait) if wait else FITS

    async def begin(self, key: str, lease: float) -> Stage:
        """See ``Once``."""
        name = self._name("once", key)
        if await self._ask("SET", name, Stage.RUNNING.value, "NX", "PX", _milliseconds(lease)) is not None:
            return Stage.NEW
        found = await self._ask("GET", name)
        return Stage.DONE if found == Stage.DONE.value.encode() else Stage.RUNNING

    async def done(self, key: str, keep: float) -> None:
        """See ``Once``."""
        await self._ask("SET", self._name("once", key), Stage.DONE.value, "PX", _milliseconds(keep))

    async def undo(self, key: str) -> None:
        """See ``Once``."""
        await self._ask("DEL", self._name("once", key))

    async def first_time(self, key: str, seconds: float) -> bool:
        """See ``Replays``."""
        return await self._ask("SET", self._name("seen", key), b"1", "NX", "PX", _milliseconds(seconds)) is not None

    async def reserve(self, budgets: Sequence[Budget], units: int, seconds: float) -> Reserved | UsedUp:
        """See ``Budgets``."""
        reserved = new_reservation(budgets, units)
        ends = [one for budget in reserved.budgets for one in (budget.units, budget.ends)]
        arguments = (reserved.id, units, checked_seconds(seconds), MOST_OPEN, KEPT_AFTER_END, *ends)
        answer = await self._run("reserve", self._budget_names(reserved), arguments)
        if answer[0] == 0:
            return reserved
        return UsedUp(reserved.budgets[answer[0] - 1], max(0, int(answer[1])), max(0.0, float(answer[2])))

    async def settle(self, reserved: Reserved, units: int) -> None:
        """See ``Budgets``."""
        ends = [budget.ends for budget in reserved.budgets]
        await self._run(
            "settle", self._budget_names(reserved), (reserved.id, checked_units(units), KEPT_AFTER_END, *ends)
        )

    async def attempt(
        self, owner: str, key: str, fingerprint: str, lease: float
    ) -> Begun | InFlight | Finished | OtherRequest:
        """See ``Attempts``."""
        begun = Begun(owner, owned_key(owner, key), fingerprint, secrets.token_hex(16))
        arguments = (fingerprint, begun.token, _milliseconds(lease), MOST_OPEN)
        answer = await self._run("attempt", self._attempt_names(begun), arguments)
        match answer:
            case [b"begun"]:
                return begun
            case [b"done", bytes(kept)]:
                return Finished(kept)
            case [b"busy", milliseconds]:
                return InFlight(max(0.0, int(milliseconds) / 1000))
            case _:
                return OtherRequest()

    async def finish(self, begun: Begun, answer: bytes, seconds: float) -> bool:
        """See ``Attempts``."""
        arguments = (begun.fingerprint, begun.token, checked_value(answer), _milliseconds(seconds))
        return bool(await self._run("finish", self._attempt_names(begun), arguments))

    async def abandon(self, begun: Begun) -> None:
        """See ``Attempts``."""
        await self._run("abandon", self._attempt_names(begun), (begun.token,))

    async def put(self, key: str, value: bytes, owner: str, seconds: float, most: int) -> None:
        """See ``Records``."""
        names = [self._name("record", key), self._name("records", owner)]
        await self._run("put", names, (checked_value(value), _milliseconds(seconds), most))

    async def get(self, key: str) -> bytes | None:
        """See ``Records``."""
        found = await self._ask("HGET", self._name("record", key), "value")
        return None if found is None else bytes(found)

    async def renew(self, key: str, value: bytes, seconds: float) -> bool:
        """See ``Records``."""
        arguments = (checked_value(value), _milliseconds(seconds))
        return bool(await self._run("renew", [self._name("record", key)], arguments))

    async def delete(self, key: str) -> bool:
        """See ``Records``."""
        return bool(await self._run("delete", [self._name("record", key)], ()))

    async def delete_owned(self, owner: str) -> int:
        """See ``Records``."""
        return int(await self._run("delete_owned", [self._name("records", owner)], ()))

    async def close(self) -> None:
        """Close every connection."""
        self._closed = True
        client, self._client = self._client, None
        if client is not None:
            await client.aclose(close_connection_pool=True)

    async def _run(self, script: str, names: list[str], arguments: Sequence[Any]) -> Any:
        try:
            self._connected()
            return await self._scripts[script](keys=names, args=arguments)
        except Exception as fault:
            # Whatever it is: nothing was answered. Its text may hold the address and what was asked.
            raise _unavailable(fault) from fault

    async def _ask(self, *command: Any) -> Any:
        try:
            execute: Any = self._connected().execute_command
            return await execute(*command)
        except Exception as fault:
            raise _unavailable(fault) from fault

    def _connected(self) -> Redis:
        if self._closed:
            raise StoreUnavailable("the store is closed")
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            # Connections belong to the loop they were opened on.
            self._loop = loop
            pool = BlockingConnectionPool.from_url(
                self._url,
                max_connections=self._connections,
                timeout=_WAITS * self._timeout,
                socket_timeout=self._timeout,
                socket_connect_timeout=self._timeout,
                retry=Retry(NoBackoff(), 0),
                protocol=2,
                decode_responses=False,
            )
            self._client = Redis(connection_pool=pool)
            self._scripts = {name: self._client.register_script(text) for name, text in self._sources.items()}
        return self._client

    def _name(self, kind: str, key: str) -> str:
        return f"{self._prefix}{kind}:{key}"

    def _budget_names(self, reserved: Reserved) -> list[str]:
        return [self._name(kind, budget.key) for budget in reserved.budgets for kind in ("budget", "reserved")]

    def _attempt_names(self, begun: Begun) -> list[str]:
        return [self._name("attempt", begun.key), self._name("attempts", begun.owner)]


def _milliseconds(seconds: float) -> int:
    return max(1, math.ceil(checked_seconds(seconds) * 1000))


def _unavailable(fault: Exception) -> StoreUnavailable:
    if isinstance(fault, StoreUnavailable):
        return fault
    return StoreUnavailable(f"redis: {type(fault).__name__}")
