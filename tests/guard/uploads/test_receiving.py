"""Uploads through a door, and the addresses under which they are read."""

from __future__ import annotations

import asyncio
import re
import time
import tracemalloc
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from tests.guard.asgi import Answer, Client
from tests.guard.tokens import PlainTokens, bearer
from tests.guard.uploads import files

from doorcheck.guard import Guard, public, raw, shared, signed_in
from doorcheck.guard.uploads import JPEG, PDF, PNG, PrivateDirectory, Uploads

FORM = {"content-type": "multipart/form-data; boundary=x"} | bearer("ann")
KEY = b"a key of thirty-two bytes, or so."


class Site:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.storage = PrivateDirectory(root, key=KEY)
        uploads = Uploads(self.storage, kinds=[PNG, JPEG, PDF], most="64KiB")
        guard = Guard(sessions=[PlainTokens()])
        answers: dict[str, Any] = {"resource": shared(because="a test"), "returns": raw(because="a test")}

        async def upload(request: Request) -> Response:
            received = await uploads.receive(request)
            address = await self.storage.signed_url(received.file.name, 60)
            return JSONResponse({"name": received.file.name, "fields": received.fields, "address": address})

        takes = guard.door(caller=signed_in, payload=raw(because="a form with a file"), body="5MiB", **answers)
        gives = guard.door(
            caller=public(because="the address is signed"), payload=raw(because="checked by serve"), **answers
        )

        @gives
        async def download(request: Request) -> Response:
            return await self.storage.serve(request)

        app = Starlette()
        app.add_route("/upload", takes(upload), methods=["POST"])
        app.add_route("/files/{name}", download)
        guard.protect(app)
        self.client = Client(app)

    def post(self, body: bytes | Iterable[bytes], headers: dict[str, str] = FORM) -> Answer:
        return asyncio.run(self.client.request("POST", "/upload", body=body, headers=headers))

    def get(self, address: str) -> Answer:
        return asyncio.run(self.client.request("GET", address))

    def kept(self) -> list[Path]:
        return [path for path in self.root.rglob("*") if path.is_file()]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "private")


def test_a_file_is_renamed_kept_in_private_and_read_by_a_signed_address(site: Site) -> None:
    note = b'--x\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n'
    answer = site.post(files.form(files.png(), filename="../../evil.php", more=note))
    assert answer.status == 200
    assert answer.json()["fields"] == {"note": "hello"}
    assert re.fullmatch(r"[\w-]{22}\.png", answer.json()["name"])
    (path,) = site.kept()
    assert path.read_bytes() == files.png()
    assert path.stat().st_mode & 0o077 == 0
    read = site.get(answer.json()["address"])
    assert (read.status, read.body) == (200, files.png())
    assert read.headers["content-disposition"] == 'attachment; filename="download.png"'
    assert read.headers["content-type"] == "application/octet-stream"
    assert read.headers["x-content-type-options"] == "nosniff"
    assert read.headers["content-security-policy"].startswith("sandbox")


def test_addresses_that_are_not_signed_by_us_or_hold_no_more_are_all_alike(site: Site) -> None:
    address = site.post(files.form(files.png())).json()["address"]
    name, _, query = address.partition("?")
    _, _, signature = query.partition("&signature=")
    old = int(time.time()) - 5
    expired = f"{name}?until={old}&signature={site.storage._signature(name.rpartition('/')[2], old)}"
    answers = [
        site.get(other)
        for other in (
            name,
            f"{name}?until=99999999999&signature={signature}",
            address[:-1] + ("0" if address[-1] != "0" else "1"),
            address.replace(name[-10:], "aaaaaa.png"),
            "/files/..%2f..%2fetc%2fpasswd?until=1&signature=a",
            f"{name}?until=1e9&signature={signature}",
            f"{name}?until=٣&signature=é",
            expired,
        )
    ]
    assert {answer.status for answer in answers} == {404}
    assert len({re.sub(rb'"request_id":"\w+"', b"", answer.body) for answer in answers}) == 1
    asyncio.run(site.storage.remove(name.rpartition("/")[2]))
    assert site.get(address).status == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (files.form(b"<svg onload=alert(1)>", filename="a.png"), 415),
        (files.form(files.gif()), 415),
        (files.form(files.png() + b"<script>"), 415),
        (files.form(b""), 415),
        (files.form(b"x" * 70_000), 413),
        (files.form(files.png(), name="other"), 400),
        (files.form(files.png(), more=files.form(files.png())[:-7]), 400),
        (files.form(files.png())[:-9], 400),
        (files.form(files.png(), more=b'--x\r\nContent-Disposition: form-data; name="n"\r\n\r\n' + b"y" * 70_000), 413),
        (b"no form", 400),
        (b"", 400),
    ],
)
def test_every_other_upload_is_refused_and_leaves_nothing(site: Site, body: bytes, status: int) -> None:
    assert site.post(body).status == status
    assert site.kept() == []


def test_an_upload_is_a_multipart_form(site: Site) -> None:
    for kind in ("application/json", "multipart/form-data", "multipart/form-data; boundary=", "image/png"):
        assert site.post(files.png(), FORM | {"content-type": kind}).status == 415


def test_two_gibibytes_are_refused_at_the_cap_in_little_memory(site: Site) -> None:
    """The sender would go on for 2 GiB; it is stopped as soon as the file is too large."""
    piece = b"\0" * (1 << 20)
    head = files.form(b"").split(b"\r\n\r\n")[0] + b"\r\n\r\n"
    sent = 0

    def going_on() -> Iterator[bytes]:
        nonlocal sent
        yield head
        for sent in range(2048):  # noqa: B007  # how far it came is what the test asks
            yield piece

    tracemalloc.start()
    try:
        answer = site.post(going_on())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert answer.status == 413
    assert sent < 4
    assert peak < 8 << 20
    assert site.kept() == []


def test_a_short_key_and_no_kinds_do_not_start(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        PrivateDirectory(tmp_path, key=b"short")
    with pytest.raises(ValueError, match="kinds"):
        Uploads(PrivateDirectory(tmp_path, key=KEY), kinds=[])
