"""The jobs of a store as steps over its cells, for the stores that run Python: each step is one transaction.

``now`` is in seconds since the epoch. A step may be run again when its transaction was rolled back.
"""

from __future__ import annotations

import json

from doorcheck.guard.stores.cells import Cells
from doorcheck.guard.stores.protocol import (
    MOST_OPEN,
    Begun,
    Budget,
    Finished,
    InFlight,
    OtherRequest,
    Reserved,
    Stage,
    UsedUp,
)

KEPT_AFTER_END = 3600.0
"""Seconds for which a budget is kept after its end, for reservations that are settled late."""

_DIGEST = 64
_TOKEN = 32
_HEAD = _DIGEST + _TOKEN
_DONE = b"-" * _TOKEN


def begin(cells: Cells, now: float, key: str, lease: float) -> Stage:
    """How far the work on this key is; it is claimed where it was new."""
    kept = cells.get(key)
    if kept is not None:
        return Stage(kept.decode())
    cells.put(key, Stage.RUNNING.value.encode(), now + lease)
    return Stage.NEW


def first_time(cells: Cells, now: float, key: str, seconds: float) -> bool:
    """Whether the key is new; from now on it is not."""
    if cells.get(key) is not None:
        return False
    cells.put(key, b"", now + seconds)
    return True


def reserve(cells: Cells, now: float, reserved: Reserved, seconds: float) -> Reserved | UsedUp:
    """Set the units aside in every budget, or in none."""
    found = [_read_budget(cells, now, budget) for budget in reserved.budgets]
    for budget, (spent, held) in zip(reserved.budgets, found, strict=True):
        left = budget.units - spent - sum(units for units, _ in held.values())
        if reserved.units > left or len(held) >= MOST_OPEN:
            wait = budget.ends - now
            if spent + reserved.units <= budget.units and held:
                wait = min(wait, min(ends for _, ends in held.values()) - now)
            return UsedUp(budget, max(0, left), max(0.0, wait))
    for budget, (spent, held) in zip(reserved.budgets, found, strict=True):
        held[reserved.id] = (reserved.units, now + seconds)
        _write_budget(cells, budget, spent, held)
    return reserved


def settle(cells: Cells, now: float, reserved: Reserved, units: int) -> None:
    """Put what was used in the place of the reservation."""
    for budget in reserved.budgets:
        spent, held = _read_budget(cells, now, budget)
        held.pop(reserved.id, None)
        _write_budget(cells, budget, spent + units, held)


def _read_budget(cells: Cells, now: float, budget: Budget) -> tuple[int, dict[str, tuple[int, float]]]:
    kept = cells.get(f"budget:{budget.key}")
    if kept is None:
        return 0, {}
    spent, held = json.loads(kept)
    return spent, {name: (units, ends) for name, (units, ends) in held.items() if ends > now}


def _write_budget(cells: Cells, budget: Budget, spent: int, held: dict[str, tuple[int, float]]) -> None:
    cells.put(
        f"budget:{budget.key}", json.dumps([spent, held], separators=(",", ":")).encode(), budget.ends + KEPT_AFTER_END
    )


def attempt(cells: Cells, now: float, begun: Begun, lease: float) -> Begun | InFlight | Finished | OtherRequest:
    """Start an attempt unless there is one."""
    kept = cells.get(begun.key)
    if kept is None:
        if not _make_room(cells, begun.owner):
            return InFlight(lease)
        cells.put(begun.key, f"{begun.fingerprint}{begun.token}".encode(), now + lease, begun.owner)
        return begun
    if kept[:_DIGEST] != begun.fingerprint.encode():
        return OtherRequest()
    if kept[_DIGEST:_HEAD] == _DONE:
        return Finished(kept[_HEAD:])
    return InFlight(max(0.0, cells.ends(begun.key) - now))


def _make_room(cells: Cells, owner: str) -> bool:
    names = cells.owned(owner)
    if len(names) < MOST_OPEN:
        return True
    for name in names:
        if (cells.get(name) or b"")[_DIGEST:_HEAD] == _DONE:
            return cells.delete(name)
    return False


def finish(cells: Cells, now: float, begun: Begun, answer: bytes, seconds: float) -> bool:
    """Keep the answer, unless the attempt is another's by now."""
    kept = cells.get(begun.key)
    if kept is not None and kept[_DIGEST:_HEAD] != begun.token.encode():
        return False
    cells.put(begun.key, begun.fingerprint.encode() + _DONE + answer, now + seconds, begun.owner)
    return True


def abandon(cells: Cells, now: float, begun: Begun) -> None:  # noqa: ARG001  # the form of a step
    """Forget the attempt, unless it is another's by now."""
    kept = cells.get(begun.key)
    if kept is not None and kept[_DIGEST:_HEAD] == begun.token.encode():
        cells.delete(begun.key)


def put(cells: Cells, now: float, key: str, value: bytes, owner: str, seconds: float, most: int) -> None:
    """Keep a value; the owner's oldest ones make room."""
    names = [name for name in cells.owned(owner) if name != key]
    for name in names[: max(0, len(names) - most + 1)]:
        cells.delete(name)
    cells.put(key, value, now + seconds, owner)


def renew(cells: Cells, now: float, key: str, value: bytes, seconds: float) -> bool:
    """Replace a value that is there."""
    if cells.get(key) is None:
        return False
    cells.put(key, value, now + seconds, cells.owner(key))
    return True


def delete_owned(cells: Cells, now: float, owner: str) -> int:  # noqa: ARG001  # the form of a step
    """Forget every value of an owner."""
    return sum(cells.delete(name) for name in cells.owned(owner))
