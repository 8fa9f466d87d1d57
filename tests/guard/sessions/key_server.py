"""A server on this machine that publishes a key set, and rotates, stalls and fails when it is told to."""

from __future__ import annotations

import asyncio
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class KeyServer:
    """What is answered to the next request, and how many there were."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.status = 200
        self.delay = 0.0
        self.asked = 0
        self.url = ""

    async def fetch(self, url: str) -> bytes:
        """The body at this URL, or an exception."""
        return await asyncio.to_thread(_get, url)


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:  # our own server, on this machine
        body: bytes = answer.read()
        return body


@contextmanager
def serving(body: bytes) -> Iterator[KeyServer]:
    """The server, from the first request to the last."""
    served = KeyServer(body)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked += 1
            time.sleep(served.delay)
            self.send_response(served.status)
            self.send_header("content-length", str(len(served.body)))
            self.end_headers()
            self.wfile.write(served.body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.url = f"http://127.0.0.1:{server.server_address[1]}/keys"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
