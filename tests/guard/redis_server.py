"""A Redis server of the tests' own, on a free port of this machine, that can be killed and started again."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time

import pytest


class RedisServer:
    """Keeps nothing on disk."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"redis://127.0.0.1:{port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", "/"]
        user = "nobody" if os.geteuid() == 0 else None
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=user)
        for _ in range(200):
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                    connection.sendall(b"PING\r\n")
                    if connection.recv(16).startswith(b"+PONG"):
                        return
            except OSError:
                time.sleep(0.02)
        pytest.fail("redis-server does not answer")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def require_redis() -> RedisServer:
    """A server that runs. Skips the test where the program is missing; fails it there when CI is set."""
    if shutil.which("redis-server") is None:
        said = "redis-server is not installed: apt-get install redis-server"
        if os.environ.get("CI"):
            pytest.fail(said)
        pytest.skip(said)
    server = RedisServer(free_port())
    server.start()
    return server
