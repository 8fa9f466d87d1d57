"""Sessions that the front ends' own packages made, and how an issuer is asked about one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from doorcheck.guard.principal import Principal
from doorcheck.guard.sessions.credentials import Presented, SessionRefused
from doorcheck.guard.sessions.issuer import Issuer

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))
SECRET = "doorcheck-test-secret-0123456789abcdef"
OTHER_SECRET = "some-other-secret-0123456789-fedcba"
NOW = 1_795_250_300.0
"""Just after the vectors were made, and before any of them that is good had expired."""


def principals(
    issuer: Issuer,
    cookies: Mapping[str, str] | None = None,
    *,
    bearer: str | None = None,
    now: float = NOW,
    twice: frozenset[str] = frozenset(),
) -> list[Principal]:
    """Everybody whom the issuer finds in what was presented."""

    async def ask() -> list[Principal]:
        presented = Presented(cookies or {}, bearer, twice)
        return [await issuer.verify(one, now) for one in issuer.find(presented)]

    return asyncio.run(ask())


def accepted(
    issuer: Issuer, cookies: Mapping[str, str] | None = None, *, bearer: str | None = None, now: float = NOW
) -> Principal:
    """The one caller whom the issuer finds."""
    (found,) = principals(issuer, cookies, bearer=bearer, now=now)
    return found


def refusal(
    issuer: Issuer,
    cookies: Mapping[str, str] | None = None,
    *,
    bearer: str | None = None,
    now: float = NOW,
    twice: frozenset[str] = frozenset(),
) -> str:
    """Why the issuer refuses; the test fails where it does not."""
    with pytest.raises(SessionRefused) as caught:
        principals(issuer, cookies, bearer=bearer, now=now, twice=twice)
    return str(caught.value)


def chunked(listed: list[dict[str, str]]) -> dict[str, str]:
    """The cookies of a list of chunks."""
    return {one["name"]: one["value"] for one in listed}


def altered(text: str, place: int = -1) -> str:
    """The text with one of its characters another one."""
    place %= len(text)
    return text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
