"""Uploads: looked at, renamed, kept in private, and read by an address that holds for ten minutes."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from doorcheck.guard import public, raw, shared
from doorcheck.guard.resource import owns, scoped
from doorcheck.guard.resource.dependencies import Owned, Scoped

from .models import Upload
from .service import Service

HOLDS = 600


class UploadView(BaseModel):
    """An upload and where it can be read for a while."""

    id: str
    kind: str
    address: str


def doors(service: Service) -> APIRouter:
    """The doors to files."""
    router = APIRouter()
    guard, member = service.guard, service.member

    async def view(upload: Upload) -> UploadView:
        address = await service.files.signed_url(upload.name, HOLDS)
        return UploadView(id=upload.id, kind=upload.kind, address=address)

    @router.post("/uploads", status_code=201)
    @guard.door(
        caller=member,
        payload=raw(because="a form with one file, which Uploads reads"),
        resource=scoped,
        account_limit="20/hour",
        body="2100KiB",
    )
    async def upload_file(request: Request, db: Scoped) -> UploadView:
        received = await service.uploads.receive(request)
        upload = Upload(name=received.file.name, kind=received.file.kind)
        db.add(upload)
        await db.commit()
        return await view(upload)

    @router.get("/uploads/{upload_id}")
    @guard.door(caller=member, resource=owns(Upload, "upload_id"))
    async def read_upload(upload: Owned[Upload]) -> UploadView:
        return await view(upload)

    @router.get("/files/{name}")
    @guard.door(
        caller=public(because="the address is signed, and holds for ten minutes"),
        resource=shared(because="whoever was given the address may read the file"),
        returns=raw(because="a file, as a download"),
    )
    async def read_file(request: Request) -> Response:
        return await service.files.serve(request)

    return router
