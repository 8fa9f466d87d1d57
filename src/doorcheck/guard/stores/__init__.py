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
    Once,
    OtherRequest,
    Records,
    Replays,
    Reserved,
    Stage,
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
    "Once",
    "OtherRequest",
    "Records",
    "Replays",
    "Reserved",
    "Stage",
    "Store",
    "StoreUnavailable",
    "UsedUp",
    "open_store",
]
