"""Websockets: let in as requests are, with messages of bounded size and without a word too many."""

from __future__ import annotations

import pytest
from fastapi import FastAPI, WebSocket
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect
from tests.guard.tokens import PlainTokens, bearer

from doorcheck.guard import Guard, checked_by, public, shared, signed_in

NOBODYS = shared(because="a test")


def client() -> TestClient:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    guard = Guard(sessions=[PlainTokens()], body="1KiB")

    @app.websocket("/counted")
    @guard.door(caller=public(because="a test"), resource=NOBODYS)
    async def counted(websocket: WebSocket, number: int = 0) -> None:
        await websocket.accept()
        while True:
            message = await websocket.receive()
            if message["type"] == "websocket.disconnect":
                await websocket.close()
                return
            await websocket.send_text(str(len(message.get("text") or message.get("bytes") or "")))

    @app.websocket("/of/{name}")
    @guard.door(caller=signed_in, resource=checked_by(lambda who, what: bool(what["name"] == who.id), "name"))
    async def of(websocket: WebSocket, name: str) -> None:
        await websocket.accept()
        await websocket.send_text(name)

    guard.protect(app)
    return TestClient(app)


def test_messages_are_no_larger_than_the_door_allows() -> None:
    with client().websocket_connect("/counted") as websocket:
        websocket.send_text("x" * 1024)
        assert websocket.receive_text() == "1024"
        websocket.send_text("\u00e9" * 512)
        assert websocket.receive_text() == "512"
        websocket.send_bytes(b"x" * 1024)
        assert websocket.receive_text() == "1024"
    for text in ("x" * 1025, "\u00e9" * 513):
        with client().websocket_connect("/counted") as websocket:
            websocket.send_text(text)
            with pytest.raises(WebSocketDisconnect) as gone:
                websocket.receive_text()
            assert gone.value.code == 1009
    with client().websocket_connect("/counted") as websocket:
        websocket.send_bytes(b"x" * 1025)
        with pytest.raises(WebSocketDisconnect):
            websocket.receive_text()


def test_what_is_invalid_is_not_told_again() -> None:
    with pytest.raises(WebSocketDisconnect) as gone, client().websocket_connect("/counted?number=s3cret") as websocket:
        websocket.receive_text()
    assert gone.value.code == 1008
    assert "s3cret" not in str(gone.value.reason)


def test_somebody_elses_record_is_absent_here_too() -> None:
    with client().websocket_connect("/of/ann", headers=bearer("ann")) as websocket:
        assert websocket.receive_text() == "ann"
    with (
        pytest.raises(WebSocketDenialResponse) as denied,
        client().websocket_connect("/of/bob", headers=bearer("ann")) as websocket,
    ):
        websocket.receive_text()
    assert denied.value.status_code == 404
    with pytest.raises(WebSocketDisconnect), client().websocket_connect("/of/ann") as websocket:
        websocket.receive_text()
