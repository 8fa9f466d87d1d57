"""doorcheck.guard: an ASGI application in which a door that has not answered the five questions does not start."""

from doorcheck.guard import addresses
from doorcheck.guard.accounts import OwnSessions
from doorcheck.guard.actions import Failure, Success
from doorcheck.guard.answers import NOTHING, Resource, checked_by, raw, shared, unlimited
from doorcheck.guard.application import Guard
from doorcheck.guard.callers import permission, public, role, signed_by, signed_in, where
from doorcheck.guard.ceilings import Ceilings, ceiling
from doorcheck.guard.cors import Cors
from doorcheck.guard.errors import GuardError, UndeclaredDoors
from doorcheck.guard.idempotency import Idempotency
from doorcheck.guard.pages import Pages, is_local
from doorcheck.guard.passage import csp_nonce, current, current_principal, require_role, require_user
from doorcheck.guard.payload.strict import Payload
from doorcheck.guard.principal import Carrier, Principal
from doorcheck.guard.refusals import Refusal, Refused
from doorcheck.guard.stores import open_store

__all__ = [
    "NOTHING",
    "Carrier",
    "Ceilings",
    "Cors",
    "Failure",
    "Guard",
    "GuardError",
    "Idempotency",
    "OwnSessions",
    "Pages",
    "Payload",
    "Principal",
    "Refusal",
    "Refused",
    "Resource",
    "Success",
    "UndeclaredDoors",
    "addresses",
    "ceiling",
    "checked_by",
    "csp_nonce",
    "current",
    "current_principal",
    "is_local",
    "open_store",
    "permission",
    "public",
    "raw",
    "require_role",
    "require_user",
    "role",
    "shared",
    "signed_by",
    "signed_in",
    "unlimited",
    "where",
]
