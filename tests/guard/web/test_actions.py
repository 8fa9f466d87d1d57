"""Functions that forms post to."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI
from pydantic import BaseModel
from starlette.applications import Starlette
from tests.guard.asgi import Answer, Client
from tests.guard.tokens import PlainTokens, cookie

from doorcheck.guard import (
    Failure,
    Guard,
    Payload,
    Success,
    UndeclaredDoors,
    current_principal,
    public,
    shared,
    signed_in,
)

NOBODYS = shared(because="a test")
FORM = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"} | cookie("ann")


class Rename(Payload):
    title: str
    stars: int = 0
    tags: tuple[str, ...] = ()


class Project(BaseModel):
    title: str
    owner: str


class Site:
    def __init__(self) -> None:
        self.revalidated: list[tuple[str, ...]] = []
        self.app = Starlette()
        self.guard = Guard(sessions=[PlainTokens()], revalidate=self.revalidate)

        @self.guard.action(payload=Rename, returns=Project, caller=signed_in, resource=NOBODYS)
        async def rename(given: Rename) -> Success[Project] | Failure:
            if given.title == "taken":
                return Failure("taken", {"title": "is taken"})
            project = Project(title=f"{given.title}{given.stars}{','.join(given.tags)}", owner=current_principal().id)
            return Success(project, redirect="/projects", tags=("projects",))

        self.app.add_route("/rename", rename, methods=["POST"])
        self.guard.protect(self.app)

    async def revalidate(self, tags: Sequence[str]) -> None:
        self.revalidated.append(tuple(tags))

    def post(self, body: bytes, headers: dict[str, str]) -> Answer:
        return asyncio.run(Client(self.app).request("POST", "/rename", body=body, headers=headers))


def test_a_form_is_decoded_done_and_followed_by_a_redirect() -> None:
    site = Site()
    answer = site.post(urlencode({"title": "a", "stars": "3"}).encode(), FORM)
    assert (answer.status, answer.headers["location"]) == (303, "/projects")
    assert site.revalidated == [("projects",)]


def test_a_script_gets_the_result_itself() -> None:
    site = Site()
    answer = site.post(b'{"title": "a", "stars": 3}', FORM | {"content-type": "application/json"})
    assert answer.status == 200
    assert answer.json() == {"ok": True, "value": {"title": "a3", "owner": "ann"}, "redirect": "/projects"}


def test_fastapi_takes_an_action_under_a_route_of_its_own() -> None:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    guard = Guard(sessions=[PlainTokens()])

    @app.post("/rename")
    @guard.action(payload=Rename, returns=Project, caller=signed_in, resource=NOBODYS)
    async def rename(given: Rename) -> Success[Project] | Failure:
        return Success(Project(title=given.title, owner=current_principal().id), redirect="/projects")

    guard.protect(app)
    answer = asyncio.run(Client(app).request("POST", "/rename", body=b"title=a", headers=FORM))
    assert (answer.status, answer.headers["location"]) == (303, "/projects")
    answer = asyncio.run(Client(app).request("POST", "/rename", json={"title": "a"}, headers=cookie("bob")))
    assert answer.json() == {"ok": True, "value": {"title": "a", "owner": "bob"}, "redirect": "/projects"}


def test_a_list_of_one_is_a_list() -> None:
    body = urlencode([("title", "a"), ("stars", "2"), ("tags", "x")]).encode()
    answer = Site().post(body, FORM | {"accept": "application/json"})
    assert answer.json()["value"]["title"] == "a2x"


def test_a_redirect_leads_to_a_path_in_any_script() -> None:
    guard, app = Guard(), Starlette()

    @guard.action(payload=Rename, returns=str, caller=public(because="a test"), resource=NOBODYS)
    async def rename(given: Rename) -> Success[str] | Failure:
        return Success("done", redirect="/\u0441\u0442\u0440/1?q=a%20b&n=2")

    app.add_route("/rename", rename, methods=["POST"])
    guard.protect(app)
    answer = asyncio.run(Client(app).request("POST", "/rename", body=b"title=a", headers=FORM))
    assert (answer.status, answer.headers["location"]) == (303, "/%D1%81%D1%82%D1%80/1?q=a%20b&n=2")


def test_fields_that_come_several_times_are_a_list() -> None:
    site = Site()
    body = urlencode([("title", "a"), ("tags", "x"), ("tags", "y")]).encode()
    answer = site.post(body, FORM | {"accept": "application/json"})
    assert answer.json()["value"]["title"] == "a0x,y"


@pytest.mark.parametrize(
    ("body", "fields"),
    [(b"title=a&stars=many", {"stars"}), (b"stars=1", {"title"}), (b"title=a&role=admin", {"role"})],
)
def test_what_is_invalid_is_said_by_field_and_without_what_was_sent(body: bytes, fields: set[str]) -> None:
    site = Site()
    answer = site.post(body, FORM)
    assert answer.status == 422
    assert set(answer.json()["fields"]) == fields
    assert b"many" not in answer.body
    assert site.revalidated == []


def test_a_failure_is_an_answer_and_revalidates_nothing() -> None:
    site = Site()
    answer = site.post(b"title=taken", FORM)
    assert answer.status == 409
    assert answer.json() == {"ok": False, "reason": "taken", "fields": {"title": "is taken"}}
    assert site.revalidated == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (FORM | {"sec-fetch-site": "cross-site"}, 403),
        (FORM | {"cookie": ""}, 401),
        (FORM | {"content-type": "text/plain"}, 415),
        (FORM | {"content-type": "multipart/form-data"}, 400),
        (FORM | {"content-type": "application/json"}, 422),
    ],
)
def test_the_same_questions_are_asked(headers: dict[str, str], status: int) -> None:
    assert Site().post(b"title=a", headers).status == status


def test_files_and_fields_without_end_are_refused() -> None:
    site = Site()
    body = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.html"\r\n\r\n<html>\r\n--x--\r\n'
    assert site.post(body, FORM | {"content-type": "multipart/form-data; boundary=x"}).status == 400
    assert site.post("&".join(f"f{n}=1" for n in range(500)).encode(), FORM).status in {400, 422}


def test_an_action_without_answers_does_not_start() -> None:
    app, guard = Starlette(), Guard()

    @guard.action(payload=Rename, returns=Project)
    async def rename(given: Rename) -> Success[Project] | Failure:
        return Failure("never")

    app.add_route("/rename", rename, methods=["POST"])
    guard.protect(app)
    with pytest.raises(UndeclaredDoors, match="caller= is missing"):
        guard.check()


@pytest.mark.parametrize("path", ["https://evil.example.test", "//evil.example.test", "/\\evil.example.test", "x"])
def test_an_action_does_not_redirect_to_another_site(path: str) -> None:
    with pytest.raises(ValueError, match="its own site"):
        Success(1, redirect=path)
