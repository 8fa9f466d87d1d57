"""Exceptions of an application as problem documents: constant words outside, the details in the private log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket

from doorcheck.guard.passage import current
from doorcheck.guard.problems import Complaint, document
from doorcheck.guard.problems import headers as problem_headers
from doorcheck.guard.refusals import Refusal, Refused

_BY_STATUS = {refusal.status: refusal for refusal in reversed(Refusal)}
MOST_COMPLAINTS = 20


def install(app: Starlette) -> None:
    """Answer this application's HTTP exceptions and validation errors with problem documents."""
    app.add_exception_handler(HTTPException, _http_exception)
    try:
        from fastapi.exceptions import (  # noqa: PLC0415  # FastAPI may not be installed
            RequestValidationError,
            WebSocketRequestValidationError,
        )
    except ImportError:
        return
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(WebSocketRequestValidationError, _invalid_socket)


def complaints_of(errors: Sequence[Any]) -> list[Complaint]:
    """Pydantic's errors without the input they quote: where, and the rule that was broken."""
    return [
        Complaint(".".join(str(step) for step in one.get("loc", ()))[:200], str(one.get("type", "invalid")))
        for one in errors[:MOST_COMPLAINTS]
    ]


async def _invalid_socket(websocket: WebSocket, raised: Exception) -> None:  # noqa: ARG001  # the handlers' form
    # FastAPI's own handler would tell the caller what was sent.
    await websocket.close(1008, Refusal.INVALID.title)


async def _http_exception(request: Request, raised: Exception) -> Response:  # noqa: ARG001  # the handlers' form
    status = raised.status_code if isinstance(raised, HTTPException) else 500
    headers = dict(getattr(raised, "headers", None) or {})
    if 300 <= status < 400:
        return Response(status_code=status, headers=headers)
    if isinstance(raised, Refused):
        current().refused = raised
    refusal = raised.refusal if isinstance(raised, Refused) else _BY_STATUS.get(status)
    if refusal is None:
        refusal = Refusal.MALFORMED if status < 500 else Refusal.FAULT
    retry_after = raised.retry_after if isinstance(raised, Refused) else None
    return _problem(refusal, retry_after, headers)


async def _invalid(request: Request, raised: Exception) -> Response:  # noqa: ARG001  # the handlers' form
    errors = raised.errors() if hasattr(raised, "errors") else ()
    complaints = complaints_of(errors)
    # The rules alone: where they were broken can be the name of a field that the caller made up.
    broken = ", ".join(sorted({one.says for one in complaints}))
    current().refused = Refused(Refusal.INVALID, f"the input is not valid: {broken}")
    return _problem(Refusal.INVALID, None, {}, complaints)


def _problem(
    refusal: Refusal, retry_after: float | None, more: dict[str, str], complaints: Sequence[Complaint] = ()
) -> Response:
    body = document(refusal, current().request_id, complaints)
    response = Response(body, refusal.status)
    for name, value in problem_headers(refusal, len(body), retry_after):
        response.headers[name.decode()] = value.decode()
    for header, text in more.items():
        response.headers.setdefault(header, text)
    return response
