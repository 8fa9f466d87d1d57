"""A proof at the start that a request which no door is declared for does not get in."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Coroutine, MutableMapping
from typing import Any

from doorcheck.guard.errors import GuardError

Message = MutableMapping[str, Any]
Application = Callable[[MutableMapping[str, Any], Any, Any], Coroutine[Any, Any, None]]


class _GotIn(Exception):
    """The application behind the layer was called."""


async def _application(scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG001  # the form of an application
    raise _GotIn


def prove_refusal(around: Callable[[Application], Application]) -> None:
    """Send one request to a path that no census has. ``around`` puts the layer round an application.

    Raises ``GuardError`` unless it is refused before the application is called and before its body is asked for.
    """
    sent: list[Message] = []

    async def receive() -> Message:
        raise _GotIn

    async def send(message: Message) -> None:  # the form of send
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "https",
        # No URL has such a path: a route or a mount for all of them, as of a front end's files, is not for this one.
        "path": secrets.token_hex(16),
        "raw_path": b"",
        "query_string": b"",
        "root_path": "",
        "headers": [],
        "client": ("192.0.2.1", 50000),
        "server": ("localhost", 443),
    }
    crossing = around(_application)(scope, receive, send)
    try:
        # Nothing on the way of this request waits for anything, so one step finishes it.
        crossing.send(None)
    except StopIteration:
        pass
    finally:
        crossing.close()
    if not sent or sent[0].get("status") not in {404, 405, 503}:
        raise GuardError("the canary request was not refused: the guard does not hold, and nothing is served")
