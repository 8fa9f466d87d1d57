"""Uploads in a bucket: a server of the protocol takes and gives them, and our signatures are the vendor's own."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import botocore.auth
import pytest
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from obstore.store import S3Store
from tests.guard.uploads import files

from doorcheck.guard.uploads import Stored
from doorcheck.guard.uploads.s3 import S3Storage

SERVER = Path(__file__).parents[2] / "oracles" / "node_modules" / "s3rver" / "bin" / "s3rver.js"
STORED = Stored("AAAAAAAAAAAAAAAAAAAAAA.png", "PNG", "image/png", len(files.png()), "0" * 64)


@dataclass(frozen=True)
class Bucket:
    endpoint: str
    storage: S3Storage


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    node = shutil.which("node")
    if node is None or not SERVER.exists():
        assert "CI" not in os.environ, "node and the packages of tests/oracles are missing"
        pytest.skip("needs node and the packages of tests/oracles")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    folder = tmp_path_factory.mktemp("buckets")
    command = [node, str(SERVER), "-d", str(folder), "-a", "127.0.0.1", "-p", str(port), "--configure-bucket", "files"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with socket.socket() as trying:
                if trying.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def bucket(endpoint: str, folder: Path, secret: str = "S3RVER") -> Bucket:
    store = S3Store(
        "files",
        endpoint=endpoint,
        region="us-east-1",
        access_key_id="S3RVER",
        secret_access_key=secret,
        virtual_hosted_style_request=False,
        client_options={"allow_http": True},
        retry_config={"max_retries": 0},
    )
    return Bucket(endpoint, S3Storage(store, incoming=folder / "incoming"))


def kept(made: Bucket) -> None:
    path = made.storage.incoming / "one"
    path.write_bytes(files.png())
    asyncio.run(made.storage.keep(path, STORED))


def fetched(address: str) -> tuple[int, bytes, dict[str, str]]:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return answer.status, answer.read(), {name.lower(): value for name, value in answer.headers.items()}
    except urllib.error.HTTPError as fault:
        with fault:
            return fault.code, b"", {}


def test_a_file_is_read_by_the_address_that_was_signed_for_it(endpoint: str, tmp_path: Path) -> None:
    made = bucket(endpoint, tmp_path)
    kept(made)
    address = asyncio.run(made.storage.signed_url(STORED.name, 60))
    status, body, headers = fetched(address)
    assert (status, body) == (200, files.png())
    assert headers["content-disposition"] == 'attachment; filename="download.png"'
    assert headers["content-type"] == "application/octet-stream"


def test_an_address_holds_for_as_long_as_it_says(endpoint: str, tmp_path: Path) -> None:
    made = bucket(endpoint, tmp_path)
    kept(made)
    address = asyncio.run(made.storage.signed_url(STORED.name, 1))
    time.sleep(2.1)
    assert fetched(address)[0] == 403


def test_the_signature_is_the_one_that_the_vendor_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server above does not compare signatures of version 4; the vendor's own library makes the one to expect."""
    made = bucket("https://s3.example.test", tmp_path)
    address = asyncio.run(made.storage.signed_url(STORED.name, 600))
    query = dict(parse_qsl(urlsplit(address).query))
    signed_at = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_, **__: signed_at)
    request = AWSRequest("GET", address.partition("?")[0])
    S3SigV4QueryAuth(Credentials("S3RVER", "S3RVER"), "s3", "us-east-1", 600).add_auth(request)
    expected = dict(parse_qsl(urlsplit(request.url).query))
    assert query == expected


def test_a_file_that_was_removed_is_gone_and_may_be_removed_again(endpoint: str, tmp_path: Path) -> None:
    made = bucket(endpoint, tmp_path)
    kept(made)
    address = asyncio.run(made.storage.signed_url(STORED.name, 60))
    for _ in range(2):
        asyncio.run(made.storage.remove(STORED.name))
    assert fetched(address)[0] == 404


def test_a_bucket_that_does_not_answer_is_a_fault_of_the_store(endpoint: str, tmp_path: Path) -> None:
    made = bucket("http://127.0.0.1:1", tmp_path)
    path = made.storage.incoming / "one"
    path.write_bytes(files.png())
    for asked in (made.storage.keep(path, STORED), made.storage.remove(STORED.name)):
        with pytest.raises(OSError, match="bucket"):
            asyncio.run(asked)


def test_only_names_of_ours_and_short_times_are_signed(endpoint: str, tmp_path: Path) -> None:
    made = bucket(endpoint, tmp_path)
    for name, seconds in (("../secret.png", 60), ("x", 60), (STORED.name, 0), (STORED.name, 8 * 86400)):
        with pytest.raises(ValueError, match=r"name|seconds"):
            asyncio.run(made.storage.signed_url(name, seconds))
