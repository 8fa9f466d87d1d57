"""A user signs in to a Next.js app, and a Python service knows the very cookies that the app set."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from tests.guard.asgi import Answer, Client
from tests.guard.live.next_app import Browser, NextApp, next_app

from doorcheck.guard import NOTHING, Guard, current_principal, raw, role, shared, signed_in
from doorcheck.guard.sessions.issuers import AuthJs, IronSession

ENVIRONMENT = {
    "AUTH_SECRET": "c4a7f0b19d2e4c83a6f5d0e17b92384c",
    "AUTH_TRUST_HOST": "true",
    "SESSION_PASSWORD": "5e1d8a03f7c94b26b0d3a9e8c6f41720",
}
TOLD = raw(because="a test reads it")


@pytest.fixture(scope="module")
def site() -> Iterator[NextApp]:
    with next_app(**ENVIRONMENT) as running:
        yield running


def service() -> Starlette:
    """The Python half of the product, with the front end's own environment."""
    guard = Guard(sessions=[AuthJs.from_env(ENVIRONMENT), IronSession.from_env("app-session", environ=ENVIRONMENT)])

    @guard.door(caller=signed_in, payload=NOTHING, resource=shared(because="says who is calling"), returns=TOLD)
    async def me(_: Request) -> JSONResponse:
        principal = current_principal()
        return JSONResponse({"id": principal.id, "issuer": principal.issuer, "name": principal.claims.get("name")})

    @guard.door(caller=role("admin"), payload=NOTHING, resource=shared(because="says so"), returns=TOLD)
    async def office(_: Request) -> JSONResponse:
        return JSONResponse({"reached": True})

    app = Starlette(routes=[Route("/me", me), Route("/office", office)])
    guard.protect(app)
    return app


def asked(path: str, headers: dict[str, str]) -> Answer:
    """What the Python service answers."""
    return asyncio.run(Client(service()).request("GET", path, headers=headers))


def me(browser: Browser) -> Any:
    """Who the Python service says is calling."""
    answer = asked("/me", browser.headers)
    assert answer.status == 200
    return answer.json()


def test_a_user_who_signed_in_with_authjs_is_known(site: NextApp) -> None:
    browser = site.browser()
    browser.sign_in_with_authjs(name="ada", role="admin")
    assert browser.get("/api/auth/session")["user"]["name"] == "ada"
    assert me(browser) == {"id": "id-ada", "issuer": "authjs", "name": "ada"}
    assert asked("/office", browser.headers).status == 200


def test_a_user_whose_session_needs_several_cookies_is_known(site: NextApp) -> None:
    browser = site.browser()
    browser.sign_in_with_authjs(name="bob", role="member", size="6000")
    assert {"authjs.session-token.0", "authjs.session-token.1", "authjs.session-token.2"} <= browser.cookies.keys()
    assert me(browser)["name"] == "bob"
    assert asked("/office", browser.headers).status == 403
    cut = "; ".join(f"{name}={value}" for name, value in browser.cookies.items() if not name.endswith(".1"))
    assert asked("/me", {"cookie": cut}).status == 401


def test_a_user_who_signed_in_with_iron_session_is_known(site: NextApp) -> None:
    browser = site.browser()
    browser.sign_in_with_iron(userId="id-eve", role="admin")
    assert me(browser) == {"id": "id-eve", "issuer": "iron-session", "name": None}
    assert asked("/office", browser.headers).status == 200


def test_whoever_signed_in_twice_under_two_names_is_nobody(site: NextApp) -> None:
    browser = site.browser()
    browser.sign_in_with_authjs(name="ada", role="admin")
    browser.sign_in_with_iron(userId="id-eve", role="admin")
    assert asked("/me", browser.headers).status == 401


def test_nobody_and_somebody_with_an_altered_cookie_stay_outside(site: NextApp) -> None:
    browser = site.browser()
    assert asked("/me", browser.headers).status == 401
    browser.sign_in_with_authjs(name="ada", role="admin")
    token = browser.cookies["authjs.session-token"]
    assert asked("/me", {"cookie": f"authjs.session-token={token[:-8]}AAAAAAAA"}).status == 401
    assert asked("/me", {"cookie": f"__Secure-authjs.session-token={token}"}).status == 401
