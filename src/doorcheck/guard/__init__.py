"""doorcheck.guard: an ASGI application in which a door that has not answered the five questions does not start."""

from doorcheck.guard.answers import NOTHING, Resource, checked_by, raw, shared, unlimited
from doorcheck.guard.application import Guard
from doorcheck.guard.callers import permission, public, role, signed_by, signed_in, where
from doorcheck.guard.errors import GuardError, UndeclaredDoors
from doorcheck.guard.passage import current, current_principal
from doorcheck.guard.payload.strict import Payload
from doorcheck.guard.principal import Carrier, Principal
from doorcheck.guard.refusals import Refusal, Refused

__all__ = [
    "NOTHING",
    "Carrier",
    "Guard",
    "GuardError",
    "Payload",
    "Principal",
    "Refusal",
    "Refused",
    "Resource",
    "UndeclaredDoors",
    "checked_by",
    "current",
    "current_principal",
    "permission",
    "public",
    "raw",
    "role",
    "shared",
    "signed_by",
    "signed_in",
    "unlimited",
    "where",
]
