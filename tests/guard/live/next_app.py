"""The Next.js app of these tests, running on this machine with the packages whose sessions are read."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest

APP = Path(__file__).parent / "app"
STARTS_WITHIN = 60.0


@dataclass(frozen=True)
class NextApp:
    """Where the app listens."""

    url: str

    def browser(self) -> Browser:
        """A browser without cookies."""
        return Browser(self.url)


class Browser:
    """Sends requests to the app and keeps its cookies."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._jar = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._jar))

    def get(self, path: str) -> Any:
        """The JSON at this path."""
        with self._opener.open(self._url + path, timeout=30) as answer:
            return json.loads(answer.read())

    def post(self, path: str, content: bytes, media_type: str) -> int:
        """The status of the answer, after its redirects."""
        request = urllib.request.Request(self._url + path, content, {"content-type": media_type})
        with self._opener.open(request, timeout=30) as answer:
            return int(answer.status)

    def sign_in_with_authjs(self, **credentials: str) -> None:
        """Sign in as the sign-in form of Auth.js does."""
        form = {"csrfToken": self.get("/api/auth/csrf")["csrfToken"], **credentials}
        media_type = "application/x-www-form-urlencoded"
        self.post("/api/auth/callback/credentials", urllib.parse.urlencode(form).encode(), media_type)

    def sign_in_with_iron(self, **session: str) -> None:
        """Have iron-session seal this."""
        self.post("/iron", json.dumps(session).encode(), "application/json")

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies by name, as the browser would send them."""
        return {one.name: one.value or "" for one in self._jar}

    @property
    def headers(self) -> dict[str, str]:
        """The Cookie header of the browser's next request."""
        return {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}


@contextmanager
def next_app(**environment: str) -> Iterator[NextApp]:
    """The app with these variables in its environment.

    Skips the test where the app is not built; fails it there when CI is set.
    """
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    node = shutil.which("node", path=path)
    if node is None or not (APP / ".next" / "BUILD_ID").is_file():
        said = "the app is not built: tools/npm_steps.sh build tests/guard/live/app"
        if os.environ.get("CI"):
            pytest.fail(said)
        pytest.skip(said)
    port = _free_port()
    command = [node, "node_modules/next/dist/bin/next", "start", "-H", "127.0.0.1", "-p", str(port)]
    variables = {"PATH": path, "HOME": os.environ.get("HOME", ""), "NEXT_TELEMETRY_DISABLED": "1", **environment}
    server = subprocess.Popen(
        command, cwd=APP, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url, server)
        yield NextApp(url)
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline:
        assert server.poll() is None, "the app ended before it answered"
        try:
            with urllib.request.urlopen(f"{url}/", timeout=5):  # our own server
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"the app did not answer within {STARTS_WITHIN:g} s")
