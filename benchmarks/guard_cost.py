"""Measures what doorcheck.guard costs beside bare FastAPI, the usual stack and fastapi-guard, in one run.

In process: CPU time of one request, the least of many batches, so that other work on the machine counts little. On
loopback: requests a second that uvicorn serves to wrk. Nothing is asserted: figures depend on the machine, ratios less.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from guard_apps import APPLICATIONS, BODY, TOKEN

HERE = Path(__file__).parent
BATCH = 200
SIGNED = [(b"authorization", f"Bearer {TOKEN}".encode())]
LUA = """
wrk.method = "POST"
wrk.body = [[%s]]
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer %s"
"""


async def _once(app: Any, credentials: list[tuple[bytes, bytes]]) -> tuple[int, int]:
    """The status of one POST, and how often its body was asked for."""
    reads, status = 0, 0

    async def receive() -> dict[str, Any]:
        nonlocal reads
        reads += 1
        return {"type": "http.request", "body": BODY, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        status = message.get("status", status)

    headers = [
        (b"host", b"localhost"),
        (b"user-agent", b"benchmark"),
        (b"accept", b"*/*"),
        (b"content-type", b"application/json"),
        (b"content-length", str(len(BODY)).encode()),
        *credentials,
    ]
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.4"}, "http_version": "1.1", "method": "POST",
        "scheme": "http", "path": "/things", "raw_path": b"/things", "query_string": b"", "root_path": "",
        "headers": headers, "client": ("203.0.113.7", 50000), "server": ("localhost", 80),
    }  # fmt: skip
    await app(scope, receive, send)
    return status, reads


async def in_process(
    app: Any, credentials: list[tuple[bytes, bytes]], batches: int, size: int = BATCH
) -> tuple[float, int, int]:
    """Microseconds of CPU for one request, its status, and how often its body was asked for."""
    status, reads = await _once(app, credentials)
    least = float("inf")
    for _ in range(batches):
        start = time.process_time()
        for _ in range(size):
            await _once(app, credentials)
        least = min(least, (time.process_time() - start) / size)
    return least * 1e6, status, reads


def on_loopback(name: str, seconds: int) -> float:
    """Requests a second that one worker of uvicorn answers to wrk. Exits where an answer is no success."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", f"guard_apps:{name}", "--port", str(port), "--log-level", "critical"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(HERE), *sys.path])}
    server = subprocess.Popen([*command, "--no-access-log", "--no-proxy-headers"], env=environment, cwd=HERE)
    try:
        _wait_for(port)
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / "post.lua"
            script.write_text(LUA % (BODY.decode(), TOKEN))
            aim = ["-s", str(script), f"http://127.0.0.1:{port}/things"]
            subprocess.run(["wrk", "-t1", "-c32", "-d1s", *aim], check=True, capture_output=True)
            said = subprocess.run(
                ["wrk", "-t1", "-c32", f"-d{seconds}s", *aim], check=True, capture_output=True, text=True
            ).stdout
    finally:
        server.terminate()
        server.wait()
    if "Non-2xx" in said:
        raise SystemExit(f"{name} answered with something else than success:\n{said}")
    found = re.search(r"Requests/sec:\s*([0-9.]+)", said)
    return float(found[1]) if found else 0.0


def _wait_for(port: int) -> None:
    for _ in range(1200):
        with socket.socket() as trying:
            if trying.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("the server did not start")


def _table(title: str, figures: dict[str, float], unit: str, ratio: Callable[[float, float], float]) -> None:
    print(f"\n{title}")
    for name, figure in figures.items():
        print(f"  {name:10} {figure:12.1f} {unit}  {ratio(figure, figures['bare']):8.2f} of bare")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batches", type=int, default=25)
    parser.add_argument("--seconds", type=int, default=5)
    options = parser.parse_args()
    signed: dict[str, float] = {}
    for name, app in APPLICATIONS.items():
        size = 4 if name == "peer" else BATCH
        signed[name], status, _ = asyncio.run(in_process(app, SIGNED, options.batches, size))
        if status != 200:
            raise SystemExit(f"{name} answered {status}")
    _table("CPU of a POST with a session, in process", signed, "us", lambda one, bare: one / bare)
    added = {name: cost - signed["bare"] for name, cost in signed.items()}
    print(f"  guard adds {added['guarded']:.1f} us, the usual stack {added['usual']:.1f} us")
    print("\nCPU of a POST without a session, in process")
    for name in ("usual", "guarded"):
        cost, status, reads = asyncio.run(in_process(APPLICATIONS[name], [], options.batches))
        print(f"  {name:10} {cost:12.1f} us  answers {status}, asks {reads} times for the body")
    if shutil.which("wrk") is None:
        print("\nwrk is not installed: nothing was measured on loopback")
        return
    served = {name: on_loopback(name, options.seconds) for name in APPLICATIONS}
    _table("Requests a second on loopback", served, "/s", lambda one, bare: one / bare)
    print(f"  guard serves {served['guarded'] / served['usual']:.1f} times what the usual stack serves")


if __name__ == "__main__":
    main()
