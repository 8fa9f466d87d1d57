"""Signing in and out, and who one is."""

from __future__ import annotations

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field, SecretStr

from doorcheck.guard import NOTHING, Payload, public, require_user, shared

from .service import Service
from .texts import Email

OWN_SESSION = shared(because="the caller's own session alone")


class Credentials(Payload):
    """What signing in takes."""

    email: Email
    password: SecretStr = Field(max_length=1024)


class Me(BaseModel):
    """What an account is told of itself."""

    id: str
    roles: list[str]


def doors(service: Service) -> APIRouter:
    """The doors to a session."""
    router = APIRouter()
    guard = service.guard

    @router.post("/sign-in")
    @guard.door(caller=public(because="this is where one signs in"), resource=OWN_SESSION, limit="30/minute")
    async def sign_in(given: Credentials, response: Response) -> Me:
        account = await service.sign_in.sign_in(given.email, given.password.get_secret_value())
        await service.sessions.login(response, account)
        return Me(id=account.id, roles=sorted(account.roles))

    @router.post("/sign-out", status_code=204)
    @guard.door(caller=public(because="also for a session that is over"), payload=NOTHING, resource=OWN_SESSION)
    async def sign_out(response: Response) -> None:
        await service.sessions.logout(response)

    @router.get("/me")
    @guard.door(caller=service.member, resource=OWN_SESSION)
    async def me() -> Me:
        user = require_user()
        return Me(id=user.id, roles=sorted(user.roles))

    return router
