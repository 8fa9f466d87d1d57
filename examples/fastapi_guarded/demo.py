"""Starts the service with seeded accounts and prints what to ask it; with ``--check`` asks by itself and ends.

``python -m examples.fastapi_guarded.demo [--check]``, or ``make guard-demo`` and ``make guard-demo GUARD_DEMO=check``.
"""

from __future__ import annotations

import asyncio
import hmac
import http.client
import json
import logging
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from uvicorn import Config, Server

from doorcheck.guard import GuardError
from doorcheck.guard.records.log import ScrubbedJson

from .main import application
from .seed import Seeded, seed
from .service import Service
from .settings import Settings

STATUS = re.compile(r"\((\d{3})\)\s*\Z")
SECONDS = 30


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to try: what it shows, the command, and the status that it ends with."""

    says: str
    command: str
    status: int


def main(arguments: list[str]) -> int:
    """Run the demonstration; 1 where the service does not start or answers otherwise than it says."""
    check = "--check" in arguments or os.environ.get("GUARD_DEMO") == "check"
    password = secrets.token_urlsafe(15)
    with tempfile.TemporaryDirectory(prefix="tally-") as folder:
        settings = Settings.from_env(
            {"STRIPE_WEBHOOK_SECRET": secrets.token_hex(32), "FILES_KEY": secrets.token_hex(32)}
            | os.environ
            | {"TALLY_FOLDER": folder}
        )
        log = _log_to(Path(folder) / "private.log")
        seeded = asyncio.run(_seeded(settings, password))
        with _served(settings) as port:
            if port is None:
                print(f"The service did not start:\n{log.read_text()}", file=sys.stderr)
                return 1
            lines = lines_for(f"http://127.0.0.1:{port}", port, seeded, password)
            if check:
                return int(sum(not _holds(line) for line in lines) > 0)
            _show(lines, port, password, log)
            _wait()
    return 0


def lines_for(url: str, port: int, seeded: Seeded, password: str) -> list[Line]:
    """What to try. Signs two of the accounts in."""
    curl = "curl -sS -w ' (%{http_code})\\n'"
    ada, admin = (f"-b '{_session(port, f'{name}@example.test', password)}'" for name in ("ada", "admin"))
    json_type = "-H 'content-type: application/json'"
    mine, other = seeded.invoices["ada@example.test"], seeded.invoices["bob@example.test"]
    extra = json.dumps({"customer": "Bakery", "amount_cents": 100, "owner_id": seeded.users["bob@example.test"]})
    event = json.dumps({"id": "evt_1", "type": "checkout.session.completed", "data": {"object": {}}})
    now = int(time.time())
    forged = hmac.new(b"another secret", f"{now}.{event}".encode(), "sha256").hexdigest()
    text = json.dumps({"text": "Doors are to be locked. All of them."})
    return [
        Line("401: nobody has signed in", f"{curl} {url}/invoices", 401),
        Line("200: Ada reads her own invoice", f"{curl} {ada} {url}/invoices/{mine}", 200),
        Line("404: to Ada, Bob's invoice does not exist", f"{curl} {ada} {url}/invoices/{other}", 404),
        Line(
            "422: a field that nobody asked for, and that would make the invoice Bob's",
            f"{curl} {ada} {json_type} -d '{extra}' {url}/invoices",
            422,
        ),
        Line(
            "429: the sixth call in a minute of a door that costs money",
            f"for call in 1 2 3 4 5 6; do {curl} {ada} {json_type} -d '{text}' {url}/summary; done",
            429,
        ),
        Line(
            "401: a webhook that is signed with another secret",
            f"{curl} -H 'stripe-signature: t={now},v1={forged}' {json_type} -d '{event}' {url}/webhooks/stripe",
            401,
        ),
        Line(
            "403: an administrator cannot delete their own account",
            f"{curl} {admin} -X DELETE {url}/admin/users/{seeded.users['admin@example.test']}",
            403,
        ),
    ]


async def _seeded(settings: Settings, password: str) -> Seeded:
    service = Service(settings)
    async with service.running():
        return await seed(service, password)


@contextmanager
def _served(settings: Settings) -> Iterator[int | None]:
    """The port on which the service answers, or None where it did not start. Its end is the block's."""
    app = application(Service(settings))
    server = Server(Config(app, log_config=None, access_log=False, proxy_headers=False, lifespan="on"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            until = time.monotonic() + SECONDS
            while thread.is_alive() and not server.started and time.monotonic() < until:
                time.sleep(0.02)
            yield int(listening.getsockname()[1]) if server.started else None
        finally:
            server.should_exit = True
            thread.join()


def _session(port: int, email: str, password: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        body = json.dumps({"email": email, "password": password})
        connection.request("POST", "/sign-in", body, {"content-type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"{email} could not sign in: {answer.status}")
        return (answer.getheader("set-cookie") or "").partition(";")[0]
    finally:
        connection.close()


def _holds(line: Line) -> bool:
    done = subprocess.run(["sh", "-c", line.command], capture_output=True, text=True, timeout=SECONDS, check=False)
    found = STATUS.search(done.stdout)
    held = found is not None and int(found[1]) == line.status
    print(f"{'ok ' if held else 'NOT'} {line.says}")
    if not held:
        print(done.stdout + done.stderr, file=sys.stderr)
    return held


def _show(lines: list[Line], port: int, password: str, log: Path) -> None:
    print(f"Tally answers on http://127.0.0.1:{port}. Its private log: {log}")
    print(f"ada@, bob@ and admin@example.test have the password {password}\n")
    for line in lines:
        print(f"# {line.says}\n{line.command}\n")
    print("Ctrl-C ends it.", flush=True)


def _wait() -> None:
    ended = threading.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: ended.set())
    while not ended.wait(3600):
        pass


def _log_to(path: Path) -> Path:
    handler = logging.FileHandler(path)
    handler.setFormatter(ScrubbedJson())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    return path


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except GuardError as fault:
        sys.exit(str(fault))
