"""Administration: asked of the role that the database has, and reaching every account."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from doorcheck.guard import Refusal, Refused, require_user
from doorcheck.guard.resource import owns, scoped
from doorcheck.guard.resource.dependencies import Owned, Scoped

from .models import User
from .service import Service


class UserView(BaseModel):
    """What an administrator sees of an account: no hash, no session."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    email: str
    role: str


def doors(service: Service) -> APIRouter:
    """The doors of administrators."""
    router = APIRouter()
    guard, admin = service.guard, service.admin

    @router.get("/admin/users")
    @guard.door(caller=admin, resource=scoped.all_seen_by("admin"))
    async def list_users(db: Scoped) -> list[UserView]:
        found = await db.scalars(select(User).order_by(User.email).limit(200))
        return [UserView.model_validate(user) for user in found]

    @router.delete("/admin/users/{user_id}", status_code=204)
    @guard.door(caller=admin, resource=owns(User, "user_id").all_changed_by("admin"))
    async def delete_user(user: Owned[User], db: Scoped) -> None:
        if user.id == require_user().id:
            raise Refused(Refusal.FORBIDDEN, "administrators do not delete their own account")
        await db.delete(user)
        await db.commit()
        await service.sessions.logout_everywhere(user.id)

    return router
