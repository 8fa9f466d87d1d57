"""Pages: redirects instead of statuses, policies with nonces, and who may read across sites."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from tests.guard.asgi import Answer, Client
from tests.guard.tokens import PlainTokens, bearer

from doorcheck.guard import (
    NOTHING,
    Cors,
    Guard,
    Pages,
    csp_nonce,
    public,
    raw,
    require_role,
    require_user,
    role,
    shared,
    signed_in,
)

NOBODYS = shared(because="a test")
APP = "https://app.example.test"


def site(guard: Guard) -> Client:
    app = Starlette()
    answers: dict[str, Any] = {"payload": NOTHING, "returns": raw(because="a page")}

    async def page(request: Request) -> Response:
        return HTMLResponse(f"<script nonce={csp_nonce()}></script>")

    async def plain(request: Request) -> Response:
        return HTMLResponse("<p>nothing runs here</p>")

    async def boss(request: Request) -> Response:
        return HTMLResponse("for few")

    async def admin(request: Request) -> Response:
        return HTMLResponse(require_role("admin").id)

    async def me(request: Request) -> Response:
        return HTMLResponse(require_user().id)

    pages = Pages("/sign-in", "/not-you")
    signed = guard.door(caller=signed_in, resource=NOBODYS, pages=pages, **answers)
    app.add_route("/page", signed(page), methods=["GET", "POST"])
    app.add_route("/plain", guard.door(caller=public(because="a test"), **answers)(plain))
    bossy = guard.door(caller=role("admin"), resource=NOBODYS, pages=pages, **answers)
    app.add_route("/boss", bossy(boss))
    anybody = guard.door(caller=signed_in, resource=NOBODYS, **answers)
    app.add_route("/admin", anybody(admin))
    app.add_route("/me", guard.door(caller=public(because="a test"), **answers)(me))
    guard.protect(app)
    return Client(app)


def get(client: Client, path: str, method: str = "GET", **headers: str) -> Answer:
    return asyncio.run(client.request(method, path, headers=headers))


def test_a_person_is_sent_to_sign_in_and_back() -> None:
    client = site(Guard(sessions=[PlainTokens()]))
    answer = get(client, "/page?tab=2&x=https://evil.example.test")
    assert answer.status == 303
    assert answer.headers["location"] == "/sign-in?next=/page%3Ftab%3D2%26x%3Dhttps%3A//evil.example.test"
    assert get(client, "/page", "POST").headers["location"] == "/sign-in"
    assert get(client, "/boss", **bearer("ann")).headers["location"] == "/not-you"


@pytest.mark.parametrize("path", ["https://evil.example.test", "//evil.example.test", "/\\evil", "/\tx", "login"])
def test_pages_are_of_this_site(path: str) -> None:
    with pytest.raises(ValueError, match="no path of this site"):
        Pages(login=path)


def test_code_outside_of_routes_asks_who_is_calling() -> None:
    client = site(Guard(sessions=[PlainTokens()]))
    assert get(client, "/admin", **bearer("ann")).status == 403
    assert get(client, "/admin", **bearer("ann", "admin")).body == b"ann"
    assert get(client, "/me").status == 401


def test_a_page_names_the_nonce_of_its_scripts_and_no_other_page_does() -> None:
    client = site(Guard(sessions=[PlainTokens()]))
    first, second = (get(client, "/page", **bearer("ann")) for _ in range(2))
    nonce = first.body.decode().removeprefix("<script nonce=").removesuffix("></script>")
    assert f"'nonce-{nonce}'" in first.headers["content-security-policy"]
    assert nonce.encode() not in second.body
    plain = get(client, "/plain").headers["content-security-policy"]
    assert "nonce" not in plain
    assert "unsafe" not in plain


def test_headers_go_with_every_answer() -> None:
    client = site(Guard(sessions=[PlainTokens()]))
    for path in ("/plain", "/page", "/nowhere"):
        headers = get(client, path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-request-id"]
        assert "default-src" in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"


def test_only_named_sites_read_across_sites() -> None:
    client = site(Guard(sessions=[PlainTokens()], cors=Cors((APP,), credentials=True)))
    asking = {"access-control-request-method": "POST"}
    allowed = get(client, "/page", "OPTIONS", origin=APP, **asking)
    assert allowed.status == 200
    assert allowed.headers["access-control-allow-origin"] == APP
    other = get(client, "/page", "OPTIONS", origin="https://evil.example.test", **asking)
    assert "access-control-allow-origin" not in other.headers
    read = get(client, "/page", origin=APP, **bearer("ann"))
    assert read.headers["access-control-allow-origin"] == APP
    refused = get(client, "/plain", origin="https://app.example.test.evil.test")
    assert "access-control-allow-origin" not in refused.headers


@pytest.mark.parametrize("origin", ["*", "https://*.example.test", "null", "app.example.test", "https://a.test/path"])
def test_patterns_are_no_origins(origin: str) -> None:
    with pytest.raises(ValueError, match="origin"):
        Cors((origin,))
    with pytest.raises(ValueError, match="origin"):
        Guard(origins=[origin])
