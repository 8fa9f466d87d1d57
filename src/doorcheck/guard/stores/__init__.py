"""Where counters, sessions and replies are kept: in the process, in SQLite or in Redis."""

from doorcheck.guard.stores.opening import open_store
from doorcheck.guard.stores.protocol import (
    Attempts,
    Begun,
    Budget,
    Budgets,
    Counters,
    Finished,
    InFlight,
    OtherRequest,
    Records,
    Replays,
    Reserved,
    Store,
    StoreUnavailable,
    UsedUp,
)

__all__ = [
    "Attempts",
    "Begun",
    "Budget",
    "Budgets",
    "Counters",
    "Finished",
    "InFlight",
    "OtherRequest",
    "Records",
    "Replays",
    "Reserved",
    "Store",
    "StoreUnavailable",
    "UsedUp",
    "open_store",
]
