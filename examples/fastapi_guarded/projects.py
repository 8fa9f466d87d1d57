"""Projects: a team's, and in reach of its members."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from doorcheck.guard import Payload
from doorcheck.guard.resource import owns, scoped
from doorcheck.guard.resource.dependencies import Owned, Scoped

from .models import Membership, Project
from .service import Service
from .texts import Name


class NewProject(Payload):
    """What a caller says of a new project. Its team is in the path, where membership of it is asked for."""

    name: Name


class ProjectView(BaseModel):
    """What leaves the service of a project."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    archived: bool


def doors(service: Service) -> APIRouter:
    """The doors to projects."""
    router = APIRouter()
    guard, member = service.guard, service.member

    @router.get("/projects")
    @guard.door(caller=member, resource=scoped)
    async def list_projects(db: Scoped) -> list[ProjectView]:
        found = await db.scalars(select(Project).order_by(Project.name).limit(200))
        return [ProjectView.model_validate(project) for project in found]

    @router.post("/teams/{team_id}/projects", status_code=201)
    @guard.door(caller=member, resource=owns(Membership, "team_id", key="team_id"))
    async def create_project(membership: Owned[Membership], given: NewProject, db: Scoped) -> ProjectView:
        project = Project(team_id=membership.team_id, name=given.name)
        db.add(project)
        await db.commit()
        return ProjectView.model_validate(project)

    @router.get("/projects/{project_id}")
    @guard.door(caller=member, resource=owns(Project, "project_id"))
    async def read_project(project: Owned[Project]) -> ProjectView:
        return ProjectView.model_validate(project)

    @router.post("/projects/{project_id}/archive")
    @guard.door(caller=member, resource=owns(Project, "project_id"))
    async def archive_project(project: Owned[Project], db: Scoped) -> ProjectView:
        project.archived = True
        await db.commit()
        return ProjectView.model_validate(project)

    return router
