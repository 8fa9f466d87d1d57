"""Inputs that come by another way than a model's fields are seen at the start as well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, NewType

import pytest
from fastapi import Depends, FastAPI, Request
from pydantic import BaseModel, ConfigDict, Field, RootModel
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request as StarletteRequest
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from typing_extensions import NamedTuple, TypeAliasType, TypedDict

from doorcheck.guard import NOTHING, Guard, Payload, UndeclaredDoors, public, raw, shared

NOBODYS = shared(because="a test")
ANYBODY = public(because="a test")


class Said(BaseModel):
    ok: bool = True


@dataclass
class Loose:
    title: str
    role: str = "member"


@dataclass
class Tight:
    title: str
    __pydantic_config__ = ConfigDict(extra="forbid")


class Typed(TypedDict):
    title: str
    user_id: int


class Named(NamedTuple):
    title: str
    status: str


class Renamed(Payload):
    wanted: str = Field(alias="role")


class Titles(RootModel[list[str]]):
    pass


LooseModel = NewType("LooseModel", Loose)
Several = TypeAliasType("Several", list[Typed])


async def read(request: Request) -> str:
    return str(await request.json())


def offences(taken: Any) -> list[str]:
    app, guard = FastAPI(docs_url=None, redoc_url=None, openapi_url=None), Guard()

    async def things(body: Any) -> Said:
        return Said()

    things.__annotations__["body"] = taken
    app.post("/things")(guard.door(caller=ANYBODY, resource=NOBODYS)(things))
    guard.protect(app)
    try:
        guard.check()
    except UndeclaredDoors as undeclared:
        return list(undeclared.offences)
    return []


@pytest.mark.parametrize("taken", [Loose, LooseModel, Typed, Several, list[Loose], Loose | None])
def test_unknown_fields_of_any_kind_of_model_do_not_start(taken: Any) -> None:
    assert any("lets unknown fields pass" in line for line in offences(taken))


@pytest.mark.parametrize(
    ("taken", "name"), [(Loose, "role"), (Typed, "user_id"), (Named, "status"), (Renamed, "role"), (Several, "user_id")]
)
def test_privileged_names_of_any_kind_of_model_do_not_start(taken: Any, name: str) -> None:
    assert any(f"may_set=['{name}']" in line for line in offences(taken))


def test_a_container_without_a_content_does_not_start() -> None:
    assert any("takes anything" in line for line in offences(Mapping))


@pytest.mark.parametrize("taken", [Tight, Titles, dict[str, int], list[str]])
def test_what_says_all_that_it_takes_starts(taken: Any) -> None:
    assert offences(taken) == []


def test_a_dependency_that_is_handed_the_request_says_what_it_reads() -> None:
    app, guard = FastAPI(docs_url=None, redoc_url=None, openapi_url=None), Guard()

    @app.post("/one")
    @guard.door(caller=ANYBODY, resource=NOBODYS)
    async def one(text: Annotated[str, Depends(read)]) -> Said:
        return Said()

    @app.post("/two")
    @guard.door(caller=ANYBODY, resource=NOBODYS, payload=raw(because="a test"))
    async def two(text: Annotated[str, Depends(read)]) -> Said:
        return Said()

    guard.protect(app)
    with pytest.raises(UndeclaredDoors) as undeclared:
        guard.check()
    (only,) = undeclared.value.offences
    assert "POST /one" in only
    assert "what it takes is not declared" in only


def test_a_class_that_changes_something_says_whose_it_is() -> None:
    guard = Guard()

    @guard.door(caller=ANYBODY, payload=NOTHING, returns=raw(because="a test"))
    class Changes(HTTPEndpoint):
        async def post(self, request: StarletteRequest) -> PlainTextResponse:
            return PlainTextResponse("done")

    @guard.door(caller=ANYBODY, payload=NOTHING, returns=raw(because="a test"))
    class Reads(HTTPEndpoint):
        async def get(self, request: StarletteRequest) -> PlainTextResponse:
            return PlainTextResponse("read")

    app = Starlette(routes=[Route("/changes", Changes), Route("/reads", Reads)])
    guard.protect(app)
    assert [door["methods"] for door in guard.census()["doors"]] == [["POST"], ["GET", "HEAD"]]
    with pytest.raises(UndeclaredDoors) as undeclared:
        guard.check()
    (only,) = undeclared.value.offences
    assert "POST /changes" in only
    assert "whose data it touches" in only
