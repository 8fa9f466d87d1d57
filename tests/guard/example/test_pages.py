"""What the pages about guard show is so."""

from __future__ import annotations

import asyncio
import importlib.util
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.guard.asgi import Client, started
from tests.guard.sessions.forging import jwe
from tests.guard.sessions.recorded import SECRET

from doorcheck.guard import addresses
from doorcheck.guard.sessions.hkdf import derive

DOCS = Path(__file__).parents[3] / "docs"
PAGES = sorted(DOCS.glob("guard*.md"))
# The reference shows signatures, which are no statements.
WRITTEN = [page for page in PAGES if page.name != "guard-reference.md"]
COOKIE = "authjs.session-token"


def _shown(page: str, kind: str, name: str) -> str:
    text = (DOCS / page).read_text(encoding="utf-8")
    found = re.search(rf"<!-- {kind}: {re.escape(name)} -->\n```\w*\n(.*?)```", text, re.DOTALL)
    assert found, f"{page} has no {kind} {name}"
    return found[1]


@pytest.fixture
def loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Loads a file that a page shows, in a folder of its own and with the secret of a front end."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AUTH_SECRET", SECRET)
    names: list[str] = []

    def load(page: str, name: str) -> Any:
        (tmp_path / name).write_text(_shown(page, "file", name), encoding="utf-8")
        spec = importlib.util.spec_from_file_location(f"shown_{name.removesuffix('.py')}", tmp_path / name)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        names.append(spec.name)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        return module

    yield load
    for name in names:
        del sys.modules[name]


def _cookie(account: str) -> dict[str, str]:
    key = derive(SECRET.encode(), salt=COOKIE, info=f"Auth.js Generated Encryption Key ({COOKIE})", length=64)
    now = int(time.time())
    token = jwe({"sub": account, "iat": now, "exp": now + 600}, key, "A256CBC-HS512")
    return {"cookie": f"{COOKIE}={token}", "sec-fetch-site": "same-origin"}


def test_the_application_that_does_not_start_says_what_the_page_says(tmp_path: Path, loaded: Any) -> None:
    async def run() -> None:
        async with started(loaded("guard.md", "before.py").app) as told:
            (said,) = told
            assert said.replace(f"{tmp_path}/", "") + "\n" == _shown("guard.md", "output", "before.py")

    asyncio.run(run())


def test_the_application_of_the_page_answers_as_the_page_says(loaded: Any) -> None:
    async def run() -> None:
        app = loaded("guard.md", "app.py").app
        async with started(app) as told:
            assert told == []
            client, ann, bob = Client(app), Client(app, headers=_cookie("ann")), Client(app, headers=_cookie("bob"))
            assert (await client.request("GET", "/health")).status == 200
            assert (await client.request("GET", "/notes/1")).status == 401
            stranger = await client.request("POST", "/notes", body=b"{malformed")
            assert (stranger.status, stranger.body_reads) == (401, 0)
            written = await ann.request("POST", "/notes", json={"text": "mine"})
            assert (written.status, written.json()) == (201, {"id": 1, "text": "mine"})
            assert (await ann.request("POST", "/notes", json={"text": "x", "user_id": "bob"})).status == 422
            assert (await ann.request("GET", "/notes/1")).status == 200
            assert (await bob.request("GET", "/notes/1")).status == 404

    asyncio.run(run())


def test_an_observed_application_answers_as_before_and_logs_what_the_page_says(
    loaded: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async def run() -> None:
        app = loaded("guard-adoption.md", "observed.py").app
        async with started(app) as told:
            assert told == []
            answer = await Client(app).request("GET", "/invoices/3", headers={"x-user": "ann"})
            assert (answer.status, answer.json()) == (200, {"id": 3, "owner": "ann"})
            assert (await Client(app).request("GET", "/invoices/3")).status == 401

    with caplog.at_level("INFO", "doorcheck.guard"):
        asyncio.run(run())
    text = (DOCS / "guard-adoption.md").read_text(encoding="utf-8")
    shown = re.search(r"```\n(the application would not start.*?)```", text, re.DOTALL)
    assert shown
    for line in shown[1].splitlines():
        # But for the folder, the end that is left out, and the request's id.
        parts = re.split(r" at \S+|\.\.\.$|\(\w+\)$", line)
        assert re.search(".*".join(re.escape(part) for part in parts), caplog.text), line


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.name)
def test_what_is_shown_as_python_is_python(page: Path) -> None:
    fences = re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    for number, code in enumerate(fences):
        compile(code, f"{page.name}, {number}", "exec", flags=0x2000)  # await stands outside of functions, too


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.name)
def test_what_is_imported_on_a_page_is_there(page: Path) -> None:
    for fence in re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
        for line in re.findall(r"^from doorcheck\..* import .*$", fence, re.MULTILINE):
            exec(line, {})  # noqa: S102  # our own page


def test_the_page_about_deployment_names_every_way_of_deployment() -> None:
    page = (DOCS / "guard-deployment.md").read_text(encoding="utf-8")
    ways = {name for name in addresses.__all__ if name.islower()} - {"bucket"}
    assert {name for name in ways if f"`{name}(" not in page} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", text):
        place = page.parent / target if target else page
        assert place.exists(), target
        if anchor and place.suffix == ".md":
            titles = re.findall(r"^#+ (.+)$", place.read_text(encoding="utf-8"), re.MULTILINE)
            slugs = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
            assert anchor in slugs, f"{target}#{anchor}"
